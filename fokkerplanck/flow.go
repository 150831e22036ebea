package fokkerplanck

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/sde"
)

// Score is ∂ ln p_t/∂x of the densities of a process.
type Score func(x, t float64) float64

// Forward is the diffusion with noise η g in the place of g that has the same
// densities p_t as the process dx = f x dt + g dw, whatever η ≥ 0,
//
//	dx = [f x − ½ (1 − η²) g² s(x, t)] dt + η g dw,   s = ∂ ln p_t/∂x,
//
// since ½g² ∂²p = ∂(½g² s p). η = 1 is the process, and η = 0 its probability
// flow, whose equation is that of continuity alone; see [Transport] for it.
// Song, Sohl-Dickstein, Kingma, Kumar, Ermon, Poole (2021), eq. 13 and appendix D.
func Forward(p sde.Process, s Score, eta float64) Problem {
	return Problem{
		Drift: func(x, t float64) float64 {
			f, g := p.Coefficients(t)
			return f*x - 0.5*(1-eta*eta)*g*g*s(x, t)
		},
		Diffusion: func(_, t float64) float64 { _, g := p.Coefficients(t); return 0.5 * eta * eta * g * g },
	}
}

// Reverse is the diffusion whose density at time r is that of the process at
// end − r, whatever η ≥ 0,
//
//	dx = [−f x + ½ (1 + η²) g² s(x, end−r)] dr + η g dw,
//
// f and g at end − r. Anderson (1982).
func Reverse(p sde.Process, s Score, end, eta float64) Problem {
	return Problem{
		Drift: func(x, r float64) float64 {
			f, g := p.Coefficients(end - r)
			return -f*x + 0.5*(1+eta*eta)*g*g*s(x, end-r)
		},
		Diffusion: func(_, r float64) float64 { _, g := p.Coefficients(end - r); return 0.5 * eta * eta * g * g },
	}
}

// PlaneScore is ∇ ln p_t of the densities of a process in the plane.
type PlaneScore func(x, y, t float64) (sx, sy float64)

// ForwardPlane is [Forward] in the plane, each coordinate under the process.
func ForwardPlane(p sde.Process, s PlaneScore, eta float64) PlaneProblem {
	return PlaneProblem{
		Drift: func(x, y, t float64) (float64, float64) {
			f, g := p.Coefficients(t)
			sx, sy := s(x, y, t)
			c := 0.5 * (1 - eta*eta) * g * g
			return f*x - c*sx, f*y - c*sy
		},
		Diffusion: isotropic(func(t float64) float64 { _, g := p.Coefficients(t); return eta * g }),
	}
}

// ReversePlane is [Reverse] in the plane.
func ReversePlane(p sde.Process, s PlaneScore, end, eta float64) PlaneProblem {
	return PlaneProblem{
		Drift: func(x, y, r float64) (float64, float64) {
			f, g := p.Coefficients(end - r)
			sx, sy := s(x, y, end-r)
			c := 0.5 * (1 + eta*eta) * g * g
			return c*sx - f*x, c*sy - f*y
		},
		Diffusion: isotropic(func(r float64) float64 { _, g := p.Coefficients(end - r); return eta * g }),
	}
}

func isotropic(noise func(t float64) float64) func(x, y, t float64) (dxx, dxy, dyy float64) {
	return func(_, _, t float64) (float64, float64, float64) {
		b := noise(t)
		return 0.5 * b * b, 0, 0.5 * b * b
	}
}

// Transport solves the equation of continuity ∂p/∂t = −∂(v p)/∂x, forwards or
// backwards, on a grid whose edges move with v and whose cells keep their mass:
// mass to rounding, nothing negative, and no error but that of the edges' paths,
// to which c applies. It returns the moved grid with the averages on it. m is a
// method of package ode.
//
// The error is that of [ode.Solve], or wraps ErrProblem for a p0 that is no
// density and where edges met, which tighter tolerances avoid.
func Transport(ctx context.Context, m integrators.Method, v func(x, t float64) float64, g Grid, p0 []float64, t0, t1 float64, c ode.Config) (Grid, []float64, error) {
	if g.Cells() < 3 {
		return Grid{}, nil, fmt.Errorf("%w: a grid of %d cells; want 3 or more", ErrProblem, g.Cells())
	}
	if err := checkDensity(g, p0); err != nil {
		return Grid{}, nil, err
	}
	r, err := ode.Solve(ctx, m, func(dst []float64, t float64, x []float64) error {
		for i, x := range x {
			dst[i] = v(x, t)
		}
		return nil
	}, t0, t1, g.edges, c)
	if err != nil {
		return Grid{}, nil, err
	}
	moved, err := NewGrid(r.Y)
	if err != nil {
		return Grid{}, nil, err
	}
	p := make([]float64, len(p0))
	for i, q := range p0 {
		p[i] = q * (g.Width(i) / moved.Width(i))
	}
	return moved, p, nil
}

// Frame is a place c and a scale s > 0 that move with time, with their rates.
type Frame func(t float64) (c, s, dc, ds float64)

// Moving is a problem as seen on a grid that moves and stretches, x = c + s ξ:
//
//	dξ = (a − c' − s' ξ)/s dt + (b/s) dw.
//
// A density p_ξ has the values p_ξ/s on the grid [Grid.In] in x. Walls move
// with the grid.
func Moving(pr Problem, frame Frame) Problem {
	moving := pr
	moving.Steady = false
	moving.Drift = func(xi, t float64) float64 {
		c, s, dc, ds := frame(t)
		return (pr.Drift(c+s*xi, t) - dc - ds*xi) / s
	}
	moving.Diffusion = func(xi, t float64) float64 {
		c, s, _, _ := frame(t)
		return pr.Diffusion(c+s*xi, t) / (s * s)
	}
	return moving
}

// In returns the grid c + s ξ for a grid in ξ, s > 0.
func (g Grid) In(c, s float64) (Grid, error) {
	if !(s > 0) || math.IsInf(s, 1) {
		return Grid{}, fmt.Errorf("%w: scale %v; want it positive", ErrProblem, s)
	}
	edges := make([]float64, len(g.edges))
	for i, e := range g.edges {
		edges[i] = c + s*e
	}
	return NewGrid(edges)
}
