package dense

import (
	"cmp"
	"math"
	"slices"

	"github.com/ito-sde/ito/internal/gemm"
)

// Eigen returns the eigenvalues of a symmetric matrix, of which it reads the lower
// triangle, in ascending order, with their vectors in rows; ok is false where they do
// not converge.
func Eigen(a []float64, n int) (values, vectors []float64, ok bool) {
	s := borrow()
	defer pool.Put(s)
	scale := 1.0
	if top := largest(a, n); top > 0 { // squares must neither overflow nor vanish
		_, e := math.Frexp(top)
		scale = math.Ldexp(1, -e)
	}
	s.first = resize(s.first, n*n)
	for i := range n {
		for j, v := range a[i*n : i*n+i+1] {
			s.first[i*n+j] = v * scale
		}
	}
	s.reduction.keep(n)
	d, e := s.tridiagonal(s.first, n)
	s.reduction.kept = false
	ld := s.reduction.ld
	s.second = resize(s.second, n*ld)
	z := s.second
	clear(z)
	for i := range n {
		z[i*ld+i] = 1
	}
	if !diagonalize(d, e, z, ld) {
		return nil, nil, false
	}
	s.back(z, n)
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	slices.SortFunc(index, func(i, j int) int { return cmp.Compare(d[i], d[j]) })
	values, vectors = make([]float64, n), make([]float64, n*n)
	for to, from := range index {
		values[to] = d[from] / scale
		copy(vectors[to*n:(to+1)*n], z[from*ld:from*ld+n])
	}
	return values, vectors, true
}

// largest entry of a lower triangle.
func largest(a []float64, n int) (top float64) {
	for i := range n {
		for _, v := range a[i*n : i*n+i+1] {
			if x := math.Abs(v); x > top {
				top = x
			}
		}
	}
	return top
}

// diagonalize overwrites the diagonal d of a tridiagonal matrix by its eigenvalues and
// turns the rows of z, of ld numbers, by the rotations of columns that do it; e is lost.
//
// The implicit QL method: Dubrulle, Martin, Wilkinson (1968), "The implicit QL algorithm".
func diagonalize(d, e, z []float64, ld int) bool {
	n := len(d)
	e = append(e, 0)
	turns := make([]float64, 0, 2*n)
	for l := range n {
		for sweep := 0; ; sweep++ {
			m := l
			for m < n-1 && math.Abs(e[m]) > 0x1p-53*(math.Abs(d[m])+math.Abs(d[m+1])) {
				m++
			}
			if m == l {
				break
			}
			if sweep == 60 {
				return false
			}
			turns = chase(d, e, l, m, turns[:0])
			gemm.Turn(z, ld, ld, m, turns)
		}
	}
	return true
}

// chase is a sweep of QL from row m up to row l, with Wilkinson's shift. It returns the
// rotations.
func chase(d, e []float64, l, m int, turns []float64) []float64 {
	g := (d[l+1] - d[l]) / (2 * e[l])
	g = d[m] - d[l] + e[l]/(g+math.Copysign(math.Hypot(g, 1), g))
	s, c, p := 1.0, 1.0, 0.0
	for i := m - 1; i >= l; i-- {
		f, b := s*e[i], c*e[i]
		r := math.Sqrt(f*f + g*g)
		e[i+1] = r
		if r == 0 { // the matrix falls apart here
			d[i+1] -= p
			e[m] = 0
			return turns
		}
		s, c = f/r, g/r
		g = d[i+1] - p
		r = (d[i]-g)*s + 2*c*b
		p = s * r
		d[i+1] = g + p
		g = c*r - b
		turns = append(turns, c, s)
	}
	d[l] -= p
	e[l] = g
	e[m] = 0
	return turns
}

// keep makes the next reduction remember its reflections.
func (s *reduction) keep(n int) {
	ld := (n + 7) &^ 7
	s.kept, s.count = true, 0
	s.all, s.taus = resize(s.all, n*ld), resize(s.taus, n)
}

// back applies the reflections of the reduction to the rows of z, the last first, in
// blocks I − VTVᵀ.
//
// Schreiber, Van Loan (1989), "A storage-efficient WY representation".
func (s *scratch) back(z []float64, n int) {
	r := &s.reduction
	ld, p := r.ld, &s.packed
	var right [bundle * bundle]float64
	s.third = resize(s.third, 2*n*bundle)
	wide, turned := s.third[:n*bundle], s.third[n*bundle:]
	for to := r.count; to > 0; {
		from := (to - 1) / bundle * bundle
		k := to - from
		v := r.all[from*ld:]
		r.triangle(right[:], from, k)
		p.Pack(n, k, v, ld, true)
		p.Mul(wide, bundle, n, z, ld, false, false, nil)
		p.Pack(k, k, right[:], bundle, true)
		p.Mul(turned, bundle, n, wide, bundle, false, false, nil)
		p.Pack(k, n, v, ld, false)
		p.Negate()
		p.Mul(z, ld, n, turned, bundle, false, true, nil)
		to = from
	}
}

// bundle is how many reflections are applied at a time.
const bundle = 32

// triangle sets t to T of k reflections, I − VTVᵀ: VᵀV, then T by columns,
// T_ii = τ_i, T_{·i} = −τ_i T Vᵀv_i.
func (s *reduction) triangle(t []float64, from, k int) {
	var dots [bundle * bundle]float64
	v := s.all[from*s.ld:]
	for i := range k {
		gemm.Dots(dots[i*bundle:i*bundle+i], v, s.ld, v[i*s.ld:][:s.ld])
	}
	clear(t)
	for i := range k {
		tau := s.taus[from+i]
		t[i*bundle+i] = tau
		for a := range i {
			var sum float64
			for b := a; b < i; b++ {
				sum += t[a*bundle+b] * dots[i*bundle+b]
			}
			t[a*bundle+i] = -tau * sum
		}
	}
}
