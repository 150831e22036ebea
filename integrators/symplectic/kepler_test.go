package symplectic_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
	"github.com/ito-sde/ito/ode"
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
	res, err := ode.Solve(context.Background(), symplectic.Gauss6, polar, 0, 2*math.Pi, []float64{r0, 0, 0, l}, ode.Config{Step: 2 * math.Pi / 200})
	require.NoError(t, err)
	require.Equal(t, l, res.Y[3])
	require.InDelta(t, r0, res.Y[0], 1e-9)
	require.InDelta(t, 2*math.Pi, res.Y[1], 1e-8)
	require.InDelta(t, -0.5, polarEnergy(res.Y[0], res.Y[2], res.Y[3]), 1e-9)
}

// The period of the numerical orbit, from two passages of the pericentre, is 2π
// (Kepler's third law with a = 1) to the method's order, for every eccentricity.
func TestKeplersThirdLaw(t *testing.T) {
	for _, e := range []float64{0, 0.3, 0.6} {
		y0 := []float64{1 - e, 0, 0, math.Sqrt((1 + e) / (1 - e))}
		m := &symplectic.Split{Composition: symplectic.KahanLi8.Compensate(), Force: gravity}
		res, err := ode.Solve(context.Background(), m, m.Field, 0, 20*math.Pi, y0, ode.Config{Step: 2 * math.Pi / 200})
		require.NoError(t, err)
		require.InDelta(t, 0, distance(y0, res.Y), 1e-7, "e = %v", e)
		require.InDelta(t, -0.5, keplerEnergy(res.Y), 1e-10)
	}
}

// Dense output through the driver, forwards and backwards, of the full order.
func TestDrivenOutput(t *testing.T) {
	for _, m := range []integrators.Method{symplectic.KahanLi8, symplectic.Gauss6} {
		y0, want := make([]float64, 4), make([]float64, 4)
		orbit(y0, 4, 0.3)
		at := []float64{3.9, 2.55, 1.234, 0.1}
		res, err := ode.Solve(context.Background(), m, kepler, 4, 0, y0, ode.Config{Step: 0.05, At: at})
		require.NoError(t, err)
		for i, y := range res.At {
			orbit(want, at[i], 0.3)
			require.Less(t, distance(want, y), 1e-9, "%v at %v", m, at[i])
		}
	}
	_, err := ode.Solve(context.Background(), symplectic.Verlet, kepler, 0, 1, []float64{1, 0, 0, 1}, ode.Config{RTol: 1e-6, ATol: 1e-6})
	require.ErrorIs(t, err, ode.ErrConfig)
}
