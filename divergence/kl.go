package divergence

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
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
	l := d.q.factor()
	return 0.5 * (l.distance2(slices.Clone(d.delta)) + d.excess(l))
}

// excess returns tr E − ln det(I + E) for E = L⁻¹(Σ_p − Σ_q)L⁻ᵀ. The factor C of
// I + E is L⁻¹L_p; where p and q are close it is computed from Σ_p − Σ_q instead, which
// does not cancel.
func (d pair) excess(l factor) float64 {
	if d.sameCov() {
		return 0
	}
	if d.near() {
		return d.excessNear()
	}
	far := excessFactors(d.p.factor(), l)
	if far >= 0.05 {
		return far
	}
	if !d.ill() {
		return d.excessNear()
	}
	_, s, below, ok := unitCholesky(l.whiten(d.gap()), len(d.delta))
	if !ok {
		return far
	}
	return tracePhi(s, below)
}

func excessFactors(lp, lq factor) float64 {
	n := lp.upper.N()
	w := borrow(n)
	defer pool.Put(w)
	c := w.change
	lq.ratio(c, lp)
	var sum float64
	for i := range n {
		row := c[i*n : (i+1)*n]
		r := row[i]
		sum += (r-1)*(r+1) - 2*math.Log(r) + floats.Dot(row[:i], row[:i]) + floats.Dot(row[i+1:], row[i+1:])
	}
	return sum
}
