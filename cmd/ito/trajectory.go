package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/ode"
)

// maxNumbers bounds the memory of a trajectory: 400 MB.
const maxNumbers = 50_000_000

var errFull = fmt.Errorf("the trajectory has more than %d numbers: give --points, or fewer --components", maxNumbers)

// The most lines of a plot that does not say which.
const maxLines = 10

// trajectory collects rows of t and the chosen components.
type trajectory struct {
	names  []string
	places []int // of names among the components
	rows   []float64
	every  bool // rows are the accepted steps, else the times of output
	drawn  []float64
	at     []float64
	dir    float64
}

// output checks everything about output before the work, and prepares for it.
func (o *solveOptions) output(t *task, m integrators.Method) (*trajectory, error) {
	out := &trajectory{every: len(t.c.At) == 0, dir: t.t1 - t.t0}
	names := o.components
	if len(names) == 0 {
		names = t.components
	}
	for _, name := range names {
		i, err := t.place(name)
		if err == nil && i < 0 {
			err = errors.New("t is put out in any case")
		}
		if err != nil {
			return nil, fmt.Errorf("--components: %w", err)
		}
		out.names, out.places = append(out.names, name), append(out.places, i)
	}
	if err := checkTable(o.out); err != nil {
		return nil, err
	}
	switch {
	case o.plot == "" && (o.phase != nil || o.logT):
		return nil, errors.New("--phase and --log-t say how to plot: give --plot FILE.png too")
	case o.phase != nil && o.logT:
		return nil, errors.New("--log-t is for plots over time, not for --phase")
	case o.plot != "":
		if err := checkPlot(o.plot); err != nil {
			return nil, err
		}
		if _, err := out.axes(o.phase); err != nil {
			return nil, err
		}
		// Steps of a high order are long: between them the curve needs points.
		if _, dense := m.Stepper(t.f, len(t.y0)).(integrators.Interpolator); out.every && dense {
			t.c.At = spaced(t.t0, t.t1, min(4000, maxNumbers/len(t.y0)/2+1))
		}
	}
	out.at = t.c.At
	if out.every { // the state before an event changes it is a row too
		for i := range t.c.Events {
			e := &t.c.Events[i]
			if act := e.Action; act != nil {
				e.Action = func(t float64, y []float64) bool {
					out.step(t, y)
					return act(t, y)
				}
			}
		}
	}
	return out, nil
}

// width is that of a row: t and the components.
func (r *trajectory) width() int { return 1 + len(r.places) }

func (r *trajectory) full() bool { return len(r.rows) > maxNumbers }

func (r *trajectory) step(t float64, y []float64) {
	if r.every {
		r.rows = r.row(r.rows, t, y)
	}
}

func (r *trajectory) row(rows []float64, t float64, y []float64) []float64 {
	rows = append(rows, t)
	for _, i := range r.places {
		rows = append(rows, y[i])
	}
	return rows
}

// finish takes the times of output from the result: they are the rows, or go
// between the steps of the plot.
func (r *trajectory) finish(result ode.Result) {
	var between []float64
	for i, y := range result.At {
		between = r.row(between, r.at[i], y)
	}
	if !r.every {
		r.rows, r.drawn = between, between
		return
	}
	if r.drawn = r.rows; len(between) == 0 {
		return
	}
	// Merge the two by time; between steps of equal time, as at an event, stand none.
	w := r.width()
	all := make([]float64, 0, len(r.rows)+len(between))
	for i := 0; i < len(r.rows); i += w {
		n := sort.Search(len(between)/w, func(k int) bool { return (between[k*w]-r.rows[i])*r.dir >= 0 })
		all = append(append(all, between[:n*w]...), r.rows[i:i+w]...)
		between = between[n*w:]
	}
	r.drawn = all
}

// axes are the columns to draw: pairs of x and y.
func (r *trajectory) axes(phase []string) ([][2]int, error) {
	if phase == nil {
		var pairs [][2]int
		for i := range min(len(r.names), maxLines) {
			pairs = append(pairs, [2]int{0, i + 1})
		}
		return pairs, nil
	}
	if len(phase) != 2 {
		return nil, fmt.Errorf("--phase %s: want two names, as in --phase x,y", strings.Join(phase, ","))
	}
	pair := [2]int{-1, -1}
	for k, name := range phase {
		for i, known := range append([]string{"t"}, r.names...) {
			if name == known {
				pair[k] = i
			}
		}
		if pair[k] < 0 {
			return nil, fmt.Errorf("--phase: no component %q among those put out: t, %s", name, strings.Join(r.names, ", "))
		}
	}
	return [][2]int{pair}, nil
}

func (r *trajectory) panel(t *task, phase []string, logT bool) (report.Panel, error) {
	pairs, err := r.axes(phase)
	if err != nil {
		return report.Panel{}, err
	}
	panel := report.Panel{Title: t.name, X: "t", LogX: logT && phase == nil}
	if phase != nil {
		panel.X, panel.Y = phase[0], phase[1]
	} else if len(pairs) == 1 {
		panel.Y = r.names[0]
	}
	w := r.width()
	for _, pair := range pairs {
		c := report.Curve{Name: append([]string{"t"}, r.names...)[pair[1]]}
		for i := 0; i < len(r.drawn); i += w {
			c.X, c.Y = append(c.X, r.drawn[i+pair[0]]), append(c.Y, r.drawn[i+pair[1]])
		}
		panel.Curves = append(panel.Curves, c)
	}
	if len(pairs) < len(r.names) && phase == nil {
		panel.Title += fmt.Sprintf(", %d of %d components", len(pairs), len(r.names))
	}
	return panel, nil
}

func (r *trajectory) writer(path string) func(io.Writer) error {
	if strings.EqualFold(filepath.Ext(path), ".npy") {
		return func(w io.Writer) error { return dataset.WriteNPY(w, r.rows, r.width()) }
	}
	return r.writeCSV
}

func (r *trajectory) writeCSV(out io.Writer) error {
	w := csv.NewWriter(out)
	if err := w.Write(append([]string{"t"}, r.names...)); err != nil {
		return err
	}
	fields := make([]string, r.width())
	for i := 0; i < len(r.rows); i += len(fields) {
		for k := range fields {
			fields[k] = strconv.FormatFloat(r.rows[i+k], 'g', -1, 64)
		}
		if err := w.Write(fields); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
