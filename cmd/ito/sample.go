package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score/sampler"
)

func sampleCommand() *cobra.Command {
	var model, out, picture, name, process, grid string
	var n, nfe, workers int
	var seed uint64
	var guide guidanceFlags
	var way ways
	cmd := &cobra.Command{
		Use:   "sample --model MODEL --n N --out FILE.npy",
		Short: "Draw samples from a model, of all or of a class, in the units of its data",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" && picture == "" {
				return errors.New("nowhere to write to: give --out FILE.npy, or --picture FILE.png")
			}
			if err := errors.Join(checkFile("out", out, ".npy"), checkFile("picture", picture, ".png")); err != nil {
				return err
			}
			if n < 1 {
				return fmt.Errorf("--n %d: want at least one sample", n)
			}
			if err := way.check(cmd, name); err != nil {
				return err
			}
			net, set, err := guide.load(cmd, model, seed, workers)
			if err != nil {
				return err
			}
			x := make([]float64, n*net.Dim())
			var cost string
			if e, ok := adaptiveByName(name); ok {
				cost, err = way.adapt(cmd.Context(), x, e.Rule, process, net, seed, workers)
			} else {
				var c sampler.Config
				if c, err = chosen(cmd, name, process, grid, nfe); err != nil {
					return err
				}
				bar := newProgress(os.Stderr)
				c.Model, c.Seed, c.Workers = net, seed, workers
				c.Progress = func(done, total int64) { bar.set(done, total, "sampling") }
				cost, err = way.sample(cmd.Context(), x, c)
				bar.clear()
			}
			if err != nil {
				return err
			}
			var drawn, written error // one also where the other cannot be
			if picture != "" {
				drawn = writePicture(picture, set, x)
			}
			if out != "" {
				set.Restore(x)
				written = atomicfile.Write(out, func(w io.Writer) error { return dataset.WriteNPY(w, x, net.Dim()) })
			}
			if err := errors.Join(drawn, written); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%d samples of %d numbers, %s\n", n, net.Dim(), cost)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&model, "model", "", "a network that ito train wrote, or mixture: that of the digits; default: the shipped network")
	f.IntVar(&n, "n", 1000, "number of samples")
	f.StringVar(&out, "out", "", "NPY file for the samples, rows in the data's units")
	f.StringVar(&picture, "picture", "", "PNG file for a grid of the first samples, where they are pictures")
	f.StringVar(&name, "sampler", "dpm++2m", "a sampler of ito validate's list, or one that chooses its steps (see --rtol)")
	f.IntVar(&nfe, "nfe", 20, "model evaluations per sample")
	f.StringVar(&process, "process", "vp", "forward process")
	f.StringVar(&grid, "grid", "karras", "time grid: time, lambda, karras, quadratic and others, or a file that ito tune wrote")
	f.Uint64Var(&seed, "seed", 1, "seed of all random numbers")
	f.IntVar(&workers, "workers", 0, "goroutines; 0: one a core")
	way.add(cmd)
	guide.add(cmd)
	return cmd
}

func writePicture(path string, set *dataset.Set, x []float64) error {
	if set.Width == 0 {
		return fmt.Errorf("--picture: rows of %s are no pictures", set.Name)
	}
	return atomicfile.Write(path, func(w io.Writer) error { return report.Grid(w, x, set.Width, set.Height, 16, 8) })
}
