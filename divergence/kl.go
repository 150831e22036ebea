package divergence

import (
	"math"

	"github.com/ito-sde/ito/divergence/internal/dense"
)

// KL returns the Kullback–Leibler divergence in nats,
//
//	KL(p‖q) = ½ [ δᵀΣ_q⁻¹δ + tr Σ_q⁻¹Σ_p − n − ln det Σ_q⁻¹Σ_p ],   δ = m_p − m_q
//
// It is non-negative, 0 for identical arguments, and keeps its relative
// precision however close they are. +Inf if the supports differ (see the package
// documentation). The only error is [ErrDimension], and [ErrConvergence] for
// singular covariances.
//
// Cost: n³ multiplications for Cholesky and triangular solves; no eigenvalues
// unless a covariance is singular.
//
// Kullback, Leibler (1951); for Gaussians Kullback (1959), ch. 9.
func KL(p, q *Gaussian) (float64, error) {
	d, ok, err := compare(p, q)
	if err != nil {
		return math.NaN(), err
	}
	if !ok {
		return math.Inf(1), nil
	}
	return d.kl(), nil
}

// Jeffreys returns the symmetric sum
//
//	J(p, q) = KL(p‖q) + KL(q‖p) = ∫ (p − q) ln(p/q)
//
// with the errors and infinities of [KL]. Exchanging p and q does not change a
// bit.
//
// Jeffreys (1946).
func Jeffreys(p, q *Gaussian) (float64, error) {
	d, ok, err := compare(p, q)
	if err != nil {
		return math.NaN(), err
	}
	if !ok {
		return math.Inf(1), nil
	}
	return d.kl() + d.flip().kl(), nil
}

func (d pair) kl() float64 {
	if len(d.delta) == 0 || d.identical() {
		return 0
	}
	w := borrow(len(d.delta))
	defer pool.Put(w)
	l := d.q.factor()
	copy(w.delta, d.delta)
	return 0.5 * (l.distance2(w.delta) + d.excess(w, l))
}

// excess returns tr E − ln det(I + E) for E = L⁻¹(Σ_p − Σ_q)L⁻ᵀ. The factor C of
// I + E is L⁻¹L_p; where p and q are close it is computed from Σ_p − Σ_q instead, which
// does not cancel.
func (d pair) excess(w *work, l factor) float64 {
	if d.sameCov() {
		return 0
	}
	if d.near(w) {
		if near, ok := d.excessNear(w); ok {
			return near
		}
	}
	far := excessFactors(w, d.p.factor(), l)
	if far >= 0.05 {
		return far
	}
	if !d.ill() {
		d.takeGap(w)
		near, _ := d.excessNear(w)
		return near
	}
	_, s, below, ok := unitCholesky(l.whiten(d.gap()), len(d.delta))
	if !ok {
		return far
	}
	return tracePhi(s, below)
}

func excessFactors(w *work, lp, lq factor) float64 {
	n, c := lp.upper.N(), w.change
	lq.ratio(c, lp)
	var sum float64
	diagonal := product{rest: 1}
	for i := range n {
		r := c[i*n+i]
		c[i*n+i] = 0
		sum += (r - 1) * (r + 1)
		diagonal.times(r)
	}
	return sum - 2*diagonal.sum() + dense.Squares(c)
}
