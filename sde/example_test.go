package sde_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

func ExampleSolve() {
	// dy = y dt + ½ y dw without its noise: two steps of (1 + ½).
	s := sde.System{
		Dim: 1, Structure: sde.Diagonal,
		Drift:     func(dst []float64, _ float64, y []float64) error { copy(dst, y); return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error { dst[0] = y[0] / 2; return nil },
	}
	r, err := sde.Solve(context.Background(), stochastic.EulerMaruyama{}, s, 0, 1, []float64{4}, sde.Config{Steps: 2, Source: noise.Zero{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Y)
	// Output: [9]
}

func ExampleForward() {
	// EDM from 3 to 5 in one step: g √h = √6 √2 for the first number.
	s := sde.Forward(sde.EDM{}, 1)
	r, err := sde.Solve(context.Background(), stochastic.EulerMaruyama{}, s, 3, 5, []float64{1},
		sde.Config{Steps: 1, Source: noise.Impulse{At: noise.Address{Use: noise.Path}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", r.Y[0])
	// Output: 4.4641
}

func ExampleRefined() {
	// The increment over two steps is the sum of both: z = (z_0 + z_1)/√2.
	fine, coarse := make([]float64, 2), make([]float64, 1)
	at := noise.Address{Seed: 1, Use: noise.Path}
	noise.Gaussian{}.Normal(fine[:1], 1, at)
	at.Step = 1
	noise.Gaussian{}.Normal(fine[1:], 1, at)
	at.Step = 0
	sde.Refined{Source: noise.Gaussian{}, Steps: 2}.Normal(coarse, 1, at)
	fmt.Println(math.Abs(coarse[0]-(fine[0]+fine[1])/math.Sqrt2) < 1e-15)
	// Output: true
}
