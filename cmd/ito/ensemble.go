package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
)

type ensembleOptions struct {
	method, out, plot, checkpoint string
	paths, t1                     float64
	steps, points, workers        int
	seed                          uint64
	at, quantiles                 []float64
	accuracy                      float64
	set                           map[string]string
	barriers                      []string
	discrete, antithetic          bool
	resume, list                  bool
	every                         time.Duration
	given                         func(flag string) bool
}

func ensembleCommand() *cobra.Command {
	var o ensembleOptions
	cmd := &cobra.Command{
		Use:   "ensemble MODEL|FILE",
		Short: "Simulate many paths of a stochastic differential equation and print their moments",
		Long: `Ensemble simulates paths of dy = a dt + b dw and prints means and variances with their
standard errors, and the exact ones where a model has them. MODEL is a name of ito
ensemble --list. FILE is YAML or JSON with expressions:

  parameters: {kappa: 2, theta: 0.04, sigma: 0.3, rho: -0.7}
  define: {root: "sqrt(max(v, 0))"}   # in quotes where braces hold commas
  equations:                # the drift a, a line for each state
    x: 0.03*x
    v: kappa*(theta - root^2)
  diffusion:                # b: a list with one for each common noise, or one
    x: [root*x, 0]                                # expression for its own noise
    v: [sigma*rho*root, sigma*sqrt(1 - rho^2)*root]
  calculus: ito             # or stratonovich
  y0: {x: 1, v: 0.04}
  t1: 1
  steps: 200
  quantities: {call: "max(x - 1, 0)"}             # further columns
  barriers: [{state: x, level: 0.5, name: out, discrete: true}]  # discrete if there are jumps
  jumps: {rate: 2, action: {x: x*exp(0.1*normal)}}   # normal, uniform, exponential

and, where wanted, name, description, define, t0, at, points and method.

--checkpoint writes the run down from time to time; with --resume it goes on from
there, to the same bits. Standard errors are those of the paths; the error of the
steps is not in them.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.given = cmd.Flags().Changed
			switch {
			case o.list:
				return listSDE(cmd.OutOrStdout())
			case len(args) == 0:
				return errors.New("say what to simulate: a model of ito ensemble --list, or a YAML or JSON file")
			}
			return o.run(cmd, args[0])
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.method, "method", "", "a method of --list; default: the file's, or Euler–Maruyama (Heun for Stratonovich)")
	f.Float64Var(&o.paths, "paths", 1e5, "number of paths")
	f.IntVar(&o.steps, "steps", 0, "number of steps (default: the file's, or 1000)")
	f.Float64Var(&o.t1, "t1", 0, "the end of time; default: the model's")
	f.Float64SliceVar(&o.at, "at", nil, "times of output; default: the end, or 50 with --plot")
	f.IntVar(&o.points, "points", 0, "equally spaced times of output, the end among them")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the random numbers")
	f.StringToStringVar(&o.set, "set", nil, "parameters and initial values of a file: name=expression,...")
	f.Float64SliceVar(&o.quantiles, "quantiles", nil, "quantiles to print, from 0 to 1 (default with --plot: 0.05,0.25,0.5,0.75,0.95)")
	f.Float64Var(&o.accuracy, "accuracy", 1e-3, "relative accuracy of quantiles")
	f.StringArrayVar(&o.barriers, "barrier", nil, "state=level: end paths where the state reaches the level; may be repeated")
	f.BoolVar(&o.discrete, "discrete", false, "watch the --barrier levels at the ends of steps only")
	f.BoolVar(&o.antithetic, "antithetic", false, "take paths in opposite pairs")
	f.IntVar(&o.workers, "workers", 0, "goroutines (default: one a core); the result does not depend on it")
	f.StringVar(&o.checkpoint, "checkpoint", "", "file to write the run down in")
	f.DurationVar(&o.every, "every", 30*time.Second, "least time between two writes of the checkpoint")
	f.BoolVar(&o.resume, "resume", false, "go on from the checkpoint's file")
	f.StringVar(&o.out, "out", "", "CSV or NPY file for all figures, a row a time; -: standard output, in place of the table")
	f.StringVar(&o.plot, "plot", "", "PNG or SVG file for a fan chart")
	f.BoolVar(&o.list, "list", false, "list models and methods")
	return cmd
}

func (o *ensembleOptions) run(cmd *cobra.Command, name string) error {
	t, err := newSimulation(name, o.set)
	if err != nil {
		return err
	}
	if err := o.override(t); err != nil {
		return err
	}
	if err := o.files(); err != nil {
		return err
	}
	if err := t.collect(o); err != nil {
		return err
	}
	bar := newProgress(os.Stderr)
	defer bar.clear()
	what := fmt.Sprintf("%s, %.3g paths", t.name, o.paths)
	t.e.Progress = func(done, total uint64) error {
		bar.set(int64(done), int64(total), what)
		return nil
	}
	begin := time.Now()
	r, err := t.e.Run(cmd.Context())
	took := time.Since(begin)
	bar.clear()
	if err != nil {
		if o.checkpoint != "" && r.Paths > 0 {
			err = fmt.Errorf("%w; %d paths are in %s: go on with --resume", err, r.Paths, o.checkpoint)
		}
		return err
	}
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s by %s: %d paths of %d steps to t = %g, %s\n", t.name, t.method, r.Paths, t.e.Steps, t.e.T1, took.Round(time.Millisecond))
	f := t.figures(r)
	if o.plot != "" {
		if err := writePlot(o.plot, f.fans()); err != nil {
			return err
		}
	}
	switch {
	case o.out == "-":
		return f.writeCSV(cmd.OutOrStdout())
	case o.out != "":
		if err := atomicfile.Write(o.out, f.writer(o.out)); err != nil {
			return err
		}
	}
	return f.table(cmd.OutOrStdout())
}

// override lets flags take the place of what the model or file says.
func (o *ensembleOptions) override(t *simulation) error {
	e := &t.e
	switch {
	case !(o.paths >= 1 && o.paths <= 1e15 && o.paths == math.Trunc(o.paths)):
		return fmt.Errorf("--paths %v: want a whole number from 1 to 1e15", o.paths)
	case o.antithetic && math.Mod(o.paths, 2) != 0:
		return fmt.Errorf("--paths %v: want an even number for opposite pairs", o.paths)
	case o.given("steps") && (o.steps < 1 || o.steps > 100_000_000):
		return fmt.Errorf("--steps %d: want 1 to 100,000,000", o.steps)
	case o.given("t1") && (o.t1-o.t1 != 0 || o.t1 == e.T0):
		return fmt.Errorf("--t1 %v: want a finite time other than %v", o.t1, e.T0)
	case o.given("at") && o.given("points"):
		return errors.New("--at and --points: give one of them")
	case o.given("points") && (o.points < 1 || o.points > 10_000):
		return fmt.Errorf("--points %d: want 1 to 10,000", o.points)
	case o.discrete && len(o.barriers) == 0:
		return errors.New("--discrete says how to watch a --barrier: give one too")
	case !(o.accuracy >= 1e-6 && o.accuracy <= 0.5):
		return fmt.Errorf("--accuracy %v: want a number from 1e-6 to 0.5", o.accuracy)
	}
	for _, q := range o.quantiles {
		if !(q >= 0 && q <= 1) {
			return fmt.Errorf("--quantiles %v: want numbers from 0 to 1", q)
		}
	}
	if o.given("method") {
		m, err := stochastic.ByName(o.method)
		if err != nil {
			return err
		}
		e.Method, t.method = m, o.method
	}
	e.Paths, e.Address.Seed, e.Workers = uint64(o.paths), o.seed, o.workers
	if o.given("steps") {
		e.Steps = o.steps
	}
	if o.given("t1") {
		e.T1 = o.t1
		e.Times = nil
	}
	o.times(e)
	return o.watch(t)
}

// times sets the times of output.
func (o *ensembleOptions) times(e *sde.Ensemble) {
	points := o.points
	switch {
	case o.given("at"):
		e.Times = o.at
	case points == 0 && o.plot != "" && e.Times == nil:
		points = 50
	}
	if points > 0 {
		e.Times = spaced(e.T0, e.T1, points+1)[1:]
		if o.plot != "" {
			e.Times = spaced(e.T0, e.T1, points+1)
		}
	}
}

// files checks where to write before the work.
func (o *ensembleOptions) files() error {
	if err := checkTable(o.out); err != nil {
		return err
	}
	if err := checkPlot(o.plot); err != nil {
		return err
	}
	switch {
	case o.checkpoint == "" && (o.resume || o.given("every")):
		return errors.New("--resume and --every are about a --checkpoint: give its FILE")
	case o.every <= 0:
		return fmt.Errorf("--every %v: want a positive time", o.every)
	case o.checkpoint == "":
		return nil
	}
	_, err := os.Stat(o.checkpoint)
	switch {
	case err == nil && !o.resume:
		return fmt.Errorf("--checkpoint %s is there already: go on from it with --resume, or remove it", o.checkpoint)
	case err != nil && o.resume:
		return fmt.Errorf("--resume: %w", err)
	}
	return nil
}

// listSDE prints the catalogues of models and methods.
func listSDE(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "model\tstates\tnoise\tto\t")
	for _, m := range models.Catalogue {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%s\t%g\t%s\n", m.Name, m.System.Dim, m.System.Structure, m.T1, m.Doc)
	}
	_, _ = fmt.Fprintln(w, "\t\t\t\t\nmethod\t\t\t\t")
	for _, m := range stochastic.Catalogue {
		_, _ = fmt.Fprintf(w, "%s\t\t\t\t%s\n", m.Name, m.Doc)
	}
	return w.Flush()
}
