package sampler

import "math"

// DPMPP3M is DPM-Solver++(3M), the three-step exponential rule in the data form:
//
//	x_s = (σ_s/σ_t) x_t − α_s p₁ D_0 + α_s (p₂ D′ − p₃ D″),
//	p₁ = e^(−h) − 1,   p₂ = p₁/h + 1,   p₃ = p₂/h − ½,
//	r_0 = h_1/h,   r_1 = h_2/h,   a_0 = (D_0 − D_1)/r_0,   a_1 = (D_1 − D_2)/r_1,
//	D′ = a_0 + r_0/(r_0 + r_1) (a_0 − a_1),   D″ = 2 (a_0 − a_1)/(r_0 + r_1),
//
// with D_j and h_j those of the j-th step before. D′ and D″ are h D_λ and
// h² D_λλ at t by divided differences; without the factor 2 in D″ the rule is of
// second order. The first step is DDIM, the second DPM-Solver++(2M).
//
// One evaluation a step. Third order once started: the two first steps err by
// h², which a grid hides that begins at pure noise, where D hardly changes, or
// with short steps.
//
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver++", appendix B; the weights
// are those of eq. 9 of Zhao, Bai, Rao, Zhou, Lu (2023), "UniPC", at p = 3.
type DPMPP3M struct{}

// Memory is 2.
func (DPMPP3M) Memory() int { return 2 }

// Cost is one evaluation.
func (DPMPP3M) Cost() Cost { return Cost{Evaluations: 1} }

// Apply makes one step.
func (DPMPP3M) Apply(s *Step) error {
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	dpmpp(s, d, 3, s.H(), s.To.Sigma/s.From.Sigma)
	return nil
}

// dpmpp sets x ← a x − α_s (p₁ D_0 − p₂ D′ + p₃ D″) with the p's taken at z in
// place of h, by up to most predictions; two of them in the midpoint form,
// where −½ p₁ stands in place of p₂.
func dpmpp(s *Step, d []float64, most int, z, a float64) {
	var v [mostNodes][]float64
	var theta [mostNodes]float64
	n := past(s, d, most, &v, &theta)
	p1 := math.Expm1(-z)
	w := [3]float64{-s.To.Alpha * p1}
	switch n {
	case 2:
		k := -0.5 * s.To.Alpha * p1 / -theta[1]
		w[0], w[1] = w[0]+k, -k
	case 3:
		p2 := -excess(-z)
		var m [3]float64
		moments(m[:], -z)
		p3 := -0.5 * z * m[2] // p₃ = p₂/z − ½ = −z φ₃(−z)
		r0, r1 := -theta[1], theta[1]-theta[2]
		// D′ = u a_0 + (1−u) a_1 with u = 1 + r_0/(r_0+r_1).
		u := 1 + r0/(r0+r1)
		c0 := s.To.Alpha * (p2*u - p3*2/(r0+r1))
		c1 := s.To.Alpha * (p2*(1-u) + p3*2/(r0+r1))
		w[0], w[1], w[2] = w[0]+c0/r0, -c0/r0+c1/r1, -c1/r1
	}
	mix(s.X, a, s.X, w[:n], v[:n]...)
}
