package sampler

import "math"

// DPMPP2M is DPM-Solver++(2M), the two-step exponential rule in the data form:
//
//	x_s = (σ_s/σ_t) x_t − α_s (e^(−h) − 1) D̄,   D̄ = D_0 + (D_0 − D_1)/(2r),   r = h_1/h,
//
// with D_1 and h_1 the denoised batch and the step before. The first step is
// DDIM. One evaluation a step, second order.
//
// Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver++", algorithm 2.
type DPMPP2M struct{}

// Memory is 1.
func (DPMPP2M) Memory() int { return 1 }

// Cost is one evaluation.
func (DPMPP2M) Cost() Cost { return Cost{Evaluations: 1} }

// Apply makes one step.
func (DPMPP2M) Apply(s *Step) error {
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	h := s.H()
	a, b := s.To.Sigma/s.From.Sigma, -s.To.Alpha*math.Expm1(-h)
	prev, at, ok := s.Earlier(1)
	if !ok {
		affine(s, a, b, d, 0)
		return nil
	}
	w := 0.5 * h / (s.From.Lambda() - at.Lambda()) // 1/(2r)
	x, b0, b1 := s.X, b*(1+w), -b*w
	d, prev = d[:len(x)], prev[:len(x)]
	for i, v := range x {
		x[i] = a*v + b0*d[i] + b1*prev[i]
	}
	return nil
}
