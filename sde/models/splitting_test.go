package models_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// One step has the exact mean and variance to h³, which is weak order 2: the
// moments are polynomials of the normal number, exact by Gauss and Hermite's rule
// on three points.
func TestSplittingHasWeakOrderTwo(t *testing.T) {
	m := models.CIR{Kappa: 2, Theta: 0.04, Sigma: 0.3}
	s := m.System()
	step := models.Splitting[models.CIR]{Model: m}.Stepper(&s, 1).(sde.Advancer)
	const v0 = 0.09
	errors := func(h float64) (mean, variance float64) {
		var first, second float64
		for _, node := range [][2]float64{{0, 2. / 3}, {math.Sqrt(3), 1. / 6}, {-math.Sqrt(3), 1. / 6}} {
			y := []float64{v0}
			require.NoError(t, step.Advance(y, 0, h, node[:1]))
			first += node[1] * y[0]
			second += node[1] * (y[0] - m.Theta) * (y[0] - m.Theta)
		}
		d := first - m.Theta
		return math.Abs(first - m.Mean(v0, h)), math.Abs(second - d*d - m.Variance(v0, h))
	}
	mean, variance := errors(1. / 64)
	halfMean, halfVariance := errors(1. / 128)
	require.InDelta(t, 3, math.Log2(mean/halfMean), 0.1)
	require.InDelta(t, 3, math.Log2(variance/halfVariance), 0.1)
	require.Less(t, mean, 1e-6) // next to a mean that has moved by 1e-3
}

// The variance of a Heston model and its integral have the exact means, to five
// standard errors; and the mean price given them is the price. Without correlation
// the price given them is Black and Scholes'.
func TestConditionalCall(t *testing.T) {
	h := models.Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 0.3, Rho: -0.7}
	m := models.HestonVariance{Model: h}
	require.NoError(t, m.Validate())
	moments, err := statistics.NewMoments(4, 2)
	require.NoError(t, err)
	r, err := sde.Ensemble{
		Method: models.Splitting[models.HestonVariance]{Model: m}, System: m.System(), T1: 1, Steps: 16, Initial: []float64{0.09, 0},
		Paths: 1 << 16, Address: noise.Address{Seed: 3}, Statistics: []statistics.Reducer{moments},
		Quantity: sde.Quantity{Width: 4, Of: func(dst []float64, o sde.Observation) error {
			for i := range len(o.Y) / 2 {
				v, integral := o.Y[2*i], o.Y[2*i+1]
				copy(dst[4*i:], []float64{v, integral, h.ConditionalCall(1.1, 0.09, 1, 1, v, integral), h.ConditionalMean(1.1, 0.09, 1, v, integral)})
			}
			return nil
		}},
	}.Run(t.Context())
	require.NoError(t, err)
	got := r.Statistics[0][0].(*statistics.Moments)
	price, err := h.Call(1.1, 0.09, 1, 1)
	require.NoError(t, err)
	_, mean := h.Mean(1, 0.09, 1)
	integral := h.Theta + (0.09-h.Theta)*-math.Expm1(-h.Kappa)/h.Kappa
	for i, want := range []float64{mean, integral, price, 1.1} {
		require.Less(t, math.Abs(got.Mean(i).Value-want), 5*got.Mean(i).Error+2e-4*want, "%d: %v, want %v", i, got.Mean(i), want)
	}

	sure := models.Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 0.3, Rho: 0}
	require.InDelta(t, models.GBM{Mu: 0.03, Sigma: 0.2}.Call(1, 1.2, 2), sure.ConditionalCall(1, 0.04, 1.2, 2, 0.04, 0.08), 1e-14)
	require.InDelta(t, 1-math.Exp(-0.03)*0.5, sure.ConditionalCall(1, 0, 0.5, 1, 0, 0), 1e-15, "no variance at all")
}
