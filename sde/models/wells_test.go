package models_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
)

// In the stationary law E x^{p−1}V' = (p−1)(σ²/2) E x^{p−2}, by parts.
func TestDoubleWellStationary(t *testing.T) {
	for _, sigma := range []float64{0.15, 0.5, 3} {
		m := models.DoubleWell{Sigma: sigma}
		require.InEpsilon(t, 1, m.StationaryMoment(0), 1e-14)
		require.Zero(t, m.StationaryMoment(3))
		for _, p := range []int{2, 4, 6} {
			lower := float64(p-1) * sigma * sigma / 2 * m.StationaryMoment(p-2)
			require.InDelta(t, lower, m.StationaryMoment(p+2)-m.StationaryMoment(p), 1e-12*m.StationaryMoment(p+2))
		}
	}
	m := models.DoubleWell{Sigma: 0.5}
	require.InEpsilon(t, -0.25, m.Potential(-1), 1e-15)
	e := sde.Ensemble{Method: models.Euler[models.DoubleWell]{Model: m}, System: m.System(), T1: 8, Steps: 800, Initial: []float64{1},
		Paths: 10000, Address: noise.Address{Seed: 3},
		Quantity: sde.Quantity{Width: 1, Of: func(dst []float64, o sde.Observation) error {
			for i, x := range o.Y {
				dst[i] = x * x
			}
			return nil
		}}}
	square := run(t, e).Mean(0) // even moments settle within a well
	require.InDelta(t, m.StationaryMoment(2), square.Value, 4*square.Error+0.01)
}

// The mean passage time T solves (x−x³)T' + ½σ²T” = −1 and T(to) = 0; halved by
// symmetry at 0 it tends to Kramers's; and paths take as long.
func TestDoubleWellPassage(t *testing.T) {
	m := models.DoubleWell{Sigma: 0.6}
	at := func(x float64) float64 {
		v, err := m.MeanPassage(x, 1)
		require.NoError(t, err)
		return v
	}
	const h = 1e-3
	for _, x := range []float64{-1.2, -0.5, 0, 0.4} {
		first, second := (at(x+h)-at(x-h))/(2*h), (at(x+h)-2*at(x)+at(x-h))/(h*h)
		require.InDelta(t, -1, (x-x*x*x)*first+0.18*second, 1e-4)
	}
	require.Zero(t, at(1))
	_, err := m.MeanPassage(2, 1)
	require.ErrorIs(t, err, models.ErrModel)
	_, err = models.DoubleWell{Sigma: 0.01}.MeanPassage(-1, 1)
	require.ErrorIs(t, err, models.ErrModel)

	// The correction to Kramers's rate is of order σ²: four times less from 0.2 to 0.1.
	off := func(sigma float64) float64 {
		cold := models.DoubleWell{Sigma: sigma}
		v, err := cold.MeanPassage(-1, 1)
		require.NoError(t, err)
		return v*cold.Kramers() - 1
	}
	require.InDelta(t, 0, off(0.2), 0.08)
	require.InDelta(t, 4, off(0.2)/off(0.1), 0.4)

	mean := run(t, sde.Ensemble{Method: models.Euler[models.DoubleWell]{Model: m}, System: m.System(), T1: 250, Steps: 12500, Initial: []float64{-1},
		Paths: 4000, Address: noise.Address{Seed: 5}, Barriers: []sde.Barrier{{Level: 1}},
		Quantity: sde.Quantity{Width: 1, Of: func(dst []float64, o sde.Observation) error {
			copy(dst, o.Ended)
			return nil
		}}}).Mean(0)
	require.InDelta(t, at(-1), mean.Value, 4*mean.Error+0.01*at(-1))
}

// A bilinear system of one number is GBM; for A = aI + J and B = bJ, J a quarter
// turn, |x|² grows as e^{(2a+b²)t} and the mean turns; moments of unlike matrices
// obey their equation; and a rounding of entries is found.
func TestBilinear(t *testing.T) {
	one := func(v float64) mat.Matrix { return mat.NewDense(1, 1, []float64{v}) }
	m, err := models.NewBilinear(one(0.3), one(0.4), one(0.3))
	require.NoError(t, err)
	gbm := models.GBM{Mu: 0.3, Sigma: 0.5}
	require.InEpsilon(t, gbm.Mean(2, 1.5), m.Mean([]float64{2}, 1.5)[0], 1e-14)
	require.InEpsilon(t, gbm.Variance(2, 1.5), m.Covariance([]float64{2}, 1.5).At(0, 0), 1e-13)
	require.Equal(t, sde.Commutative, m.System().Structure)

	a, b := -0.2, 0.6
	m, err = models.NewBilinear(mat.NewDense(2, 2, []float64{a, -1, 1, a}), mat.NewDense(2, 2, []float64{0, -b, b, 0}))
	require.NoError(t, err)
	mean := m.Mean([]float64{1, 0}, 0.9)
	require.InDelta(t, math.Exp(a*0.9)*math.Cos(0.9), mean[0], 1e-14)
	require.InDelta(t, math.Exp(a*0.9)*math.Sin(0.9), mean[1], 1e-14)
	c := m.Covariance([]float64{1, 0}, 0.9)
	require.InDelta(t, math.Exp((2*a+b*b)*0.9), c.At(0, 0)+c.At(1, 1)+mean[0]*mean[0]+mean[1]*mean[1], 1e-13)

	A := mat.NewDense(2, 2, []float64{0, 1, -2, -0.3})
	B := []mat.Matrix{mat.NewDense(2, 2, []float64{0, 0, 0.3, 0}), mat.NewDense(2, 2, []float64{0.1, 0.5, 0, 0.2})}
	m, err = models.NewBilinear(A, B...)
	require.NoError(t, err)
	require.Equal(t, sde.General, m.System().Structure)
	second := func(t float64) *mat.Dense {
		x := mat.NewVecDense(2, m.Mean([]float64{1, -0.5}, t))
		var p mat.Dense
		p.Outer(1, x, x)
		p.Add(&p, m.Covariance([]float64{1, -0.5}, t))
		return &p
	}
	const h = 1e-4
	var slope, want, term mat.Dense
	slope.Sub(second(0.6+h), second(0.6-h))
	slope.Scale(1/(2*h), &slope)
	p := second(0.6)
	want.Mul(A, p)
	term.Mul(p, A.T())
	want.Add(&want, &term)
	for _, b := range B {
		term.Product(b, p, b.T())
		want.Add(&want, &term)
	}
	require.True(t, mat.EqualApprox(&want, &slope, 1e-7))

	_, err = models.NewBilinear(A)
	require.ErrorIs(t, err, models.ErrModel)
	_, err = models.NewBilinear(A, one(1))
	require.ErrorIs(t, err, models.ErrModel)
	_, err = models.NewBilinear(one(math.NaN()), one(1))
	require.ErrorIs(t, err, models.ErrModel)
}

// The stationary identities, with what Euler–Maruyama adds in the balance of
// squares, E (h a)²: 2 E x a + h E a² + ν² = 0 exactly.
func TestLorenzIdentities(t *testing.T) {
	m := models.Lorenz{Sigma: 10, Rho: 28, Beta: 8. / 3, Noise: 5}
	const steps, end = 6000, 12.0
	const h = end / steps
	q := run(t, sde.Ensemble{Method: models.Euler[models.Lorenz]{Model: m}, System: m.System(), T1: end, Steps: steps, Initial: []float64{1, 1, 25},
		Paths: 4000, Address: noise.Address{Seed: 6},
		Quantity: sde.Quantity{Width: 4, Of: func(dst []float64, o sde.Observation) error {
			a := make([]float64, len(o.Y))
			if err := m.System().Drift(a, 0, o.Y); err != nil {
				return err
			}
			for i := 0; i < len(o.Y); i += 3 {
				x, y, z := o.Y[i], o.Y[i+1], o.Y[i+2]
				r := m.Residuals(x, y, z, x*x, y*y, z*z, x*y)
				r[2] -= h * a[i] * a[i] / (2 * m.Sigma)
				r[3] += h / 2 * (a[i+1]*a[i+1] + a[i+2]*a[i+2])
				copy(dst[i/3*4:], r[:])
			}
			return nil
		}}})
	for i := range 4 {
		within(t, 0, q.Mean(i), fmt.Sprint("identity ", i))
	}
}

func ExampleDoubleWell_MeanPassage() {
	m := models.DoubleWell{Sigma: 0.2}
	t, err := m.MeanPassage(-1, 1)
	fmt.Println(math.Abs(t*m.Kramers()-1) < 0.1, err)
	// Output: true <nil>
}

func ExampleCIR_Transition() {
	m := models.CIR{Kappa: 2, Theta: 0.04, Sigma: 0.3}
	s := noise.NewStream(noise.Address{Seed: 1, Use: noise.Path})
	fmt.Println(m.Transition(&s, 0.04, 1) > 0, math.Round(m.Mean(0.04, 1)*100)/100)
	// Output: true 0.04
}
