package fokkerplanck

import "math"

// tensor is a symmetric 2×2 matrix.
type tensor struct{ xx, xy, yy float64 }

func (d tensor) dot(a, b [2]int) float64 {
	ax, ay, bx, by := float64(a[0]), float64(a[1]), float64(b[0]), float64(b[1])
	return ax*(d.xx*bx+d.xy*by) + ay*(d.xy*bx+d.yy*by)
}

// decompose writes D = Σ λ_k e_k e_kᵀ with three integer vectors e_k and λ_k ≥ 0:
// by Selling's algorithm it finds b_0 + b_1 + b_2 = 0 with all b_iᵀ D b_j ≤ 0;
// then λ = −b_iᵀ D b_j, and e is b_k turned by a right angle. One e_k is odd in
// x alone, one in y alone, one in both: they come in this order. The λ are
// continuous in D. It fails where D is so nearly singular that the e_k do not
// end; more than 60 turns reach vectors beyond any grid.
//
// Selling (1874); Fehrenbach, Mirebeau (2014), section 2.
func (d tensor) decompose() (e [3][2]int, lambda [3]float64, ok bool) {
	b := [3][2]int{{1, 0}, {0, 1}, {-1, -1}}
	obtuse := func(a, b [2]int) bool { // to rounding
		size := math.Hypot(float64(a[0]), float64(a[1])) * math.Hypot(float64(b[0]), float64(b[1]))
		return d.dot(a, b) <= 2e-15*size*(d.xx+d.yy)
	}
	for turn := 0; ; turn++ {
		i, j, k := 0, 1, 2
		if obtuse(b[0], b[1]) {
			i, j, k = 1, 2, 0
			if obtuse(b[1], b[2]) {
				i, j, k = 2, 0, 1
				if obtuse(b[2], b[0]) {
					break
				}
			}
		}
		if turn == 60 {
			return e, lambda, false
		}
		b[i], b[k] = [2]int{-b[i][0], -b[i][1]}, [2]int{b[i][0] - b[j][0], b[i][1] - b[j][1]}
	}
	for k := range 3 {
		v := [2]int{-b[k][1], b[k][0]}
		if v[1] < 0 || (v[1] == 0 && v[0] < 0) {
			v = [2]int{-v[0], -v[1]}
		}
		class := 2
		if v[1]&1 == 0 {
			class = 0
		} else if v[0]&1 == 0 {
			class = 1
		}
		e[class], lambda[class] = v, math.Max(-d.dot(b[(k+1)%3], b[(k+2)%3]), 0)
	}
	return e, lambda, true
}
