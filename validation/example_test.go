package validation_test

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/validation"
)

// The README's program: 1000 samples in twenty evaluations, and the exact error
// of what they are samples of.
func ExampleExactLaw() {
	process, _ := sde.ByName("vp")
	target, _ := divergence.NewGaussian([]float64{3, 0}, mat.NewSymDense(2, []float64{1, 0.5, 0.5, 2}))
	model, _ := score.NewGaussian(target.Mean(nil), target.Cov())
	grid, _ := sampler.Times(process, sampler.UniformLambda{}, 19, true)
	config := sampler.Config{Process: process, Model: model, Rule: sampler.DPMPP2M{}, Grid: grid, Seed: 1}

	x := make([]float64, 1000*2)
	stats, _ := sampler.Sample(context.Background(), x, config) // 1000 samples
	law, _ := validation.ExactLaw(context.Background(), config) // what they are samples of
	w2, _ := divergence.W2(law, target)
	fmt.Printf("NFE %d, exact W2 %.4f\n", stats.NFE, w2)
	// Output: NFE 20, exact W2 0.0318
}

// The order of a sampler is the slope of its exact error.
func ExampleLadder() {
	rows, err := validation.Ladder(context.Background(), validation.LadderConfig{Samplers: []string{"ddim", "dpm++2m"}, Processes: []string{"vp"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range rows {
		fmt.Printf("%s: claimed %.0f, fitted %.1f\n", r.Sampler, r.Claimed, r.Fitted)
	}
	// Output:
	// ddim: claimed 1, fitted 1.0
	// dpm++2m: claimed 2, fitted 2.0
}
