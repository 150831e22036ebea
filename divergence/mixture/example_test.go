package mixture_test

import (
	"context"
	"fmt"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/mixture"
)

// Two modes at ±3 against their common mean: each moves by 3, if the plan is a
// mixture of Gaussians; the bounds hold KL.
func Example() {
	at := func(m float64) *divergence.Gaussian {
		g, err := divergence.NewGaussianDense([]float64{m}, []float64{1})
		if err != nil {
			panic(err)
		}
		return g
	}
	p, err := mixture.New([]float64{1, 1}, []*divergence.Gaussian{at(-3), at(3)})
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := mixture.New([]float64{1}, []*divergence.Gaussian{at(0)})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	w, _, err := mixture.W2(ctx, p, q)
	fmt.Println(w, err)
	lower, upper, err := mixture.KLBounds(p, q)
	if err != nil {
		fmt.Println(err)
		return
	}
	kl, err := mixture.KL(ctx, p, q, 10000, 1)
	fmt.Println(lower < kl.Value && kl.Value < upper, kl.Error < 0.05, err)
	// Output:
	// 3 <nil>
	// true true <nil>
}
