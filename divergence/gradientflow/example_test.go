package gradientflow_test

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/gradientflow"
	"github.com/ito-sde/ito/divergence/ratio"
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
)

// Ten particles of N(2, 3) after a time of 1 on their way to N(0, 1): the closed
// solution m e^−t, 1 + (v − 1)e^−2t.
func ExampleField() {
	g, _ := divergence.NewGaussianDense([]float64{0}, []float64{1})
	target, _ := gradientflow.Gaussian(g)
	x := quantiles(10, 2, 3)
	m, v := stat.PopMeanVariance(x, nil)
	f := gradientflow.Field(gradientflow.Between(target, gradientflow.Moments(1)), gradientflow.ReverseKL, 1)
	r, err := ode.Solve(context.Background(), integrators.DormandPrince, f, 0, 1, x, ode.Config{RTol: 1e-8, ATol: 1e-8})
	if err != nil {
		fmt.Println(err)
		return
	}
	mean, variance := stat.PopMeanVariance(r.Y, nil)
	fmt.Printf("%.5f %.5f\n", mean, variance)
	fmt.Printf("%.5f %.5f\n", m*math.Exp(-1), 1+(v-1)*math.Exp(-2))
	// Output:
	// 0.73576 1.22186
	// 0.73576 1.22186
}

// With the kernel 1 + xy particles come to rest with the moments of the target.
func ExampleStein() {
	g, _ := divergence.NewGaussianDense([]float64{3}, []float64{0.25})
	target, _ := gradientflow.Gaussian(g)
	f := gradientflow.Stein(target, gradientflow.Bilinear, 1)
	r, err := ode.Solve(context.Background(), integrators.DormandPrince, f, 0, 60, []float64{-1, 0, 1}, ode.Config{RTol: 1e-8, ATol: 1e-8})
	if err != nil {
		fmt.Println(err)
		return
	}
	mean, variance := stat.PopMeanVariance(r.Y, nil)
	fmt.Printf("%.4f %.4f\n", mean, variance)
	// Output: 3.0000 0.2500
}

// One round against the best discriminator with penalty λ = 5 is an Euler step of
// length 1/10 along the flow: the mean 1 becomes 0.9.
func ExampleAdversarial() {
	g, _ := divergence.NewGaussianDense([]float64{0}, []float64{1})
	target, _ := gradientflow.Gaussian(g)
	x, next := []float64{0, 2}, make([]float64, 2)
	q, err := gradientflow.Matched(x, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	round := gradientflow.Adversarial{Rate: gradientflow.ReverseKL, Dim: 1, Lambda: 5}
	if err := round.Euler(next, x, gradientflow.Between(target, q)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f\n", stat.Mean(next, nil))
	// Output: 0.9
}

// A kernel estimate is too wide by the square of its width ½, so that many particles end
// at a variance of 1 − ¼, and a hundred near it.
func ExampleSmoothed() {
	g, _ := divergence.NewGaussianDense([]float64{0}, []float64{1})
	target, _ := gradientflow.Gaussian(g)
	f := gradientflow.Field(gradientflow.Between(target, gradientflow.Smoothed(1, 0.5)), gradientflow.ReverseKL, 1)
	r, err := ode.Solve(context.Background(), integrators.BogackiShampine, f, 0, 8, quantiles(100, 0, 2), ode.Config{RTol: 1e-4, ATol: 1e-6})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(math.Abs(stat.PopVariance(r.Y, nil)-0.75) < 0.02)
	// Output: true
}

// Particles of N(1, 1) move to a sample of N(0, 1), of which nothing but the sample is
// known: the mean after a time of 1 is near 1/e.
func ExampleClassified() {
	sample, x := normals(4000, 10), normals(4000, 11)
	for i := range x {
		x[i]++
	}
	basis, _ := ratio.Quadratic(1)
	f := gradientflow.Field(gradientflow.Classified(context.Background(), sample, basis, 0), gradientflow.ReverseKL, 1)
	r, err := ode.Solve(context.Background(), integrators.RK4, f, 0, 1, x, ode.Config{Step: 0.25})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f\n", stat.Mean(r.Y, nil))
	// Output: 0.4
}
