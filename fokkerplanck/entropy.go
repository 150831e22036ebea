package fokkerplanck

import (
	"fmt"
	"math"
)

// Flux returns the flux of a density at all edges of the grid, the walls
// included, at time t. The error wraps ErrProblem.
func Flux(pr Problem, g Grid, t float64, p []float64) ([]float64, error) {
	if err := pr.check(g); err != nil {
		return nil, err
	}
	if err := checkDensity(g, p); err != nil {
		return nil, err
	}
	c := newChain(pr, g)
	if err := c.assemble(t); err != nil {
		return nil, err
	}
	return c.flux(p), nil
}

func (c *chain) flux(p []float64) []float64 {
	n := len(p)
	m := func(i int) float64 { return p[i] * c.g.Width(i) }
	j := make([]float64, n+1)
	for i := range n - 1 {
		j[i+1] = c.right[i]*m(i) - c.left[i+1]*m(i+1)
	}
	j[0], j[n] = -c.left[0]*m(0), c.right[n-1]*m(n-1)
	if c.pr.Left == Periodic {
		j[0] += j[n]
		j[n] = j[0]
	}
	return j
}

// Production is the rates at which entropies grow, in nats per time.
type Production struct {
	Total  float64 // Σ J ln(forward/backward flux) = ∫ J²/(D p) dx ≥ 0
	System float64 // of −∫ p ln p dx
	Medium float64 // ∫ J (a − D')/D dx, heat over temperature
}

// EntropyProduction returns the rates for the density p at time t, Total =
// System + Medium. Between reflecting walls Total is also the rate at which
// KL(p‖stationary) falls, exactly so for the chain; in the stationary state of a
// ring it is what the flux costs. The error wraps ErrProblem, also for absorbing
// walls. Total and System are +Inf where p vanishes beside a cell where it does
// not.
//
// Schnakenberg (1976), eq. 7.6; Seifert (2012), section 2.4.
func EntropyProduction(pr Problem, g Grid, t float64, p []float64) (Production, error) {
	if err := pr.check(g); err != nil {
		return Production{}, err
	}
	if err := checkDensity(g, p); err != nil {
		return Production{}, err
	}
	if pr.Left == Absorbing || pr.Right == Absorbing {
		return Production{}, fmt.Errorf("%w: through an absorbing wall nothing comes back, which costs infinite entropy", ErrProblem)
	}
	c := newChain(pr, g)
	if err := c.assemble(t); err != nil {
		return Production{}, err
	}
	if _, err := c.potential(); err != nil {
		return Production{}, err
	}
	var r Production
	j := c.flux(p)
	for i, w := range c.w {
		here, there := p[i], p[(i+1)%len(p)]
		if here == 0 && there == 0 {
			continue
		}
		r.Medium += j[i+1] * w
		r.System += j[i+1] * math.Log(here/there)
		r.Total += j[i+1] * (w + math.Log(here/there))
	}
	return r, nil
}

// EntropyProductionPlane is [EntropyProduction] in the plane, over all bonds of the chain
// of [SolvePlane]: Total tends to ∫ J·D⁻¹J/p, Medium to ∫ J·D⁻¹(a − ∇·D). In a
// stationary state it is what the flux that turns costs. Total and Medium are +Inf also
// where drift crosses a line over which nothing diffuses.
func EntropyProductionPlane(pr PlaneProblem, g Plane, t float64, p []float64) (Production, error) {
	if err := pr.check(g); err != nil {
		return Production{}, err
	}
	if err := checkPlaneDensity(g, p); err != nil {
		return Production{}, err
	}
	for _, w := range []Wall{pr.Left, pr.Right, pr.Bottom, pr.Top} {
		if w == Absorbing {
			return Production{}, fmt.Errorf("%w: through an absorbing wall nothing comes back, which costs infinite entropy", ErrProblem)
		}
	}
	b := newBonds(pr, g)
	if err := b.assemble(t); err != nil {
		return Production{}, err
	}
	var r Production
	for _, d := range b.directions {
		for i, on := range d.fwd {
			back := d.bwd[i]
			if on == 0 && back == 0 {
				continue
			}
			j, _ := b.next(i, d.e)
			out, in := on*g.area(i), back*g.area(j)
			flux := out*p[i] - in*p[j]
			if flux == 0 {
				continue
			}
			r.Total += flux * math.Log(out*p[i]/(in*p[j]))
			r.System += flux * math.Log(p[i]/p[j])
			r.Medium += flux * math.Log(out/in)
		}
	}
	return r, nil
}
