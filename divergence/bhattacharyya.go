package divergence

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/divergence/internal/dense"
)

// Bhattacharyya returns the Bhattacharyya distance −ln ∫√(pq),
//
//	BD(p, q) = ⅛ δᵀΣ⁻¹δ + ½ ln( |Σ| / √(|Σ_p||Σ_q|) ),   Σ = (Σ_p + Σ_q)/2
//
// It is half the Rényi divergence of order ½. +Inf if the supports differ; the
// errors of [KL]. Exchanging p and q does not change a bit.
//
// Bhattacharyya (1943); Kailath (1967).
func Bhattacharyya(p, q *Gaussian) (float64, error) {
	d, ok, err := compare(p, q)
	if err != nil {
		return math.NaN(), err
	}
	if !ok {
		return math.Inf(1), nil
	}
	return d.bhattacharyya(), nil
}

// Hellinger returns the Hellinger distance, not its square,
//
//	H(p, q) = √(½∫(√p − √q)²) = √(1 − exp(−BD(p, q)))
//
// between 0 and 1; it is 1 if the supports differ. Errors as for [KL].
//
// Hellinger (1909).
func Hellinger(p, q *Gaussian) (float64, error) {
	bd, err := Bhattacharyya(p, q)
	if err != nil {
		return math.NaN(), err
	}
	return math.Sqrt(-math.Expm1(-bd)), nil
}

func (d pair) bhattacharyya() float64 {
	if len(d.delta) == 0 || d.identical() {
		return 0
	}
	w := borrow(len(d.delta))
	defer pool.Put(w)
	if d.sameCov() {
		copy(w.delta, d.delta)
		return d.q.factor().distance2(w.delta) / 8
	}
	if d.near(w) {
		if near, ok := d.bhattacharyyaNear(w); ok {
			return near
		}
	}
	l, ok := factorOf(w, sum{d.p.cov, d.q.cov, 0.5, 0.5}, max(d.p.cond, d.q.cond))
	if !ok {
		return math.Inf(1)
	}
	copy(w.delta, d.delta)
	means := l.distance2(w.delta) / 8
	far := d.logRatioFar(l)
	if far >= 0.05*math.Sqrt(float64(len(d.delta))) {
		return means + far
	}
	if !d.ill() {
		d.takeGap(w)
		if near, ok := d.bhattacharyyaNear(w); ok {
			return near
		}
		return means + far
	}
	return means + d.logRatio(l)
}

// logRatioFar returns ½ ln( |Σ| / √(|Σ_p||Σ_q|) ), rounded as the logarithms are.
func (d pair) logRatioFar(l factor) float64 {
	lp, lq := d.p.factor(), d.q.factor()
	far := product{rest: 1}
	for i := range d.delta {
		m := l.diag(i)
		far.times((m / lp.diag(i)) * (m / lq.diag(i)))
	}
	return far.sum() / 2
}

// logRatio returns ½ ln( |Σ| / √(|Σ_p||Σ_q|) ) = −¼ ln det(I − F²) with
// F = L⁻¹(Σ_p − Σ_q)L⁻ᵀ/2. The pivots of I − F² are all below one, so that the
// logarithms add up without cancelling.
func (d pair) logRatio(l factor) float64 {
	n := len(d.delta)
	f, square := l.whiten(d.gap()), make([]float64, n*n)
	dense.Gram(square, f, n, false)
	floats.Scale(-0.25, square)
	_, s, _, ok := unitCholesky(square, n)
	if !ok {
		return d.logRatioFar(l)
	}
	var sum float64
	for _, v := range s {
		sum -= math.Log1p(v)
	}
	return sum / 4
}
