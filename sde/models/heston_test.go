package models_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
)

// Lewis's reference prices (wilmott.com, 2011), with a dividend yield of 2%
// beside the rate of 1%: a drift of −1% and a discount of 1% more.
func TestHestonCallOfLewis(t *testing.T) {
	m := models.Heston{Mu: -0.01, Kappa: 4, Theta: 0.25, Sigma: 1, Rho: -0.5}
	for strike, want := range map[float64]float64{
		80: 26.774758743998854221, 90: 20.933349000596710388, 100: 16.070154917028834278,
		110: 12.132211516709844868, 120: 9.0249134834578356366,
	} {
		call, err := m.Call(100, 0.04, strike, 1)
		require.NoError(t, err)
		require.InEpsilon(t, want, call*math.Exp(-0.02), 1e-11)
	}
}

// With next to no volatility of variance the price is Black and Scholes's; far
// in and out of the money, and at short and long times, it is within Merton's
// bounds and convex in the strike.
func TestHestonCallInItsLimits(t *testing.T) {
	m := models.Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 1e-4, Rho: -0.7}
	bs := models.GBM{Mu: 0.03, Sigma: 0.2}
	for _, at := range []float64{0.1, 1, 10} {
		for _, strike := range []float64{50, 100, 170} {
			call, err := m.Call(100, 0.04, strike, at)
			require.NoError(t, err)
			require.InDelta(t, bs.Call(100, strike, at), call, 1e-2*at) // O(ρσ) of vega
		}
	}
	m = models.Heston{Mu: 0.03, Kappa: 0.5, Theta: 0.04, Sigma: 1, Rho: -0.9}
	for _, at := range []float64{0.02, 1, 30} {
		last, slope := 100.0, -1.0
		for strike := 10.0; strike <= 400; strike += 10 {
			call, err := m.Call(100, 0.01, strike, at)
			require.NoError(t, err)
			require.GreaterOrEqual(t, call, 100-strike*math.Exp(-0.03*at)-1e-9)
			require.GreaterOrEqual(t, call, -1e-9)
			require.GreaterOrEqual(t, (call-last)/10, slope-1e-9)
			slope = (call - last) / 10
			last = call
		}
	}
	_, err := m.Call(0, 0.04, 1, 1)
	require.ErrorIs(t, err, models.ErrModel)
}

// The characteristic function's derivatives at 0 are the moments of ln x: its
// mean is −½∫E v, and φ(0) = φ(−i) = 1.
func TestHestonCharacteristic(t *testing.T) {
	m := models.Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 0.3, Rho: -0.7}
	const v0, at, h = 0.09, 1.5, 1e-4
	require.InDelta(t, 1, real(m.Characteristic(0, v0, at)), 1e-15)
	require.InDelta(t, 1, real(m.Characteristic(-1i, v0, at)), 1e-15)
	mean := -0.5 * (0.04*at + (v0-0.04)*-math.Expm1(-2*at)/2)
	require.InDelta(t, mean, imag(m.Characteristic(h, v0, at))/h, 1e-8)

	// Var x from the second moment, and where that explodes.
	require.InDelta(t, 0.04, models.Heston{Mu: 0, Kappa: 1, Theta: 0.04, Sigma: 1e-5}.Variance(1, 0.04, 1)-(math.Expm1(0.04)-0.04), 1e-6)
	wild := models.Heston{Kappa: 0.1, Theta: 0.04, Sigma: 1, Rho: 0.5} // b = −0.9, b² < 2
	end := 2 * math.Atan2(math.Sqrt(2-0.81), 0.9) / math.Sqrt(2-0.81)
	require.True(t, math.IsInf(wild.Variance(1, 0.04, end*1.001), 1))
	require.Greater(t, wild.Variance(1, 0.04, end*0.99), 10*wild.Variance(1, 0.04, end*0.9))
	wild.Rho = 0.9 // b = −1.7, b² > 2
	r := math.Sqrt(2.89 - 2)
	end = math.Log((1.7+r)/(1.7-r)) / r
	require.True(t, math.IsInf(wild.Variance(1, 0.04, end*1.001), 1))
	require.Greater(t, wild.Variance(1, 0.04, end*0.99), 10*wild.Variance(1, 0.04, end*0.9))
}

// A simulated price against the semi-analytic one, to four standard errors and
// the weak error of 200 steps, some 1e-4.
func TestHestonSimulated(t *testing.T) {
	m := models.Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 0.3, Rho: -0.7}
	want, err := m.Call(1, 0.04, 1, 1)
	require.NoError(t, err)
	call := run(t, sde.Ensemble{
		Method: models.Euler[models.Heston]{Model: m}, System: m.System(), T1: 1, Steps: 200, Initial: []float64{1, 0.04},
		Paths: 100000, Address: noise.Address{Seed: 4},
		Quantity: sde.Quantity{Width: 1, Of: func(dst []float64, o sde.Observation) error {
			for i := range dst {
				dst[i] = math.Exp(-0.03) * math.Max(o.Y[2*i]-1, 0)
			}
			return nil
		}},
	}).Mean(0)
	require.InDelta(t, want, call.Value, 4*call.Error+1e-4)
}

func ExampleHeston_Call() {
	m := models.Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 0.3, Rho: -0.7}
	in, err := m.Call(1, 0.04, 1e-9, 1) // all but the share itself
	fmt.Printf("%.6f %v\n", in, err)
	// Output: 1.000000 <nil>
}
