package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
	"github.com/ito-sde/ito/validation/peers/internal/tables"
	"github.com/ito-sde/ito/validation/problems"
)

func formatSeconds(s float64) string {
	switch {
	case s < 1e-6:
		return fmt.Sprintf("%.3g ns", s*1e9)
	case s < 1e-3:
		return fmt.Sprintf("%.3g µs", s*1e6)
	case s < 1:
		return fmt.Sprintf("%.3g ms", s*1e3)
	}
	return fmt.Sprintf("%.3g s", s)
}

func formatRatio(r float64) string {
	switch {
	case math.IsInf(r, 1):
		return "not achieved"
	case r == 0:
		return "no peer"
	}
	return fmt.Sprintf("%.2f", r)
}

// ratios is the table of the fastest peer against ito.
func ratios(rows []row) [][]string {
	t := [][]string{{"problem", "error", "fastest peer", "time", "evaluations", "ito", "time", "evaluations", "ito/peer"}}
	for _, r := range rows {
		cells := []string{r.problem, fmt.Sprintf("%.0e", r.target)}
		for _, b := range []*best{r.rival(), r.own()} {
			switch {
			case b == nil:
				cells = append(cells, "–", "–", "–")
				continue
			case b.peer == ito:
				cells = append(cells, b.method)
			default:
				cells = append(cells, b.peer+" "+b.method)
			}
			cells = append(cells, formatSeconds(b.seconds), fmt.Sprintf("%.0f", b.evaluations))
		}
		t = append(t, append(cells, formatRatio(r.ratio())))
	}
	return t
}

// everybody is the table of the best time of each peer.
func everybody(rows []row) [][]string {
	var peers []string
	for _, r := range rows {
		for _, b := range r.all {
			if !slices.Contains(peers, b.peer) {
				peers = append(peers, b.peer)
			}
		}
	}
	slices.Sort(peers)
	t := [][]string{append([]string{"problem", "error"}, peers...)}
	for _, r := range rows {
		cells := []string{r.problem, fmt.Sprintf("%.0e", r.target)}
		for _, p := range peers {
			cell := "–"
			if b := r.first(func(b best) bool { return b.peer == p }); b != nil {
				cell = b.method + " " + formatSeconds(b.seconds)
			}
			cells = append(cells, cell)
		}
		t = append(t, cells)
	}
	return t
}

// fields is the table of what one right-hand side costs.
func fields(list []problems.Problem, lines []measure.Line) [][]string {
	least := map[[2]string]float64{}
	for _, l := range lines {
		k := [2]string{l.Problem, l.Peer}
		if old, ok := least[k]; l.Method == "rhs" && l.Seconds > 0 && (!ok || l.Seconds < old) {
			least[k] = l.Seconds
		}
	}
	t := [][]string{{"problem", "C++", "Go"}}
	for _, p := range list {
		cells := []string{p.Name, "–", "–"}
		for i, peer := range []string{"cpp", ito} {
			if s, ok := least[[2]string{p.Name, peer}]; ok {
				cells[i+1] = formatSeconds(s)
			}
		}
		if cells[1] != "–" || cells[2] != "–" {
			t = append(t, cells)
		}
	}
	return t
}

// report prints everything found.
func report(w io.Writer, print tables.Printer, list []problems.Problem, lines []measure.Line) error {
	rows := summarise(list, lines)
	if err := print(w, ratios(rows)); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	for _, target := range []float64{1e-6, 1e-8, 1e-10} {
		at := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.target != target })
		if len(at) > 0 {
			_, _ = fmt.Fprintf(w, "- at %.0e: %s\n", target, verdict(at))
		}
	}
	_, _ = fmt.Fprintf(w, "- all: %s\n\nBest method of everybody:\n\n", verdict(rows))
	if err := print(w, everybody(rows)); err != nil {
		return err
	}
	if _, err := fmt.Fprint(w, "\nOne bare right-hand side:\n\n"); err != nil {
		return err
	}
	return print(w, fields(list, lines))
}
