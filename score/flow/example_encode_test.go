package flow_test

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/sde"
)

// A row has one latent, and comes back from it. Under N(3, 4) and σ_T = 50 the
// latent of 5 is √((4 + 50²)/4)·(5 − 3) + 3.
func ExampleEncode() {
	process := sde.EDM{SigmaMin: 1e-3, SigmaMax: 50}
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{4}))
	c := flow.Config{Solve: ode.Config{RTol: 1e-9, ATol: 1e-9}}

	z, back := make([]float64, 1), make([]float64, 1)
	if _, err := flow.Encode(context.Background(), z, process, model, []float64{5}, c); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := flow.Decode(context.Background(), back, process, model, z, c); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("latent %.4f, back at %.6f\n", z[0], back[0])
	// Output: latent 53.0400, back at 5.000000
}

// Half-way between two latents: by turning, what is decoded has the data's
// variance, 4; by averaging, half of it.
func ExampleTurn() {
	const n = 4000
	process := sde.EDM{SigmaMin: 1e-3, SigmaMax: 50}
	model, _ := score.NewIsotropic([]float64{0}, 4)
	a, b := make([]float64, n), make([]float64, n)
	c := flow.Config{Solve: ode.Config{RTol: 1e-5, ATol: 1e-5}}
	for seed, z := range [][]float64{a, b} {
		copy(z, model.Sample(n, uint64(seed)))
		if _, err := flow.Encode(context.Background(), z, process, model, z, c); err != nil {
			fmt.Println(err)
			return
		}
	}
	turned, mean := make([]float64, n), make([]float64, n)
	flow.Turn(turned, a, b, math.Pi/4)
	for i := range mean {
		mean[i] = (a[i] + b[i]) / 2
	}
	for _, z := range [][]float64{turned, mean} {
		if _, err := flow.Decode(context.Background(), z, process, model, z, c); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("variance %.0f\n", stat.Variance(z, nil))
	}
	// Output:
	// variance 4
	// variance 2
}

// Latents of unlike lengths by their angle.
func ExampleSlerp() {
	z := make([]float64, 2)
	if err := flow.Slerp(z, []float64{1, 0}, []float64{0, 1}, 2, 1./3); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", z)
	// Output: [0.8660 0.5000]
}
