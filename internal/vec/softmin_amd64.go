//go:build !noasm

package vec

import "github.com/ito-sde/ito/internal/simd"

//go:noescape
func exponentsAVX512(e, price, cost, most *float64, vectors int, inverse float64)

//go:noescape
func exponentsAVX2(e, price, cost, most *float64, vectors int, inverse float64)

//go:noescape
func sumExpAVX512(x, sums, table *float64, vectors int, shift float64)

//go:noescape
func sumExpAVX2(x, sums, table *float64, vectors int, shift float64)

func exponents(isa simd.ISA, e, g, cost []float64, inverse, most float64) float64 {
	step := lanes(isa) / 2
	if step > 0 && len(e) >= step {
		n := whole(len(e), step)
		var top [8]float64
		for i := range top {
			top[i] = most
		}
		if isa == simd.AVX512 {
			exponentsAVX512(&e[0], &g[0], &cost[0], &top[0], n/step, inverse)
		} else {
			exponentsAVX2(&e[0], &g[0], &cost[0], &top[0], n/step, inverse)
		}
		for _, v := range top {
			most = max(most, v)
		}
		e, g, cost = e[n:], g[n:], cost[n:]
	}
	return exponentsPortable(e, g, cost, inverse, most)
}

func sumExp(isa simd.ISA, x []float64, shift float64) (sum float64) {
	step := lanes(isa) / 2
	if step > 0 && len(x) >= step {
		n := whole(len(x), step)
		var sums [8]float64
		if isa == simd.AVX512 {
			sumExpAVX512(&x[0], &sums[0], &expTable[0][0], n/step, shift)
		} else {
			sumExpAVX2(&x[0], &sums[0], &expTable[0][0], n/step, shift)
		}
		for _, v := range sums {
			sum += v
		}
		x = x[n:]
	}
	return sum + sumExpPortable(x, shift)
}
