package symplectic_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
)

// In polar coordinates L is a coordinate that nothing changes, so it is constant
// to the last bit, through kicks and through Gauss's stages; energy keeps its
// bounds; and the orbit is that of Cartesian coordinates, closed after 2π.
func TestKeplerInPolarCoordinates(t *testing.T) {
	const e = 0.3
	r0, l := 1-e, math.Sqrt(1-e*e)
	want := make([]float64, 4)
	for _, m := range []*symplectic.Composition{symplectic.Verlet, symplectic.McLachlan4, symplectic.BlanesMoan6, symplectic.KahanLi8} {
		s := split(m, splitPolar.Velocity, splitPolar.Force)
		y := []float64{r0, l, 0, 0}
		require.NoError(t, s.Reset(0, y))
		const n = 400
		h, worst := 2*math.Pi/n, 0.0
		for i := range 3 * n {
			require.NoError(t, s.Try(y, nil, h))
			s.Accept()
			require.Equal(t, l, y[1], "L")
			worst = max(worst, math.Abs(polarEnergy(y[0], y[2], y[1])+0.5))
			orbit(want, math.Mod(float64(i+1)*h, 2*math.Pi), e)
			sin, cos := math.Sincos(-y[3]) // φ
			x, v := y[0]*cos, y[2]*cos-y[1]/y[0]*sin
			// Errors h^p up to a factor, which Verlet's 18 radians multiply.
			bound := 60*math.Pow(h, float64(m.P)) + 1e-12
			require.InDelta(t, want[0], x, bound, m.Name)
			require.InDelta(t, want[2], v, bound, m.Name)
		}
		bound := 10*math.Pow(h, float64(m.P)) + 1e-13
		require.Less(t, worst, bound, m.Name)
		require.InDelta(t, 6*math.Pi, -y[3], 60*math.Pow(h, float64(m.P))+1e-12, "three turns in three periods")
	}
	require.NoError(t, symplectic.Separable((&splitPolar).Field, 0, []float64{r0, l, 0.1, 0.2}))
	require.ErrorIs(t, symplectic.Separable(polar, 0, []float64{r0, 0.1, 0.1, l}), symplectic.ErrSeparable)

	// Gauss's methods need no exchange of coordinates.
	y := run(t, symplectic.Gauss6.Stepper(polar, 4), 0, []float64{r0, 0, 0, l}, 2*math.Pi/200, 200)
	require.Equal(t, l, y[3])
	require.InDelta(t, r0, y[0], 1e-9)
	require.InDelta(t, 2*math.Pi, y[1], 1e-8)
	require.InDelta(t, -0.5, polarEnergy(y[0], y[2], y[3]), 1e-9)
}

// Kepler's third law with a semi-axis of 1: after ten times 2π the bodies are back
// where they were, for every eccentricity.
func TestKeplersThirdLaw(t *testing.T) {
	for _, e := range []float64{0, 0.3, 0.6} {
		y0 := []float64{1 - e, 0, 0, math.Sqrt((1 + e) / (1 - e))}
		y := run(t, split(symplectic.KahanLi8.Compensate(), nil, gravity), 0, y0, 2*math.Pi/200, 2000)
		require.Less(t, distance(y0, y), 1e-7, "e = %v", e)
		require.InDelta(t, -0.5, keplerEnergy(y), 1e-10)
	}
}

// Between the steps and backwards in time.
func TestOutputBackwards(t *testing.T) {
	for _, e := range symplectic.Catalogue {
		y, want := make([]float64, 4), make([]float64, 4)
		s := e.Method.Stepper(kepler, 4)
		orbit(y, 4, 0.3)
		require.NoError(t, s.Reset(4, y))
		order, _ := e.Method.Order()
		for i := range 40 {
			require.NoError(t, s.Try(y, nil, -0.1))
			s.Accept()
			require.NoError(t, s.(integrators.Interpolator).Interpolate(y, 0.25))
			orbit(want, 4-0.1*float64(i)-0.025, 0.3)
			// Errors h^p up to a factor, of the eighth order above 10.
			require.Less(t, distance(want, y), 50*math.Pow(0.1, float64(order)), e.Name)
			require.NoError(t, s.(integrators.Interpolator).Interpolate(y, 1))
		}
	}
}
