package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score"
)

func trainCommand() *cobra.Command {
	var data, out string
	var c score.TrainConfig
	cmd := &cobra.Command{
		Use:   "train --data FILE --out MODEL",
		Short: "Train a score network on data by denoising score matching",
		Long: `Train fits a small network to a data set and writes it as a safetensors file.

The state of the run is kept in MODEL.state: after Ctrl-C, a crash or a power
cut the same command goes on from there, to the same bits as a run that was
never interrupted. MODEL.loss.png shows the loss, MODEL.loss.jsonl lists it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return errors.New("--out says where to write the model, and is missing")
			}
			// Better before the work than after it.
			if f, err := os.Stat(out); err == nil && f.IsDir() {
				return fmt.Errorf("--out %s is a folder; name a file", out)
			}
			set, err := dataset.Load(data)
			if err != nil {
				return err
			}
			if c.Metadata, err = frameOf(set); err != nil {
				return err
			}
			c.State = out + ".state"
			bar := newProgress(os.Stderr)
			var curve lossCurve
			begin := time.Now()
			c.Observer = func(s score.TrainStep) {
				curve.add(s)
				bar.set(int64(s.Step), int64(s.Steps), fmt.Sprintf("step %d, loss %.4f", s.Step, curve.mean))
			}
			n, err := score.Train(cmd.Context(), set.X, set.Dim, c)
			bar.clear()
			if err != nil {
				return err
			}
			if err := atomicfile.Write(out, n.Save); err != nil {
				return err
			}
			if err := curve.write(out); err != nil {
				return err
			}
			// The run is over: its state would only stop the next one.
			if err := os.Remove(c.State); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d parameters, %d steps in %s, loss %.4f\n", out, n.Parameters(), len(curve.lines), time.Since(begin).Round(time.Second), curve.mean)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&data, "data", "digits", "digits, faithful, or a CSV, TSV or NPY file")
	f.StringVar(&out, "out", "", "the model's file")
	f.IntVar(&c.Hidden, "hidden", 320, "width of the network")
	f.IntVar(&c.Blocks, "blocks", 3, "residual blocks")
	f.IntVar(&c.Steps, "steps", 8000, "optimiser steps")
	f.IntVar(&c.Batch, "batch", 512, "rows a step")
	f.Float64Var(&c.Rate, "rate", 1e-3, "peak learning rate")
	f.IntVar(&c.EMA, "ema", 1000, "length of the weights' moving average, in steps")
	f.Float64Var(&c.PMean, "p-mean", -0.5, "mean of ln(σ/σ_data) in training")
	f.Float64Var(&c.PStd, "p-std", 1.4, "standard deviation of ln(σ/σ_data) in training")
	f.Uint64Var(&c.Seed, "seed", 1, "seed of all random numbers")
	f.IntVar(&c.Workers, "workers", 0, "goroutines; 0: one a core")
	f.IntVar(&c.SaveEvery, "save-every", 1000, "steps between states")
	return cmd
}

// lossCurve collects the loss of every step of this run.
type lossCurve struct {
	lines []score.TrainStep
	mean  float64 // moving
}

func (l *lossCurve) add(s score.TrainStep) {
	l.lines = append(l.lines, s)
	l.mean += (s.Loss - l.mean) / float64(min(len(l.lines), 200))
}

func (l *lossCurve) write(out string) error {
	if len(l.lines) == 0 { // resumed at the end
		return nil
	}
	if err := atomicfile.Write(out+".loss.jsonl", func(w io.Writer) error {
		e := json.NewEncoder(w)
		for _, s := range l.lines {
			if err := e.Encode(s); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	x, y := make([]float64, len(l.lines)), make([]float64, len(l.lines))
	for i, s := range l.lines {
		x[i], y[i] = float64(s.Step), s.Loss
	}
	return atomicfile.Write(out+".loss.png", func(w io.Writer) error { return report.LossCurve(w, x, y) })
}
