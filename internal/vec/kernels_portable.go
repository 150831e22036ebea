//go:build !amd64 || noasm

package vec

import "github.com/ito-sde/ito/internal/simd"

func silu(_ simd.ISA, dst, x []float32) { siluPortable(dst, x) }

func siluGrad(_ simd.ISA, dst, x, dy []float32) { siluGradPortable(dst, x, dy) }

func adam(_ simd.ISA, w, g, m, v []float32, c *adamConstants) { adamPortable(w, g, m, v, c) }

func lerp(_ simd.ISA, dst, src []float32, t float32) { lerpPortable(dst, src, t) }

func narrow(_ simd.ISA, dst []float32, x []float64, scale float64) { narrowPortable(dst, x, scale) }

func widen(_ simd.ISA, dst []float64, x []float32, scale float64) { widenPortable(dst, x, scale) }

func combine(_ simd.ISA, dst, y []float64, h float64, c, k []float64, off []int) {
	combinePortable(dst, y, h, c, k, off)
}

func finite(_ simd.ISA, x []float64) bool { return finitePortable(x) }

func accumulate(_ simd.ISA, dst, rest, y, low []float64, h float64, c, k []float64, off []int) {
	combinePortable(rest, low, h, c, k, off)
	compensate(dst, y, rest)
}

const hasFour = false

func combine4(_ *Terms, _, _, _ *float64, _ float64) {}

func accumulate4(_ *Terms, _, _, _, _, _ *float64, _ float64) {}

func exponents(_ simd.ISA, e, g, cost []float64, inverse, most float64) float64 {
	return exponentsPortable(e, g, cost, inverse, most)
}

func sumExp(_ simd.ISA, x []float64, shift float64) float64 { return sumExpPortable(x, shift) }
