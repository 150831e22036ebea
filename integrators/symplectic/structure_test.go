package symplectic_test

import (
	"math"
	"math/cmplx"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
)

// variational is Hénon–Heiles with a tangent vector, a separable system too, in
// the state (q, δq, p, δp). A one-step method on it carries δ by its own exact
// derivative, so a Jacobian costs no differences.
func variational(dst []float64, _ float64, y []float64) error {
	copy(dst[:4], y[4:])
	a, b, da, db := y[0], y[1], y[2], y[3]
	dst[4], dst[5] = -a-2*a*b, -b-a*a+b*b
	dst[6], dst[7] = -da-2*(da*b+a*db), -db-2*a*da+2*b*db
	return nil
}

// jacobian is the derivative of n steps at the Hénon–Heiles state y.
func jacobian(t testing.TB, m integrators.Method, y []float64, h float64, n int) *mat.Dense {
	s := m.Stepper(variational, 8)
	phi := mat.NewDense(4, 4, nil)
	for j := range 4 {
		z := []float64{y[0], y[1], 0, 0, y[2], y[3], 0, 0}
		z[[]int{2, 3, 6, 7}[j]] = 1
		z = run(t, s, 0, z, h, n)
		phi.SetCol(j, []float64{z[2], z[3], z[6], z[7]})
	}
	return phi
}

// asymplecticity is the largest entry of ΦᵀJΦ − J.
func asymplecticity(phi *mat.Dense) float64 {
	j := mat.NewDense(4, 4, []float64{0, 0, 1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, -1, 0, 0})
	var d mat.Dense
	d.Product(phi.T(), j, phi)
	d.Sub(&d, j)
	return max(mat.Max(&d), -mat.Min(&d))
}

// 20 steps make entries of Φ up to 10, whose products round by some 1e-14.
func TestSymplectic(t *testing.T) {
	y := []float64{0.1, 0.3, 0.25, -0.2}
	for _, e := range symplectic.Catalogue {
		require.Less(t, asymplecticity(jacobian(t, e.Method, y, 0.25, 20)), 2e-13, e.Name)
	}
	require.Greater(t, asymplecticity(jacobian(t, integrators.RK4, y, 0.25, 20)), 1e-6, "the test sees a method that is not")
}

// A symmetric method undoes its step by one backwards; so it does with momenta
// turned round, as these problems are reversible.
func TestReversible(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := symplectic.Catalogue[rapid.IntRange(0, len(symplectic.Catalogue)-1).Draw(r, "method")]
		y := make([]float64, 4)
		for i := range y {
			y[i] = rapid.Float64Range(-0.3, 0.3).Draw(r, "y")
		}
		h := rapid.Float64Range(0.1, 0.3).Draw(r, "h")
		s := e.Method.Stepper(henonHeiles, 4)
		back := run(t, s, h, run(t, s, 0, y, h, 1), -h, 1)
		turned := run(t, s, 0, y, h, 1)
		turned[2], turned[3] = -turned[2], -turned[3]
		turned = run(t, s, 0, turned, h, 1)
		turned[2], turned[3] = -turned[2], -turned[3]
		c, composed := e.Method.(*symplectic.Composition)
		if !composed || c.Symmetric() {
			// Yoshida8 passes 1000 ulps: its parts are 21 h long together.
			require.Less(t, distance(back, y), 2e-14, e.Name)
			require.Less(t, distance(turned, y), 2e-14, e.Name)
			return
		}
		// The others are undone by their adjoint.
		back = run(t, c.Adjoint().Stepper(henonHeiles, 4), h, run(t, s, 0, y, h, 1), -h, 1)
		require.Less(t, distance(back, y), 2e-14, e.Name)
	})
}

func TestSymmetricMethods(t *testing.T) {
	var not []string
	for _, c := range compositions() {
		if !c.Symmetric() {
			not = append(not, c.Name)
		}
		require.Equal(t, c.Kick, c.Adjoint().Adjoint().Kick, c.Name)
		require.Equal(t, c.Drift, c.Adjoint().Adjoint().Drift, c.Name)
		require.NoError(t, c.Adjoint().Validate())
	}
	require.Equal(t, []string{"symplectic-euler", "symplectic-euler-adjoint", "ruth3"}, not)
	require.Equal(t, symplectic.SymplecticEulerAdjoint.Kick, symplectic.SymplecticEuler.Adjoint().Kick)
	require.Equal(t, symplectic.SymplecticEulerAdjoint.Drift, symplectic.SymplecticEuler.Adjoint().Drift)
	s := symplectic.Ruth3.Stepper(kepler, 4)
	y := []float64{1, 0, 0, 1}
	require.Greater(t, distance(run(t, s, 0.1, run(t, s, 0, y, 0.1, 1), -0.1, 1), y), 1e-6, "ruth3 is not reversible")
}

// A kick by a central force is along q and a drift along p, so neither changes
// q × p; Gauss's methods keep all quadratic invariants. Each operation may round
// in the last place: over n steps a random walk of √(n parts) ulps or so.
func TestAngularMomentumOfKepler(t *testing.T) {
	const n = 2000
	y0 := []float64{0.7, 0, 0, math.Sqrt(1.3 / 0.7)}
	for _, e := range symplectic.Catalogue {
		m, parts := e.Method, 3
		if c, ok := m.(*symplectic.Composition); ok {
			m, parts = c.Compensate(), len(c.Kick)
		}
		s := m.Stepper(kepler, 4)
		y, worst := slices.Clone(y0), 0.0
		require.NoError(t, s.Reset(0, y))
		for range n {
			require.NoError(t, s.Try(y, nil, 0.05))
			s.Accept()
			worst = max(worst, math.Abs(angularMomentum(y)-angularMomentum(y0)))
		}
		require.Less(t, worst, 20*0x1p-52*math.Sqrt(float64(n*parts)), e.Name)
	}
	y := run(t, integrators.RK4.Stepper(kepler, 4), 0, y0, 0.05, n)
	require.Greater(t, math.Abs(angularMomentum(y)-angularMomentum(y0)), 1e-6)
}

// The same of one step of Kepler's problem, by differences, in Cartesian and in
// polar coordinates. Central differences with steps of 6e-6 err by 4e-11 of third
// derivatives, which are up to 100.
func TestSymplecticByDifferences(t *testing.T) {
	check := func(s integrators.Stepper, y []float64) float64 {
		phi := mat.NewDense(4, 4, nil)
		fd.Jacobian(phi, func(dst, y []float64) { copy(dst, run(t, s, 0, y, 0.2, 1)) }, y, &fd.JacobianSettings{Formula: fd.Central})
		return asymplecticity(phi)
	}
	for _, e := range symplectic.Catalogue {
		require.Less(t, check(e.Method.Stepper(kepler, 4), []float64{0.7, 0.1, -0.2, 1.3}), 1e-8, e.Name)
		if c, ok := e.Method.(*symplectic.Composition); ok {
			require.Less(t, check(split(c, splitPolar.Velocity, splitPolar.Force), []float64{0.7, 0.9, -0.2, 0.3}), 1e-8, e.Name)
		} else {
			require.Less(t, check(e.Method.Stepper(polar, 4), []float64{0.7, 0.3, -0.2, 0.9}), 1e-8, e.Name)
		}
	}
	require.Greater(t, check(integrators.RK4.Stepper(kepler, 4), []float64{0.7, 0.1, -0.2, 1.3}), 1e-6)
	// Kicks and drifts of what does not separate are no shears.
	require.Greater(t, check(symplectic.Verlet.Stepper(polar, 4), []float64{0.7, 0.3, -0.2, 0.9}), 1e-3)
}

// On the oscillator each of these keeps a quadratic form to rounding: positive
// definite, and so stable, up to h = 2.
func TestInvariantsOnTheOscillator(t *testing.T) {
	f := func(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], -y[0]; return nil }
	for _, h := range []float64{0.3, 1.9} {
		for m, form := range map[*symplectic.Composition][3]float64{ // of q², q p, p²
			symplectic.SymplecticEuler:        {1, -h, 1},
			symplectic.SymplecticEulerAdjoint: {1, h, 1},
			symplectic.Verlet:                 {1 - h*h/4, 0, 1},
			symplectic.PositionVerlet:         {1, 0, 1 - h*h/4},
		} {
			at := func(y []float64) float64 { return form[0]*y[0]*y[0] + form[1]*y[0]*y[1] + form[2]*y[1]*y[1] }
			y := run(t, m.Stepper(f, 2), 0, []float64{1, 0.5}, h, 1000)
			// Rounding of 1000 steps, in entries as large as 1/√(1−h²/4) = 3.
			require.InDelta(t, at([]float64{1, 0.5}), at(y), 1e-13, m.Name)
			y = run(t, m.Stepper(f, 2), 0, []float64{1, 0.5}, 2.01, 1000)
			require.Greater(t, distance(y, make([]float64, 2)), 1e6, "%s beyond its limit", m.Name)
		}
	}
}

// On y' = λ y a step of Gauss's methods multiplies by the diagonal Padé
// approximant of e^z, z = hλ: Hairer, Wanner (1996), section IV.3.
func TestGaussStabilityFunctions(t *testing.T) {
	for m, c := range map[*symplectic.Gauss][]float64{
		symplectic.ImplicitMidpoint: {1, 1. / 2},
		symplectic.Gauss4:           {1, 1. / 2, 1. / 12},
		symplectic.Gauss6:           {1, 1. / 2, 1. / 10, 1. / 120},
	} {
		for _, z := range []complex128{-0.7, 0.4, 0.9i, -0.5 + 0.6i} {
			f := func(d []float64, _ float64, y []float64) error {
				v := z * complex(y[0], y[1])
				d[0], d[1] = real(v), imag(v)
				return nil
			}
			var above, below complex128
			for i := len(c) - 1; i >= 0; i-- {
				above, below = above*z+complex(c[i], 0), below*-z+complex(c[i], 0)
			}
			want := above / below
			y := run(t, m.Stepper(f, 2), 0, []float64{1, 0}, 1, 1)
			require.InDelta(t, 0, cmplx.Abs(complex(y[0], y[1])-want), 4e-16*cmplx.Abs(want)+2e-16, "%v, z = %v", m, z)
		}
	}
}
