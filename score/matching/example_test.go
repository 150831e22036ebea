package matching_test

import (
	"context"
	"fmt"

	"github.com/ito-sde/ito/divergence/ratio"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
)

// Data of variance 2 at α = 0.6, σ = 0.8: the best linear score has the slope
// −1/(0.36·2 + 0.64).
func ExampleDenoiser() {
	at := sde.Level{Alpha: 0.6, Sigma: 0.8}
	m, err := matching.Denoiser([]float64{-2, 0, 0, 2}, 1, at)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := make([]float64, 1)
	if err := score.Of(s, m, []float64{1}, at); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.6f %.6f\n", s[0], -1/(0.36*2+0.64))
	// Output: -0.735294 -0.735294
}

// The denoising loss of the true score of N(0, 1) at α = 1, σ = 1 is 1/σ² − 1/(α² + σ²).
func ExampleDenoising() {
	g, _ := score.NewIsotropic([]float64{0}, 1)
	e, err := matching.Denoising(context.Background(), g, g.Sample(100_000, 1), sde.Level{Alpha: 1, Sigma: 1}, matching.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", e.Value)
	// Output: 0.50
}

// Noise of variance ¼ on the inputs of a regression is a ridge of ¼: the slope 2 of
// data with variance 1 becomes 2/(1 + ¼).
func ExampleRegress() {
	l, err := matching.Regress([]float64{-1, 1}, 1, []float64{-2, 2}, 1, matching.Noise{Input: 0.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", l.Slope().At(0, 0))
	// Output: 1.60
}

// Noise adds half its variance times the Laplacian: 1 + ½·0.01·4 for |x|² in the plane.
func ExampleSmoothed() {
	square := func(x []float64) float64 { return x[0]*x[0] + x[1]*x[1] }
	fmt.Printf("%.3f\n", matching.Smoothed(square, []float64{1, 0}, 0.1))
	// Output: 1.020
}

// A quadratic potential of N(0, 1) at σ = 1: σ² ln p falls by x²/4.
func ExampleFitPotential() {
	g, _ := score.NewIsotropic([]float64{0}, 1)
	basis, _ := ratio.Quadratic(1)
	at := sde.Level{Alpha: 1, Sigma: 1}
	p, err := matching.FitPotential(context.Background(), g.Sample(50_000, 1), at, basis, 1, 0, matching.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := make([]float64, 2)
	p.Energy(e, []float64{0, 2})
	fmt.Printf("%.1f\n", e[1]-e[0])
	// Output: -1.0
}

// Between two atoms the score spreads: its Jacobian has the eigenvalue (1/σ² − 1)/σ²
// along the line through them.
func ExampleLipschitz() {
	atoms, _ := score.NewEmpirical([]float64{-1, 1}, 1)
	c, err := matching.Lipschitz(context.Background(), atoms, []float64{0}, sde.Level{Alpha: 1, Sigma: 0.5}, matching.PowerConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", c[0].Highest)
	// Output: 12.000
}

// Both sides of the inequality for a Gaussian model of too small a variance.
func ExampleW2Bound() {
	truth, _ := score.NewIsotropic([]float64{0}, 1)
	model, _ := score.NewIsotropic([]float64{0}, 0.81)
	p := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-5}
	b, err := matching.W2Bound(context.Background(), p, truth, model, []float64{-1, 1}, matching.BoundConfig{Tol: 1e-9})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.5f ≤ %.5f\n", b.Distance, b.Score)
	// Output: 0.10000 ≤ 0.10000
}
