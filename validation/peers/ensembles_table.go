package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/ito-sde/ito/validation/peers/internal/tables"
)

const ensemblesIntroduction = `# Ensembles beside other libraries

Written by ` + "`go run ./validation/peers --ensembles --write %s`" + `; ` + "`make bench-peers`" + ` prints the same. 1e5 paths of 1000
Euler–Maruyama steps, final states only, one thread on one CPU, the least CPU time of several runs that take turns. "cpp" is a
plain C++ loop: std with std::mt19937_64 and std::normal_distribution, ziggurat with a scalar ziggurat over xoshiro256++, lanes
with a Box–Muller that the compiler makes into vector instructions. NumPy and torch work in place on chunks of 8192 paths;
float32 is torch in single precision. "ito" has the noise of every step at an address, its states checked and its moments taken;
"ito-portable" is the same without assembly (the build tag noasm). Everybody's final states have the moment that they should.
The last column of the first table is wall time of runs of milliseconds, which other work on the machine can only worsen.

`

// fastest returns the least time, of everybody who succeeded.
func fastest(rates []rate, model, peer, method string) (seconds float64, ok bool) {
	for _, r := range rates {
		if r.Model == model && r.Peer == peer && r.Method == method && r.Failed == "" && (!ok || r.Seconds < seconds) {
			seconds, ok = r.Seconds, true
		}
	}
	return seconds, ok
}

// ensembleTimes is the table of nanoseconds per path and step.
func ensembleTimes(rates []rate) [][]string {
	header := []string{"ns per path-step"}
	for _, c := range contests() {
		header = append(header, c.model)
	}
	t := [][]string{header}
	var rows [][2]string
	for _, r := range rates {
		if k := [2]string{r.Peer, r.Method}; r.Peer != cores && r.Method != normals && !slices.Contains(rows, k) {
			rows = append(rows, k)
		}
	}
	slices.SortStableFunc(rows, func(a, b [2]string) int { return order(a[0]) - order(b[0]) })
	for _, k := range rows {
		cells := []string{k[0] + " " + k[1]}
		for _, c := range contests() {
			cell := "–"
			if s, ok := fastest(rates, c.model, k[0], k[1]); ok {
				cell = fmt.Sprintf("%.2f", s*1e9)
			}
			cells = append(cells, cell)
		}
		t = append(t, cells)
	}
	return t
}

func order(peer string) int {
	return slices.IndexFunc(simulators, func(d driver) bool { return d.name == peer })
}

// ensembleRatios is the table of what ito makes of it.
func ensembleRatios(rates []rate) [][]string {
	t := [][]string{{"model", "path-steps/s", "of its normals' rate", "portable, of its normals' rate",
		"times C++ with std", "times C++ with ziggurat", "times C++ with lanes", "times NumPy", "times torch", "on two cores"}}
	ratio := func(model, peer, method, ownPeer, ownMethod string) string {
		a, ok := fastest(rates, model, peer, method)
		b, too := fastest(rates, model, ownPeer, ownMethod)
		if !ok || !too {
			return "–"
		}
		return fmt.Sprintf("%.2f", a/b)
	}
	for _, c := range contests()[1:] {
		speed := "–"
		if s, ok := fastest(rates, c.model, ito, "euler"); ok {
			speed = fmt.Sprintf("%.3g", 1/s)
		}
		cells := []string{c.model, speed, ratio(c.model, ito, normals, ito, "euler"), ratio(c.model, portable, normals, portable, "euler")}
		for _, k := range [][2]string{{"cpp", "std"}, {"cpp", "ziggurat"}, {"cpp", "lanes"}, {"numpy", "sfc64"}, {"torch", "float64"}} {
			cells = append(cells, ratio(c.model, k[0], k[1], ito, "euler"))
		}
		t = append(t, append(cells, ratio(c.model, cores, "1 core", cores, "2 cores")))
	}
	return t
}

// reportEnsembles prints everything found.
func reportEnsembles(w io.Writer, print tables.Printer, rates []rate, notes []string) error {
	if err := print(w, ensembleRatios(rates)); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(w) // print returns the error
	if err := print(w, ensembleTimes(rates)); err != nil {
		return err
	}
	for _, r := range rates {
		if r.Failed != "" {
			notes = append(notes, fmt.Sprintf("Not counted: %s %s on %s: %s.", r.Peer, r.Method, r.Model, r.Failed))
		}
	}
	for _, n := range notes {
		if _, err := fmt.Fprintf(w, "\n%s\n", n); err != nil {
			return err
		}
	}
	return nil
}
