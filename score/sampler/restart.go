package sampler

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde"
)

// Restart goes down by Heun in ρ = σ/α, adds noise to go up again, and comes down
// once more, Times times: the noise makes forget what errors came before. With
// y = x/α and Heun that of EDMHeun without churn, over an interval [ρ_min, ρ_max]
// that is restarted
//
//	y ← Heun(y; ρ_t → ρ_s) over the grid, until ρ_s ≤ ρ_min;
//	Times times: y ← y + √(ρ_max² − ρ_s²) S_noise z_k,   y ← Heun(y; ρ_max → ρ_s) in Steps of Karras.
//
// Without Intervals every step of the grid is an interval, restarted Times times
// in one step each.
//
// Two evaluations a step, and 2 Steps Times in all for every interval, or Times
// noises and 2 Times more evaluations a step where there are none; second order
// in the weak sense, if Steps grow with the grid's.
//
// Xu, Deng, Cheng, Tian, Liu, Jaakkola (2023), "Restart sampling", algorithms 1
// and 2.
type Restart struct {
	Times     int // without Intervals
	Intervals []RestartInterval
}

// RestartInterval is an interval of noise levels ρ = σ/α to restart. Its lower
// end is the first level of the grid at or below RhoMin. Steps = 0 is as many
// as the grid has, SNoise = 0 is 1.
type RestartInterval struct {
	RhoMin, RhoMax float64
	Steps, Times   int
	SNoise         float64
}

// Memory is 0.
func (Restart) Memory() int { return 0 }

// Cost is two evaluations for every time down, and a noise for every time up.
func (r Restart) Cost() Cost {
	k := max(r.Times, 0)
	c := Cost{Evaluations: 2 * (1 + k), Noises: k}
	for _, v := range r.Intervals {
		k := max(v.Times, 0)
		c.Noises += k
		if v.Steps > 0 {
			c.Start += 2 * v.Steps * k
		} else {
			c.Evaluations += 2 * k
		}
	}
	return c
}

// Apply makes one step.
func (r Restart) Apply(s *Step) error {
	if err := r.check(s); err != nil {
		return err
	}
	x, rho, next := s.X, s.From.Rho(), s.To.Rho()
	for i := range x {
		x[i] /= s.From.Alpha
	}
	if err := heun(s, x, rho, next); err != nil {
		return err
	}
	noises := 0
	up := func(top, scale float64) {
		mix(x, 1, x, []float64{scale * math.Sqrt((top-next)*(top+next))}, s.Noise(noises))
		noises++
	}
	for range r.Times {
		up(rho, 1)
		if err := heun(s, x, rho, next); err != nil {
			return err
		}
	}
	for _, v := range r.Intervals {
		if rho <= v.RhoMin || next > v.RhoMin {
			continue
		}
		for range v.Times {
			if err := v.again(s, up, next); err != nil {
				return err
			}
		}
	}
	for i := range x {
		x[i] *= s.To.Alpha
	}
	return nil
}

// again goes up to RhoMax and down to next, by the spacing of Karras.
func (v RestartInterval) again(s *Step, up func(top, scale float64), next float64) error {
	scale := v.SNoise
	if scale == 0 {
		scale = 1
	}
	up(v.RhoMax, scale)
	steps := v.Steps
	if steps == 0 {
		steps = s.Steps
	}
	from, a, b := v.RhoMax, math.Pow(v.RhoMax, 1./7), math.Pow(next, 1./7)
	for k := 1; k <= steps; k++ {
		to := math.Pow(a+(b-a)*float64(k)/float64(steps), 7)
		if k == steps {
			to = next
		}
		if err := heun(s, s.X, from, to); err != nil {
			return err
		}
		from = to
	}
	return nil
}

func (r Restart) check(s *Step) error {
	if err := orderWithin("Restart.Times", r.Times, 0, 1000); err != nil {
		return err
	}
	if r.Times > 0 && len(r.Intervals) > 0 {
		return fmt.Errorf("%w: Restart.Times = %d is for no Intervals; each of them has its own", ErrRule, r.Times)
	}
	for i, v := range r.Intervals {
		if !(v.RhoMin > 0 && v.RhoMin < v.RhoMax) || math.IsInf(v.RhoMax, 1) || v.Steps < 0 || v.Times < 1 || !(v.SNoise >= 0) {
			return fmt.Errorf("%w: Restart.Intervals[%d] = %+v; want 0 < RhoMin < RhoMax, Steps ≥ 0 and Times ≥ 1", ErrRule, i, v)
		}
		if s.Index == 0 && s.From.Rho() < v.RhoMax*(1-1e-12) || s.Index == s.Steps-1 && s.To.Rho() > v.RhoMin {
			return fmt.Errorf("%w: Restart.Intervals[%d] reaches from ρ = %v to %v, beyond the grid", ErrRule, i, v.RhoMin, v.RhoMax)
		}
	}
	return nil
}

// heun replaces y at ρ by its Heun step to next.
func heun(s *Step, y []float64, rho, next float64) error {
	d, end, dend := s.Scratch(0), s.Scratch(1), s.Scratch(2)
	if err := s.Eval(d, y, sde.Level{Alpha: 1, Sigma: rho}); err != nil {
		return err
	}
	h := next - rho
	mix(end, 1+h/rho, y, []float64{-h / rho}, d)
	if err := s.Eval(dend, end, sde.Level{Alpha: 1, Sigma: next}); err != nil {
		return err
	}
	a, b := 0.5*h/rho, 0.5*h/next
	mix(y, 1+a, y, []float64{-a, b, -b}, d, end, dend)
	return nil
}
