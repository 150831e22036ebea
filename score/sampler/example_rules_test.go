package sampler_test

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Restarts cost evaluations and noise.
func ExampleRestart() {
	rule := sampler.Restart{Intervals: []sampler.RestartInterval{
		{RhoMin: 0.06, RhoMax: 0.3, Steps: 4, Times: 2},
		{RhoMin: 1, RhoMax: 5, Steps: 3, Times: 1},
	}}
	process, _ := sde.ByName("edm")
	grid, _ := sampler.Times(process, sampler.Karras{}, 18, true)
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	x := make([]float64, 1)
	stats, err := sampler.Sample(context.Background(), x, sampler.Config{Process: process, Model: model, Rule: rule, Grid: grid, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	// 18 steps of Heun, 2·4 and 3 more, and the end.
	fmt.Println(stats.NFE, grid.Evaluations(rule.Cost()))
	// Output: 59 59
}

// The rules of phase space on N(3, ¼), from the middle of the prior without noise.
func ExampleSSCS() {
	process, _ := sde.ByName("cld")
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	grid, _ := sampler.Times(process, sampler.UniformLambda{}, 49, true)
	for _, e := range sampler.Phase {
		x := []float64{0}
		c := sampler.Config{Process: process, Model: model, Rule: e.Rule, Grid: grid, Start: []float64{3}, Source: constant(0)}
		if _, err := sampler.Sample(context.Background(), x, c); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s %.3f\n", e.Name, x[0])
	}
	// Output:
	// cld-euler 3.036
	// sscs 3.098
	// sscs-twice 2.994
	// gddim 3.000
	// gddim-1 3.000
	// gddim-2 3.000
}

// One sample by every adaptive rule at one tolerance.
func ExampleAdaptive() {
	process, _ := sde.ByName("vp")
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	for _, e := range sampler.Adaptives {
		x := make([]float64, 1)
		stats, err := sampler.SampleAdaptive(context.Background(), x, sampler.AdaptiveConfig{
			Process: process, Model: model, Rule: e.Rule, ATol: 0.01, RTol: 0.01, Seed: 1, Denoise: true,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %.2f, NFE %.0f\n", e.Name, x[0], stats.NFE)
	}
	// Output:
	// dpm-solver-12: 2.57, NFE 47
	// dpm-solver-23: 2.57, NFE 37
	// improved-euler: 2.78, NFE 324
}
