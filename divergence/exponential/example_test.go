package exponential_test

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/divergence/exponential"
)

// A die that shows 4.5 on average, and nothing else known (Jaynes).
func ExampleFamily_Solve() {
	f, err := exponential.New([]float64{1, 2, 3, 4, 5, 6}, 1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	die, err := f.Solve(context.Background(), []float64{4.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	log := make([]float64, 6)
	f.Log(log, die.Theta)
	for _, l := range log {
		fmt.Printf("%.4f ", math.Exp(l))
	}
	fmt.Printf("entropy %.4f\n", die.Entropy)
	// Output: 0.0544 0.0788 0.1142 0.1654 0.2398 0.3475 entropy 1.6136
}

// The density on the line of mean 0 and variance 2 with the largest entropy is
// Gaussian: x² has the multiplier −1/4, and the entropy is ½ ln 4πe.
func ExampleOnLine() {
	f, err := exponential.OnLine(-20, 20, 400, 2, func(dst []float64, x float64) { dst[0], dst[1] = x, x*x })
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := f.Solve(context.Background(), []float64{0, 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f %.6f %.6f\n", g.Theta[1], g.Entropy, 0.5*math.Log(4*math.Pi*math.E))
	// Output: -0.2500 1.765512 1.765512
}

// ∫ e^{−x² − x⁴} dx is at least √(2π/(c+1)) e^{3/(c+1)²}, c = √13.
func ExampleExtremum() {
	v := func(x float64) float64 { return x*x + x*x*x*x }
	b, err := exponential.Extremum(v, 0, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	c := math.Sqrt(13)
	exact := quad.Fixed(func(x float64) float64 { return math.Exp(-v(x)) }, -6, 6, 200, nil, 0)
	fmt.Printf("%.6f = %.6f ≤ %.6f\n", math.Exp(b.Log), math.Sqrt(2*math.Pi/(c+1))*math.Exp(3/((c+1)*(c+1))), exact)
	// Output: 1.345469 = 1.345469 ≤ 1.368427
}

// Two answers to one question by their logits: what R-Drop adds to the loss.
func ExampleCategorical() {
	fmt.Printf("%.4f\n", exponential.Categorical([]float64{0, 0}, []float64{0, 1}))
	// Output: 0.2311
}

// Several labels at a time.
func ExampleBernoulli() {
	fmt.Printf("%.4f\n", exponential.Bernoulli([]float64{0, 0}, []float64{0, 1}))
	// Output: 0.2311
}
