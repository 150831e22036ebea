package sampler

import "math"

// SASolver is the stochastic Adams rule for the reverse SDE of noise level τ,
//
//	x_s = (σ_s/σ_t) e^(−τ²h) x_t + α_s Σ_j c_j D_j + σ_s √(1 − e^(−2τ²h)) z,
//	c_j = (1 + τ²) ∫ e^(−(1+τ²)(λ_s−λ)) ℓ_j(λ) dλ   from λ_t to λ_s,
//
// with ℓ_j the Lagrange polynomials over Predict predictions, this step's and
// those before it. The corrector makes the step once more with the same z, over
// Correct predictions of which the newest is that at s; it is made at the
// beginning of the next step, where that prediction is needed anyway. Correct = 0
// leaves it out. Predict is 1 to 3, Correct 0 to 4.
//
// τ = Tau where RhoMin ≤ σ_t/α_t ≤ RhoMax, else 0; RhoMax = 0 is taken as +Inf.
// With Predict = 1, Correct = 0 and τ = 1 the rule is DDPM, with τ = 0 DDIM.
//
// One evaluation, one noise a step. Second order in the weak sense for τ > 0
// with two predictions or more; for τ = 0 as many as UniPC.
//
// Xue, Yi, Luo, Zhang, Sun, Li, Ma (2023), "SA-Solver", eqs. 14 to 17,
// algorithm 1.
type SASolver struct {
	Predict, Correct int
	Tau              float64
	RhoMin, RhoMax   float64
}

// Memory is what the larger of predictor and corrector asks for; a corrector
// needs the level of the step before in any case.
func (r SASolver) Memory() int {
	return max(min(max(r.Predict, 1), 3)-1, min(max(r.Correct, 0), 4)-1, min(max(r.Correct, 0), 1))
}

// Cost is one evaluation, and one noise unless τ is 0.
func (r SASolver) Cost() Cost {
	c := Cost{Evaluations: 1}
	if r.Tau != 0 {
		c.Noises = 1
	}
	if r.Correct > 0 {
		c.Kept = 1
	}
	return c
}

// Apply makes one step.
func (r SASolver) Apply(s *Step) error {
	if err := orderWithin("SASolver.Predict", r.Predict, 1, 3); err != nil {
		return err
	}
	if err := orderWithin("SASolver.Correct", r.Correct, 0, 4); err != nil {
		return err
	}
	now, err := s.Denoised()
	if err != nil {
		return err
	}
	var v [mostNodes][]float64
	var theta, w [mostNodes]float64
	if _, before, ok := s.Earlier(1); ok && r.Correct > 0 {
		lambda := before.Lambda()
		h := s.From.Lambda() - lambda
		v[0], theta[0] = now, 1
		n := 1
		for ; n < r.Correct; n++ {
			d, at, ok := s.Earlier(n)
			if !ok {
				break
			}
			v[n], theta[n] = d, (at.Lambda()-lambda)/h
		}
		r.weights(w[:n], theta[:n], h, before.Rho(), s.From.Alpha)
		mix(s.X, 1, s.Kept(0), w[:n], v[:n]...)
	}
	h, t2 := s.H(), r.tau2(s.From.Rho())
	a := s.To.Sigma / s.From.Sigma * math.Exp(-t2*h)
	base := s.X
	if r.Correct > 0 {
		base = s.Kept(0)
	}
	if t2 > 0 {
		mix(base, a, s.X, []float64{s.To.Sigma * math.Sqrt(-math.Expm1(-2*t2*h))}, s.Noise(0))
		a = 1
	} else if r.Correct > 0 {
		copy(base, s.X)
		for i := range base {
			base[i] *= a
		}
		a = 1
	}
	n := past(s, now, r.Predict, &v, &theta)
	r.weights(w[:n], theta[:n], h, s.From.Rho(), s.To.Alpha)
	mix(s.X, a, base, w[:n], v[:n]...)
	return nil
}

// tau2 is τ² for a step that starts at rho.
func (r SASolver) tau2(rho float64) float64 {
	if rho < r.RhoMin || (r.RhoMax > 0 && rho > r.RhoMax) {
		return 0
	}
	return r.Tau * r.Tau
}

// weights sets α c_j for a step of length h that starts at rho.
func (r SASolver) weights(w, theta []float64, h, rho, alpha float64) {
	z := (1 + r.tau2(rho)) * h
	adams(w, theta, -z)
	for j := range w {
		w[j] *= alpha * z
	}
}
