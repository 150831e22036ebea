package latent_test

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/latent"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Four points of the plane that lie nearly on a line: one latent, and what is lost.
func ExampleFitLinear() {
	x := []float64{-3, 0.1, -1, -0.1, 1, -0.1, 3, 0.1}
	l, err := latent.FitLinear(x, 2, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	z, back := make([]float64, 4), make([]float64, 8)
	l.Encode(z, x)
	l.Decode(back, z)
	d := floats.Distance(x, back, 2)
	fmt.Printf("error %.4f, discarded %.4f of %.4f\n", d*d/4, l.Discarded(), floats.Sum(l.Variances()))
	// Output: error 0.0100, discarded 0.0100 of 5.0100
}

// Samples of a plane, diffused in one latent: they lie on the line of the first axis.
func ExampleLinear_Sample() {
	l, err := latent.FitLinear([]float64{-3, 0.1, -1, -0.1, 1, -0.1, 3, 0.1}, 2, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	model, _ := score.NewIsotropic([]float64{0}, l.Variances()[0])
	p, _ := sde.ByName("vp")
	grid, _ := sampler.Times(p, sampler.UniformLambda{}, 20, true)
	x := make([]float64, 2*1000)
	if _, err := l.Sample(context.Background(), x, sampler.Config{Process: p, Model: model, Rule: sampler.DPMPP2M{}, Grid: grid}); err != nil {
		fmt.Println(err)
		return
	}
	var along, across float64
	for i := 0; i < len(x); i += 2 {
		along += x[i] * x[i] / 1000
		across += x[i+1] * x[i+1] / 1000
	}
	fmt.Printf("%.1f %.1f\n", along, across)
	// Output: 5.0 0.0
}

// Three parts vote about two wholes: they agree on where the first one is, which is
// there, and not about the second, which is not.
func ExampleRoute() {
	p, err := latent.Route(latent.Votes{Inputs: 3, Capsules: 2, Dim: 1, Values: []float64{1, -4, 1.1, 0, 0.9, 5}},
		latent.RoutingConfig{Iterations: 4, Lambda: 2, BetaU: 1, BetaA: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("poses %.2f, active %.2f\n", p.Pose, p.Activation)
	// Output: poses [1.00 0.81], active [1.00 0.12]
}

// The same on the line, with k-means.
func ExampleRouteMeans() {
	start := []float64{0.9, 0.1, 0.9, 0.1, 0.1, 0.9, 0.1, 0.9}
	p, err := latent.RouteMeans(latent.SameVotes([]float64{0, 1, 10, 11}, 1, 2, start), math.Inf(1), 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f %.1f\n", p.Pose, p.Activation)
	// Output: [0.5 10.5] [0.5 0.5]
}
