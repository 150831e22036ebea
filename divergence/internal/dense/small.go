package dense

import (
	"math"

	"github.com/ito-sde/ito/internal/gemm"
)

// small is [Lyapunov] for n ≤ block, without axes: with C = (M + p)⁻¹ both steps of a round are
//
//	Y ← Y + 2pQ,   R ← R − 2p(S + Sᵀ) + 4p²Q,   S = CR,   Q = SC
//
// for the residual R = D − MY − YM, and the maximum is ½ tr Y(D + R).
func (s *scratch) small(m, d []float64, n int) (energy, fourth, square float64, ok bool) {
	size := n * n
	room := func(k int) []float64 { return s.panel[k*block*block:][:size] }
	y, r, c, first, second, u := room(0), room(1), room(2), room(3), room(4), room(5)
	inverse := s.square[:n*block]
	if !factorBlock(best, n, m, n, u, n, inverse) {
		return 0, 0, 0, false
	}
	product := func(dst, a []float64, rowStep, termStep int, b []float64, ldb int) { // with a minus
		gemm.Subtract(n, n, n, dst, n, nil, 0, a, rowStep, termStep, b, ldb)
	}
	product(c, inverse, 1, block, inverse, block)
	low, high := 1/math.Sqrt(Squares(c)), min(Norm1(m, n), math.Sqrt(Squares(m)))
	clear(y)
	copy(r, d)
	shifted := s.middle[:size]
	copy(shifted, m)
	for _, p := range shifts(low, high, 1e-7) {
		for i := 0; i < size; i += n + 1 {
			shifted[i] = m[i] + p
		}
		if !factorBlock(best, n, shifted, n, u, n, inverse) {
			return 0, 0, 0, false
		}
		product(c, inverse, 1, block, inverse, block)
		product(first, c, n, 1, r, n)
		product(second, first, n, 1, c, n)
		turn(u, n, first, n, n, n)
		Combine(y, y, second, 1, 2*p)
		combineThree(best, first, first, u, second, -2*p, -2*p, 4*p*p)
		Combine(r, r, first, 1, 1)
	}
	Combine(r, r, d, 0.5, 0.5)
	product(first, y, n, 1, y, n)
	product(second, m, n, 1, first, n)
	for i, v := range y {
		energy += v * r[i]
		fourth -= first[i] * second[i]
	}
	return energy, fourth, Squares(y), true
}
