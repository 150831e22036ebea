package statistics

import (
	"fmt"
	"math"
)

// Moments are the count, mean, central moments up to an order, and extremes of
// each column of rows. With sums M_p = Σ(x − x̄)^p about the mean, two sets A and
// B merge by shifting both to the common mean,
//
//	x̄ = x̄_A + δ n_B/n,  δ = x̄_B − x̄_A,   d_A = −δ n_B/n,  d_B = δ n_A/n,
//	M_p = Σ_{s=A,B} Σ_{k=0..p} C(p,k) d_s^k M_{s,p−k},   M_0 = n, M_1 = 0,
//
// without the cancellation of raw moments. Rows are taken in batches of two
// passes and merged. Chan, Golub, LeVeque (1983), "Algorithms for computing the
// sample variance"; Pébay (2008), "Formulas for robust, one-pass parallel
// computation of covariances and arbitrary-order statistical moments", section 2.
type Moments struct {
	width, order   int
	n              uint64
	mean, min, max []float64
	m              []float64 // M_2 … M_order, of a column side by side
	part           *Moments  // scratch: a batch
}

// MaxOrder is the highest order of Moments.
const MaxOrder = 8

// NewMoments returns moments of rows of width numbers up to an order from 2 to
// MaxOrder. Order 4 gives the standard error of the variance, 6 that of the
// skewness, 8 that of the kurtosis. The error wraps ErrShape.
func NewMoments(width, order int) (*Moments, error) {
	if width < 1 || order < 2 || order > MaxOrder {
		return nil, fmt.Errorf("%w: Moments of %d columns to order %d; want at least one column, orders 2 to %d", ErrShape, width, order, MaxOrder)
	}
	m := newMoments(width, order)
	m.part = newMoments(width, order)
	return m, nil
}

func newMoments(width, order int) *Moments {
	mem := make([]float64, width*(order+2))
	m := &Moments{width: width, order: order}
	for _, x := range []*[]float64{&m.mean, &m.min, &m.max} {
		*x, mem = mem[:width:width], mem[width:]
	}
	m.m = mem
	m.Reset()
	return m
}

// New returns empty moments of the same columns and order.
func (m *Moments) New() Reducer {
	r := newMoments(m.width, m.order)
	r.part = newMoments(m.width, m.order)
	return r
}

// Width returns the number of columns.
func (m *Moments) Width() int { return m.width }

// Reset empties the moments.
func (m *Moments) Reset() {
	m.n = 0
	clear(m.mean)
	clear(m.m)
	for j := range m.min {
		m.min[j], m.max[j] = math.Inf(1), math.Inf(-1)
	}
}

// Add takes rows.
func (m *Moments) Add(rows []float64) {
	rowsOf("Moments", rows, m.width)
	for len(rows) > 0 {
		n := min(len(rows), batch*m.width)
		m.part.take(rows[:n])
		m.merge(m.part)
		rows = rows[n:]
	}
}

// take replaces the moments by those of a batch.
func (m *Moments) take(rows []float64) {
	m.n = uint64(len(rows) / m.width)
	n := float64(m.n)
	w := m.order - 1
	for j := range m.width {
		sum, lo, hi := 0.0, math.Inf(1), math.Inf(-1)
		for i := j; i < len(rows); i += m.width {
			x := rows[i]
			sum += x
			if x < lo {
				lo = x
			}
			if x > hi {
				hi = x
			}
		}
		mean := sum / n
		m.mean[j], m.min[j], m.max[j] = mean, lo, hi
		sums := m.m[j*w : (j+1)*w]
		clear(sums)
		if w == 3 { // the usual order, 4
			var s2, s3, s4 float64
			for i := j; i < len(rows); i += m.width {
				d := rows[i] - mean
				q := d * d
				s2 += q
				s3 += float64(q * d)
				s4 += float64(q * q)
			}
			sums[0], sums[1], sums[2] = s2, s3, s4
			continue
		}
		for i := j; i < len(rows); i += m.width {
			d := rows[i] - mean
			power := d
			for p := range sums {
				power *= d
				sums[p] += power
			}
		}
	}
}

// Merge adds other moments of the same shape.
func (m *Moments) Merge(other Reducer) {
	o, ok := other.(*Moments)
	if !ok || o.width != m.width || o.order != m.order {
		panic(unlike(m, other))
	}
	m.merge(o)
}

func (m *Moments) merge(o *Moments) {
	if o.n == 0 {
		return
	}
	na, nb := float64(m.n), float64(o.n)
	m.n += o.n
	n := float64(m.n)
	w := m.order - 1
	for j := range m.width {
		delta := o.mean[j] - m.mean[j]
		if na == 0 {
			m.mean[j] = o.mean[j]
		} else {
			m.mean[j] += delta * (nb / n)
		}
		m.min[j], m.max[j] = min(m.min[j], o.min[j]), max(m.max[j], o.max[j])
		var b [MaxOrder + 1]float64
		copy(b[2:], o.m[j*w:(j+1)*w])
		b[0] = nb
		var a [MaxOrder + 1]float64
		sums := m.m[j*w : (j+1)*w]
		copy(a[2:], sums)
		a[0] = na
		shift(&a, -delta*(nb/n), m.order)
		shift(&b, delta*(na/n), m.order)
		for p := range sums {
			sums[p] = a[p+2] + b[p+2]
		}
	}
}

// shift turns sums of (x − x̄)^p into sums of (x − x̄ + d)^p for p ≥ 2, from the
// highest down since each needs the lower ones as they were. a[1] is 0.
func shift(a *[MaxOrder + 1]float64, d float64, order int) {
	for p := order; p >= 2; p-- {
		sum := a[p]
		power, binomial := 1.0, 1.0
		for k := 1; k <= p; k++ {
			power *= d
			binomial = binomial * float64(p-k+1) / float64(k)
			sum += binomial * float64(power*a[p-k])
		}
		a[p] = sum
	}
}

// Count returns the number of rows.
func (m *Moments) Count() uint64 { return m.n }

// Central returns the mean of (x − x̄)^p in a column, for p up to the order.
func (m *Moments) Central(column, p int) float64 {
	switch p {
	case 0:
		return 1
	case 1:
		return 0
	}
	return m.m[column*(m.order-1)+p-2] / float64(m.n)
}

// Min returns the least number of a column, +Inf without rows.
func (m *Moments) Min(column int) float64 { return m.min[column] }

// Max returns the greatest number of a column, −Inf without rows.
func (m *Moments) Max(column int) float64 { return m.max[column] }

// has is the central moment, or NaN where the order is too low.
func (m *Moments) has(column, p int) float64 {
	if p > m.order {
		return math.NaN()
	}
	return m.Central(column, p)
}

// Mean returns a column's mean, of standard error s/√n.
func (m *Moments) Mean(column int) Estimate {
	return Estimate{m.mean[column], root(m.unbiased(column) / float64(m.n))}
}

func (m *Moments) unbiased(column int) float64 {
	return m.m[column*(m.order-1)] / (float64(m.n) - 1)
}

// Variance returns the unbiased variance s² = M_2/(n−1), of variance
// (μ_4 − σ⁴ (n−3)/(n−1))/n. Kenney, Keeping (1951).
func (m *Moments) Variance(column int) Estimate {
	n := float64(m.n)
	v := m.unbiased(column)
	return Estimate{v, root((m.has(column, 4) - v*v*(n-3)/(n-1)) / n)}
}

// Skewness returns g = m_3/m_2^{3/2}. With z the standardised x, its influence
// function is z³ − g − 3z − (3/2) g (z² − 1), whose variance over n is the
// squared standard error.
func (m *Moments) Skewness(column int) Estimate {
	z := m.standard(column)
	g := z[3]
	v := z.variance(-g+1.5*g, -3, -1.5*g, 1, 0)
	return Estimate{g, root(v / float64(m.n))}
}

// Kurtosis returns β = m_4/m_2², 3 for a normal column, by way of the influence
// function z⁴ − β − 4 g z − 2β (z² − 1).
func (m *Moments) Kurtosis(column int) Estimate {
	z := m.standard(column)
	g, k := z[3], z[4]
	v := z.variance(k, -4*g, -2*k, 0, 1)
	return Estimate{k, root(v / float64(m.n))}
}

// standardised are the moments E z^p of a standardised column, NaN where they
// are not known.
type standardised [MaxOrder + 1]float64

func (m *Moments) standard(column int) standardised {
	var z standardised
	sd := math.Sqrt(m.Central(column, 2))
	for p := range z {
		z[p] = m.has(column, p) / math.Pow(sd, float64(p))
	}
	return z
}

// variance returns E (Σ c_k z^k)².
func (z *standardised) variance(c ...float64) float64 {
	v := 0.0
	for i, a := range c {
		for j, b := range c {
			if a != 0 && b != 0 {
				v += a * b * z[i+j]
			}
		}
	}
	return v
}

const momentsKind = 0x73746e656d6f6d01 // "\x01moments"

func (m *Moments) head() []uint64 { return []uint64{momentsKind, uint64(m.width), uint64(m.order)} }

// AppendBinary appends the state.
func (m *Moments) AppendBinary(b []byte) ([]byte, error) {
	b = appendWords(appendWords(b, m.head()...), m.n)
	for _, x := range [][]float64{m.mean, m.min, m.max, m.m} {
		b = appendFloats(b, x)
	}
	return b, nil
}

// UnmarshalBinary replaces the state.
func (m *Moments) UnmarshalBinary(b []byte) error {
	b, err := expect(b, 4+m.width*(m.order+2), m.head()...)
	if err != nil {
		return err
	}
	var n [1]uint64
	b = readWords(b, n[:])
	m.n = n[0]
	for _, x := range [][]float64{m.mean, m.min, m.max, m.m} {
		b = readFloats(b, x)
	}
	return nil
}
