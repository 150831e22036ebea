package integrators

import (
	"errors"
	"fmt"
	"math"
)

// Tableau is an explicit Runge–Kutta method as data (Butcher 1963):
//
//	k_i = f(t + C_i h, y + h Σ_{j<i} A_ij k_j),   y' = y + h Σ B_i k_i,
//	estimate = h Σ E_i k_i,   E = B − B̂.
//
// A *Tableau is a Method. Row i of A has at most i entries. A method whose last
// stage is the first of the next step (B the last row of A, C = 1) is found to
// be so and never evaluates it twice.
type Tableau struct {
	Name string
	P    int // order of the solution
	Est  int // order of the embedded solution; 0: none
	A    [][]float64
	B    []float64
	E    []float64 // nil: no estimate
	C    []float64
	// Dense holds the polynomials of the interpolant beyond y + θ h k_1,
	//
	//	y(θ) = y + h Σ_i b_i(θ) k_i,   b_i(θ) = Σ_j Dense_ij θ^(j+1);
	//
	// nil: the cubic of Hermite through both ends.
	Dense [][]float64
}

// Order returns P and Est.
func (m *Tableau) Order() (order, estimate int) { return m.P, m.Est }

// Stages is the number of stages.
func (m *Tableau) Stages() int { return len(m.B) }

// FSAL reports whether the last stage is the first of the next step.
func (m *Tableau) FSAL() bool {
	s := len(m.B) - 1
	if s < 1 || m.C[s] != 1 || m.B[s] != 0 || len(m.A[s]) != s {
		return false
	}
	for j, a := range m.A[s] {
		if a != m.B[j] {
			return false
		}
	}
	return true
}

// String is the method's name.
func (m *Tableau) String() string { return m.Name }

// ErrTableau is wrapped by the errors of Validate.
var ErrTableau = errors.New("integrators: bad tableau")

// Validate checks the shape, the row sums Σ_j A_ij = C_i, and the order
// conditions of all rooted trees up to order P for B and Est for B − E, to
// 1e-14.
func (m *Tableau) Validate() error {
	s := len(m.B)
	if s == 0 || len(m.A) != s || len(m.C) != s || (m.E != nil && len(m.E) != s) || (m.Dense != nil && len(m.Dense) != s) {
		return fmt.Errorf("%w: %s has %d weights, %d rows, %d nodes", ErrTableau, m.Name, s, len(m.A), len(m.C))
	}
	for i, row := range m.A {
		if len(row) > i {
			return fmt.Errorf("%w: %s is not explicit: row %d has %d entries", ErrTableau, m.Name, i, len(row))
		}
		sum := 0.0
		for _, a := range row {
			sum += a
		}
		if math.Abs(sum-m.C[i]) > 1e-14 {
			return fmt.Errorf("%w: %s: row %d sums to %v, want %v", ErrTableau, m.Name, i, sum, m.C[i])
		}
	}
	if err := m.conditions(m.B, m.P); err != nil {
		return err
	}
	if m.E == nil {
		return nil
	}
	hat := make([]float64, s)
	for i := range hat {
		hat[i] = m.B[i] - m.E[i]
	}
	return m.conditions(hat, m.Est)
}

func (m *Tableau) conditions(b []float64, order int) error {
	for _, t := range trees(order) {
		phi := t.weights(m)
		sum := 0.0
		for i, w := range b {
			sum += w * phi[i]
		}
		if want := 1 / t.gamma(); math.Abs(sum-want) > 1e-14 {
			return fmt.Errorf("%w: %s: tree of order %d has Σ b Φ = %v, want %v", ErrTableau, m.Name, t.order(), sum, want)
		}
	}
	return nil
}
