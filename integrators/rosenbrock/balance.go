package rosenbrock

import (
	"math"
	"math/big"
	"slices"
)

// balanced returns B with the term that can be set most finely so changed that the
// method integrates a constant, y' = 1, as exactly as numbers can: with the stages
//
//	u_i = γ h (1 + Σ_{j<i} C_ij u_j / h)
//
// Σ B_i u_i is h. Coefficients given to sixteen digits, rodas5p's, miss that
// by 7e-15, which every step adds to the error in one direction
// (TestSumsAreCompensated).
func (m *Tableau) balanced() []float64 {
	const bits = 2000 // all products are exact
	number := func(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }
	u := make([]*big.Float, len(m.B))
	rest, finest, best := number(1), math.Inf(1), 0
	for i, b := range m.B {
		u[i] = number(1)
		for j, c := range m.C[i] {
			term := number(c)
			u[i].Add(u[i], term.Mul(term, u[j]))
		}
		u[i].Mul(u[i], number(m.Gamma))
		term := number(b)
		rest.Sub(rest, term.Mul(term, u[i]))
		// Stages that are zero, but for rounding, cannot make up for anything.
		if size, _ := term.Float64(); math.Abs(size) > 1e-6 && math.Abs(size) < finest {
			finest, best = math.Abs(size), i
		}
	}
	row := slices.Clone(m.B)
	rest.Quo(rest, u[best])
	row[best], _ = rest.Add(rest, number(row[best])).Float64()
	return row
}
