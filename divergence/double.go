package divergence

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/internal/par"
)

// double is an n×m matrix of unevaluated sums hi + lo, |lo| ≤ ε|hi|, about 32
// digits (Dekker, 1971; Hida, Li, Bailey, 2001).
type double struct {
	n, m   int
	hi, lo []float64
}

func newDouble(n, m int) double {
	return double{n, m, make([]float64, n*m), make([]float64, n*m)}
}

func (d double) row(i, from, to int) (hi, lo []float64) {
	return d.hi[i*d.m+from : i*d.m+to], d.lo[i*d.m+from : i*d.m+to]
}

func (d double) transpose() double {
	t := newDouble(d.m, d.n)
	for i := range d.n {
		for j := range d.m {
			t.hi[j*d.n+i], t.lo[j*d.n+i] = d.hi[i*d.m+j], d.lo[i*d.m+j]
		}
	}
	return t
}

// doubleSym returns hi + lo as a double; lo may be nil.
func doubleSym(hi, lo *mat.SymDense) double {
	n := hi.SymmetricDim()
	d := newDouble(n, n)
	for i := range n {
		for j := range n {
			d.hi[i*n+j] = hi.At(i, j)
			if lo != nil {
				d.lo[i*n+j] = lo.At(i, j)
			}
		}
	}
	return d
}

// twoSum returns a + b as the rounded sum and its error.
func twoSum(a, b float64) (s, e float64) {
	s = a + b
	t := s - a
	return s, (a - (s - t)) + (b - t)
}

// times returns (ah + al)(bh + bl).
func times(ah, al, bh, bl float64) (hi, lo float64) {
	p := float64(ah * bh)
	e := math.FMA(ah, bl, math.FMA(al, bh, math.FMA(ah, bh, -p)))
	hi = p + e
	return hi, e - (hi - p)
}

// subtract performs y −= (ah + al)·x.
func subtract(yh, yl []float64, ah, al float64, xh, xl []float64) {
	yl, xh, xl = yl[:len(yh)], xh[:len(yh)], xl[:len(yh)]
	for j, v := range yh {
		b := xh[j]
		p := float64(-ah * b)
		e := math.FMA(-ah, xl[j], math.FMA(-al, b, math.FMA(-ah, b, -p)))
		s := v + p
		t := s - v
		e += ((v - (s - t)) + (p - t)) + yl[j]
		v = s + e
		yh[j], yl[j] = v, e-(v-s)
	}
}

// scale performs y ← (ah + al)·y.
func scale(yh, yl []float64, ah, al float64) {
	for j := range yh {
		yh[j], yl[j] = times(ah, al, yh[j], yl[j])
	}
}

// cholesky overwrites the upper triangle of a symmetric d by U, UᵀU = d. ok is
// false where a pivot is not positive.
func (d double) cholesky() (ok bool) {
	for i := range d.n {
		yh, yl := d.row(i, i, d.n)
		for k := range i {
			xh, xl := d.row(k, i, d.n)
			subtract(yh, yl, xh[0], xl[0], xh, xl)
		}
		if !(yh[0] > 0) {
			return false
		}
		h, l := reciprocalRoot(yh[0], yl[0])
		scale(yh, yl, h, l)
	}
	return true
}

// reciprocalRoot returns (h + l)^−½ by a Newton step.
func reciprocalRoot(h, l float64) (float64, float64) {
	x := 1 / math.Sqrt(h)
	// x (1 + (1 − (h + l)x²)/2)
	th, tl := times(h, l, x, 0)
	th, tl = times(th, tl, x, 0)
	r := ((1 - th) - tl) / 2
	s, e := twoSum(x, x*r)
	return s, e
}

// solve overwrites b by U⁻ᵀb, where d holds U in its upper triangle.
func (d double) solve(b double) {
	const width = 64 // columns of a tile: a row of it fits the first-level cache
	tiles := (b.m + width - 1) / width
	inverse := make([][2]float64, d.n)
	for i := range inverse {
		h, l := d.hi[i*d.m+i], d.lo[i*d.m+i]
		x := 1 / h
		th, tl := times(h, l, x, 0)
		inverse[i][0], inverse[i][1] = twoSum(x, x*((1-th)-tl))
	}
	// Without an error from a tile or the context there is none to return.
	_ = par.For(context.Background(), 0, tiles, func(_, tile int) error {
		from, to := tile*width, min((tile+1)*width, b.m)
		for i := range b.n {
			yh, yl := b.row(i, from, to)
			for k := range i {
				xh, xl := b.row(k, from, to)
				subtract(yh, yl, d.hi[k*d.m+i], d.lo[k*d.m+i], xh, xl)
			}
			scale(yh, yl, inverse[i][0], inverse[i][1])
		}
		return nil
	})
}
