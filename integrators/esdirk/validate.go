package esdirk

import (
	"errors"
	"fmt"
	"math"
)

// ErrTableau is wrapped by the errors of Validate.
var ErrTableau = errors.New("esdirk: bad tableau")

// Validate checks the shape, the row sums, the order conditions
// Σ b_i Φ_i(τ) = 1/γ(τ) of all rooted trees τ, in both colours where there is an
// explicit companion: up to order P for the weights A_s, up to Est for A_s − E, and
// those of the interpolants up to DenseP and SplitP at several θ, which end at A_s; that Predict is exact for
// slopes linear in t; and that the stages' limits R_i(−∞) give R(−∞) = 0 and a
// bounded interpolants. The bound is 100 units of rounding of the sum of absolute
// values.
func (m *Tableau) Validate() error {
	if err := m.shape(); err != nil {
		return err
	}
	s := len(m.C)
	a := [][][]float64{m.A}
	if m.Explicit != nil {
		a = append(a, m.Explicit)
	}
	b, hat := m.A[s-1], make([]float64, s)
	for i := range hat {
		hat[i] = b[i] - m.E[i]
	}
	if err := m.conditions(a, b, b, m.P, 1); err != nil {
		return err
	}
	if err := m.conditions(a, hat, hat, m.Est, 1); err != nil {
		return err
	}
	r := m.limits()
	if math.Abs(r[s-1]) > 1e-13 {
		return fmt.Errorf("%w: %s has R(−∞) = %v", ErrTableau, m.Name, r[s-1])
	}
	if err := m.interpolant(m.Dense, a[:1], m.DenseP, r); err != nil {
		return err
	}
	return m.interpolant(m.Split, a, m.SplitP, r)
}

func (m *Tableau) interpolant(rows [][]float64, a [][][]float64, order int, r []float64) error {
	for _, theta := range []float64{0.1, 0.45, 0.8, 1} {
		b, size := at(rows, theta)
		if err := m.conditions(a, b, size, order, theta); err != nil {
			return err
		}
		sum, bound := 0.0, 1.0
		for i, v := range b {
			sum += v * r[i]
			bound += size[i] * math.Abs(r[i])
			if theta == 1 && math.Abs(v-m.A[len(b)-1][i]) > 1e-14*(1+size[i]) {
				return fmt.Errorf("%w: %s: the interpolant ends with weight %v of stage %d", ErrTableau, m.Name, v, i)
			}
		}
		if math.Abs(sum) > 1e-13*bound {
			return fmt.Errorf("%w: %s: the interpolant at %v grows like %v λ", ErrTableau, m.Name, theta, sum)
		}
	}
	return nil
}

func (m *Tableau) shape() error {
	s := len(m.C)
	if s < 2 || len(m.A) != s || len(m.E) != s || len(m.Predict) != s || len(m.Dense) != s ||
		m.Explicit != nil && (len(m.Explicit) != s || len(m.Split) != s) || m.Explicit == nil && m.Split != nil || len(m.A[0]) != 0 || m.C[s-1] != 1 {
		return fmt.Errorf("%w: %s has %d nodes, %d rows, %d error weights, %d predictors, %d polynomials",
			ErrTableau, m.Name, s, len(m.A), len(m.E), len(m.Predict), len(m.Dense))
	}
	for i := 1; i < s; i++ {
		if len(m.A[i]) != i+1 || m.A[i][i] != m.A[1][1] || !(m.A[i][i] > 0) || len(m.Predict[i]) != i {
			return fmt.Errorf("%w: %s: row %d is not one of an ESDIRK method", ErrTableau, m.Name, i)
		}
		if err := m.sum("row", i, m.A[i], nil, m.C[i]); err != nil {
			return err
		}
		if err := m.sum("weights of predictor", i, m.Predict[i], nil, 1); err != nil {
			return err
		}
		if i > 1 {
			if err := m.sum("nodes of predictor", i, m.Predict[i], m.C, m.C[i]); err != nil {
				return err
			}
		}
		if m.Explicit == nil {
			continue
		}
		if len(m.Explicit[i]) != i {
			return fmt.Errorf("%w: %s: explicit row %d has %d entries", ErrTableau, m.Name, i, len(m.Explicit[i]))
		}
		if err := m.sum("explicit row", i, m.Explicit[i], nil, m.C[i]); err != nil {
			return err
		}
	}
	return nil
}

// sum checks Σ_j row_j f_j = want, with f = 1 for nil.
func (m *Tableau) sum(what string, i int, row, f []float64, want float64) error {
	sum, size := 0.0, 1.0
	for j, v := range row {
		if f != nil {
			v *= f[j]
		}
		sum += v
		size += math.Abs(v)
	}
	if math.Abs(sum-want) > 100*0x1p-53*size {
		return fmt.Errorf("%w: %s: %s %d sums to %v, want %v", ErrTableau, m.Name, what, i, sum, want)
	}
	return nil
}

// limits returns R_i(−∞) of the stages on y' = λy: 1 for the explicit one, and
// Σ_j A_ij R_j = 0 for the others.
func (m *Tableau) limits() []float64 {
	r := []float64{1}
	for i := 1; i < len(m.C); i++ {
		sum := 0.0
		for j, v := range m.A[i][:i] {
			sum += v * r[j]
		}
		r = append(r, -sum/m.A[i][i])
	}
	return r
}

// at returns the weights b_i(θ) of the interpolant, and their sizes before
// cancellation.
func at(rows [][]float64, theta float64) (b, size []float64) {
	b, size = make([]float64, len(rows)), make([]float64, len(rows))
	for i, row := range rows {
		for j := len(row) - 1; j >= 0; j-- {
			b[i] = (b[i] + row[j]) * theta
			size[i] = (size[i] + math.Abs(row[j])) * theta
		}
	}
	return b, size
}

func (m *Tableau) conditions(a [][][]float64, b, size []float64, order int, theta float64) error {
	abs := make([][][]float64, len(a))
	for c, rows := range a {
		for _, row := range rows {
			v := make([]float64, len(row))
			for j := range v {
				v[j] = math.Abs(row[j])
			}
			abs[c] = append(abs[c], v)
		}
	}
	for _, t := range trees(order, len(a)) {
		phi, absPhi := t.weights(a), t.weights(abs)
		sum, bound := 0.0, 1.0
		for i, w := range b {
			sum += w * phi[i]
			bound += math.Abs(size[i]) * absPhi[i]
		}
		if want := math.Pow(theta, float64(t.order())) / t.gamma(); math.Abs(sum-want) > 100*0x1p-53*bound {
			return fmt.Errorf("%w: %s: tree %v of order %d has Σ b Φ = %v, want %v", ErrTableau, m.Name, t, t.order(), sum, want)
		}
	}
	return nil
}
