package sde_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// discounted is the mean of exp(−½∫₀¹ W² dt) over paths of Euler and Maruyama's method,
// for the pair dW = dw, dI = W² dt.
func discounted(steps int, paths uint64) (statistics.Estimate, error) {
	m, err := statistics.NewMoments(1, 2)
	if err != nil {
		return statistics.Estimate{}, err
	}
	r, err := sde.Ensemble{
		Method: stochastic.EulerMaruyama{},
		System: sde.System{
			Dim: 2, NoiseDim: 1, Structure: sde.General,
			Drift: func(dst []float64, _ float64, y []float64) error {
				for i := 0; i < len(y); i += 2 {
					dst[i], dst[i+1] = 0, y[i]*y[i]
				}
				return nil
			},
			Diffusion: func(dst []float64, _ float64, _ []float64) error {
				for i := 0; i < len(dst); i += 2 {
					dst[i], dst[i+1] = 1, 0
				}
				return nil
			},
		},
		T1: 1, Steps: steps, Initial: []float64{0, 0}, Paths: paths, Address: noise.Address{Seed: 5},
		Quantity: sde.Quantity{Width: 1, Of: func(dst []float64, o sde.Observation) error {
			for i := range dst {
				dst[i] = math.Exp(-0.5 * o.Y[2*i+1])
			}
			return nil
		}},
		Statistics: []statistics.Reducer{m},
	}.Run(context.Background())
	if err != nil {
		return statistics.Estimate{}, err
	}
	return r.Statistics[0][0].(*statistics.Moments).Mean(0), nil
}

// eulerSum is E exp(−½h Σ_{k<n} W_k²), h = 1/n, what Euler's paths tend to: backwards in
// time, E exp(−½a(w + √h z)²) = (1 + ah)^−½ exp(−½ a/(1 + ah) w²).
func eulerSum(n int) float64 {
	h := 1 / float64(n)
	a, log := 0.0, 0.0
	for range n {
		log -= 0.5 * math.Log1p(a*h)
		a = h + a/(1+a*h)
	}
	return math.Exp(log)
}

// Feynman and Kac: E exp(−½∫₀¹ W²) = 1/√cosh 1 (Cameron, Martin 1944), to which the
// exact mean of Euler's scheme tends at first order, and simulated paths agree with
// the latter within six standard errors; and Jensen's bound exp(−½∫E W²) = e^−¼ is below.
func TestFeynmanKac(t *testing.T) {
	exact := 1 / math.Sqrt(math.Cosh(1))
	for _, n := range []int{64, 256, 1024} {
		require.InDelta(t, 1, math.Log2((eulerSum(n)-exact)/(eulerSum(2*n)-exact)), 0.1)
	}
	e, err := discounted(32, 40_000)
	require.NoError(t, err)
	require.InDelta(t, eulerSum(32), e.Value, 6*e.Error)
	require.Greater(t, e.Value-6*e.Error, math.Exp(-0.25))
	require.Greater(t, math.Abs(eulerSum(1)-exact), 0.1) // one step sees nothing of W
}

// The Wiener integral of exp(−½∫W²): 1/√cosh 1, above Jensen's e^−¼.
func ExampleEnsemble_feynmanKac() {
	e, err := discounted(200, 20_000)
	if err != nil {
		fmt.Println(err)
		return
	}
	exact := 1 / math.Sqrt(math.Cosh(1))
	fmt.Printf("%.4f > %.4f, within 3 standard errors: %v\n", exact, math.Exp(-0.25), math.Abs(e.Deviations(exact)) < 3)
	// Output: 0.8050 > 0.7788, within 3 standard errors: true
}
