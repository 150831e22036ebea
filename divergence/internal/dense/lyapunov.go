package dense

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/internal/gemm"
)

// Lyapunov solves MY + YM = D for symmetric matrices, M positive definite, and returns
//
//	energy = tr YMY = ½ tr YD,   fourth = tr MY⁴,   square = tr Y²
//
// the first to 1e-14 and the rounding of D in the principal axes of M, the others to 1e-7. ok is false
// where M is not positive definite.
//
// But for a few rows M becomes tridiagonal, T = QᵀMQ, and D becomes QᵀDQ. There the alternating directions of
// Peaceman and Rachford cost n² a step,
//
//	(T + p)X' = D − X(T − p),   X''(T + p) = D − (T − p)X'
//
// and the energy is the maximum of tr YD − tr YMY, so that its error is the square of Y's.
//
// Wachspress (1990), "The ADI minimax problem for complex spectra", section 2.
func Lyapunov(m, d []float64, n int) (energy, fourth, square float64, ok bool) {
	s := borrow()
	defer pool.Put(s)
	if n <= block {
		return s.small(m, d, n)
	}
	s.reduction.keep(n)
	diag, off := s.tridiagonal(m, n)
	s.reduction.kept = false
	low, high, ok := extremes(diag, off)
	if !ok {
		return 0, 0, 0, false
	}
	a := alternation{n: n, ld: s.reduction.ld, diag: diag, off: off}
	a.right, a.x, a.z = s.square0(&s.first, a.ld), s.square0(&s.second, a.ld), s.square0(&s.third, a.ld)
	for i := range n {
		copy(a.right[i*a.ld:], d[i*n:(i+1)*n])
	}
	s.conjugate(a.right, n)
	for k, p := range shifts(low, high, 1e-7) {
		a.half(p, k == 0)
		a.half(p, false)
	}
	square = Squares(a.x)
	energy = floats.Dot(a.x, a.right) - a.form(a.x)
	s.gram(a.z, a.x, a.ld, false)
	Mirror(a.z, a.ld)
	return energy, a.form(a.z), square, true
}

// square0 returns n rows of n zeros.
func (s *scratch) square0(x *[]float64, n int) []float64 {
	*x = resize(*x, n*n)
	clear(*x)
	return *x
}

// alternation is the equation TX + XT = right for a tridiagonal T; the matrices have zeros up to
// a multiple of 8 rows of as many numbers.
type alternation struct {
	n, ld       int
	diag, off   []float64
	right, x, z []float64
}

func (a *alternation) row(x []float64, i int) []float64 { return x[i*a.ld : (i+1)*a.ld] }

// half sets x to (T + p)⁻¹(right − ((T − p)x)ᵀ): both steps of a round, for the second one is the
// first one transposed. At the start x is zero.
func (a *alternation) half(p float64, start bool) {
	n, e := a.n, a.off
	if !start {
		for i, d := range a.diag {
			x := a.row(a.x, i)
			switch z := a.row(a.z, i); {
			case n == 1:
				Combine(z, x, x, d-p, 0)
			case i == 0:
				Combine(z, x, a.row(a.x, 1), d-p, e[0])
			case i == n-1:
				Combine(z, x, a.row(a.x, i-1), d-p, e[i-1])
			default:
				combineThree(best, z, x, a.row(a.x, i-1), a.row(a.x, i+1), d-p, e[i-1], e[i])
			}
		}
		turn(a.x, a.ld, a.z, a.ld, a.ld, a.ld)
	}
	pivots := a.z[:n] // no longer needed
	for i, d := range a.diag {
		x := a.row(a.x, i)
		if pivots[i] = d + p; i == 0 {
			Combine(x, a.row(a.right, i), x, 1, -1)
			continue
		}
		l := e[i-1] / pivots[i-1]
		pivots[i] -= l * e[i-1]
		combineThree(best, x, a.row(a.right, i), x, a.row(a.x, i-1), 1, -1, -l)
	}
	for i := n - 1; i >= 0; i-- {
		x, l := a.row(a.x, i), 0.0
		next := x
		if i+1 < n {
			l, next = e[i]/pivots[i], a.row(a.x, i+1)
		}
		Combine(x, x, next, 1/pivots[i], -l)
	}
}

// form returns tr xTx of a symmetric x.
func (a *alternation) form(x []float64) (sum float64) {
	for i, d := range a.diag {
		row := a.row(x, i)
		sum += d * Squares(row)
		if i+1 < a.n {
			sum += 2 * a.off[i] * floats.Dot(row, a.row(x, i+1))
		}
	}
	return sum
}

// shifts returns the numbers p_j that make the largest product of ((x − p_j)/(x + p_j))² over
// x in [low, high] least, as many as make it at most tolerance:
//
//	p_j = high·dn((2j−1)K/2J, k),   k² = 1 − (low/high)²,   the product ≤ 4 exp(−π²J/ln(4 high/low))
//	dn(u, k) = π/2K' Σ_m sech(π(u − 2mK)/2K')
//
// with complete elliptic integrals K and K' by the arithmetic-geometric mean. The numbers come in
// pairs whose product is low·high.
//
// Wachspress (1990), eq. 13; the bound is that of Beckermann, Townsend (2017), "On the singular
// values of matrices with displacement structure", corollary 3.2.
func shifts(low, high, tolerance float64) []float64 {
	low = min(low, high/2) // where the sum is short
	count := int(math.Ceil(math.Log(4/tolerance) * math.Log(4*high/low) / (math.Pi * math.Pi)))
	ratio := low / high
	whole := math.Pi / 2 / mean(1, ratio)                          // K
	other := math.Pi / 2 / mean(1, math.Sqrt((1-ratio)*(1+ratio))) // K'
	sech := func(x float64) float64 {
		e := math.Exp(-math.Abs(x) * math.Pi / 2 * whole / other)
		return 2 * e / (1 + e*e)
	}
	p := make([]float64, count)
	for j := range (count + 1) / 2 {
		u := float64(2*j+1) / float64(2*count)
		sum := sech(u)
		for m := 2.0; ; m += 2 {
			more := sech(m-u) + sech(m+u)
			if sum += more; more < 1e-9*sum {
				break
			}
		}
		p[j] = high * math.Pi / 2 / other * sum
		p[count-1-j] = low * high / p[j]
	}
	return p
}

// mean is the arithmetic-geometric one.
func mean(x, y float64) float64 {
	for math.Abs(x-y) > 0x1p-30*x {
		x, y = (x+y)/2, math.Sqrt(x*y)
	}
	return (x + y) / 2
}

// extremes returns an interval that contains the eigenvalues of a tridiagonal matrix, up to a
// tenth on both sides; ok is false where one is not positive.
func extremes(diag, off []float64) (low, high float64, ok bool) {
	n := len(diag)
	for i, d := range diag {
		var r float64
		if i > 0 {
			r += math.Abs(off[i-1])
		}
		if i+1 < n {
			r += math.Abs(off[i])
		}
		high = max(high, d+r)
	}
	// above tells whether all eigenvalues exceed x, by the pivots.
	above := func(x float64) bool {
		pivot := 1.0
		for i, d := range diag {
			pivot = d - x - before(off, i, pivot)
			if !(pivot > 0) {
				return false
			}
		}
		return true
	}
	low, end := high*0x1p-40, high
	if !(high > 0) || !above(low) {
		return 0, 0, false
	}
	for end > 1.1*low {
		if middle := math.Sqrt(low * end); above(middle) {
			low = middle
		} else {
			end = middle
		}
	}
	return low, high, true
}

func before(off []float64, i int, pivot float64) float64 {
	if i == 0 {
		return 0
	}
	return off[i-1] * off[i-1] / pivot
}

// conjugate overwrites a symmetric d, n rows of r.ld numbers, by QᵀdQ with the reflections of the
// last reduction, in the order of that, in bundles I − VTVᵀ: with P = dVT,
//
//	d ← d − XVᵀ − VXᵀ,   X = P − ½V TᵀVᵀP
func (s *scratch) conjugate(d []float64, n int) {
	r := &s.reduction
	ld := r.ld
	var t, dots, c [bundle * bundle]float64
	s.left = resize(s.left, 3*bundle*ld)
	for from := 0; from < r.count; from += bundle {
		k, h := min(bundle, r.count-from), n-1-from
		v := s.left[:k*ld] // the rows of V, X and once more V
		x, again := s.left[k*ld:][:k*ld], s.left[2*k*ld:][:k*ld]
		copy(v, r.all[from*ld:])
		r.triangle(t[:], from, k)
		gemm.Subtract(k, n, h, again, ld, nil, 0, v, ld, 1, d, ld)
		gemm.Subtract(k, n, k, x, ld, nil, 0, t[:], 1, bundle, again, ld)
		copy(again, v)
		clear(dots[:])
		for b := range k {
			gemm.Dots(dots[b*bundle:b*bundle+k], v, ld, x[b*ld:b*ld+h])
		}
		gemm.Subtract(k, k, k, c[:], bundle, nil, 0, dots[:], bundle, 1, t[:], bundle)
		for i := range c {
			c[i] *= -0.5
		}
		gemm.Subtract(k, h, k, x, ld, x, ld, c[:], bundle, 1, v, ld)
		gemm.Subtract(h, h, 2*k, d, ld, d, ld, s.left, 1, ld, s.left[k*ld:], ld)
		gemm.Subtract(h, n-h, k, d[h:], ld, d[h:], ld, v, 1, ld, x[h:], ld)
		gemm.Subtract(n-h, h, k, d[h*ld:], ld, d[h*ld:], ld, x[h:], 1, ld, v, ld)
	}
}
