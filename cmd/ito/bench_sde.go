package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

type benchSDEOptions struct {
	problems, methods []string
	steps             []int
	paths             int
	seed              uint64
	asCSV, asJSON     bool
	plot, against     string
	kind              string
}

func benchSDECommand() *cobra.Command {
	var o benchSDEOptions
	cmd := &cobra.Command{
		Use:   "sde",
		Short: "Print strong and weak errors against work of the methods for stochastic differential equations",
		Long: `Bench sde solves equations whose solution is known as a function of the Brownian path
by the methods that are made for their noise, all on the same paths, and prints the
root mean square error at the end (strong), the error of the mean of x (weak), each
with its standard error, the time of a path on one core, and the orders fitted to
the errors. A last table has the rate of ensembles of the models of ito ensemble
beside that of the normal numbers they take. With --plot it draws errors against
time or steps, one panel a problem.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.plot == "" && (cmd.Flags().Changed("against") || cmd.Flags().Changed("error")) {
				return errors.New("--against and --error say what to plot: give --plot FILE.png too")
			}
			return o.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.problems, "problems", []string{"all"}, "problems to solve: all, linear, linear-stratonovich, bounded, additive, area")
	f.StringSliceVar(&o.methods, "methods", []string{"all"}, "methods to solve them by, names of ito ensemble --list")
	f.IntSliceVar(&o.steps, "steps", []int{8, 16, 32, 64, 128}, "numbers of steps, each a divisor of the last")
	f.IntVar(&o.paths, "paths", 4096, "number of paths")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the random numbers")
	f.BoolVar(&o.asCSV, "csv", false, "print CSV, of the errors alone")
	f.BoolVar(&o.asJSON, "json", false, "print JSON, of the errors alone")
	f.StringVar(&o.plot, "plot", "", "PNG or SVG file for the diagrams")
	f.StringVar(&o.against, "against", "time", "what to draw errors against: time or steps")
	f.StringVar(&o.kind, "error", "strong", "which errors to draw: strong or weak")
	return cmd
}

// sdeRow is a problem solved by a method in a number of steps.
type sdeRow struct {
	Problem     string  `json:"problem"`
	Method      string  `json:"method"`
	Steps       int     `json:"steps"`
	Strong      float64 `json:"strong"`
	StrongError float64 `json:"strong_error"`
	Weak        float64 `json:"weak"`
	WeakError   float64 `json:"weak_error"`
	Seconds     float64 `json:"seconds"` // a path
}

type sdeTask struct {
	p     strongProblem
	e     stochastic.Entry
	steps int
}

func (o *benchSDEOptions) run(cmd *cobra.Command) error {
	tasks, err := o.choose()
	if err != nil {
		return err
	}
	if err := checkPlot(o.plot); err != nil {
		return err
	}
	bar := newProgress(os.Stderr)
	defer bar.clear()
	var rows []sdeRow
	for i, t := range tasks {
		bar.set(int64(i), int64(len(tasks)), fmt.Sprintf("%s by %s", t.p.name, t.e.Name))
		row, err := o.measure(cmd.Context(), t)
		if err != nil {
			return fmt.Errorf("%s by %s: %w", t.p.name, t.e.Name, err)
		}
		rows = append(rows, row)
	}
	bar.clear()
	if o.plot != "" {
		if err := o.draw(rows); err != nil {
			return err
		}
	}
	switch out := cmd.OutOrStdout(); {
	case o.asJSON:
		return writeJSON(out, rows)
	case o.asCSV:
		return sdeCSV(out, rows)
	default:
		if err := sdeTable(out, rows); err != nil {
			return err
		}
		return o.throughput(cmd.Context(), out)
	}
}

// choose checks the flags and lists what to measure.
func (o *benchSDEOptions) choose() ([]sdeTask, error) {
	switch {
	case o.asCSV && o.asJSON:
		return nil, errors.New("--csv and --json: give one of them")
	case o.against != "time" && o.against != "steps":
		return nil, fmt.Errorf("--against %q: want time or steps", o.against)
	case o.kind != "strong" && o.kind != "weak":
		return nil, fmt.Errorf("--error %q: want strong or weak", o.kind)
	case o.paths < 16 || o.paths > 10_000_000:
		return nil, fmt.Errorf("--paths %d: want 16 to 10,000,000", o.paths)
	case len(o.steps) == 0 || !slices.IsSorted(o.steps) || o.steps[0] < 1 || o.steps[len(o.steps)-1] > 1_000_000:
		return nil, fmt.Errorf("--steps %v: want rising numbers from 1 to 1,000,000", o.steps)
	}
	last := o.steps[len(o.steps)-1]
	for _, n := range o.steps {
		if last%n != 0 {
			return nil, fmt.Errorf("--steps %v: %d does not divide %d, so that they share no path", o.steps, n, last)
		}
	}
	var all []strongProblem
	for _, name := range o.problems {
		if name == "all" {
			all = append(all, strongProblems...)
			continue
		}
		p, err := strongProblemByName(name)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	var tasks []sdeTask
	for _, p := range all {
		entries, err := o.methodsFor(p)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			for _, n := range o.steps {
				tasks = append(tasks, sdeTask{p, e, n})
			}
		}
	}
	return tasks, nil
}

// methodsFor lists the methods for a problem: of all those made for its noise, and
// those that are named.
func (o *benchSDEOptions) methodsFor(p strongProblem) (entries []stochastic.Entry, err error) {
	for _, name := range o.methods {
		for _, e := range stochastic.Catalogue {
			fits := stochastic.Check(e.Method, &p.system)
			switch {
			case name == "all" && fits == nil:
				entries = append(entries, e)
			case name == e.Name && fits != nil && !slices.Contains(o.problems, "all"):
				return nil, fmt.Errorf("--methods: %s on %s: %w", name, p.name, fits)
			case name == e.Name && fits == nil:
				entries = append(entries, e)
			}
		}
		if _, err := stochastic.ByName(name); name != "all" && err != nil {
			return nil, fmt.Errorf("--methods: %w", err)
		}
	}
	return entries, nil
}

// measure solves on paths that every number of steps shares, and times ensembles
// on noise that costs what it does anywhere.
func (o *benchSDEOptions) measure(ctx context.Context, t sdeTask) (sdeRow, error) {
	row := sdeRow{Problem: t.p.name, Method: t.e.Name, Steps: t.steps}
	dim, finest := t.p.system.Dim, o.steps[len(o.steps)-1]
	y0 := slices.Repeat(t.p.initial, o.paths)
	at := noise.Address{Seed: o.seed, Use: noise.Path}
	r, err := sde.Solve(ctx, t.e.Method, t.p.system, 0, 1, y0, sde.Config{
		Steps: t.steps, Source: sde.Refined{Source: noise.Gaussian{}, Steps: finest / t.steps}, Address: at,
	})
	if err != nil {
		return row, err
	}
	noises := t.p.system.Noises()
	path := make([]float64, o.paths*t.p.f.Len(noises))
	sde.Refined{Source: noise.Gaussian{}, Steps: finest}.Path(path, t.p.f, noises, 1, at)
	parts, want := t.p.f.Parts(path, noises), make([]float64, dim)
	m, err := statistics.NewMoments(2, 2)
	if err != nil {
		return row, err
	}
	for k := range o.paths {
		t.p.exact(want, parts, k)
		square := 0.0
		for i, v := range want {
			d := r.Y[k*dim+i] - v
			square += d * d
		}
		last := dim - 1
		m.Add([]float64{square, r.Y[k*dim+last] - want[last]})
	}
	mean := m.Mean(0)
	row.Strong = math.Sqrt(mean.Value)
	if row.Strong > 0 {
		row.StrongError = mean.Error / (2 * row.Strong)
	}
	row.Weak, row.WeakError = m.Mean(1).Value, m.Mean(1).Error
	row.Seconds, err = o.time(ctx, sde.Ensemble{Method: t.e.Method, System: t.p.system, T1: 1, Steps: t.steps, Initial: t.p.initial})
	return row, err
}

// time is the least time of a path in three ensembles on one core.
func (o *benchSDEOptions) time(ctx context.Context, e sde.Ensemble) (seconds float64, err error) {
	m, err := statistics.NewMoments(e.System.Dim, 2)
	if err != nil {
		return 0, err
	}
	e.Paths, e.Workers, e.Address.Seed, e.Statistics = uint64(min(o.paths, 4*sde.ChunkPaths)), 1, o.seed, []statistics.Reducer{m}
	seconds = math.Inf(1)
	for range 3 {
		begin := time.Now()
		if _, err := e.Run(ctx); err != nil {
			return 0, err
		}
		seconds = min(seconds, time.Since(begin).Seconds())
	}
	return seconds / float64(e.Paths), nil
}

// draw writes the diagrams: a panel a problem, a curve a method.
func (o *benchSDEOptions) draw(rows []sdeRow) error {
	var panels []report.Panel
	for _, r := range rows {
		i := slices.IndexFunc(panels, func(p report.Panel) bool { return p.Title == r.Problem })
		if i < 0 {
			i = len(panels)
			x := map[string]string{"time": "seconds a path", "steps": "steps"}[o.against]
			panels = append(panels, report.Panel{Title: r.Problem, X: x, Y: o.kind + " error", LogX: true, LogY: true, Marks: true})
		}
		curves := &panels[i].Curves
		k := slices.IndexFunc(*curves, func(c report.Curve) bool { return c.Name == r.Method })
		if k < 0 {
			k = len(*curves)
			*curves = append(*curves, report.Curve{Name: r.Method})
		}
		x, y := r.Seconds, r.Strong
		if o.against == "steps" {
			x = float64(r.Steps)
		}
		if o.kind == "weak" {
			y = math.Abs(r.Weak)
		}
		c := &(*curves)[k]
		c.X, c.Y = append(c.X, x), append(c.Y, y)
	}
	return writePlot(o.plot, panels)
}
