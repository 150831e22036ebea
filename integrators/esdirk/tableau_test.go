package esdirk_test

import (
	"math"
	"math/cmplx"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
)

func each(t *testing.T, f func(t *testing.T, m *esdirk.Tableau)) {
	for _, e := range esdirk.Catalogue {
		t.Run(e.Name, func(t *testing.T) { f(t, e.Method) })
	}
}

func TestOrderConditions(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) { require.NoError(t, m.Validate()) })
}

// Every coefficient matters: none can be off by 1e-10 unnoticed.
func TestValidateSeesEveryCoefficient(t *testing.T) {
	clone := func(a [][]float64) [][]float64 {
		c := make([][]float64, len(a))
		for i := range a {
			c[i] = slices.Clone(a[i])
		}
		return c
	}
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		arrays := map[string]func(*esdirk.Tableau) [][]float64{
			"A": func(m *esdirk.Tableau) [][]float64 { return m.A }, "explicit": func(m *esdirk.Tableau) [][]float64 { return m.Explicit },
			"split": func(m *esdirk.Tableau) [][]float64 { return m.Split },
			"dense": func(m *esdirk.Tableau) [][]float64 { return m.Dense }, "predict": func(m *esdirk.Tableau) [][]float64 { return m.Predict },
			"E, C": func(m *esdirk.Tableau) [][]float64 { return [][]float64{m.E, m.C} },
		}
		for name, of := range arrays {
			for i, row := range of(m) {
				for j := range row {
					c := *m
					c.A, c.Explicit, c.Dense, c.Split, c.Predict = clone(m.A), clone(m.Explicit), clone(m.Dense), clone(m.Split), clone(m.Predict)
					if m.Explicit == nil {
						c.Explicit, c.Split = nil, nil
					}
					c.E, c.C = slices.Clone(m.E), slices.Clone(m.C)
					of(&c)[i][j] += 1e-10
					require.ErrorIs(t, c.Validate(), esdirk.ErrTableau, "%s %d %d", name, i, j)
				}
			}
		}
	})
}

// stability is R(z) = 1 + z Σ b_i Y_i with the stages Y of y' = λy, z = λh.
func stability(m *esdirk.Tableau, z complex128) complex128 {
	y := []complex128{1}
	for i := 1; i < m.Stages(); i++ {
		sum := complex(1, 0)
		for j, a := range m.A[i][:i] {
			sum += z * complex(a, 0) * y[j]
		}
		y = append(y, sum/(1-z*complex(m.Gamma(), 0)))
	}
	return y[len(y)-1]
}

// |R| ≤ 1 on the imaginary axis, by the maximum principle enough for A-stability as
// the poles lie in the right half-plane; R(−∞) = 0 is part of Validate.
func TestStability(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		for e := -4.0; e < 8; e += 0.01 {
			// Rounding of the coefficients, with |R| = 1 at 0.
			require.LessOrEqual(t, cmplx.Abs(stability(m, complex(0, math.Pow(10, e)))), 1+1e-14, "%v", e)
		}
		require.Less(t, cmplx.Abs(stability(m, -1e12)), 1e-10) // R falls like 1/z
	})
}

// One step on y' = λy is R(λh), and on a rotation the complex R.
func TestStepIsStabilityFunction(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		for _, z := range []complex128{0.3, -0.01, -1, -30, -4e5, 0.7i, -2 + 3i, -50 + 1e3i} {
			a, b := real(z), imag(z)
			s := m.Stepper(func(dst []float64, _ float64, y []float64) error {
				dst[0], dst[1] = 10*(a*y[0]-b*y[1]), 10*(b*y[0]+a*y[1])
				return nil
			}, 2)
			require.NoError(t, s.Reset(0, []float64{1, 0.5}))
			y := make([]float64, 2)
			require.NoError(t, s.Try(y, nil, 0.1))
			want := stability(m, z) * complex(1, 0.5)
			// The stages before the last are of the size of z h k and cancel.
			tol := 1e-14 * (1 + math.Sqrt(cmplx.Abs(z)))
			require.InDelta(t, real(want), y[0], tol, "%v", z)
			require.InDelta(t, imag(want), y[1], tol, "%v", z)
		}
	})
}

func TestUnknownName(t *testing.T) {
	_, err := integrators.ByName(esdirk.Catalogue, "kencarp6")
	require.ErrorContains(t, err, "kencarp58")
	m, err := integrators.ByName(esdirk.Catalogue, "kvaerno5")
	require.NoError(t, err)
	require.Same(t, esdirk.Kvaerno5, m)
	require.Equal(t, "kvaerno5", m.String())
	_, err = m.IMEX(nil)
	require.ErrorIs(t, err, esdirk.ErrSplit)
	_, err = esdirk.KenCarp4.IMEX(nil)
	require.ErrorIs(t, err, esdirk.ErrSplit)
	var _ integrators.Implicit = m
}

// On y' = λy the estimate's leading term is the first power of z beyond the order of
// the lesser solution. Where its coefficient is as good as nil, the estimate is blind;
// the order conditions do not show that, nor does convergence.
func TestEstimatesSeeLinearProblems(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		v := make([]float64, len(m.C))
		for i := range v {
			v[i] = 1
		}
		for range min(m.P, m.Est) {
			next := make([]float64, len(v))
			for i, row := range m.A {
				for j, a := range row {
					next[i] += a * v[j]
				}
			}
			v = next
		}
		sum := 0.0
		for i, e := range m.E {
			sum += e * v[i]
		}
		require.Greater(t, math.Abs(sum), 1e-5) // KenCarp47 has the least, 6e-5
		if m == esdirk.KenCarp5 {               // with E_5 = −0.1 and the order conditions this is all of E
			require.InDelta(t, 3e-4, sum, 1e-15)
			require.Equal(t, -0.1, m.E[4])
		}
	})
}

// KenCarp5 sees what grows, in long steps too: fuzzing found y' = 2y taken at h = 1.7.
func TestKenCarp5SeesGrowth(t *testing.T) {
	f := func(dst []float64, _ float64, y []float64) error { dst[0] = y[0]; return nil }
	s, err := esdirk.KenCarp5.Implicit(f, 1, integrators.Linearisation{RTol: 1e-6})
	require.NoError(t, err)
	for z := 1.0; z < 4.7; z += 0.05 {
		require.NoError(t, s.Reset(0, []float64{1}))
		y, e := []float64{0}, []float64{0}
		require.NoError(t, s.Try(y, e, z))
		require.Less(t, math.Abs(y[0]-math.Exp(z)), 2*math.Abs(e[0]), "%g", z)
		require.Greater(t, math.Abs(y[0]-math.Exp(z)), 0.1*math.Abs(e[0]), "%g", z)
	}
}

// Nor does the order show what the estimate makes of a transient that a step passes
// over: of e^z each method says at least a thirtieth of its error, up to z = −1e6.
func TestEstimatesSeeTransients(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		for _, z := range []float64{-1, -3, -10, -30, -100, -1e3, -1e4, -1e6} {
			s := m.Stepper(func(dst []float64, _ float64, y []float64) error { dst[0] = z * y[0]; return nil }, 1)
			require.NoError(t, s.Reset(0, []float64{1}))
			y, e := []float64{0}, []float64{0}
			require.NoError(t, s.Try(y, e, 1))
			require.Less(t, math.Abs(y[0]-math.Exp(z)), 30*math.Abs(e[0]), "%g", z)
		}
	})
}
