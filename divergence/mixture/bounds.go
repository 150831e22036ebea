package mixture

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
)

// KLBounds returns numbers below and above KL(p‖q) in nats, in closed form. With p
// of weights π and parts f, q of weights ω and parts g, the cross entropy −E_p ln q
// and the entropy of p lie between
//
//	−Σ_a π_a ln Σ_b ω_b ∫ f_a g_b      ≤ −E_p ln q ≤ Σ_a π_a [ H(f_a) − ln Σ_b ω_b e^{−KL(f_a‖g_b)} ],
//	Σ_a π_a [ H(f_a) − ln Σ_b π_b e^{−BD(f_a, f_b)} ] ≤ H(p) ≤ Σ_a π_a [ H(f_a) − ln Σ_b π_b e^{−KL(f_a‖f_b)} ],
//
// and the difference of opposite ends bounds KL. The upper bound is the smaller of
// that and the variational one, min KL(φ‖ψ) + Σ φ_ab KL(f_a‖g_b) over couplings with
// marginals π and ω, which is 0 for equal mixtures.
//
// Errors: divergence.ErrDimension, and those of the divergences of the parts.
//
// Durrieu, Thiran, Kelly (2012), section 3; Kolchinsky, Tracey (2017), eqs. 10, 13;
// Hershey, Olsen (2007), eqs. 20 to 24.
func KLBounds(p, q *Mixture) (lower, upper float64, err error) {
	if err := check(p, q); err != nil {
		return math.NaN(), math.NaN(), err
	}
	n, m := len(p.parts), len(q.parts)
	cross := make([]float64, n*m) // KL(f_a ‖ g_b)
	var crossLow, crossHigh, low, high float64
	for a, f := range p.parts {
		var overlap, near, far, close float64
		for b, g := range q.parts {
			kl, err := divergence.KL(f, g)
			if err != nil {
				return math.NaN(), math.NaN(), err
			}
			cross[a*m+b] = kl
			near += q.weights[b] * math.Exp(-kl)
			l, err := product(f, g)
			if err != nil {
				return math.NaN(), math.NaN(), err
			}
			overlap += q.weights[b] * math.Exp(l)
		}
		for b, g := range p.parts {
			kl, err := divergence.KL(f, g)
			if err != nil {
				return math.NaN(), math.NaN(), err
			}
			bd, err := divergence.Bhattacharyya(f, g)
			if err != nil {
				return math.NaN(), math.NaN(), err
			}
			far += p.weights[b] * math.Exp(-kl)
			close += p.weights[b] * math.Exp(-bd)
		}
		w := p.weights[a]
		crossLow -= w * math.Log(overlap)
		crossHigh += w * (f.Entropy() - math.Log(near))
		low += w * (f.Entropy() - math.Log(close))
		high += w * (f.Entropy() - math.Log(far))
	}
	lower = max(crossLow-high, 0)
	upper = min(crossHigh-low, variational(p.weights, q.weights, cross))
	return lower, max(upper, lower), nil
}

// product returns ln ∫ f g = ln N(m_f − m_g; 0, Σ_f + Σ_g).
func product(f, g *divergence.Gaussian) (float64, error) {
	dim := f.Dim()
	cov := f.Cov()
	cov.AddSym(cov, g.Cov())
	delta := mat.NewVecDense(dim, f.Mean(nil))
	delta.SubVec(delta, mat.NewVecDense(dim, g.Mean(nil)))
	var chol mat.Cholesky
	if !chol.Factorize(cov) {
		return math.NaN(), divergence.ErrIndefinite
	}
	var z mat.VecDense
	if err := chol.SolveVecTo(&z, delta); err != nil {
		return math.NaN(), err
	}
	return -0.5 * (mat.Dot(delta, &z) + chol.LogDet() + float64(dim)*math.Log(2*math.Pi)), nil
}

// variational returns a bound on KL by alternating minimisation: φ, with row sums π,
// and ψ, with column sums ω,
//
//	ψ_ab = ω_b φ_ab/Σ_a φ_ab,   φ_ab = π_a ψ_ab e^{−KL_ab}/Σ_b ψ_ab e^{−KL_ab}.
//
// Every step is a bound, none larger than the last.
func variational(pi, omega, kl []float64) float64 {
	n, m := len(pi), len(omega)
	phi, psi := make([]float64, n*m), make([]float64, n*m)
	for a, w := range pi {
		for b, v := range omega {
			phi[a*m+b] = w * v
		}
	}
	bound := math.Inf(1)
	for range 1000 {
		for b, w := range omega {
			var sum float64
			for a := range n {
				sum += phi[a*m+b]
			}
			for a := range n {
				if psi[a*m+b] = 0; sum > 0 {
					psi[a*m+b] = w * phi[a*m+b] / sum
				}
			}
		}
		// After the step in φ the objective is −Σ_a π_a ln( Σ_b ψ_ab e^{−KL_ab}/π_a ).
		var value float64
		for a, w := range pi {
			var sum float64
			for b := range m {
				phi[a*m+b] = psi[a*m+b] * math.Exp(-kl[a*m+b])
				sum += phi[a*m+b]
			}
			if sum == 0 { // beyond the exponent's range
				return bound
			}
			value -= w * math.Log(sum/w)
			for b := range m {
				phi[a*m+b] *= w / sum
			}
		}
		if !math.IsInf(bound, 1) && bound-value <= 1e-12*math.Abs(bound) {
			return min(bound, value)
		}
		bound = value
	}
	return bound
}
