package integrators

import (
	"errors"
	"fmt"
	"math"
	"slices"
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
	// E3, where it is not nil, is a second estimate e³ beside that of E, e⁵: the
	// estimate is then e⁵·|e⁵|/√((e⁵)² + 0.01 (e³)²), of the order of the two
	// exponents' difference higher. Hairer, Nørsett, Wanner (1993), section
	// II.10, there with norms in the place of components.
	E3 []float64
	C  []float64
	// Dense holds the polynomials of the interpolant of order DenseP,
	//
	//	y(θ) = y + h Σ_i b_i(θ) k_i,   b_i(θ) = Σ_j Dense_ij θ^(j+1);
	//
	// nil: the cubic of Hermite through both ends, order 3. ExtraA and ExtraC are
	// further stages for it, evaluated in steps that are interpolated. The first
	// of them is f at the end of the step.
	Dense  [][]float64
	DenseP int
	ExtraA [][]float64
	ExtraC []float64
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

// DenseOrder is the order of the interpolant.
func (m *Tableau) DenseOrder() int {
	if m.Dense == nil {
		return min(m.P, 3)
	}
	return m.DenseP
}

// Validate checks the shape, the row sums Σ_j A_ij = C_i, and the order
// conditions Σ b_i Φ_i(τ) = 1/γ(τ) of all rooted trees τ: up to order P for B, up
// to Est for B − E (5 and 3 with E3), and those of the interpolant,
// Σ b_i(θ) Φ_i(τ) = θ^|τ|/γ(τ), up to DenseP. The bound is 100 units of rounding
// of the sum of absolute values.
func (m *Tableau) Validate() error {
	s, all := len(m.B), len(m.B)+len(m.ExtraA)
	if s == 0 || len(m.A) != s || len(m.C) != s || (m.E != nil && len(m.E) != s) || (m.E3 != nil && len(m.E3) != s) ||
		len(m.ExtraA) != len(m.ExtraC) || (m.Dense != nil && len(m.Dense) != all) {
		return fmt.Errorf("%w: %s has %d weights, %d rows, %d nodes", ErrTableau, m.Name, s, len(m.A), len(m.C))
	}
	a, c := slices.Concat(m.A, m.ExtraA), slices.Concat(m.C, m.ExtraC)
	for i, row := range a {
		if len(row) > i {
			return fmt.Errorf("%w: %s is not explicit: row %d has %d entries", ErrTableau, m.Name, i, len(row))
		}
		sum, size := 0.0, 1.0
		for _, v := range row {
			sum += v
			size += math.Abs(v)
		}
		if math.Abs(sum-c[i]) > 100*0x1p-53*size {
			return fmt.Errorf("%w: %s: row %d sums to %v, want %v", ErrTableau, m.Name, i, sum, c[i])
		}
	}
	if len(m.ExtraA) > 0 && (m.ExtraC[0] != 1 || !slices.Equal(trim(m.ExtraA[0]), trim(m.B))) && !m.FSAL() {
		return fmt.Errorf("%w: %s: the first stage of the interpolant is not f at the end of the step", ErrTableau, m.Name)
	}
	p, est := m.P, m.Est
	if m.E3 != nil {
		est = 5
		if err := m.conditions(a, minus(m.B, m.E3), minus(m.B, m.E3), 3, 1); err != nil {
			return err
		}
	}
	if err := m.conditions(a, m.B, m.B, p, 1); err != nil {
		return err
	}
	if m.E != nil {
		if err := m.conditions(a, minus(m.B, m.E), minus(m.B, m.E), est, 1); err != nil {
			return err
		}
	}
	for _, theta := range []float64{0.1, 0.45, 0.8, 1} {
		b, abs := m.at(theta)
		if err := m.conditions(a, b, abs, m.DenseP, theta); err != nil {
			return err
		}
	}
	return nil
}

// at returns the weights b_i(θ) of the interpolant, and their sizes before
// cancellation.
func (m *Tableau) at(theta float64) (b, size []float64) {
	b, size = make([]float64, len(m.Dense)), make([]float64, len(m.Dense))
	for i, row := range m.Dense {
		for j := len(row) - 1; j >= 0; j-- {
			b[i] = (b[i] + row[j]) * theta
			size[i] = (size[i] + math.Abs(row[j])) * theta
		}
	}
	return b, size
}

func (m *Tableau) conditions(a [][]float64, b, size []float64, order int, theta float64) error {
	abs := make([][]float64, len(a))
	for i, row := range a {
		abs[i] = make([]float64, len(row))
		for j, v := range row {
			abs[i][j] = math.Abs(v)
		}
	}
	for _, t := range trees(order) {
		phi, absPhi := t.weights(a), t.weights(abs)
		sum, bound := 0.0, 1.0
		for i, w := range b {
			sum += w * phi[i]
			bound += math.Abs(size[i]) * absPhi[i]
		}
		if want := math.Pow(theta, float64(t.order())) / t.gamma(); math.Abs(sum-want) > 100*0x1p-53*bound {
			return fmt.Errorf("%w: %s: tree of order %d has Σ b Φ = %v, want %v", ErrTableau, m.Name, t.order(), sum, want)
		}
	}
	return nil
}

func minus(b, e []float64) []float64 {
	hat := slices.Clone(b)
	for i, v := range e {
		hat[i] -= v
	}
	return hat
}

// trim leaves out zeros at the end.
func trim(b []float64) []float64 {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}
