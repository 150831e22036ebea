package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/statistics"
	"github.com/ito-sde/ito/sde/statistics/quantiles"
)

// figures are an ensemble's results, by time and column.
type figures struct {
	*simulation
	times     []float64
	mean      [][]statistics.Estimate
	variance  [][]statistics.Estimate // of single paths, or of the means of pairs
	quantile  [][][]float64
	pairs     bool
	quantised int // columns that have quantiles, the first ones
}

func (t *simulation) figures(r sde.EnsembleResult) *figures {
	f := &figures{simulation: t, times: r.Times}
	for _, set := range r.Statistics {
		m, ok := set[0].(*statistics.Moments)
		if !ok {
			m, f.pairs = set[0].(*statistics.Means).Of().(*statistics.Moments), true
		}
		var mean, variance []statistics.Estimate
		for c := range t.columns {
			mean, variance = append(mean, m.Mean(c)), append(variance, m.Variance(c))
		}
		var quantile [][]float64
		for _, s := range set[1:] {
			var at []float64
			for _, q := range t.quantiles {
				at = append(at, s.(*quantiles.Sketch).Quantile(q))
			}
			quantile = append(quantile, at)
		}
		f.mean, f.variance, f.quantile, f.quantised = append(f.mean, mean), append(f.variance, variance), append(f.quantile, quantile), len(quantile)
	}
	return f
}

// known returns what a model knows of a column at a time.
func known(of func(t float64) []float64, t float64, column int) string {
	if of != nil {
		if v := of(t); column < len(v) {
			return fmt.Sprintf("%.6g", v[column])
		}
	}
	return ""
}

func (f *figures) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	variance := "variance"
	if f.pairs {
		variance = "variance of pairs' means"
	}
	_, _ = fmt.Fprintf(w, "t\t\tmean\t±\texact\t%s\t±\texact\t", variance)
	for _, q := range f.quantiles {
		_, _ = fmt.Fprintf(w, "%g%%\t", 100*q)
	}
	_, _ = fmt.Fprintln(w)
	// What a path has reached by an early end is no longer the free law.
	free := len(f.barriers) == 0
	for i, t := range f.times {
		for c, name := range f.columns {
			m, v := f.mean[i][c], f.variance[i][c]
			var means, variances string
			if free {
				means = known(f.simulation.mean, t, c)
				if !f.pairs {
					variances = known(f.simulation.variance, t, c)
				}
			}
			_, _ = fmt.Fprintf(w, "%g\t%s\t%.6g\t%.1e\t%s\t%.6g\t%.1e\t%s\t", t, name, m.Value, m.Error, means, v.Value, v.Error, variances)
			if c < f.quantised {
				for _, q := range f.quantile[i][c] {
					_, _ = fmt.Fprintf(w, "%.4g\t", q)
				}
			}
			_, _ = fmt.Fprintln(w)
		}
	}
	return w.Flush()
}

// rows are all figures, a row a time, under the names of header.
func (f *figures) rows() (header []string, rows []float64) {
	header = []string{"t"}
	for c, name := range f.columns {
		header = append(header, name+" mean", name+" mean error", name+" variance", name+" variance error")
		if c < f.quantised {
			for _, q := range f.quantiles {
				header = append(header, fmt.Sprintf("%s %g%%", name, 100*q))
			}
		}
	}
	for i, t := range f.times {
		rows = append(rows, t)
		for c := range f.columns {
			m, v := f.mean[i][c], f.variance[i][c]
			rows = append(rows, m.Value, m.Error, v.Value, v.Error)
			if c < f.quantised {
				rows = append(rows, f.quantile[i][c]...)
			}
		}
	}
	return header, rows
}

func (f *figures) writer(path string) func(io.Writer) error {
	if strings.EqualFold(filepath.Ext(path), ".npy") {
		return func(w io.Writer) error {
			header, rows := f.rows()
			return dataset.WriteNPY(w, rows, len(header))
		}
	}
	return f.writeCSV
}

func (f *figures) writeCSV(out io.Writer) error {
	w := csv.NewWriter(out)
	header, rows := f.rows()
	lines := [][]string{header}
	for row := range slices.Chunk(rows, len(header)) {
		var line []string
		for _, v := range row {
			line = append(line, strconv.FormatFloat(v, 'g', -1, 64))
		}
		lines = append(lines, line)
	}
	return w.WriteAll(lines)
}

// fans are the panels of the fan chart, one a column: bands between quantiles that
// mirror each other, the median and the mean.
func (f *figures) fans() []report.Panel {
	var panels []report.Panel
	levels := slices.Clone(f.quantiles)
	slices.Sort(levels)
	for c, name := range f.columns[:f.quantised] {
		at := func(q float64) []float64 {
			k := slices.Index(f.quantiles, q)
			var y []float64
			for i := range f.times {
				y = append(y, f.quantile[i][c][k])
			}
			return y
		}
		p := report.Panel{Title: f.name, X: "t", Y: name}
		for lo, hi := 0, len(levels)-1; lo < hi; lo, hi = lo+1, hi-1 {
			p.Bands = append(p.Bands, report.Band{
				Name: fmt.Sprintf("%g%% to %g%%", 100*levels[lo], 100*levels[hi]),
				X:    f.times, Lo: at(levels[lo]), Hi: at(levels[hi]),
			})
		}
		if n := len(levels); n%2 == 1 {
			p.Curves = append(p.Curves, report.Curve{Name: fmt.Sprintf("%g%%", 100*levels[n/2]), X: f.times, Y: at(levels[n/2])})
		}
		mean := report.Curve{Name: "mean", X: f.times}
		for i := range f.times {
			mean.Y = append(mean.Y, f.mean[i][c].Value)
		}
		p.Curves = append(p.Curves, mean)
		panels = append(panels, p)
	}
	return panels
}
