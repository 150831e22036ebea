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
	middle            dense.Upper
	gap, change, gram []float64
	delta, other      []float64
}

var pool = sync.Pool{New: func() any { return new(work) }}

func borrow(n int) *work {
	w := pool.Get().(*work)
	if len(w.delta) != n {
		for _, x := range []*[]float64{&w.gap, &w.change, &w.gram} {
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

// near tells whether E = L⁻¹(Σ_p − Σ_q)L⁻ᵀ is known to be small from the size of Σ_p − Σ_q and
// the condition number.
func (d pair) near() bool {
	if d.ill() {
		return false
	}
	limit := 0.1 * d.q.norm / d.q.cond
	limit *= limit
	n := len(d.delta)
	p, q := d.p.data(), d.q.data()
	var sum float64
	for i := 0; i < len(p); i += n + 1 { // the diagonals tell most
		x := p[i] - q[i]
		sum += x * x
	}
	if d.diff != nil || !(sum <= limit) {
		return false
	}
	var sums [4]float64
	q = q[:len(p)]
	for len(p) >= 4 {
		for k := range sums {
			x := p[k] - q[k]
			sums[k] += x * x
		}
		p, q = p[4:], q[4:]
	}
	for i, v := range p {
		sums[0] += (v - q[i]) * (v - q[i])
	}
	return sums[0]+sums[1]+sums[2]+sums[3] <= limit
}

// changes sets w.middle to Ũ and w.change to V.
func (d pair) changes(w *work) {
	if d.diff != nil {
		copy(w.gap, whole(d.diff))
	} else {
		sum{d.p.cov, d.q.cov, 1, -1}.to(w.gap)
	}
	w.middle.Middle(d.p.upper, d.q.upper)
	w.middle.Change(w.change, w.gap)
}

// excessNear is tr φ(E).
func (d pair) excessNear() float64 {
	n := len(d.delta)
	w := borrow(n)
	defer pool.Put(w)
	d.changes(w)
	d.q.upper.SolveRight(w.change)
	var sum float64
	for i := range n {
		row := w.change[i*n+i : (i+1)*n]
		sum += 2*phi(row[0]) + floats.Dot(row, row)
	}
	return sum
}

// bhattacharyyaNear is the distance.
func (d pair) bhattacharyyaNear() float64 {
	n := len(d.delta)
	w := borrow(n)
	defer pool.Put(w)
	d.changes(w)
	z, y := w.change, w.delta
	w.middle.SolveRight(z)
	copy(y, d.delta)
	w.middle.SolveVector(y)
	size := floats.Dot(z, z) / 4
	var diagonal float64
	for i := range n {
		v := z[i*n+i] / 2
		diagonal -= math.Log1p(-v * v)
	}
	if size > 1e-8 {
		return d.middling(w, diagonal)
	}
	// ln det(I + X) = tr X − tr X²/2 + …, yᵀ(I + X)⁻¹y = yᵀy − yᵀXy + …, X = ZᵀZ/4
	log := size
	if size > 0x1p-54 {
		dense.Gram(w.gram, z, n, true)
		log -= floats.Dot(w.gram, w.gram) / 32
	}
	clear(w.other)
	gemm.Dots(w.other, z, n, y)
	square := floats.Dot(y, y) - floats.Dot(w.other, w.other)/4
	return square/8 + (log+diagonal)/2
}

// middling is bhattacharyyaNear where X is not so small that two terms do.
func (d pair) middling(w *work, diagonal float64) float64 {
	n := len(d.delta)
	dense.Gram(w.gram, w.change, n, true)
	floats.Scale(0.25, w.gram)
	c, s, _, ok := unitCholesky(w.gram, n)
	if !ok {
		return math.Inf(1)
	}
	for _, v := range s {
		diagonal += math.Log1p(v)
	}
	c.SolveVector(w.delta)
	return floats.Dot(w.delta, w.delta)/8 + diagonal/2
}
