package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score"
)

type trainOptions struct {
	data, out, model string
	size             string
	classes          bool
	c                score.TrainConfig
}

func (o *trainOptions) flags(cmd *cobra.Command) {
	f, c := cmd.Flags(), &o.c
	f.StringVar(&o.data, "data", "digits", "digits, faithful, or a CSV, TSV or NPY file")
	f.StringVar(&o.out, "out", "", "the model's file")
	f.StringVar(&o.model, "model", "mlp", "mlp, or unet for pictures")
	f.StringVar(&o.size, "size", "", "of the pictures that rows are, WIDTHxHEIGHT or WIDTHxHEIGHTxCHANNELS; needed for files")
	f.BoolVar(&o.classes, "classes", false, "tell the network the rows' classes, which digits have")
	f.IntVar(&c.Hidden, "hidden", 320, "width of the MLP")
	f.IntVar(&c.Blocks, "blocks", 0, "residual blocks: of the MLP, 0: 3; of each level of the U-Net, 0: 2")
	f.IntVar(&c.UNet.Base, "base", 32, "channels of the U-Net")
	f.IntSliceVar(&c.UNet.Mults, "mults", []int{1, 2}, "multiples of --base by level; the picture is halved between levels")
	f.IntVar(&c.UNet.Attend, "attend", 4, "longest side of a picture with attention; 0: none")
	f.IntVar(&c.UNet.Heads, "heads", 1, "heads of the attention")
	f.IntVar(&c.Steps, "steps", 8000, "optimiser steps")
	f.IntVar(&c.Batch, "batch", 0, "rows a step; 0: 512 for an MLP, 128 for a U-Net")
	f.StringVar(&c.Loss, "loss", "edm", "law and weight of the levels, listed above")
	f.BoolVar(&c.LearnWeights, "learn-weights", false, "divide the loss of each level by its size, learned along")
	f.Float64Var(&c.InputNoise, "input-noise", 0, "more noise on what the network sees, as a share of the level's; 0.1 makes it bear a sampler's errors")
	f.Float64Var(&c.Penalty, "penalty", 0, "price of the denoiser's slope, as a share of the loss; steps take about twice as long")
	f.Float64SliceVar(&c.Pooled, "pooled", nil, "of a U-Net, weights of the error of pictures pooled by 2, 4, …: 2,4 is the multiscale loss of simple diffusion for 3 scales")
	f.Float64Var(&c.Rate, "rate", 1e-3, "peak learning rate")
	f.IntVar(&c.Warm, "warm", 500, "steps of warm-up")
	f.StringVar(&c.Schedule, "schedule", "cosine", "course of the rate, listed above")
	f.Float64Var(&c.Decay, "decay", 0, "decay of the weights, AdamW")
	f.Float64Var(&c.Clip, "clip", 1, "largest norm of a gradient")
	f.IntVar(&c.EMA, "ema", 1000, "length of the weights' moving average, in steps")
	f.StringVar(&c.Snapshots, "snapshots", "", "folder for power averages of the weights, from which ito average makes others")
	f.IntVar(&c.SnapshotEvery, "snapshot-every", 0, "steps between snapshots; 0: a sixteenth of --steps")
	f.Float64SliceVar(&c.Widths, "widths", nil, "of the snapshots' averages, over the run's length; default with --snapshots: 0.05,0.1")
	f.Float64Var(&c.PMean, "p-mean", -0.5, "mean of ln(σ/σ_data) in training")
	f.Float64Var(&c.PStd, "p-std", 1.4, "standard deviation of ln(σ/σ_data) in training")
	f.Float64Var(&c.ClassDrop, "class-drop", 0, "share of classes withheld, for guidance; 0: 0.1")
	f.Float64Var(&c.HoldOut, "hold-out", 0, "share of the rows kept from training, to judge by")
	f.IntVar(&c.CheckEvery, "check-every", 250, "steps between judgements")
	f.IntVar(&c.Patience, "patience", 0, "judgements without a new lowest loss before training stops; 0: never")
	f.Uint64Var(&c.Seed, "seed", 1, "seed of all random numbers")
	f.IntVar(&c.Workers, "workers", 0, "goroutines; 0: one a core")
	f.IntVar(&c.SaveEvery, "save-every", 1000, "steps between states")
}

// trainChoices lists the losses and schedules.
func trainChoices() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "Losses, with s = σ/α and w on the square of the denoiser's error:")
	for _, l := range score.Losses {
		_, _ = fmt.Fprintf(w, "  %s\t%s\n", l.Name, l.About)
	}
	_, _ = fmt.Fprintln(w, "Schedules:")
	for _, s := range score.Schedules {
		_, _ = fmt.Fprintf(w, "  %s\t%s\n", s.Name, s.About)
	}
	_ = w.Flush() // to a builder
	return strings.TrimSuffix(b.String(), "\n")
}

// config is the training of a set.
func (o *trainOptions) config(set *dataset.Set) (score.TrainConfig, error) {
	c := o.c
	if o.classes {
		if set.Labels == nil {
			return c, fmt.Errorf("--classes: %s has none", set.Name)
		}
		c.Labels = set.Labels
	}
	u := c.UNet
	c.UNet = score.TrainConfig{}.UNet
	switch o.model {
	case "mlp":
		return c, nil
	case "unet":
	default:
		return c, fmt.Errorf("--model %q: mlp or unet", o.model)
	}
	u.Width, u.Height, u.Channels, u.Blocks = set.Width, set.Height, 1, c.Blocks
	if o.size != "" {
		sides := strings.Split(o.size, "x")
		if len(sides) == 2 {
			sides = append(sides, "1")
		}
		if len(sides) != 3 {
			return c, fmt.Errorf("--size %q: want WIDTHxHEIGHT or WIDTHxHEIGHTxCHANNELS", o.size)
		}
		for i, to := range []*int{&u.Width, &u.Height, &u.Channels} {
			n, err := strconv.Atoi(sides[i])
			if err != nil || n < 1 {
				return c, fmt.Errorf("--size %q: %q is no number of pixels or channels", o.size, sides[i])
			}
			*to = n
		}
	}
	if u.Width == 0 {
		return c, fmt.Errorf("--model unet: rows of %s are no pictures that ito knows; say which with --size", set.Name)
	}
	if c.Batch == 0 {
		c.Batch = 128
	}
	c.Hidden, c.Blocks, c.UNet = 0, 0, u
	return c, nil
}
