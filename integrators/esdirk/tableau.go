package esdirk

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
)

// Tableau is an ESDIRK method as data:
//
//	Y_i = y + h Σ_{j≤i} A_ij k_j,   M k_i = f(t + C_i h, Y_i),
//	y' = Y_s,   estimate = (M − hγJ)⁻¹ M h Σ E_i k_i,   E = A_s − B̂.
//
// The first stage is explicit: row 0 of A is empty. Row i has i+1 entries of which
// the last is γ, the same in all rows. The last row holds the weights, so that the
// method is stiffly accurate. The factor before the estimate takes out of it what
// stiff components add to no avail: Shampine, Baca (1984), Hosea, Shampine (1996). On
// y' = λy, λ → −∞, it makes the estimate vanish like the error, as 1/λ; where
// h Σ E_i k_i does that by itself (KenCarp47), it is left out, or the
// estimate would be blind to the transients that a step passes over.
//
// A *Tableau is an integrators.Implicit. M may be any constant nonsingular matrix.
// Its steppers interpolate.
type Tableau struct {
	Name string
	P    int // order of the solution
	Est  int // order of the embedded solution
	A    [][]float64
	E    []float64
	C    []float64
	// Explicit is the companion for f_E, an explicit tableau with the same weights
	// and nodes; nil: the method does not split.
	Explicit [][]float64
	// Predict holds the weights by which the slope of a stage is extrapolated from
	// those before it, to start Newton's method: row i has i entries. They are the
	// smallest that are exact for slopes linear in t, and from the fourth stage on for
	// quadratic ones. Beyond a first step the second and third stage take slopes of
	// the step before to the same end.
	Predict [][]float64
	// Dense holds the interpolant of order DenseP,
	//
	//	y(θ) = y + h Σ_i b_i(θ) k_i,   b_i(θ) = Σ_j Dense_ij θ^(j+1).
	//
	// It solves the order conditions at every θ and stays bounded on y' = λy as
	// λ → −∞; where the stages allow, stiff components that are cubic in t come out
	// exactly, and what is left to choose makes the error of the next order small.
	Dense  [][]float64
	DenseP int
	// Split is the like for split steps, of order SplitP.
	Split  [][]float64
	SplitP int
}

// Order returns P and Est.
func (m *Tableau) Order() (order, estimate int) { return m.P, m.Est }

// Stages is the number of stages, the explicit first one included.
func (m *Tableau) Stages() int { return len(m.C) }

// Gamma is γ, the diagonal entry.
func (m *Tableau) Gamma() float64 { return m.A[1][1] }

// DenseOrder is the order of the interpolant.
func (m *Tableau) DenseOrder() int { return m.DenseP }

// String is the method's name.
func (m *Tableau) String() string { return m.Name }

// Stepper returns a stepper for y' = f(t, y) with a dense Jacobian by differences
// and iterations carried to rounding.
func (m *Tableau) Stepper(f integrators.Field, dim int) integrators.Stepper {
	return plain(m.Implicit(f, dim, integrators.Linearisation{}))
}

// Implicit returns a stepper for M y' = f(t, y). The error wraps
// integrators.ErrLinearisation: a singular or misplaced mass matrix, a pattern of
// another order, tolerances that are negative or not finite.
func (m *Tableau) Implicit(f integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
	return newStepper(m, nil, f, dim, l)
}

// bare tells that h Σ E_i k_i vanishes for λ → −∞ on y' = λy: z Σ E_i R_i(z) does, with
// R_i = r_i + q_i/z + ..., for R_i = 1 + z Σ_j A_ij R_j.
func (m *Tableau) bare() bool {
	r, q := m.limits(), []float64{0}
	size, r0, q0 := 0.0, 0.0, 0.0
	for i := range r {
		if i > 0 {
			sum := 1 - r[i]
			for j, a := range m.A[i][:i] {
				sum += a * q[j]
			}
			q = append(q, -sum/m.A[i][i])
		}
		r0, q0 = r0+m.E[i]*r[i], q0+m.E[i]*q[i]
		size += math.Abs(m.E[i]) * (math.Abs(r[i]) + math.Abs(q[i]))
	}
	return math.Abs(r0)+math.Abs(q0) < 1e-13*size
}

// plain turns the one error that a zero Linearisation leaves into the panic of
// misuse.
func plain(s integrators.Stepper, err error) integrators.Stepper {
	if err != nil {
		panic(fmt.Sprintf("esdirk: %v", err))
	}
	return s
}
