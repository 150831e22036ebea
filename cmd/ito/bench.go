package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/validation/problems"
)

func benchCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "bench", Short: "Measure what solvers spend on accuracy"}
	cmd.AddCommand(benchODECommand(), benchSDECommand())
	return cmd
}

type benchOptions struct {
	problems, methods []string
	tolerances        []float64
	budget, limit     time.Duration
	asCSV, asJSON     bool
	plot, against     string
}

func benchODECommand() *cobra.Command {
	var o benchOptions
	cmd := &cobra.Command{
		Use:   "ode",
		Short: "Print work-precision tables of the methods for differential equations",
		Long: `Bench ode solves problems with a reference solution by several methods at several
tolerances and prints the error achieved at the end of time, the right-hand sides
evaluated, the steps, and the least time of at least three runs. With --plot it
draws the diagrams: error against time (or evaluations), one panel a problem.

--problems and --methods take names of ito solve --list, or all, stiff, non-stiff.
Methods of such a group, of order 3 at least, run on problems of their own kind;
those named, on every problem.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.plot == "" && cmd.Flags().Changed("against") {
				return errors.New("--against says what to plot: give --plot FILE.png too")
			}
			return o.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.problems, "problems", []string{"lorenz10", "arenstorf", "kepler10", "pleiades", "lotka", "robertson", "vdp1000", "hires", "orego"}, "problems to solve")
	f.StringSliceVar(&o.methods, "methods", []string{"all"}, "methods to solve them by")
	f.Float64SliceVar(&o.tolerances, "tolerances", []float64{1e-4, 1e-6, 1e-8, 1e-10}, "relative tolerances")
	f.DurationVar(&o.budget, "budget", 20*time.Millisecond, "time to spend on a measurement, three runs at least")
	f.DurationVar(&o.limit, "limit", 5*time.Second, "time at which a single solve is given up")
	f.BoolVar(&o.asCSV, "csv", false, "print CSV")
	f.BoolVar(&o.asJSON, "json", false, "print JSON")
	f.StringVar(&o.plot, "plot", "", "PNG or SVG file for the diagrams")
	f.StringVar(&o.against, "against", "time", "what to draw errors against: time or evaluations")
	return cmd
}

// benchRow is one solve of a problem by a method at a tolerance.
type benchRow struct {
	Problem     string  `json:"problem"`
	Method      string  `json:"method"`
	Tolerance   float64 `json:"tolerance"`
	Error       float64 `json:"error,omitempty"`
	Evaluations int     `json:"evaluations,omitempty"`
	Jacobians   int     `json:"jacobians,omitempty"`
	Accepted    int     `json:"accepted,omitempty"`
	Rejected    int     `json:"rejected,omitempty"`
	Seconds     float64 `json:"seconds,omitempty"`
	Failed      string  `json:"failed,omitempty"`
}

func (o *benchOptions) run(cmd *cobra.Command) error {
	tasks, err := o.choose()
	if err != nil {
		return err
	}
	if err := checkPlot(o.plot); err != nil {
		return err
	}
	bar := newProgress(os.Stderr)
	defer bar.clear()
	var rows []benchRow
	for i, t := range tasks {
		bar.set(int64(i), int64(len(tasks)), fmt.Sprintf("%s by %s at %g", t.p.Name, t.e.Name, t.tolerance))
		row, err := o.measure(cmd.Context(), t)
		if err != nil {
			return err
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
		return benchCSV(out, rows)
	default:
		return benchTable(out, rows)
	}
}

// benchTask is one measurement to make.
type benchTask struct {
	p         problems.Problem
	e         ode.Entry
	tolerance float64
}

// choose checks the flags and lists what to measure.
func (o *benchOptions) choose() ([]benchTask, error) {
	switch {
	case o.asCSV && o.asJSON:
		return nil, errors.New("--csv and --json: give one of them")
	case o.against != "time" && o.against != "evaluations":
		return nil, fmt.Errorf("--against %q: want time or evaluations", o.against)
	case o.budget < 0 || o.limit <= 0:
		return nil, fmt.Errorf("--budget %v, --limit %v: want positive times", o.budget, o.limit)
	}
	for _, tol := range o.tolerances {
		if !(tol > 0 && tol < 1) {
			return nil, fmt.Errorf("--tolerances %v: want numbers between 0 and 1", tol)
		}
	}
	var tasks []benchTask
	var all []problems.Problem
	for _, name := range o.problems {
		p, ok := problems.ByName(name)
		switch {
		case ok && p.Reference == nil:
			return nil, fmt.Errorf("--problems: %s has no reference solution to measure errors by", name)
		case ok:
			all = append(all, p)
		case name == "all" || name == "stiff" || name == "non-stiff":
			for _, p := range problems.Catalogue {
				if p.Reference != nil && (name == "all" || stiffness(p.Stiff) == name) {
					all = append(all, p)
				}
			}
		default:
			return nil, fmt.Errorf("--problems: no problem %q; known: all, stiff, non-stiff, %s", name, problemNames())
		}
	}
	for _, p := range all {
		methods, err := o.methodsFor(p)
		if err != nil {
			return nil, err
		}
		for _, e := range methods {
			for _, tol := range o.tolerances {
				tasks = append(tasks, benchTask{p, e, tol})
			}
		}
	}
	return tasks, nil
}

// methodsFor lists the methods for a problem: of groups those that suit it, and
// all that are named.
func (o *benchOptions) methodsFor(p problems.Problem) ([]ode.Entry, error) {
	var out []ode.Entry
	for _, name := range o.methods {
		if name == "all" || name == "stiff" || name == "non-stiff" {
			for _, e := range ode.Catalogue {
				order, estimate := e.Method.Order()
				if order >= 3 && estimate > 0 && e.Stiff == p.Stiff && (name == "all" || stiffness(e.Stiff) == name) && takesMass(p, e) {
					out = append(out, e)
				}
			}
			continue
		}
		e, err := ode.ByName(name)
		if err != nil {
			return nil, fmt.Errorf("--methods: %w", err)
		}
		if _, estimate := e.Method.Order(); estimate == 0 {
			return nil, fmt.Errorf("--methods: %s has no error estimate, and so no tolerance", name)
		}
		out = append(out, e)
	}
	return out, nil
}

// takesMass tells whether a method can solve M y' = f with the problem's M.
func takesMass(p problems.Problem, e ode.Entry) bool {
	if p.Mass == nil && p.MassMatrix == nil {
		return true
	}
	m, ok := e.Method.(integrators.Implicit)
	if ok {
		_, err := m.Implicit(p.F, len(p.Y0), p.Linearisation())
		ok = err == nil
	}
	return ok
}

// measure solves at least three times, for as long as the budget lasts, and keeps
// the least time. A solve that fails or takes too long is a row that says so.
func (o *benchOptions) measure(ctx context.Context, t benchTask) (benchRow, error) {
	row := benchRow{Problem: t.p.Name, Method: t.e.Name, Tolerance: t.tolerance}
	task := problemTask(t.p)
	c := ode.Config{RTol: t.tolerance, ATol: t.tolerance * t.p.AbsScale, Stops: task.c.Stops}
	if err := task.linearise(&c, t.e); err != nil {
		row.Failed = err.Error()
		return row, nil
	}
	total := time.Duration(0)
	for n := 0; n < 3 || total < o.budget; n++ {
		limited, cancel := context.WithTimeout(ctx, o.limit)
		begin := time.Now()
		r, err := ode.Solve(limited, t.e.Method, t.p.F, t.p.T0, t.p.T1, t.p.Y0, c)
		took := time.Since(begin)
		cancel()
		if ctx.Err() != nil {
			return row, ctx.Err()
		}
		if err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				err = fmt.Errorf("not done after %v, at t = %g of %g", o.limit, r.T, t.p.T1)
			}
			row.Failed, row.Seconds = err.Error(), 0
			return row, nil
		}
		if row.Error = t.p.Error(r.Y); row.Error-row.Error != 0 {
			row.Failed, row.Error = "the error is not finite", 0
			return row, nil
		}
		row.Evaluations, row.Jacobians = r.Stats.Evaluations, r.Stats.Jacobians
		row.Accepted, row.Rejected = r.Stats.Accepted, r.Stats.Rejected
		if s := took.Seconds(); n == 0 || s < row.Seconds {
			row.Seconds = s
		}
		if total += took; took > o.limit/5 {
			break // slow enough to be timed well at once
		}
	}
	return row, nil
}
