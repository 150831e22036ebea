package rosenbrock_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/rosenbrock"
)

func TestTableauxSatisfyTheirOrderConditions(t *testing.T) {
	for _, e := range rosenbrock.Catalogue {
		require.Equal(t, e.Name, e.Method.String())
		require.NoError(t, e.Method.Validate(), e.Name)
		for _, claim := range []func(*rosenbrock.Tableau){
			func(m *rosenbrock.Tableau) { m.P++ },
			func(m *rosenbrock.Tableau) { m.Est++ },
			func(m *rosenbrock.Tableau) { m.DenseP++ },
		} {
			higher := *e.Method
			claim(&higher)
			require.ErrorIs(t, higher.Validate(), rosenbrock.ErrTableau, "%s is of no higher order than claimed", e.Name)
		}
	}
}

// Every single coefficient matters to the conditions, but those of the last stage
// in the estimate and the interpolant: it is of the order of the error.
func TestValidateSeesEveryCoefficient(t *testing.T) {
	for _, e := range rosenbrock.Catalogue {
		m := *e.Method
		var all [][]float64
		m.A, m.C, m.H = rows(m.A, &all), rows(m.C, &all), rows(m.H, &all)
		last := rows([][]float64{m.B, m.E, m.Nodes, m.D}, &all)
		m.B, m.E, m.Nodes, m.D = last[0], last[1], last[2], last[3]
		for i, row := range all {
			for j, v := range row {
				if b := 2*len(m.A) + len(m.H); j == len(m.B)-1 && (i < b || i == b+1) {
					continue
				}
				row[j] += 1e-8 * math.Max(1, math.Abs(v))
				require.ErrorIs(t, m.Validate(), rosenbrock.ErrTableau, "%s: %v", e.Name, v)
				row[j] = v
			}
		}
		m.Gamma += 1e-9
		require.ErrorIs(t, m.Validate(), rosenbrock.ErrTableau, e.Name)
	}
}

func rows(a [][]float64, all *[][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i, row := range a {
		out[i] = slices.Clone(row)
	}
	*all = append(*all, out...)
	return out
}

func TestValidateShape(t *testing.T) {
	for _, broken := range []func(*rosenbrock.Tableau){
		func(m *rosenbrock.Tableau) { m.Gamma = 0 },
		func(m *rosenbrock.Tableau) { m.A = m.A[:3] },
		func(m *rosenbrock.Tableau) { m.C = m.C[1:] },
		func(m *rosenbrock.Tableau) { m.C = append([][]float64{{1}}, m.C[1:]...) },
		func(m *rosenbrock.Tableau) { m.E = nil },
		func(m *rosenbrock.Tableau) { m.B = nil },
		func(m *rosenbrock.Tableau) { m.Nodes = append([]float64{0.1}, m.Nodes[1:]...) },
		func(m *rosenbrock.Tableau) { m.H = [][]float64{{1}} },
	} {
		m := *rosenbrock.Rodas4
		broken(&m)
		require.ErrorIs(t, m.Validate(), rosenbrock.ErrTableau)
	}
}

// A-stable, and R(∞) = 0: L-stable. On the imaginary axis, R being analytic to
// its left, is enough.
func TestStability(t *testing.T) {
	for _, e := range rosenbrock.Catalogue {
		for y := 1e-3; y < 1e6; y *= 1.01 {
			// Near 0, 1 − |R| falls below rounding.
			require.LessOrEqual(t, cmplx.Abs(e.Method.Stability(complex(0, y))), 1+1e-13, "%s at %vi", e.Name, y)
		}
		require.Less(t, cmplx.Abs(e.Method.Stability(-1e12)), 1e-10, e.Name)
		require.InDelta(t, 1, cmplx.Abs(e.Method.Stability(0)), 0, e.Name)
	}
}

// A step of y' = λy multiplies by R(hλ), and so does one of its real pair for a
// complex λ. R is compared with a quotient of determinants in the matrix β of
// the plain form, R = det(I − zβ + z 1 bᵀ)/det(I − zβ).
func TestStepIsStabilityFunction(t *testing.T) {
	for _, e := range rosenbrock.Catalogue {
		for _, z := range []float64{-1e6, -1e3, -30, -4, -1, -0.1, 1e-3, 0.5, 2} {
			s, err := e.Method.Implicit(func(d []float64, _ float64, y []float64) error { d[0] = z * y[0]; return nil }, 1,
				integrators.Linearisation{Jacobian: func(m *jacobian.Matrix, _ float64, _ []float64) error { m.Set(0, 0, z); return nil }})
			require.NoError(t, err)
			y := []float64{1}
			require.NoError(t, s.Reset(0, y))
			require.NoError(t, s.Try(y, nil, 1))
			want := real(e.Method.Stability(complex(z, 0)))
			// The stages, of some tens each, cancel.
			require.InDelta(t, want, y[0], 1e-12*math.Max(1, math.Abs(want)), "%s at %v", e.Name, z)
			// The determinants lose digits as z^s grows.
			if math.Abs(z) <= 4 {
				require.InDelta(t, determinants(e.Method, z), y[0], 1e-11*math.Max(1, math.Abs(want)), "%s at %v", e.Name, z)
			}
		}
		lambda := complex(-0.3, 2)
		s := e.Method.Stepper(func(d []float64, _ float64, y []float64) error {
			v := lambda * complex(y[0], y[1])
			d[0], d[1] = real(v), imag(v)
			return nil
		}, 2)
		y := []float64{1, -0.5}
		want := e.Method.Stability(0.5*lambda) * complex(y[0], y[1])
		require.NoError(t, s.Reset(0, y))
		require.NoError(t, s.Try(y, nil, 0.5))
		require.InDelta(t, 0, cmplx.Abs(want-complex(y[0], y[1])), 1e-7, "%s: J by differences has eight digits", e.Name)
	}
}

func determinants(m *rosenbrock.Tableau, z float64) float64 {
	s := len(m.B)
	inverse, alpha := mat.NewDense(s, s, nil), mat.NewDense(s, s, nil)
	for i := range s {
		inverse.Set(i, i, 1/m.Gamma)
		for j := range i {
			inverse.Set(i, j, -m.C[i][j])
			alpha.Set(i, j, m.A[i][j])
		}
	}
	var gamma, beta mat.Dense
	if err := gamma.Inverse(inverse); err != nil {
		panic(err)
	}
	beta.Mul(alpha, &gamma)
	beta.Add(&beta, &gamma)
	var b mat.VecDense
	b.MulVec(gamma.T(), mat.NewVecDense(s, slices.Clone(m.B)))
	below, above := mat.NewDense(s, s, nil), mat.NewDense(s, s, nil)
	for i := range s {
		for j := range s {
			v := -z * beta.At(i, j)
			if i == j {
				v++
			}
			below.Set(i, j, v)
			above.Set(i, j, v+z*b.AtVec(j))
		}
	}
	return mat.Det(above) / mat.Det(below)
}

// The step of y' = −y from 1 to hλ = −1 for all methods: R(−1) ≈ 1/e.
func ExampleTableau_Stability() {
	for _, e := range rosenbrock.Catalogue {
		fmt.Printf("%-9s %.6f\n", e.Name, real(e.Method.Stability(-1)))
	}
	fmt.Printf("%-9s %.6f\n", "exp(-1)", math.Exp(-1))
	// Output:
	// rodas3p   0.363281
	// rodas4    0.368182
	// rodas4p2  0.368213
	// rodas5p   0.367880
	// rodas5pe  0.367880
	// rodas6p   0.367880
	// exp(-1)   0.367879
}
