package vec

import (
	"fmt"
	"math"
)

// Terms are the coefficients c_j of a sum of vectors, and where each vector
// starts in a common array.
type Terms struct {
	c    []float64
	off  []int
	last int // the largest offset
}

// NewTerms keeps c and off.
func NewTerms(c []float64, off []int) Terms {
	same("NewTerms", len(c), len(off))
	t := Terms{c: c, off: off}
	for _, o := range off {
		if o < 0 {
			panic(fmt.Sprintf("vec: NewTerms: offset %d", o))
		}
		t.last = max(t.last, o)
	}
	return t
}

// RowTerms are the terms of a tableau's row whose vectors start stride apart: those
// that are not zero.
func RowTerms(row []float64, stride int) Terms {
	var c []float64
	var off []int
	for j, a := range row {
		if a != 0 {
			c, off = append(c, a), append(off, j*stride)
		}
	}
	return NewTerms(c, off)
}

// Combine sets dst = y + h Σ_j c_j k_j, where k_j is the part of k that starts at
// the term's offset and is as long as dst: the state at a Runge–Kutta stage.
// y = nil counts as zero. dst must not overlap k. Each array is read once.
//
// The sum is that of the even terms plus that of the odd ones, then the last
// term, with fused multiply-adds in the kernels; the portable path rounds each
// product. Lengths that are multiples of four are fastest.
func (t *Terms) Combine(dst, y []float64, h float64, k []float64) {
	if y != nil && len(y) != len(dst) || t.last+len(dst) > len(k) {
		panic(fmt.Sprintf("vec: Combine: %d and %d numbers, terms up to %d of %d", len(dst), len(y), t.last, len(k)))
	}
	if len(dst) == 4 && len(t.c) > 0 && hasFour {
		combine4(t, &dst[0], at(y, 0), &k[0], h)
		return
	}
	combine(best, dst, y, h, t.c, k, t.off)
}

// HasCombine4 tells whether Combine4 works here.
func HasCombine4() bool { return hasFour }

// Combine4 is Combine for four numbers, at least one term and a y, without any
// check: k must reach as far as the terms do.
func (t *Terms) Combine4(dst, y *[4]float64, h float64, k *float64) {
	combine4(t, &dst[0], &y[0], k, h)
}

// Len is the number of terms.
func (t *Terms) Len() int { return len(t.c) }

func at(y []float64, i int) *float64 {
	if y == nil {
		return nil
	}
	return &y[i]
}

func combinePortable(dst, y []float64, h float64, c, k []float64, off []int) {
	last := len(c) - 1
	for i := range dst {
		var even, odd float64
		j := 0
		for ; j+1 < last; j += 2 {
			even += c[j] * k[off[j]+i]
			odd += c[j+1] * k[off[j+1]+i]
		}
		if j < last {
			even += c[j] * k[off[j]+i]
		}
		v := even + odd
		if last >= 0 {
			v += c[last] * k[off[last]+i]
		}
		if v *= h; y != nil {
			v += y[i]
		}
		dst[i] = v
	}
}

// combineFused does the elements from first on as the kernels do.
func combineFused(dst, y []float64, h float64, c, k []float64, off []int, first int) {
	last := len(c) - 1
	for i := first; i < len(dst); i++ {
		var even, odd float64
		for j := range last {
			if j%2 == 0 {
				even = math.FMA(c[j], k[off[j]+i], even)
			} else {
				odd = math.FMA(c[j], k[off[j]+i], odd)
			}
		}
		v := even + odd
		if last >= 0 {
			v = math.FMA(c[last], k[off[last]+i], v)
		}
		if y != nil {
			dst[i] = math.FMA(v, h, y[i])
		} else {
			dst[i] = v * h
		}
	}
}
