package problems

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

var detestC = []Problem{
	{
		Name: "detest-c1", Doc: "a chain of nine radioactive decays of equal rates. " + detestSource + "C1",
		T1: 20, Y0: unit(10),
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[10]float64)(dst), (*[10]float64)(y)
			before := 0.0
			for i, v := range s[:9] {
				d[i], before = before-v, v
			}
			d[9] = before
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, _ []float64) {
			for i := range 9 {
				set(i, i, -1)
				set(i+1, i, 1)
			}
		},
		Lower: 1,
		// Poisson's distribution.
		Exact: func(dst []float64, t float64) {
			w := math.Exp(-t)
			for i := range dst[:9] {
				dst[i] = w
				w *= t / float64(i+1)
			}
			dst[9] = mathext.GammaIncReg(9, t)
		},
		Invariants: []func(y []float64) float64{total},
	},
	{
		Name: "detest-c2", Doc: "a chain of nine radioactive decays of rates 1 to 9. " + detestSource + "C2",
		T1: 20, Y0: unit(10),
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[10]float64)(dst), (*[10]float64)(y)
			before := 0.0
			for i, v := range s[:9] {
				flow := float64(i+1) * v
				d[i], before = before-flow, flow
			}
			d[9] = before
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, _ []float64) {
			for i := range 9 {
				set(i, i, -float64(i+1))
				set(i+1, i, float64(i+1))
			}
		},
		Lower: 1,
		// Yule's distribution.
		Exact: func(dst []float64, t float64) {
			w, q := math.Exp(-t), -math.Expm1(-t)
			for i := range dst[:9] {
				dst[i] = w
				w *= q
			}
			dst[9] = math.Pow(q, 9)
		},
		Invariants: []func(y []float64) float64{total},
	},
	heatConduction("detest-c3", 10), heatConduction("detest-c4", 51),
}

// heatConduction is y_i' = y_{i−1} − 2 y_i + y_{i+1} with zeros at both ends.
func heatConduction(name string, n int) Problem {
	source := map[int]string{10: "C3", 51: "C4"}[n]
	return Problem{
		Name: name, Doc: "heat conduction in a rod. " + detestSource + source,
		T1: 20, Y0: unit(n), Lower: 1, Upper: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			dst = dst[:len(y)]
			before, v := 0.0, y[0]
			for i, after := range y[1:] {
				dst[i] = before - 2*v + after
				before, v = v, after
			}
			dst[len(y)-1] = before - 2*v
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, _ []float64) {
			for i := range n {
				set(i, i, -2)
				if i > 0 {
					set(i, i-1, 1)
					set(i-1, i, 1)
				}
			}
		},
		// With a = π/(n+1), y_j = 2/(n+1) Σ_k sin ka sin jka exp(−4t sin²(ka/2)).
		Exact: func(dst []float64, t float64) {
			a := math.Pi / float64(n+1)
			for j := range dst {
				sum := 0.0
				for k := 1.; k <= float64(n); k++ {
					s := math.Sin(k * a / 2)
					sum += math.Sin(k*a) * math.Sin(float64(j+1)*k*a) * math.Exp(-4*t*s*s)
				}
				dst[j] = 2 / float64(n+1) * sum
			}
		},
	}
}

// unit is the vector (1, 0, ..., 0).
func unit(n int) []float64 {
	y := make([]float64, n)
	y[0] = 1
	return y
}
