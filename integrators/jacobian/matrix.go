package jacobian

import (
	"fmt"
	"slices"
)

// Matrix is a square matrix of a pattern. Entries outside the pattern are zero
// and cannot be set to anything else.
type Matrix struct {
	p *Pattern
	// dense: rows; banded: rows of lower+upper+1 entries, (i, j) at j−i+lower;
	// sparse: as Pattern.index.
	a []float64
}

// Func computes dst = ∂f/∂y at (t, y), by Set or Add. dst comes as zero.
type Func func(dst *Matrix, t float64, y []float64) error

// New returns a zero matrix of the pattern.
func (p *Pattern) New() *Matrix {
	n := p.n * (p.lower + p.upper + 1)
	switch p.kind {
	case dense:
		n = p.n * p.n
	case sparse:
		n = len(p.index)
	}
	return &Matrix{p: p, a: make([]float64, n)}
}

// Diagonal returns the diagonal matrix of d, banded without side diagonals.
func Diagonal(d []float64) *Matrix {
	m := Banded(len(d), 0, 0).New()
	copy(m.a, d)
	return m
}

// Pattern returns the matrix's pattern.
func (m *Matrix) Pattern() *Pattern { return m.p }

// Zero sets all entries to zero.
func (m *Matrix) Zero() { clear(m.a) }

// Set sets entry (i, j). It panics outside the pattern.
func (m *Matrix) Set(i, j int, v float64) {
	if m.p.kind == dense {
		m.a[i*m.p.n+j] = v
		return
	}
	m.a[m.place(i, j)] = v
}

// Add adds v to entry (i, j). It panics outside the pattern.
func (m *Matrix) Add(i, j int, v float64) {
	if m.p.kind == dense {
		m.a[i*m.p.n+j] += v
		return
	}
	m.a[m.place(i, j)] += v
}

// At returns entry (i, j), zero outside the pattern.
func (m *Matrix) At(i, j int) float64 {
	if k := m.find(i, j); k >= 0 {
		return m.a[k]
	}
	return 0
}

func (m *Matrix) place(i, j int) int {
	k := m.find(i, j)
	if k < 0 {
		panic(fmt.Sprintf("jacobian: entry (%d, %d) lies outside the pattern of order %d with %d lower and %d upper diagonals", i, j, m.p.n, m.p.lower, m.p.upper))
	}
	return k
}

// find returns the place of entry (i, j) in a, −1 outside the pattern.
func (m *Matrix) find(i, j int) int {
	p := m.p
	if uint(i) >= uint(p.n) || uint(j) >= uint(p.n) || i-j > p.lower || j-i > p.upper {
		return -1
	}
	switch p.kind {
	case dense:
		return i*p.n + j
	case banded:
		return i*(p.lower+p.upper+1) + j - i + p.lower
	}
	if k, ok := slices.BinarySearch(p.index[p.start[j]:p.start[j+1]], i); ok {
		return p.start[j] + k
	}
	return -1
}

// MulVec sets dst = m x; dst must not be x.
func (m *Matrix) MulVec(dst, x []float64) {
	p := m.p
	if len(dst) != p.n || len(x) != p.n {
		panic(fmt.Sprintf("jacobian: a matrix of order %d times %d numbers into %d", p.n, len(x), len(dst)))
	}
	if p.kind == sparse {
		clear(dst)
		for j, v := range x {
			for k := p.start[j]; k < p.start[j+1]; k++ {
				dst[p.index[k]] += m.a[k] * v
			}
		}
		return
	}
	for i := range dst {
		from, to := max(0, i-p.lower), min(p.n, i+p.upper+1)
		first := i * p.n
		if p.kind == banded {
			first = i*(p.lower+p.upper+1) + p.lower - i
		}
		sum := 0.0
		for k, v := range x[from:to] {
			sum += m.a[first+from+k] * v
		}
		dst[i] = sum
	}
}

// each calls f for every entry of the pattern.
func (m *Matrix) each(f func(i, j int, v float64)) {
	p := m.p
	for j := 0; j < p.n; j++ {
		if p.kind == sparse {
			for k := p.start[j]; k < p.start[j+1]; k++ {
				f(p.index[k], j, m.a[k])
			}
			continue
		}
		from, to := p.rows(j)
		for i := from; i < to; i++ {
			f(i, j, m.a[m.find(i, j)])
		}
	}
}

// Within reports whether all entries that are not zero lie within a pattern of
// the same order, and else where the first one does not.
func (m *Matrix) Within(p *Pattern) (i, j int, ok bool) {
	in := Matrix{p: p}
	i, j, ok = -1, -1, true
	m.each(func(r, c int, v float64) {
		if ok && v != 0 && in.find(r, c) < 0 {
			i, j, ok = r, c, false
		}
	})
	return i, j, ok
}
