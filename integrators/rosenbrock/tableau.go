package rosenbrock

import (
	"errors"
	"fmt"

	"github.com/ito-sde/ito/integrators"
)

// Tableau is a Rosenbrock method as data, in the form that needs no product with
// the Jacobian J = ∂f/∂y: for M y' = f(t, y), with f_t = ∂f/∂t at the step's
// start,
//
//	(M/(h γ) − J) u_i = f(t + Nodes_i h, y + Σ_{j<i} A_ij u_j) + M Σ_{j<i} C_ij u_j / h + h D_i f_t,
//	y' = y + Σ B_i u_i,   estimate = Σ E_i u_i,
//	y(θ) = y + Σ b_i(θ) u_i,   b_i(θ) = θ (B_i + (1−θ) (H_1i + θ (H_2i + θ (H_3i + ...)))).
//
// In terms of the matrices α and Γ of the plain form, Γ⁻¹ = I/γ − C and α = AΓ.
// J is evaluated once a step, also where the step is tried again. f_t costs one
// evaluation of f, and another if it is not zero; see [Autonomous].
//
// A *Tableau is an [integrators.Implicit]; M may be singular. Hairer, Wanner
// (1996), sections IV.7 and VI.4.
type Tableau struct {
	Name   string
	P      int // order of the solution
	Est    int // order of the embedded solution
	DenseP int // order of the interpolant
	Gamma  float64
	A, C   [][]float64 // row i has i entries
	Nodes  []float64
	D      []float64
	B, E   []float64 // with fewer entries than A has rows, the further stages are the interpolant's
	H      [][]float64
}

// Order returns P and Est.
func (m *Tableau) Order() (order, estimate int) { return m.P, m.Est }

// DenseOrder is the order of the interpolant.
func (m *Tableau) DenseOrder() int { return m.DenseP }

// Stages is the number of stages of a step.
func (m *Tableau) Stages() int { return len(m.B) }

// String is the method's name.
func (m *Tableau) String() string { return m.Name }

// ErrTableau is wrapped by the errors of Validate.
var ErrTableau = errors.New("rosenbrock: bad tableau")

// Stepper returns a stepper for y' = f(t, y) with a dense Jacobian by
// differences.
func (m *Tableau) Stepper(f integrators.Field, dim int) integrators.Stepper {
	return plain(m, f, dim, false)
}

// Implicit returns a stepper for M y' = f(t, y).
func (m *Tableau) Implicit(f integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
	return newStepper(m, f, dim, l, false)
}

// Autonomous is a Tableau for fields that do not depend on time, which spares
// the evaluation by which a Tableau finds out. With a field that does, the order
// is lost.
type Autonomous struct{ *Tableau }

// Stepper is [Tableau.Stepper].
func (m Autonomous) Stepper(f integrators.Field, dim int) integrators.Stepper {
	return plain(m.Tableau, f, dim, true)
}

// Implicit is [Tableau.Implicit].
func (m Autonomous) Implicit(f integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
	return newStepper(m.Tableau, f, dim, l, true)
}

func plain(m *Tableau, f integrators.Field, dim int, autonomous bool) integrators.Stepper {
	if dim < 1 {
		panic(fmt.Sprintf("rosenbrock: a state of %d numbers", dim))
	}
	s, err := newStepper(m, f, dim, integrators.Linearisation{}, autonomous)
	if err != nil {
		panic(err) // the zero Linearisation fits every state
	}
	return s
}

// weights sets dst to the b_i(θ) of the interpolant.
func (m *Tableau) weights(dst []float64, theta float64) {
	for i := range dst {
		b := 0.0
		for k := len(m.H) - 1; k >= 0; k-- {
			b = b*theta + m.H[k][i]
		}
		b *= 1 - theta
		if i < len(m.B) {
			b += m.B[i]
		}
		dst[i] = b * theta
	}
}

// Stability is R(z) with y' = R(hλ) y for the field λy:
//
//	R(z) = 1 + z Bᵀ ((1/γ − z) I − C − z A)⁻¹ (1, ..., 1)ᵀ.
func (m *Tableau) Stability(z complex128) complex128 {
	u := make([]complex128, len(m.B))
	r := complex(1, 0)
	for i, b := range m.B {
		sum := z
		for j, v := range u[:i] {
			sum += (complex(m.C[i][j], 0) + z*complex(m.A[i][j], 0)) * v
		}
		u[i] = sum / (complex(1/m.Gamma, 0) - z)
		r += complex(b, 0) * u[i]
	}
	return r
}
