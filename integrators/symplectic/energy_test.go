package symplectic_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
)

// energyError is the largest |H − H_0| over each of the windows of a run of n
// steps.
func energyError(t testing.TB, s integrators.Stepper, energy func([]float64) float64, y0 []float64, h float64, n, windows int) []float64 {
	y := append([]float64(nil), y0...)
	require.NoError(t, s.Reset(0, y))
	e0, worst := energy(y), make([]float64, windows)
	for i := range n {
		if err := s.Try(y, nil, h); err != nil {
			require.NoError(t, err)
		}
		s.Accept()
		w := &worst[i*windows/n]
		*w = max(*w, math.Abs(energy(y)-e0))
	}
	return worst
}

// Over ten thousand periods the error of Verlet's energy does not grow. That of
// RK4, at the same number of forces, starts smaller and grows in proportion to
// time until it is far larger.
func TestEnergyOverTenThousandPeriods(t *testing.T) {
	y0 := []float64{0.7, 0, 0, math.Sqrt(1.3 / 0.7)}
	const perPeriod, periods = 400, 10_000
	verlet := split(symplectic.Verlet, nil, gravity)
	w := energyError(t, verlet, keplerEnergy, y0, 2*math.Pi/perPeriod, periods*perPeriod, 10)
	for _, v := range w {
		require.InEpsilon(t, w[0], v, 0.01)
	}
	rk4 := energyError(t, integrators.RK4.Stepper(kepler, 4), keplerEnergy, y0, 8*math.Pi/perPeriod, periods*perPeriod/4, 4)
	for i, v := range rk4 {
		require.InEpsilon(t, rk4[0]*float64(i+1), v, 0.02, "linear drift")
	}
	require.Greater(t, rk4[3], 10*w[9])
}

// No method's energy error grows, on any problem, at steps that are moderate for
// its cost.
func TestEnergyErrorIsBounded(t *testing.T) {
	for _, p := range []struct {
		name   string
		f      integrators.Field
		energy func([]float64) float64
		y0     []float64
		h      float64 // for one force a step
	}{
		{"pendulum", pendulum, pendulumEnergy, []float64{2, 0}, 0.05},
		{"hénon–heiles", henonHeiles, henonHeilesEnergy, []float64{0.1, 0.1, 0.2, 0.1}, 0.05},
		{"kepler", kepler, keplerEnergy, []float64{0.7, 0, 0, math.Sqrt(1.3 / 0.7)}, 0.02},
	} {
		for _, e := range symplectic.Catalogue {
			m, parts := e.Method, 3
			if c, ok := m.(*symplectic.Composition); ok {
				m, parts = c.Compensate(), len(c.Kick)
			}
			w := energyError(t, m.Stepper(p.f, len(p.y0)), p.energy, p.y0, p.h*float64(parts), 4000, 4)
			// Rounding: a few units in each window.
			require.Less(t, w[3], 1.1*w[0]+3e-15, "%s, %s: %.1e", e.Name, p.name, w)
		}
	}
}

// Carrying rounding errors on keeps them smaller: with a method whose own error
// is far below rounding, energy wanders by the square root of the number of
// roundings without, and by much less with it.
func TestCompensation(t *testing.T) {
	y0 := []float64{0.7, 0, 0, math.Sqrt(1.3 / 0.7)}
	const h, n = 0.02, 40_000
	plain := energyError(t, symplectic.KahanLi8.Stepper(kepler, 4), keplerEnergy, y0, h, n, 1)[0]
	carried := energyError(t, symplectic.KahanLi8.Compensate().Stepper(kepler, 4), keplerEnergy, y0, h, n, 1)[0]
	require.Less(t, carried, plain/4)
	// 1e-15 of evaluating the energy itself, and √n (2^-53 h v) of time.
	require.Less(t, carried, 4e-15)
}
