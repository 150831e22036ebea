package statistics

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Covariance is the mean and covariance matrix of rows. For each pair of columns
// it keeps M_pq = Σ(x − x̄)^p (y − ȳ)^q for pq = 11, 21, 12 and 22, the last three
// for the standard errors, and merges by shifting to the common mean, as Moments
// does,
//
//	M_11 ← M_11 + n dx dy,   M_21 ← M_21 + 2 dx M_11 + dy M_20 + n dx² dy,
//	M_22 ← M_22 + 2 dy M_21 + 2 dx M_12 + dy² M_20 + dx² M_02 + 4 dx dy M_11 + n dx² dy².
//
// Pébay (2008), section 3.
type Covariance struct {
	width int
	n     uint64
	mean  []float64
	pairs []joint // i ≤ j, row by row
	part  *Covariance
	d     []float64 // scratch: a row less the mean, or a shift
}

type joint struct{ m11, m21, m12, m22 float64 }

// NewCovariance returns the covariance of rows of width numbers. The error wraps
// ErrShape.
func NewCovariance(width int) (*Covariance, error) {
	if width < 1 {
		return nil, fmt.Errorf("%w: Covariance of %d columns; want at least one", ErrShape, width)
	}
	return (&Covariance{width: width}).New().(*Covariance), nil
}

func newCovariance(width int) *Covariance {
	return &Covariance{width: width, mean: make([]float64, width), pairs: make([]joint, width*(width+1)/2), d: make([]float64, width)}
}

// New returns an empty covariance of as many columns.
func (c *Covariance) New() Reducer {
	r := newCovariance(c.width)
	r.part = newCovariance(c.width)
	return r
}

// Width returns the number of columns.
func (c *Covariance) Width() int { return c.width }

// Reset empties the covariance.
func (c *Covariance) Reset() {
	c.n = 0
	clear(c.mean)
	clear(c.pairs)
}

// Add takes rows.
func (c *Covariance) Add(rows []float64) {
	rowsOf("Covariance", rows, c.width)
	for len(rows) > 0 {
		n := min(len(rows), batch*c.width)
		c.part.take(rows[:n])
		c.merge(c.part)
		rows = rows[n:]
	}
}

func (c *Covariance) take(rows []float64) {
	c.Reset()
	c.n = uint64(len(rows) / c.width)
	for i := 0; i < len(rows); i += c.width {
		for j := range c.mean {
			c.mean[j] += rows[i+j]
		}
	}
	for j := range c.mean {
		c.mean[j] /= float64(c.n)
	}
	for ; len(rows) > 0; rows = rows[c.width:] {
		for j, mean := range c.mean {
			c.d[j] = rows[j] - mean
		}
		k := 0
		for i, x := range c.d {
			for _, y := range c.d[i:] {
				p := &c.pairs[k]
				xy := x * y
				p.m11 += xy
				p.m21 += float64(xy * x)
				p.m12 += float64(xy * y)
				p.m22 += float64(xy * xy)
				k++
			}
		}
	}
}

// Merge adds another covariance of as many columns.
func (c *Covariance) Merge(other Reducer) {
	o, ok := other.(*Covariance)
	if !ok || o.width != c.width {
		panic(unlike(c, other))
	}
	c.merge(o)
}

func (c *Covariance) merge(o *Covariance) {
	switch {
	case o.n == 0:
		return
	case c.n == 0:
		c.n = o.n
		copy(c.mean, o.mean)
		copy(c.pairs, o.pairs)
		return
	}
	na, nb := float64(c.n), float64(o.n)
	n := na + nb
	for j := range c.d {
		c.d[j] = o.mean[j] - c.mean[j]
	}
	k := 0
	for i := range c.width {
		a20, b20 := c.square(i), o.square(i)
		for j := i; j < c.width; j++ {
			// Squares of later columns are still those before the merge, and
			// column i's own were read above.
			a02, b02 := a20, b20
			if j > i {
				a02, b02 = c.square(j), o.square(j)
			}
			a := c.pairs[k].shifted(a20, a02, na, -c.d[i]*(nb/n), -c.d[j]*(nb/n))
			b := o.pairs[k].shifted(b20, b02, nb, c.d[i]*(na/n), c.d[j]*(na/n))
			c.pairs[k] = joint{a.m11 + b.m11, a.m21 + b.m21, a.m12 + b.m12, a.m22 + b.m22}
			k++
		}
	}
	for j, d := range c.d {
		c.mean[j] += d * (nb / n)
	}
	c.n += o.n
}

func (p joint) shifted(m20, m02, n, dx, dy float64) joint {
	dxy := dx * dy
	return joint{
		p.m11 + n*dxy,
		p.m21 + 2*dx*p.m11 + dy*m20 + n*dx*dxy,
		p.m12 + 2*dy*p.m11 + dx*m02 + n*dy*dxy,
		p.m22 + 2*dy*p.m21 + 2*dx*p.m12 + dy*dy*m20 + dx*dx*m02 + 4*dxy*p.m11 + n*dxy*dxy,
	}
}

func (c *Covariance) index(i, j int) int {
	if i > j {
		i, j = j, i
	}
	return i*c.width - i*(i-1)/2 + j - i
}

func (c *Covariance) square(i int) float64 { return c.pairs[c.index(i, i)].m11 }

// Count returns the number of rows.
func (c *Covariance) Count() uint64 { return c.n }

// Mean returns a column's mean.
func (c *Covariance) Mean(i int) Estimate {
	n := float64(c.n)
	return Estimate{c.mean[i], root(c.square(i) / (n - 1) / n)}
}

// Of returns the unbiased covariance s_ij = M_11/(n−1) of two columns, of variance
// μ_22/n − μ_11² (n−2)/(n(n−1)) + μ_20 μ_02/(n(n−1)). Kendall, Stuart (1969).
func (c *Covariance) Of(i, j int) Estimate {
	n := float64(c.n)
	p := c.pairs[c.index(i, j)]
	s := p.m11 / (n - 1)
	squares := c.square(i) / (n - 1) * (c.square(j) / (n - 1))
	return Estimate{s, root((p.m22/n - s*s*(n-2)/(n-1) + squares/(n-1)) / n)}
}

// Matrix returns the unbiased covariance matrix.
func (c *Covariance) Matrix() *mat.SymDense {
	m := mat.NewSymDense(c.width, nil)
	for i := range c.width {
		for j := i; j < c.width; j++ {
			m.SetSym(i, j, c.Of(i, j).Value)
		}
	}
	return m
}

const covarianceKind = 0x6e61697261766f01 // "\x01ovarian"

func (c *Covariance) head() []uint64 { return []uint64{covarianceKind, uint64(c.width)} }

// AppendBinary appends the state.
func (c *Covariance) AppendBinary(b []byte) ([]byte, error) {
	b = appendFloats(appendWords(appendWords(b, c.head()...), c.n), c.mean)
	for _, p := range c.pairs {
		b = appendFloats(b, []float64{p.m11, p.m21, p.m12, p.m22})
	}
	return b, nil
}

// UnmarshalBinary replaces the state.
func (c *Covariance) UnmarshalBinary(b []byte) error {
	b, err := expect(b, 3+c.width+4*len(c.pairs), c.head()...)
	if err != nil {
		return err
	}
	var n [1]uint64
	b = readFloats(readWords(b, n[:]), c.mean)
	c.n = n[0]
	var p [4]float64
	for k := range c.pairs {
		b = readFloats(b, p[:])
		c.pairs[k] = joint{p[0], p[1], p[2], p[3]}
	}
	return nil
}
