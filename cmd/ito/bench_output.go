package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ito-sde/ito/internal/report"
)

func benchTable(out io.Writer, rows []benchRow) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "problem\tmethod\ttolerance\terror\tevaluations\tJacobians\tsteps\trejected\ttime\t")
	for _, r := range rows {
		if r.Failed != "" {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%.0e\tfailed\t\t\t\t\t\t%s\n", r.Problem, r.Method, r.Tolerance, r.Failed)
			continue
		}
		took := time.Duration(r.Seconds * 1e9)
		_, _ = fmt.Fprintf(w, "%s\t%s\t%.0e\t%.1e\t%d\t%d\t%d\t%d\t%s\t\n", r.Problem, r.Method, r.Tolerance, r.Error,
			r.Evaluations, r.Jacobians, r.Accepted, r.Rejected, took.Round(max(took/1000, 1)))
	}
	return w.Flush()
}

func benchCSV(out io.Writer, rows []benchRow) error {
	w := csv.NewWriter(out)
	all := [][]string{{"problem", "method", "tolerance", "error", "evaluations", "jacobians", "accepted", "rejected", "seconds", "failed"}}
	float := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	for _, r := range rows {
		all = append(all, []string{r.Problem, r.Method, float(r.Tolerance), float(r.Error), strconv.Itoa(r.Evaluations), strconv.Itoa(r.Jacobians),
			strconv.Itoa(r.Accepted), strconv.Itoa(r.Rejected), float(r.Seconds), r.Failed})
	}
	return w.WriteAll(all)
}

// draw writes the diagrams: a panel a problem, a curve a method.
func (o *benchOptions) draw(rows []benchRow) error {
	var panels []report.Panel
	for _, r := range rows {
		if r.Failed != "" {
			continue
		}
		i := slices.IndexFunc(panels, func(p report.Panel) bool { return p.Title == r.Problem })
		if i < 0 {
			i = len(panels)
			panels = append(panels, report.Panel{Title: r.Problem, X: map[string]string{"time": "seconds"}[o.against], Y: "relative error", LogX: true, LogY: true, Marks: true})
			if panels[i].X == "" {
				panels[i].X = o.against
			}
		}
		curves := &panels[i].Curves
		k := slices.IndexFunc(*curves, func(c report.Curve) bool { return c.Name == r.Method })
		if k < 0 {
			k = len(*curves)
			*curves = append(*curves, report.Curve{Name: r.Method})
		}
		x := r.Seconds
		if o.against == "evaluations" {
			x = float64(r.Evaluations)
		}
		c := &(*curves)[k]
		c.X, c.Y = append(c.X, x), append(c.Y, r.Error)
	}
	if len(panels) == 0 {
		return errors.New("--plot: no solve succeeded: " + strings.Join(failures(rows), "; "))
	}
	return writePlot(o.plot, panels)
}

func failures(rows []benchRow) []string {
	var all []string
	for _, r := range rows {
		if r.Failed != "" && !slices.Contains(all, r.Failed) {
			all = append(all, r.Failed)
		}
	}
	return all[:min(len(all), 3)]
}
