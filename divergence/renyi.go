package divergence

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Renyi returns the Rényi divergence of order α > 0 in nats,
//
//	R_α(p‖q) = ln(∫ p^α q^{1−α}) / (α−1)
//	         = ½ α δᵀΣ_*⁻¹δ + ½ ln( |Σ_*| / (|Σ_p|^{1−α} |Σ_q|^α) ) / (1−α)
//
// with Σ_* = αΣ_q + (1−α)Σ_p. It increases with α; α = 1 is [KL], and α = ½
// twice [Bhattacharyya]. +Inf if the supports differ or, for α > 1, if Σ_* is
// not positive definite, for then the integral diverges. Errors: those of [KL],
// and [ErrOrder] if α is not positive and finite.
//
// Rényi (1961); Gil, Alajaji, Linder (2013); van Erven, Harremoës (2014).
func Renyi(p, q *Gaussian, alpha float64) (float64, error) {
	if !(alpha > 0) || math.IsInf(alpha, 1) {
		return math.NaN(), fmt.Errorf("%w: α = %v", ErrOrder, alpha)
	}
	d, ok, err := compare(p, q)
	if err != nil {
		return math.NaN(), err
	}
	if !ok {
		return math.Inf(1), nil
	}
	if len(d.delta) == 0 || d.identical() {
		return 0, nil
	}
	switch {
	case alpha == 1:
		return d.kl(), nil
	case alpha == 0.5:
		return 2 * d.bhattacharyya(), nil
	case alpha < 0.5:
		// Skew symmetry, R_α(p‖q) = α/(1−α) R_{1−α}(q‖p).
		return alpha / (1 - alpha) * d.flip().renyi(alpha), nil
	}
	return d.renyi(1 - alpha), nil
}

// renyi returns R_{1−c}(p‖q) for c ≤ ½, c ≠ 0, from E = L⁻¹(Σ_p − Σ_q)L⁻ᵀ:
//
//	½ [ (1−c)|C⁻¹L⁻¹δ|² + ln det(I + cE)/c − ln det(I + E) ],   I + cE = CCᵀ
//
// whose last two terms are tr φ(E) − tr φ(cE)/c where E is small.
func (d pair) renyi(c float64) float64 {
	l := d.q.factor()
	e, n := l.whiten(d.gap()), len(d.delta)
	var size, square float64 // largest entry, Frobenius norm squared
	for _, v := range e {
		size = max(size, math.Abs(v))
		square += v * v
	}
	if c > 0 && c*size > 1 {
		return d.renyiFar(c)
	}
	_, s, below, ok := unitCholesky(e, n)
	floats.Scale(c, e)
	scaled, t, scaledBelow, positive := unitCholesky(e, n)
	if !positive {
		return math.Inf(1)
	}
	x := slices.Clone(d.delta)
	l.distance2(x)
	means := (1 - c) * factor{upper: scaled}.distance2(x)
	if ok && square <= 0.25 {
		return 0.5 * (means + tracePhi(s, below) - tracePhi(t, scaledBelow)/c)
	}
	lp := d.p.factor()
	var sum float64
	for i, v := range t {
		sum += math.Log1p(v)/c - 2*math.Log(lp.diag(i)/l.diag(i))
	}
	return 0.5 * (means + sum)
}

// renyiFar factorises Σ_* itself, for a Σ_p much larger than Σ_q.
func (d pair) renyiFar(c float64) float64 {
	w := borrow(len(d.delta))
	defer pool.Put(w)
	m, ok := factorOf(w, sum{d.p.cov, d.q.cov, c, 1 - c}, max(d.p.cond, d.q.cond))
	if !ok {
		return math.Inf(1)
	}
	lp, lq := d.p.factor(), d.q.factor()
	sum := (1 - c) * m.distance2(slices.Clone(d.delta))
	for i := range len(d.delta) {
		q := lq.diag(i)
		sum += 2 * (math.Log(m.diag(i)/q)/c - math.Log(lp.diag(i)/q))
	}
	return 0.5 * sum
}
