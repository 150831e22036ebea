package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/tune"
	"github.com/ito-sde/ito/sde"
)

type tuneOptions struct {
	data, model, on, objective, validate string
	process, knob, out, plot             string
	samplers                             []string
	curve                                []int
	end                                  []float64
	components, rows                     int
	cutoff                               bool
	c                                    tune.Config
}

func tuneCommand() *cobra.Command {
	var o tuneOptions
	cmd := &cobra.Command{
		Use:   "tune --nfe N --out GRID.json",
		Short: "Find the time grid on which a sampler errs least for given data and evaluations",
		Long: `Tune seeks the time grid, of a sampler and a number of model evaluations, that
makes an error least: on the Gaussian with the data's mean and covariance, the
exact W2 or KL of the sampler's output (in a second, without Monte Carlo); on a
mixture fitted to the data or on a network, the distance of paths to those of the
probability flow, or the Fréchet distance of samples to the data. It prints the
error beside that of the grids in use, and what the same grids do on a second
model: what is gained on the Gaussian need not carry over.

The file holds the grid as sigmas, lambdas, alphas, times and timesteps, for
ito sample --grid and for other libraries.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "digits", "digits, faithful, or a CSV, TSV or NPY file")
	f.StringSliceVar(&o.samplers, "samplers", []string{"dpm++2m"}, "samplers, of which the best is kept; or all")
	f.StringVar(&o.knob, "knob", "", "tune a parameter too, in place of --samplers: eta (DDIM), churn (EDM's Heun) or tau (SA-Solver)")
	f.IntVar(&o.c.NFE, "nfe", 10, "model evaluations per sample, the final denoising one of them")
	f.StringVar(&o.process, "process", "vp", "forward process: vp, vp-cosine, subvp, ve, edm, flow")
	f.StringVar(&o.on, "on", "gaussian", "what to tune on: gaussian, mixture or network")
	f.StringVar(&o.objective, "objective", "", "on gaussian: w2 (default) or kl; on mixture: paths (default) or frechet; on network: frechet (default) or paths")
	f.StringVar(&o.validate, "validate", "mixture", "what judges the ends of several starts: mixture, network or none")
	f.StringVar(&o.model, "model", "", "a network that ito train wrote for this data; default: the shipped digits")
	f.IntVar(&o.components, "components", 0, "components of the mixture; 0: 20, or a component for 20 rows")
	f.IntVar(&o.rows, "rows", 0, "paths or samples of an objective that is not exact; 0: 256 paths, 1000 samples")
	f.Float64SliceVar(&o.end, "end", nil, "least and largest σ/α at which the grid may end, as in 0.002,0.1; default: where standard grids do")
	f.BoolVar(&o.cutoff, "cutoff", false, "end at the process's cut-off")
	f.Float64Var(&o.c.Smoothness, "smoothness", 0, "price of a rough grid; 0: 0.1")
	f.IntVar(&o.c.Starts, "starts", 0, "starts of the search; 0: 8, or 3 where the objective is not exact")
	f.Uint64Var(&o.c.Seed, "seed", 1, "seed of all random numbers")
	f.IntVar(&o.c.Workers, "workers", 0, "goroutines; 0: one a core")
	f.StringVar(&o.out, "out", "grid.json", "JSON file for the grid; empty: none")
	f.StringVar(&o.plot, "plot", "", "PNG or SVG file: the grids, and their error over evaluations")
	f.IntSliceVar(&o.curve, "curve", []int{5, 8, 10, 15, 20}, "budgets of --plot, each tuned")
	return cmd
}

func (o *tuneOptions) run(cmd *cobra.Command) error {
	ctx := cmd.Context()
	rules, err := o.rules(cmd)
	if err != nil {
		return err
	}
	if o.plot != "" {
		if _, err := report.Format(o.plot); err != nil {
			return err
		}
	}
	if o.c.Process, err = sde.ByName(o.process); err != nil {
		return err
	}
	if o.cutoff {
		if o.end != nil {
			return errors.New("--end and --cutoff say where to end: give one of them")
		}
		cutoff, _ := o.c.Process.Horizon()
		l := o.c.Process.At(cutoff).Lambda()
		o.c.Last = tune.Range{Lo: l, Hi: l}
	}
	set, err := dataset.Load(o.data)
	if err != nil {
		return err
	}
	bar := newProgress(os.Stderr)
	defer bar.clear()
	judged, err := o.objectives(ctx, set, rules, bar)
	if err != nil {
		return err
	}
	what := "tuning"
	o.c.Progress = func(done, total int) { bar.set(int64(done), int64(total), what) }
	choice, leftOut, err := o.tune(ctx, rules)
	bar.clear()
	if err != nil {
		return err
	}
	if o.out != "" {
		table := o.table(choice, judged[0])
		if err := atomicfile.Write(o.out, table.Write); err != nil {
			return err
		}
	}
	if o.plot != "" {
		panels, err := o.panels(ctx, choice, judged[0], func(n int) { what = fmt.Sprintf("tuning for %d evaluations", n) })
		bar.clear()
		if err != nil {
			return err
		}
		format, err := report.Format(o.plot)
		if err != nil {
			return err
		}
		if err := atomicfile.Write(o.plot, func(w io.Writer) error { return report.Curves(w, format, panels) }); err != nil {
			return err
		}
	}
	if err := printTuned(cmd.OutOrStdout(), choice, judged); err != nil {
		return err
	}
	if o.on == "gaussian" && 2*set.Dim <= choice.Grid.Steps() {
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "the Gaussian has %d means and variances and the grid as many free numbers or more: it can fit them exactly, which says little of the data themselves\n", 2*set.Dim)
	}
	for _, e := range leftOut {
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "left out: %v\n", e)
	}
	for _, path := range []string{o.out, o.plot} {
		if path != "" {
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "wrote %s\n", path)
		}
	}
	return nil
}

// rules are the samplers to choose from; none where a knob is tuned.
func (o *tuneOptions) rules(cmd *cobra.Command) ([]sampler.Entry, error) {
	if len(o.end) != 0 {
		if len(o.end) != 2 || !(o.end[0] > 0) || !(o.end[1] > o.end[0]) {
			return nil, fmt.Errorf("--end %v: want two levels σ/α above 0, the smaller first", o.end)
		}
		o.c.Last = tune.Range{Lo: -math.Log(o.end[1]), Hi: -math.Log(o.end[0])}
	}
	if o.knob != "" {
		if cmd.Flags().Changed("samplers") {
			return nil, errors.New("--knob has a sampler of its own: leave --samplers out")
		}
		k, err := tune.KnobByName(o.knob)
		if err != nil {
			return nil, err
		}
		o.c.Knob = &k
		return nil, nil
	}
	if len(o.samplers) == 1 && o.samplers[0] == "all" {
		return sampler.Catalogue, nil
	}
	var rules []sampler.Entry
	for _, name := range o.samplers {
		e, err := sampler.ByName(name)
		if err != nil {
			return nil, err
		}
		rules = append(rules, e)
	}
	if len(rules) == 0 {
		return nil, errors.New("--samplers names none")
	}
	return rules, nil
}
