package variational_test

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
)

// Evidence = bound + KL of the encoder to the posterior.
func ExampleLinearVAE() {
	v, err := variational.NewLinearVAE([]float64{0}, mat.NewDense(1, 1, []float64{1}), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	log, elbo, gap := make([]float64, 1), make([]float64, 1), make([]float64, 1)
	x := []float64{1}
	v.LogDensity(log, x)
	e := variational.Encoder{Weight: mat.NewDense(1, 1, []float64{0.3}), Cov: mat.NewSymDense(1, []float64{0.5})}
	if err := v.ELBO(elbo, x, e); err != nil {
		fmt.Println(err)
		return
	}
	if err := v.Gap(gap, x, e); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f = %.4f + %.4f\n", log[0], elbo[0], gap[0])
	// Output: -1.5155 = -1.5555 + 0.0400
}

// The bound of a diffusion of three steps for N(0, 1) is the entropy ½ ln 2πe.
func ExampleHierarchy() {
	g, _ := score.NewIsotropic([]float64{0}, 1)
	h := variational.Hierarchy{Prior: 1, Forward: true, Levels: []sde.Level{{Alpha: 0.1, Sigma: math.Sqrt(0.99)}, {Alpha: 0.6, Sigma: 0.8}, {Alpha: 0.8, Sigma: 0.6}, {Alpha: 1}}}
	b, err := h.Bound(context.Background(), g, []float64{1, 1, -1, -1}, exactly)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.6f %.6f\n", b.Total.Value, 0.5*math.Log(2*math.Pi*math.E))
	// Output: 1.418939 1.418939
}

// One joint divergence, split at x (a VAE) and at z (an adversarial autoencoder).
func ExampleSplit() {
	p, _ := divergence.NewGaussianDense([]float64{0, 0}, []float64{1, 0.5, 0.5, 1})
	q, _ := divergence.NewGaussianDense([]float64{0, 1}, []float64{2, 0.5, 0.5, 1})
	m, c, err := variational.Split(p, q, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	ps, _ := variational.Swap(p, 1)
	qs, _ := variational.Swap(q, 1)
	mz, cz, err := variational.Split(ps, qs, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f + %.4f = %.4f\n%.4f + %.4f = %.4f\n", m, c, m+c, mz, cz, mz+cz)
	// Output:
	// 0.0966 + 0.6128 = 0.7094
	// 0.5000 + 0.2094 = 0.7094
}

// A table of two causes and three outcomes.
func ExampleSplitTable() {
	m, c, err := variational.SplitTable([]float64{2, 1, 1, 1, 2, 1}, []float64{1, 1, 1, 1, 1, 1}, 2)
	fmt.Printf("%.4f %.4f %v\n", m, c, err)
	// Output: 0.0164 0.0425 <nil>
}

// I(x; z) = ½ ln(1 + a²v/b²) = ½ ln 2, and what a prior of twice the variance costs.
func ExampleChannel() {
	c, err := variational.NewChannel(mat.NewDense(1, 1, []float64{1}), mat.NewSymDense(1, []float64{1}))
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := divergence.NewGaussianDense([]float64{0}, []float64{1})
	r, _ := divergence.NewGaussianDense([]float64{0}, []float64{4})
	i, err := c.Information(x)
	if err != nil {
		fmt.Println(err)
		return
	}
	rate, err := c.Rate(x, r)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f %.4f\n", i, rate)
	// Output: 0.3466 0.4431
}

// Latents of a pair and of each of its members: what each scale tells about a row.
func ExampleMultiscale() {
	m, err := variational.NewMultiscale([]float64{0, 0}, []*mat.Dense{variational.Upsampling(2, 2, 1), variational.Upsampling(2, 1, 0.5)}, 0.1)
	if err != nil {
		fmt.Println(err)
		return
	}
	coarse, err := m.Masked(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	rates := make([]float64, 2)
	m.Rates(rates, []float64{2, 1})
	fmt.Printf("%.2f\n%.2f\n", mat.Formatted(coarse.Marginal().Cov()), rates)
	// Output:
	// ⎡1.10  1.00⎤
	// ⎣1.00  1.10⎦
	// [1.34 1.45]
}

// Half the integral of the least mean square error over the signal-to-noise ratio is
// the information: ½ ln(1 + 3) for N(0, 1).
func ExampleInformation() {
	g, _ := score.NewIsotropic([]float64{0}, 1)
	i, err := variational.Information(context.Background(), g, g.Sample(50_000, 1), sde.Level{Alpha: math.Sqrt(3), Sigma: 1}, 6, matching.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f %.2f\n", i.Value, 0.5*math.Log(4))
	// Output: 0.69 0.69
}
