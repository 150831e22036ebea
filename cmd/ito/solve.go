package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/validation/problems"
)

type solveOptions struct {
	method, out, plot string
	phase, components []string
	rtol, atol, step  float64
	t1                float64
	at                []float64
	points, maxSteps  int
	set               map[string]string
	list, logT        bool
	global            bool
	given             func(flag string) bool
}

func solveCommand() *cobra.Command {
	var o solveOptions
	cmd := &cobra.Command{
		Use:   "solve PROBLEM|FILE",
		Short: "Solve a differential equation: a named problem, or a YAML or JSON file",
		Long: `Solve integrates y' = f(t, y) (or M y' = f) and prints the trajectory as CSV, or
writes it as CSV or NPY and as a plot. PROBLEM is a name of ito solve --list. FILE
holds a system as expressions:

  parameters: {g: 9.81, bounce: 0.9}
  equations:                # a line for each state
    h: v
    v: -g
  y0: {h: 10, v: 0}
  t1: 8
  events:
    - {name: floor, when: h, direction: falling, action: {h: 0, v: -bounce*v}}

and, where wanted, description, define (named expressions), t0, mass, stiff, stops,
at, points, method, rtol, atol, step. Statistics and events go to standard error.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.given = cmd.Flags().Changed
			switch {
			case o.list:
				return listODE(cmd.OutOrStdout())
			case len(args) == 0:
				return errors.New("say what to solve: a problem of ito solve --list, or a YAML or JSON file")
			}
			return o.run(cmd, args[0])
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.method, "method", "", "a method of --list; default: the file's, rodas5p for stiff problems, auto5 for files, tsit5")
	f.Float64Var(&o.rtol, "rtol", 0, "relative tolerance (default 1e-6)")
	f.Float64Var(&o.atol, "atol", 0, "absolute tolerance; default: the relative one, times the problem's scale")
	f.BoolVar(&o.global, "global", false, "bound the error of the answer by the tolerances, not that of steps: solves several times")
	f.Float64Var(&o.step, "step", 0, "fixed step, in place of tolerances")
	f.Float64Var(&o.t1, "t1", 0, "the end of time; default: the problem's")
	f.Float64SliceVar(&o.at, "at", nil, "times of output; default: every step")
	f.IntVar(&o.points, "points", 0, "equally spaced times of output, both ends among them")
	f.StringToStringVar(&o.set, "set", nil, "parameters and initial values of a file: name=expression,...")
	f.StringSliceVar(&o.components, "components", nil, "components to put out; default: all")
	f.IntVar(&o.maxSteps, "max-steps", 0, "most steps to try (default 1000000)")
	f.StringVar(&o.out, "out", "", "CSV or NPY file for the trajectory: columns t and the components; -: standard output")
	f.StringVar(&o.plot, "plot", "", "PNG or SVG file for a plot over time")
	f.StringSliceVar(&o.phase, "phase", nil, "plot the second of two components over the first: x,y")
	f.BoolVar(&o.logT, "log-t", false, "plot over the logarithm of time")
	f.BoolVar(&o.list, "list", false, "list problems and methods")
	return cmd
}

func (o *solveOptions) run(cmd *cobra.Command, name string) error {
	t, err := newTask(name, o.set)
	if err != nil {
		return err
	}
	if err := o.override(t); err != nil {
		return err
	}
	entry, err := t.entry()
	if err != nil {
		return err
	}
	if err := t.linearise(&t.c, entry); err != nil {
		return err
	}
	if _, estimate := entry.Method.Order(); estimate == 0 && t.c.Step == 0 {
		return fmt.Errorf("%s has no error estimate: give --step, or another --method", entry.Name)
	}
	out, err := o.output(t, entry.Method)
	if err != nil {
		return err
	}
	bar := newProgress(os.Stderr)
	defer bar.clear()
	if o.global {
		if err := o.tighten(cmd, t, entry); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancelCause(cmd.Context())
	defer stop(nil)
	steps, what := 0, t.name+" by "+entry.Name
	t.c.Observer = func(s ode.Step) {
		if out.step(s.T, s.Y); out.full() {
			stop(errFull)
		}
		if steps++; steps%64 == 0 {
			bar.set(int64(1000*math.Abs((s.T-t.t0)/(t.t1-t.t0))), 1000, what)
		}
	}
	out.step(t.t0, t.y0)
	begin := time.Now()
	r, err := ode.Solve(ctx, entry.Method, t.f, t.t0, t.t1, t.y0, t.c)
	took := time.Since(begin)
	bar.clear()
	if errors.Is(context.Cause(ctx), errFull) {
		return errFull
	}
	o.statistics(cmd.ErrOrStderr(), t, entry, r, took)
	if err != nil {
		return t.fail(err, r)
	}
	out.finish(r)
	return o.write(cmd, t, out)
}

// tighten sets the tolerances of steps so that the answer meets those given.
func (o *solveOptions) tighten(cmd *cobra.Command, t *task, entry ode.Entry) error {
	if t.c.Step > 0 {
		return errors.New("--global chooses tolerances and --step needs none; give one of them")
	}
	g, err := ode.SolveGlobal(cmd.Context(), entry.Method, t.f, t.t0, t.t1, t.y0, t.c)
	if err != nil {
		return t.fail(err, g.Result)
	}
	t.c.RTol *= g.Scale
	t.c.ATol *= g.Scale
	for i := range t.c.ATols {
		t.c.ATols[i] *= g.Scale
	}
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "error of the answer: %.2g of the tolerance, estimated by %d solves (%d evaluations)\n", g.Norm, g.Solves, g.Stats.Evaluations)
	return nil
}

// override lets flags take the place of what the problem or file says.
func (o *solveOptions) override(t *task) error {
	c := &t.c
	if o.given("method") {
		t.method = o.method
	}
	tolerances := o.given("rtol") || o.given("atol")
	switch {
	case o.given("step") && tolerances:
		return errors.New("--step is for fixed steps and --rtol, --atol for steps that are chosen; give one of them")
	case o.given("step") && !(o.step > 0):
		return fmt.Errorf("--step %v: want a positive number", o.step)
	case o.given("rtol") && !(o.rtol >= 0), o.given("atol") && !(o.atol >= 0), o.given("rtol") && o.given("atol") && o.rtol+o.atol == 0:
		return fmt.Errorf("--rtol %v, --atol %v: want numbers that are not negative, one of them positive", o.rtol, o.atol)
	case o.maxSteps < 0:
		return fmt.Errorf("--max-steps %d: want a positive number", o.maxSteps)
	}
	if o.given("step") {
		c.Step, c.RTol, c.ATol, c.ATols = o.step, 0, 0, nil
	}
	if tolerances && c.Step > 0 {
		c.Step, c.RTol, c.ATol = 0, 1e-6, 1e-6
	}
	if o.given("rtol") {
		if !o.given("atol") && c.RTol > 0 {
			c.ATol *= o.rtol / c.RTol
		}
		c.RTol = o.rtol
	}
	if o.given("atol") {
		c.ATol, c.ATols = o.atol, nil
	}
	c.MaxSteps = o.maxSteps
	if o.given("t1") {
		if o.t1-o.t1 != 0 {
			return fmt.Errorf("--t1 %v: want a finite time", o.t1)
		}
		if t.t1 != o.t1 {
			t.err = nil
		}
		t.t1 = o.t1
		beyond := func(v float64) bool { return (t.t1-v)*(t.t1-t.t0) < 0 || (v-t.t0)*(t.t1-t.t0) < 0 }
		c.At, c.Stops = slices.DeleteFunc(slices.Clone(c.At), beyond), slices.DeleteFunc(slices.Clone(c.Stops), beyond)
	}
	return o.times(t)
}

// times sets the times of output.
func (o *solveOptions) times(t *task) error {
	switch {
	case o.given("at") && o.given("points"):
		return errors.New("--at and --points: give one of them")
	case o.given("points") && (o.points < 1 || o.points > 10_000_000):
		return fmt.Errorf("--points %d: want 1 to 10,000,000", o.points)
	case o.given("at"):
		for _, v := range o.at {
			if dir := t.t1 - t.t0; !((v-t.t0)*dir >= 0 && (t.t1-v)*dir >= 0) {
				return fmt.Errorf("--at %v: want times from %v to %v", v, t.t0, t.t1)
			}
		}
		t.c.At, t.points = slices.Clone(o.at), 0
		slices.Sort(t.c.At)
		if t.t1 < t.t0 {
			slices.Reverse(t.c.At)
		}
	case o.given("points"):
		t.c.At, t.points = nil, o.points
	}
	if n := t.points; n > 0 {
		if n*len(t.components) > maxNumbers {
			return fmt.Errorf("%d points of %d components: more than %d numbers", n, len(t.components), maxNumbers)
		}
		t.c.At = spaced(t.t0, t.t1, n)
	}
	return nil
}

// spaced returns n times from a to b, or b alone.
func spaced(a, b float64, n int) []float64 {
	times := make([]float64, n)
	for i := range times {
		times[i] = a + (b-a)*(float64(i)/float64(max(n-1, 1)))
	}
	times[n-1] = b
	return times
}

// statistics says what the solve did.
func (o *solveOptions) statistics(w io.Writer, t *task, e ode.Entry, r ode.Result, took time.Duration) {
	s := r.Stats
	setting := fmt.Sprintf("rtol %g, atol %g", t.c.RTol, t.c.ATol)
	if t.c.Step > 0 {
		setting = fmt.Sprintf("step %g", t.c.Step)
	} else if t.c.ATols != nil {
		setting = fmt.Sprintf("rtol %g, atol %g", t.c.RTol, t.c.ATols)
	}
	_, _ = fmt.Fprintf(w, "%s by %s, %s: t = %g\n%d steps, %d rejected, %d evaluations", t.name, e.Name, setting, r.T, s.Accepted, s.Rejected, s.Evaluations)
	if s.Jacobians+s.Factorisations > 0 {
		_, _ = fmt.Fprintf(w, ", %d Jacobians, %d factorisations", s.Jacobians, s.Factorisations)
	}
	_, _ = fmt.Fprintf(w, ", %s\n", took.Round(time.Microsecond))
	if t.err != nil && r.T == t.t1 {
		_, _ = fmt.Fprintf(w, "error at the end, against the reference: %s\n", number(t.err(r.Y)))
	}
	const most = 20
	for i, e := range r.Events {
		if i == most {
			_, _ = fmt.Fprintf(w, "and %d more events\n", len(r.Events)-most)
			break
		}
		_, _ = fmt.Fprintf(w, "%s at t = %.12g\n", t.events[e.Event], e.T)
	}
	if r.Ended >= 0 {
		_, _ = fmt.Fprintf(w, "%s ended the solve\n", t.events[r.Ended])
	}
}

func (o *solveOptions) write(cmd *cobra.Command, t *task, out *trajectory) error {
	if o.plot != "" {
		panel, err := out.panel(t, o.phase, o.logT)
		if err != nil {
			return err
		}
		if err := writePlot(o.plot, []report.Panel{panel}); err != nil {
			return err
		}
	}
	switch {
	case o.out == "-" || o.out == "" && o.plot == "":
		return out.writeCSV(cmd.OutOrStdout())
	case o.out != "":
		return atomicfile.Write(o.out, out.writer(o.out))
	}
	return nil
}

// listODE prints the catalogues of problems and methods.
func listODE(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "problem\tstates\tto\tkind\t")
	for _, p := range problems.Catalogue {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%g\t%s\t%s\n", p.Name, len(p.Y0), p.T1, stiffness(p.Stiff), p.Doc)
	}
	_, _ = fmt.Fprintln(w, "\t\t\t\t\nmethod\torder\testimate\tkind\t")
	for _, e := range ode.Catalogue {
		order, estimate := e.Method.Order()
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\n", e.Name, order, estimate, stiffness(e.Stiff), e.Doc)
	}
	return w.Flush()
}

func stiffness(stiff bool) string {
	if stiff {
		return "stiff"
	}
	return "non-stiff"
}
