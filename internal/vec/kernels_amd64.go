//go:build !noasm

package vec

import "github.com/ito-sde/ito/internal/simd"

// chunk bounds the elements of one kernel call: assembly cannot be preempted.
const chunk = 4096

// whole returns how many of n elements the next kernel call takes.
func whole(n, lanes int) int {
	n = min(n, chunk)
	return n - n%lanes
}

// lanes returns the float32 numbers in a vector, 0 for the portable path.
func lanes(isa simd.ISA) int {
	switch isa {
	case simd.AVX512:
		return 16
	case simd.AVX2:
		return 8
	default:
		return 0
	}
}

func silu(isa simd.ISA, dst, x []float32) {
	step := lanes(isa)
	if step == 0 {
		siluPortable(dst, x)
		return
	}
	for len(dst) >= step {
		n := whole(len(dst), step)
		siluVectors(isa, &dst[0], &x[0], n/step)
		dst, x = dst[n:], x[n:]
	}
	if len(dst) > 0 {
		var a [16]float32
		copy(a[:], x)
		siluVectors(isa, &a[0], &a[0], 1)
		copy(dst, a[:])
	}
}

func siluVectors(isa simd.ISA, dst, x *float32, vectors int) {
	if isa == simd.AVX512 {
		siluAVX512(dst, x, vectors)
	} else {
		siluAVX2(dst, x, vectors)
	}
}

func siluGrad(isa simd.ISA, dst, x, dy []float32) {
	step := lanes(isa)
	if step == 0 {
		siluGradPortable(dst, x, dy)
		return
	}
	for len(dst) >= step {
		n := whole(len(dst), step)
		siluGradVectors(isa, &dst[0], &x[0], &dy[0], n/step)
		dst, x, dy = dst[n:], x[n:], dy[n:]
	}
	if len(dst) > 0 {
		var a, b [16]float32
		copy(a[:], x)
		copy(b[:], dy)
		siluGradVectors(isa, &a[0], &a[0], &b[0], 1)
		copy(dst, a[:])
	}
}

func siluGradVectors(isa simd.ISA, dst, x, dy *float32, vectors int) {
	if isa == simd.AVX512 {
		siluGradAVX512(dst, x, dy, vectors)
	} else {
		siluGradAVX2(dst, x, dy, vectors)
	}
}

// The kernels below give the bits of the portable path, which ends the slices.

func adam(isa simd.ISA, w, g, m, v []float32, c *adamConstants) {
	for step := lanes(isa); step > 0 && len(w) >= step; {
		n := whole(len(w), step)
		if isa == simd.AVX512 {
			adamAVX512(&w[0], &g[0], &m[0], &v[0], n/step, c)
		} else {
			adamAVX2(&w[0], &g[0], &m[0], &v[0], n/step, c)
		}
		w, g, m, v = w[n:], g[n:], m[n:], v[n:]
	}
	adamPortable(w, g, m, v, c)
}

func lerp(isa simd.ISA, dst, src []float32, t float32) {
	for step := lanes(isa); step > 0 && len(dst) >= step; {
		n := whole(len(dst), step)
		if isa == simd.AVX512 {
			lerpAVX512(&dst[0], &src[0], n/step, t)
		} else {
			lerpAVX2(&dst[0], &src[0], n/step, t)
		}
		dst, src = dst[n:], src[n:]
	}
	lerpPortable(dst, src, t)
}

func narrow(isa simd.ISA, dst []float32, x []float64, scale float64) {
	for step := lanes(isa) / 2; step > 0 && len(dst) >= step; {
		n := whole(len(dst), step)
		if isa == simd.AVX512 {
			narrowAVX512(&dst[0], &x[0], n/step, scale)
		} else {
			narrowAVX2(&dst[0], &x[0], n/step, scale)
		}
		dst, x = dst[n:], x[n:]
	}
	narrowPortable(dst, x, scale)
}

func widen(isa simd.ISA, dst []float64, x []float32, scale float64) {
	for step := lanes(isa) / 2; step > 0 && len(dst) >= step; {
		n := whole(len(dst), step)
		if isa == simd.AVX512 {
			widenAVX512(&dst[0], &x[0], n/step, scale)
		} else {
			widenAVX2(&dst[0], &x[0], n/step, scale)
		}
		dst, x = dst[n:], x[n:]
	}
	widenPortable(dst, x, scale)
}
