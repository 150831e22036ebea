package divergence

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/divergence/internal/dense"
	"github.com/ito-sde/ito/internal/gemm"
)

// Covariances that are near each other, by the exact difference of their factors. With
// the mean Ũ = (U_p + U_q)/2 of the factors there is an upper triangle Z with
//
//	U_p = (I + Z/2)Ũ,   U_q = (I − Z/2)Ũ,   Σ_p − Σ_q = Ũᵀ(Z + Zᵀ)Ũ
//
// and the last of these gives it to the relative precision of Σ_p − Σ_q. From U_p = U_q + V,
//
//	tr φ(E) = Σ_i (n_ii² + 2φ(n_ii)) + Σ_{j<i} n_ji²,   N = VU_q⁻¹
//	|Σ| / √(|Σ_p||Σ_q|) = |I + ZᵀZ/4| / Π_i (1 − z_ii²/4),   Σ = Ũᵀ(I + ZᵀZ/4)Ũ
//
// where nothing cancels. (Proof: put the two factors in, and their products of diagonals.)

// work is memory for a calculation with two covariances.
type work struct {
	middle       dense.Upper
	gap, change  []float64
	delta, other []float64
}

var pool = sync.Pool{New: func() any { return new(work) }}

func borrow(n int) *work {
	w := pool.Get().(*work)
	if len(w.delta) != n {
		for _, x := range []*[]float64{&w.gap, &w.change} {
			if cap(*x) < n*n {
				*x = make([]float64, n*n)
			}
			*x = (*x)[:n*n]
		}
		w.delta, w.other = make([]float64, n), make([]float64, n)
	}
	return w
}

// ill tells whether twice the working precision is asked for.
func (d pair) ill() bool { return d.p.cond > doubleAbove || d.q.cond > doubleAbove }

// near tells whether it is worth trying what is below: whether the factors have nearly the same
// diagonals, which costs nothing to see. If they have, it sets w.gap.
func (d pair) near(w *work) bool {
	if d.ill() || d.diff != nil {
		return false
	}
	var sum float64
	for i := range d.delta {
		x := d.p.upper.Diag(i)/d.q.upper.Diag(i) - 1
		sum += x * x
	}
	if !(sum <= 1e-3) {
		return false
	}
	d.takeGap(w)
	return true
}

// takeGap sets w.gap to Σ_p − Σ_q.
func (d pair) takeGap(w *work) {
	if d.diff != nil {
		copy(w.gap, whole(d.diff))
		return
	}
	sum{d.p.cov, d.q.cov, 1, -1}.to(w.gap)
}

// excessNear is tr φ(E), given w.gap; ok is false where p and q are not near.
func (d pair) excessNear(w *work) (excess float64, ok bool) {
	w.middle.Middle(d.p.upper, d.q.upper)
	w.middle.Change(w.change, w.gap)
	d.q.upper.SolveRight(w.change)
	var sum float64
	for i := 0; i < len(w.change); i += len(d.delta) + 1 {
		sum += phi(w.change[i])
	}
	square := dense.Squares(w.change)
	return 2*sum + square, square <= 0.25
}

// bhattacharyyaNear is the distance, given w.gap; ok is false where p and q are not near.
func (d pair) bhattacharyyaNear(w *work) (distance float64, ok bool) {
	n, z, y := len(d.delta), w.change, w.delta
	w.middle.Middle(d.p.upper, d.q.upper)
	w.middle.Relative(z, w.gap)
	size := dense.Squares(z) / 4
	var diagonal float64
	for i := 0; i < len(z); i += n + 1 {
		v := z[i] / 2
		diagonal += negLog1m(v * v) // not a number for what is not near
	}
	if !(size <= 0.3*math.Sqrt(float64(n)) && diagonal <= 1.5*size) {
		return 0, false
	}
	copy(y, d.delta)
	w.middle.SolveVector(y)
	if size > 1e-8 {
		return d.middling(w, diagonal), true
	}
	// ln det(I + X) = tr X − tr X²/2 + …, yᵀ(I + X)⁻¹y = yᵀy − yᵀXy + …, X = ZᵀZ/4
	log := size
	if size > 0x1p-54 {
		log -= dense.GramSquares(z, n) / 32
	}
	clear(w.other)
	gemm.Dots(w.other, z, n, y)
	square := dense.Squares(y) - dense.Squares(w.other)/4
	return square/8 + (log+diagonal)/2, true
}

// middling is bhattacharyyaNear where X is not so small that two terms do.
func (d pair) middling(w *work, diagonal float64) float64 {
	n := len(d.delta)
	dense.Gram(w.gap, w.change, n, true)
	floats.Scale(0.25, w.gap)
	c, s, _, ok := unitCholesky(w.gap, n)
	if !ok {
		return math.Inf(1)
	}
	for _, v := range s {
		diagonal += math.Log1p(v)
	}
	c.SolveVector(w.delta)
	return dense.Squares(w.delta)/8 + diagonal/2
}
