package sampler

import (
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/sde"
)

// GDDIM is the exponential integrator for the probability flow of a general
// linear diffusion, whose noise is no multiple of the identity: here of sde.CLD in
// u = (x, v). With F the drift and L = F + ½ G Gᵀ Σ⁻¹ the flow is
//
//	du/dt = L u − ½ G Gᵀ Σ⁻¹ A D,   u_s = Φ(s, t) u_t + Σ_j W_j D_j,   j = 0 … Order,
//	dΦ/dτ = L Φ,   dW_j/dτ = L W_j − ½ G Gᵀ Σ⁻¹ A ℓ_j(λ(τ)),   Φ = 1 and W_j = 0 at t,
//
// ℓ_j being the Lagrange polynomials in λ over the predictions of this step and of
// those before. Φ and W_j are found by steps of order 8 in ln τ, once for all rows. Order = 0
// is gDDIM: exact in one step where D is constant, as DDIM is for isotropic noise,
// while DDIM's own formula is not a solution here.
//
// One evaluation a step, one noise in the first, for the velocity. Order + 1, once
// started; the orders grow from 1.
//
// Zhang, Tao, Chen (2023), "gDDIM: Generalized denoising diffusion implicit models",
// proposition 4 and eq. 18, with D in place of ε as in DPM-Solver++.
type GDDIM struct{ Order int }

// Memory is the order.
func (r GDDIM) Memory() int { return min(max(r.Order, 0), 3) }

// Cost is one evaluation, and the noise of the first step.
func (GDDIM) Cost() Cost { return Cost{Evaluations: 1, Noises: 1, Kept: 2} }

// Apply makes one step. The driver goes through Start instead, which keeps the
// stepper from step to step.
func (r GDDIM) Apply(s *Step) error { return r.Start(len(s.X)).Apply(s) }

// Start returns the rule with its memory.
func (r GDDIM) Start(int) Rule {
	g := &gddim{GDDIM: r}
	g.stepper = integrators.DOP853.Stepper(g.field, len(g.y))
	return g
}

type gddim struct {
	GDDIM
	stepper integrators.Stepper
	process sde.CLD
	n       int
	at      [4]float64 // λ of the predictions
	y       [12]float64
}

// field is that of Φ's columns and the W_j in ln τ.
func (r *gddim) field(dst []float64, logTime float64, y []float64) error {
	t := math.Exp(logTime)
	k := r.process.Kernel(t)
	px, pv := k.Precision()
	rate, lambda := r.process.Rate*t, k.Level().Lambda()
	source := -2 * rate * (px*k.A[0] + pv*k.A[1])
	for i := 0; i < len(y); i += 2 {
		dst[i] = rate * y[i+1]
		dst[i+1] = rate * ((2*px-1)*y[i] + 2*(pv-1)*y[i+1])
	}
	for j := range r.n {
		l := source
		for q := range r.n {
			if q != j {
				l *= (lambda - r.at[q]) / (r.at[j] - r.at[q])
			}
		}
		dst[4+2*j+1] += l
	}
	return nil
}

// Apply makes one step.
func (r *gddim) Apply(s *Step) error {
	if err := orderWithin("GDDIM.Order", r.Order, 0, 3); err != nil {
		return err
	}
	p, x, v, err := phase(s, 0)
	if err != nil {
		return err
	}
	now, err := s.Denoised()
	if err != nil {
		return err
	}
	var d [mostNodes][]float64
	d[0], r.at[0], r.n, r.process = now, s.From.Lambda(), 1, p
	for ; r.n <= r.Order; r.n++ {
		e, at, ok := s.Earlier(r.n)
		if !ok {
			break
		}
		d[r.n], r.at[r.n] = e, at.Lambda()
	}
	r.y = [12]float64{1, 0, 0, 1}
	from, to := math.Log(s.Time), math.Log(s.Next)
	if err := r.stepper.Reset(from, r.y[:]); err != nil {
		return err
	}
	n := parts(p.Rate, s.Time, s.Next)
	for range n {
		if err := r.stepper.Try(r.y[:], nil, (to-from)/float64(n)); err != nil {
			return err
		}
		r.stepper.Accept()
	}
	y := &r.y
	for i, a := range x {
		b := v[i]
		x[i], v[i] = y[0]*a+y[2]*b, y[1]*a+y[3]*b
	}
	for j := range r.n {
		mix(x, 1, x, []float64{y[4+2*j]}, d[j])
		mix(v, 1, v, []float64{y[5+2*j]}, d[j])
	}
	observe(s.X, x, v, p, s.Next)
	return nil
}

// parts is the number of steps for Φ and W from t to s, whose rates are those of
// ln t and of R t: with eight of them even for a short step they err by rounding.
func parts(rate, t, s float64) int { return 8 + int(4*math.Log(t/s)) + int(4*rate*(t-s)) }
