//go:build !noasm

package models

import "github.com/ito-sde/ito/internal/simd"

// The assembly: steps of whole vectors of 64 (AVX-512) or 32 bytes of y and z,
// two of each for heston, with the constants at c.

//go:noescape
func gbmEulerAVX512(y, z *float64, vectors int, c *float64)

//go:noescape
func gbmEulerAVX2(y, z *float64, vectors int, c *float64)

//go:noescape
func ouEulerAVX512(y, z *float64, vectors int, c *float64)

//go:noescape
func ouEulerAVX2(y, z *float64, vectors int, c *float64)

//go:noescape
func doubleWellEulerAVX512(y, z *float64, vectors int, c *float64)

//go:noescape
func doubleWellEulerAVX2(y, z *float64, vectors int, c *float64)

//go:noescape
func hestonEulerAVX512(y, z *float64, vectors int, c *float64)

//go:noescape
func hestonEulerAVX2(y, z *float64, vectors int, c *float64)

// chunk bounds the numbers of one kernel call: assembly cannot be preempted.
const chunk = 4096

// eulerVectors steps what whole vectors there are and returns the numbers done.
func eulerVectors(isa simd.ISA, k kernel, y, z []float64, c *constants) (done int) {
	width := 8
	switch isa {
	case simd.Portable:
		return 0
	case simd.AVX2:
		width = 4
	}
	if k == hestonKernel {
		width *= 2
	}
	for {
		n := min(len(y)-done, chunk) / width
		if n == 0 {
			return done
		}
		y, z, c := &y[done], &z[done], &c[0]
		switch {
		case k == gbmKernel && isa == simd.AVX512:
			gbmEulerAVX512(y, z, n, c)
		case k == gbmKernel:
			gbmEulerAVX2(y, z, n, c)
		case k == ouKernel && isa == simd.AVX512:
			ouEulerAVX512(y, z, n, c)
		case k == ouKernel:
			ouEulerAVX2(y, z, n, c)
		case k == doubleWellKernel && isa == simd.AVX512:
			doubleWellEulerAVX512(y, z, n, c)
		case k == doubleWellKernel:
			doubleWellEulerAVX2(y, z, n, c)
		case k == hestonKernel && isa == simd.AVX512:
			hestonEulerAVX512(y, z, n, c)
		case k == hestonKernel:
			hestonEulerAVX2(y, z, n, c)
		}
		done += n * width
	}
}
