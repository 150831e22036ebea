package sampler

import (
	"math"

	"github.com/ito-sde/ito/sde"
)

// UniPC is the unified predictor–corrector of order p = Order, 1 to 4. With m
// the prediction (D, or ε in the noise form), Δ_k = (m_k − m_0)/r_k,
// r_k = (λ_k − λ_t)/h over the steps before, and
//
//	data:   H = −h,  C = α_s,  base = (σ_s/σ_t) x_t − α_s (e^H − 1) m_0,
//	noise:  H = h,   C = σ_s,  base = (α_s/α_t) x_t − σ_s (e^H − 1) m_0,
//
// the predictor and the corrector are
//
//	x_s = base − C B Σ a_k Δ_k,   Σ_k r_k^(j−1) a_k = j! g_j/B,
//	g_1 = (e^H − 1)/H − 1,   g_{j+1} = g_j/H − 1/(j+1)!,
//
// over k < p for the predictor and, with m_p = m(x_s) at s and r_p = 1, over
// k ≤ p for the corrector. A single a_1 is taken as ½; only there does B matter,
// which is H (B1 set) or e^H − 1. The corrector of a step is made at the
// beginning of the next, where m(x_s) is needed anyway; the last step is not
// corrected, and m(x_s) is not evaluated again after the correction.
//
// Predictor leaves out the corrector (UniP). The order is lower in the first
// steps. One evaluation a step; order p as UniP, p + 1 as UniPC, once started.
// UniP of order 2 with B = e^H − 1 in the data form is DPM-Solver++(2M), of
// order 3 the 3M rule.
//
// Zhao, Bai, Rao, Zhou, Lu (2023), algorithms 1 and 2, eqs. 5 to 9.
type UniPC struct {
	Order     int
	B1        bool
	Noise     bool // noise form
	Predictor bool
}

// Memory is the order, or one less without corrector.
func (r UniPC) Memory() int {
	if p := min(max(r.Order, 1), 4); r.Predictor {
		return p - 1
	} else {
		return p
	}
}

// Cost is one evaluation.
func (r UniPC) Cost() Cost {
	if r.Predictor {
		return Cost{Evaluations: 1}
	}
	return Cost{Evaluations: 1, Kept: 1}
}

// Apply makes one step.
func (r UniPC) Apply(s *Step) error {
	if err := orderWithin("UniPC.Order", r.Order, 1, 4); err != nil {
		return err
	}
	predict := s.Denoised
	if r.Noise {
		predict = s.PredictedNoise
	}
	now, err := predict()
	if err != nil {
		return err
	}
	var v [mostNodes][]float64
	var theta, w [mostNodes]float64
	if _, before, ok := s.Earlier(1); ok && !r.Predictor {
		// The step from before to From once more, with now at its end.
		lambda := before.Lambda()
		h := s.From.Lambda() - lambda
		n := 0
		for ; n < r.Order; n++ {
			d, at, ok := s.Earlier(n + 1)
			if !ok {
				break
			}
			v[n], theta[n] = d, (at.Lambda()-lambda)/h
		}
		theta[0] = 0
		v[n], theta[n] = now, 1
		n++
		a := r.weights(w[:n], theta[:n], h, before, s.From)
		mix(s.X, a, s.Kept(0), w[:n], v[:n]...)
	}
	if !r.Predictor {
		copy(s.Kept(0), s.X)
	}
	n := past(s, now, r.Order, &v, &theta)
	a := r.weights(w[:n], theta[:n], s.H(), s.From, s.To)
	mix(s.X, a, s.X, w[:n], v[:n]...)
	return nil
}

// weights sets the coefficients of the predictions at theta and returns that of
// the state. In closed form −C B Σ a_k Δ_k is −C H times the integral of the
// interpolating polynomial under e^((1−θ)H).
func (r UniPC) weights(w, theta []float64, h float64, from, to sde.Level) float64 {
	z, c, a := -h, to.Alpha, to.Sigma/from.Sigma
	if r.Noise {
		z, c, a = h, to.Sigma, to.Alpha/from.Alpha
	}
	b := math.Expm1(z)
	if len(theta) == 2 {
		w[0] = b / z
		if r.B1 {
			b = z
		}
		w[1] = 0.5 * b / z / theta[1]
		w[0] -= w[1]
	} else {
		adams(w, theta, z)
	}
	for i := range w {
		w[i] *= -c * z
	}
	return a
}
