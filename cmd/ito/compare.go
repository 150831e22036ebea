package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/validation"
)

type compareOptions struct {
	data, model, out, picture string
	components                int
	onnx                      onnxFlags
	asJSON                    bool
	c                         validation.CompareConfig
}

func compareCommand() *cobra.Command {
	var o compareOptions
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Compare samplers on data: sampled and exact errors against evaluations",
		Long: `Compare runs samplers over budgets of model evaluations, on the exact score of a
Gaussian mixture fitted to the data and, for the embedded digits or with --model,
on a network, that of ito train or with --onnx one from elsewhere that was trained
on the same rows (digits: pixels from −1 to 1; files: standardised columns). It prints each sampler's distance to the data and, beside it, the
exact error of the same sampler on the data's Gaussian surrogate, also on a grid
tuned for it (ito tune), and writes an HTML page with curves and samples.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "digits", "digits, faithful, or a CSV, TSV or NPY file")
	f.StringVar(&o.model, "model", "", "a network that ito train wrote for this data")
	o.onnx.add(cmd)
	f.IntVar(&o.components, "components", 0, "components of the mixture; 0: 20, or a component for 20 rows")
	f.StringSliceVar(&o.c.Samplers, "samplers", []string{"euler-maruyama", "ddpm", "ddim", "dpm++2m", "edm-heun", "predictor-corrector", "flow-rk45"}, "samplers, or all")
	f.StringSliceVar(&o.c.Processes, "process", []string{"vp"}, "forward processes: vp, vp-cosine, subvp, ve, edm, flow")
	f.StringVar(&o.c.Grid, "grid", "karras", "time grid: time, lambda, karras or quadratic")
	f.IntSliceVar(&o.c.NFE, "nfe", []int{10, 20, 50}, "budgets of model evaluations")
	f.IntVar(&o.c.TuneNFE, "tune", 20, "tune a grid on the surrogate for budgets up to this one, and show its exact W2; 0: none")
	f.IntVar(&o.c.N, "n", 2000, "samples in every row")
	f.Uint64Var(&o.c.Seed, "seed", 1, "seed of all random numbers")
	f.IntVar(&o.c.Workers, "workers", 0, "goroutines; 0: one a core")
	f.StringVar(&o.out, "out", "compare.html", "HTML page; empty: none")
	f.StringVar(&o.picture, "picture", "", "PNG file for real digits over generated ones (dpm++2m, the largest budget)")
	f.BoolVar(&o.asJSON, "json", false, "print JSON")
	return cmd
}

func (o *compareOptions) run(cmd *cobra.Command) error {
	ctx := cmd.Context()
	set, err := dataset.Load(o.data)
	if err != nil {
		return err
	}
	if len(o.c.Samplers) == 1 && o.c.Samplers[0] == "all" {
		o.c.Samplers = nil
	}
	if err := errors.Join(checkFile("out", o.out, ".html", ".htm"), checkFile("picture", o.picture, ".png")); err != nil {
		return err
	}
	for _, n := range o.c.NFE {
		if n < 2 {
			return fmt.Errorf("--nfe %d: one step and the final denoising take 2 evaluations at least", n)
		}
	}
	bar := newProgress(os.Stderr)
	defer bar.clear()
	if o.c.Models, err = o.models(ctx, set, bar); err != nil {
		return err
	}
	o.c.X, o.c.Dim, o.c.Unit, o.c.Pictures = set.X, set.Dim, set.Unit, 60
	if set.Width == 0 {
		o.c.Pictures = 400
	}
	o.c.Progress = bar.set
	got, err := validation.Compare(ctx, o.c)
	bar.clear()
	if err != nil {
		if got != nil && len(got.Rows) > 0 && !o.asJSON && errors.Is(err, context.Canceled) {
			_ = printComparison(cmd, got) // what was done before the interruption
		}
		return err
	}
	if o.asJSON {
		err = writeJSON(cmd.OutOrStdout(), got)
	} else {
		err = printComparison(cmd, got)
	}
	return errors.Join(err, o.write(cmd, set, got))
}

// write makes the page and the picture, one also where the other cannot be.
func (o *compareOptions) write(cmd *cobra.Command, set *dataset.Set, got *validation.Comparison) error {
	var page, picture error
	if o.out != "" {
		command := "ito " + strings.Join(os.Args[1:], " ")
		page = atomicfile.Write(o.out, func(w io.Writer) error { return report.Write(w, set, got, command) })
		if page == nil && !o.asJSON {
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "wrote %s\n", o.out)
		}
	}
	if o.picture != "" {
		picture = o.drawPicture(set, got)
	}
	return errors.Join(page, picture)
}

// models are the network, where there is one for the data, and the mixture.
func (o *compareOptions) models(ctx context.Context, set *dataset.Set, bar *progress) ([]validation.NamedModel, error) {
	var models []validation.NamedModel
	if o.onnx.file != "" {
		n, err := o.onnx.load()
		if err != nil {
			return nil, err
		}
		if n.Dim() != set.Dim {
			return nil, fmt.Errorf("%s is for rows of %d numbers, %s has %d", o.onnx.file, n.Dim(), set.Name, set.Dim)
		}
		models = append(models, validation.NamedModel{Name: "onnx", Model: n})
	}
	if o.model != "" || set.Name == "digits" {
		n, err := loadModel(o.model)
		if err != nil {
			return nil, err
		}
		if n.Dim() != set.Dim {
			return nil, fmt.Errorf("%s is for rows of %d numbers, %s has %d; train one with ito train --data %s", o.model, n.Dim(), set.Name, set.Dim, o.data)
		}
		models = append(models, validation.NamedModel{Name: "network", Model: n})
	}
	m, err := fitted(ctx, set, o.components, o.c.Seed, o.c.Workers, bar)
	if err != nil {
		return nil, err
	}
	return append(models, validation.NamedModel{Name: "mixture", Model: m}), nil
}

// fitted is a mixture of k Gaussians by EM; k = 0 takes one for 20 rows, at most
// 20.
func fitted(ctx context.Context, set *dataset.Set, k int, seed uint64, workers int, bar *progress) (*score.Mixture, error) {
	if k == 0 {
		k = min(20, max(1, set.Rows()/20))
	}
	const most = 200
	m, _, err := score.FitMixture(ctx, set.X, set.Dim, k, score.EMConfig{
		Seed: seed, MaxIter: most, Workers: workers,
		Observer: func(p score.EMProgress) { bar.set(int64(p.Iter), most, "fitting a mixture by EM") },
	})
	return m, err
}

// drawPicture writes two rows of real digits over the generated ones.
func (o *compareOptions) drawPicture(set *dataset.Set, got *validation.Comparison) error {
	for _, p := range got.Pictures {
		if p.Sampler == "dpm++2m" {
			x := append(append([]float64(nil), got.Real[:32*set.Dim]...), p.X[:min(len(p.X), 48*set.Dim)]...)
			return writePicture(o.picture, set, x)
		}
	}
	return errors.New("--picture: dpm++2m is not among the samplers")
}

func printComparison(cmd *cobra.Command, c *validation.Comparison) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "sampler\tprocess\tmodel\tNFE\tFréchet\tKL\tsliced W2\texact W2\texact KL\ttuned W2\tgain\tseconds\tsamples/s")
	for _, r := range c.Rows {
		tuned, gain := "", ""
		if r.TunedW2 > 0 {
			tuned, gain = number(r.TunedW2), fmt.Sprintf("%.3g", r.ExactW2/r.TunedW2)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.3f\t%.0f\n", r.Sampler, r.Process, r.Model, r.NFE,
			number(r.Frechet), number(r.KL), number(r.SlicedW2), number(r.ExactW2), number(r.ExactKL), tuned, gain, r.Seconds, r.SamplesPerSecond)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "half of the data against the other half: Fréchet %s, sliced W2 %s\n", number(c.HalfFrechet), number(c.HalfSlicedW2))
	for _, s := range c.Skipped {
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "left out: %s\n", s)
	}
	return nil
}
