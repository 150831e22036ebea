package rosenbrock

import (
	"fmt"
	"math"
)

// Validate checks the shape and, in terms of α and Γ of the plain form and
// β = α + Γ, the sums Σ_j α_ij = Nodes_i and Σ_j Γ_ij = D_i, the damping
// R(∞) = 0 of stiff components, and the order conditions of all rooted trees τ,
//
//	Σ b_i Φ_i(τ) = 1/γ(τ),
//	Φ_i(τ) = Π_k Σ_j α_ij Φ_j(τ_k) for a root with subtrees τ_1, τ_2, ..., and Σ_j β_ij Φ_j(τ_1) for one with τ_1 alone,
//
// up to order P for B, up to Est for B − E and, with θ^|τ|/γ(τ) on the right, up to
// DenseP for the interpolant. The bound is 100 units of rounding of the sum of
// absolute values: published coefficients carry sixteen digits, in the form
// with C, from which Γ follows by an inversion. Hairer, Wanner (1996), section
// IV.7, "Order conditions".
func (m *Tableau) Validate() error {
	all, s := len(m.A), len(m.B)
	if s == 0 || all < s || len(m.C) != all || len(m.Nodes) != all || len(m.D) != all || len(m.E) != s || !(m.Gamma > 0) {
		return fmt.Errorf("%w: %s has γ = %v, %d weights, %d rows, %d nodes", ErrTableau, m.Name, m.Gamma, s, all, len(m.Nodes))
	}
	for i := range m.A {
		if len(m.A[i]) != i || len(m.C[i]) != i {
			return fmt.Errorf("%w: %s: row %d has %d and %d entries", ErrTableau, m.Name, i, len(m.A[i]), len(m.C[i]))
		}
	}
	for _, row := range m.H {
		if len(row) != all {
			return fmt.Errorf("%w: %s: a row of H has %d entries, want %d", ErrTableau, m.Name, len(row), all)
		}
	}
	if m.Nodes[0] != 0 {
		return fmt.Errorf("%w: %s: the first node is %v", ErrTableau, m.Name, m.Nodes[0])
	}
	gamma, alpha := m.plain()
	nodes, d := alpha.times(constant(all)), gamma.times(constant(all))
	for i := range m.A {
		if !nodes.near(i, m.Nodes[i]) {
			return fmt.Errorf("%w: %s: row %d of α sums to %v, want %v", ErrTableau, m.Name, i, nodes.v[i], m.Nodes[i])
		}
		if !d.near(i, m.D[i]) {
			return fmt.Errorf("%w: %s: row %d of Γ sums to %v, want %v", ErrTableau, m.Name, i, d.v[i], m.D[i])
		}
	}
	// On 1/z → 0 the stages solve (I + A) u = −1.
	rest, size := 1.0, 1.0
	u := make([]float64, s)
	for i, b := range m.B {
		u[i] = -1
		for j, a := range m.A[i] {
			u[i] -= a * u[j]
		}
		rest, size = rest+b*u[i], size+math.Abs(b*u[i])
	}
	if math.Abs(rest) > bound*size {
		return fmt.Errorf("%w: %s: R(∞) = %v, want 0", ErrTableau, m.Name, rest)
	}
	hat := make([]float64, s)
	for i, b := range m.B {
		hat[i] = b - m.E[i]
	}
	list := trees(alpha, gamma, max(m.P, m.Est, m.DenseP))
	if err := m.conditions(list, gamma, m.B, m.P, 1); err != nil {
		return err
	}
	if err := m.conditions(list, gamma, hat, m.Est, 1); err != nil {
		return err
	}
	b := make([]float64, all)
	for _, theta := range []float64{0.1, 0.45, 0.8} {
		m.weights(b, theta)
		if err := m.conditions(list, gamma, b, m.DenseP, theta); err != nil {
			return err
		}
	}
	return nil
}

// conditions checks weights w of the u_i, which are those of Γk: Σ_ij w_i Γ_ij Φ_j.
func (m *Tableau) conditions(list []tree, gamma matrix, w []float64, order int, theta float64) error {
	for _, t := range list {
		if t.order > order {
			continue
		}
		phi := gamma.times(t.phi)
		sum, size := 0.0, 1.0
		for i, b := range w {
			sum, size = sum+b*phi.v[i], size+math.Abs(b)*phi.size[i]
		}
		if want := math.Pow(theta, float64(t.order)) / t.density; math.Abs(sum-want) > bound*size {
			return fmt.Errorf("%w: %s: tree of order %d has Σ b Φ = %v, want %v", ErrTableau, m.Name, t.order, sum, want)
		}
	}
	return nil
}

const bound = 100 * 0x1p-53

// plain returns Γ = (I/γ − C)⁻¹ and α = AΓ, row by row.
func (m *Tableau) plain() (gamma, alpha matrix) {
	n := len(m.A)
	for i := range n {
		g, a := make([]float64, n), make([]float64, n)
		g[i] = m.Gamma
		for j := range i {
			for k := 0; k <= j; k++ {
				g[k] += m.Gamma * m.C[i][j] * gamma[j][k]
				a[k] += m.A[i][j] * gamma[j][k]
			}
		}
		gamma, alpha = append(gamma, g), append(alpha, a)
	}
	return gamma, alpha
}
