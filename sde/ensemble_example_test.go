package sde_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

func ExampleEnsemble() {
	// dx = −x dt + dw from 0: variance (1 − e^−2)/2 at t = 1.
	m, err := statistics.NewMoments(1, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := sde.Ensemble{
		Method: stochastic.EulerMaruyama{},
		System: sde.System{
			Dim: 1, Structure: sde.AdditiveDiagonal,
			Drift: func(dst []float64, _ float64, x []float64) error {
				for i, v := range x {
					dst[i] = -v
				}
				return nil
			},
			Diffusion: func(dst []float64, _ float64, _ []float64) error { dst[0] = 1; return nil },
		},
		T1: 1, Steps: 200, Initial: []float64{0},
		Paths: 50000, Address: noise.Address{Seed: 1},
		Statistics: []statistics.Reducer{m},
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	v := r.Statistics[0][0].(*statistics.Moments).Variance(0)
	fmt.Println(r, math.Abs(v.Deviations((1-math.Exp(-2))/2)) < 3)
	// Output: 50000 paths at 1 times true
}

func ExampleBarrier() {
	// Brownian motion has reached ½ by t = 1 with probability 2Φ(−½) = 0.617, found
	// in a single step, for the bridge within it is exact.
	h, err := statistics.NewHistogram(1, 0, 0, 1.5, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := sde.Ensemble{
		Method: stochastic.EulerMaruyama{},
		System: sde.System{
			Dim: 1, Structure: sde.AdditiveDiagonal,
			Drift:     func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil },
			Diffusion: func(dst []float64, _ float64, _ []float64) error { dst[0] = 1; return nil },
		},
		T1: 1, Steps: 1, Initial: []float64{0}, Paths: 10000,
		Barriers: []sde.Barrier{{Level: 0.5}},
		Quantity: sde.Quantity{Width: 1, Of: func(dst []float64, o sde.Observation) error {
			for i, t := range o.Ended {
				dst[i] = min(t, 2)
			}
			return nil
		}},
		Statistics: []statistics.Reducer{h},
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	p := r.Statistics[0][0].(*statistics.Histogram).Probability(0)
	fmt.Println(math.Abs(p.Deviations(math.Erfc(0.5/math.Sqrt2))) < 3)
	// Output: true
}
