package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// ways are the flags of samplers that do not go through one grid step by step.
type ways struct {
	rtol, atol float64 // of steps that every sample chooses for itself
	parallel   bool    // many steps at a time
	window     int
	tol        float64
}

func (w *ways) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Float64Var(&w.rtol, "rtol", 0.05, "relative tolerance of a sampler that chooses its steps: "+adaptiveNames())
	f.Float64Var(&w.atol, "atol", 0.0078, "absolute tolerance of such a sampler; data are scaled to [−1, 1]")
	f.BoolVar(&w.parallel, "parallel", false, "work on many steps at a time (Picard iteration), for samplers of one evaluation a step")
	f.IntVar(&w.window, "window", 0, "steps that --parallel works on at a time; 0: all")
	f.Float64Var(&w.tol, "tol", 0, "change, in σ a coordinate, below which --parallel leaves a state; 0: none, for the very samples of the run step by step")
}

func adaptiveNames() string {
	names := ""
	for i, e := range sampler.Adaptives {
		if i > 0 {
			names += ", "
		}
		names += e.Name
	}
	return names
}

func adaptiveByName(name string) (sampler.AdaptiveEntry, bool) {
	for _, e := range sampler.Adaptives {
		if e.Name == name {
			return e, true
		}
	}
	return sampler.AdaptiveEntry{}, false
}

// check refuses flags that the chosen way would ignore.
func (w *ways) check(cmd *cobra.Command, name string) error {
	changed := cmd.Flags().Changed
	_, adaptive := adaptiveByName(name)
	refuse := func(where bool, why string, flags ...string) error {
		for _, f := range flags {
			if where && changed(f) {
				return fmt.Errorf("--%s: %s", f, why)
			}
		}
		return nil
	}
	return errors.Join(
		refuse(adaptive, name+" chooses its steps by --rtol and --atol", "nfe", "grid", "parallel", "window", "tol"),
		refuse(!adaptive, "is for the samplers that choose their steps, "+adaptiveNames(), "rtol", "atol"),
		refuse(!adaptive && !w.parallel, "is for --parallel", "window", "tol"),
	)
}

// sample fills x and says what it cost.
func (w *ways) sample(ctx context.Context, x []float64, c sampler.Config) (string, error) {
	if !w.parallel {
		stats, err := sampler.Sample(ctx, x, c)
		return fmt.Sprintf("NFE %d", stats.NFE), err
	}
	stats, err := sampler.SampleParallel(ctx, x, sampler.ParallelConfig{Config: c, Window: w.window, Tol: w.tol})
	return fmt.Sprintf("NFE %.1f in %d rounds", stats.NFE, stats.Rounds), err
}

// adapt is sample by a rule that chooses its steps.
func (w *ways) adapt(ctx context.Context, x []float64, rule sampler.Adaptive, process string, m score.Model, seed uint64, workers int) (string, error) {
	p, err := sde.ByName(process)
	if err != nil {
		return "", err
	}
	stats, err := sampler.SampleAdaptive(ctx, x, sampler.AdaptiveConfig{
		Process: p, Model: m, Rule: rule, RTol: w.rtol, ATol: w.atol, Denoise: true, Seed: seed, Workers: workers,
	})
	return fmt.Sprintf("NFE %.1f (%d to %d), %d of %d steps rejected", stats.NFE, stats.Least, stats.Most, stats.Rejected, stats.Accepted+stats.Rejected), err
}
