package vec

import (
	"fmt"
	"math"
)

// Combine sets dst = y + h Σ_j c_j k_j, where k_j is the part of k that starts at
// off_j and is as long as dst: the state at a Runge–Kutta stage. y = nil counts as
// zero. dst must not overlap k. Each array is read once.
//
// The sum is that of the even terms plus that of the odd ones, with fused
// multiply-adds in the kernels; the portable path rounds each product.
func Combine(dst, y []float64, h float64, c, k []float64, off []int) {
	if y != nil {
		same("Combine", len(dst), len(y))
	}
	same("Combine", len(c), len(off))
	for _, o := range off {
		if uint(o) > uint(len(k)-len(dst)) {
			panic(fmt.Sprintf("vec: Combine: term at %d of %d numbers, want %d from there", o, len(k), len(dst)))
		}
	}
	combine(best, dst, y, h, c, k, off)
}

func combinePortable(dst, y []float64, h float64, c, k []float64, off []int) {
	for i := range dst {
		var even, odd float64
		j := 0
		for ; j+1 < len(c); j += 2 {
			even += c[j] * k[off[j]+i]
			odd += c[j+1] * k[off[j+1]+i]
		}
		if j < len(c) {
			even += c[j] * k[off[j]+i]
		}
		v := (even + odd) * h
		if y != nil {
			v += y[i]
		}
		dst[i] = v
	}
}

// combineFused does the elements from first on as the kernels do.
func combineFused(dst, y []float64, h float64, c, k []float64, off []int, first int) {
	for i := first; i < len(dst); i++ {
		var even, odd float64
		for j, v := range c {
			if j%2 == 0 {
				even = math.FMA(v, k[off[j]+i], even)
			} else {
				odd = math.FMA(v, k[off[j]+i], odd)
			}
		}
		if v := even + odd; y != nil {
			dst[i] = math.FMA(v, h, y[i])
		} else {
			dst[i] = v * h
		}
	}
}
