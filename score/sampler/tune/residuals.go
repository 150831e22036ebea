package tune

import (
	"context"
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score/sampler"
)

// Residual is the ability of an [Objective] to give its square as a sum of
// squares, Error² = Σ_i r_i², of numbers that are smooth in the grid. [Grid] then
// descends by their slopes, in a tenth of the evaluations. [Paths] has it.
type Residual interface {
	Objective
	// Residuals returns as many numbers for every c.
	Residuals(ctx context.Context, c sampler.Config) ([]float64, error)
}

// slide minimises F = |r|/unit + Smoothness · roughness from x by damped
// Gauss–Newton steps. About a point with |r| = e, J = ∂r/∂x,
//
//	|r(x + d)| ≤ e/2 + |r(x + d)|²/2e,   r(x + d) ≈ r + J d,
//
// so that a step solves (H + μ diag H) d = −∇F with H = JᵀJ/(e unit) +
// Smoothness ∇²roughness; μ falls where F does, and rises until it does.
//
// Levenberg (1944); Marquardt (1963).
func (c *Config) slide(ctx context.Context, o Residual, p *path, unit float64, x []float64, tick func(n int)) ([]float64, error) {
	const (
		h       = 1e-3 // of differences: their truncation is h of the slope
		gains   = 1e-3 // the least relative gain of a step that is followed by another
		highest = 1e8  // μ at which a step is below the rounding of what it gains
	)
	w := &slope{c: c, o: o, p: p, unit: unit, tick: tick}
	at, err := w.at(ctx, x)
	if err != nil || at.r == nil {
		return x, err
	}
	n := p.dim()
	mu := 1e-2
	for gain := 1.0; at.e > 0 && gain > gains*at.f && w.calls+n < c.Evaluations; {
		hessian, gradient, err := w.model(ctx, at, h)
		if err != nil {
			return nil, err
		}
		for gain = 0; gain == 0 && mu < highest && w.calls < c.Evaluations; {
			next, err := w.at(ctx, step(at.x, hessian, gradient, mu))
			if err != nil {
				return nil, err
			}
			if next.f < at.f {
				gain = at.f - next.f
				at = next
				mu = max(mu/4, 1e-6)
			} else {
				mu *= 4
			}
		}
	}
	return at.x, nil
}

// slope evaluates residuals and counts.
type slope struct {
	c     *Config
	o     Residual
	p     *path
	unit  float64
	tick  func(n int)
	calls int
}

// point is F at x; r is nil where the sampler fails.
type point struct {
	x, r []float64
	e, f float64
}

func (w *slope) at(ctx context.Context, x []float64) (point, error) {
	w.tick(1)
	w.calls++
	out := point{x: x, e: math.Inf(1), f: failed}
	for _, v := range x {
		if !(v > -reach && v < reach) {
			return out, nil
		}
	}
	s, _, err := w.p.config(x)
	if err != nil {
		return out, nil // steps below the rounding of times
	}
	s.Workers = w.c.rowWorkers()
	r, err := w.o.Residuals(ctx, s)
	if errors.Is(err, sampler.ErrNotFinite) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	if e := floats.Norm(r, 2); e < math.Inf(1) {
		out.r, out.e, out.f = r, e, min(e/w.unit+w.c.Smoothness*w.p.roughness(x), failed)
	}
	return out, nil
}

// model returns H and ∇F by forward differences.
func (w *slope) model(ctx context.Context, at point, h float64) (*mat.SymDense, *mat.VecDense, error) {
	n := len(at.x)
	jacobian := make([][]float64, n)
	for j := range jacobian {
		x := append([]float64(nil), at.x...)
		x[j] += h
		next, err := w.at(ctx, x)
		if err != nil {
			return nil, nil, err
		}
		jacobian[j] = make([]float64, len(at.r))
		if next.r != nil {
			floats.SubTo(jacobian[j], next.r, at.r)
			floats.Scale(1/h, jacobian[j])
		}
	}
	hessian, gradient := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	scale := 1 / (at.e * w.unit)
	for i, a := range jacobian {
		gradient.SetVec(i, scale*floats.Dot(a, at.r))
		for j, b := range jacobian[:i+1] {
			hessian.SetSym(i, j, scale*floats.Dot(a, b))
		}
	}
	w.p.addRoughness(hessian, gradient, at.x, w.c.Smoothness)
	return hessian, gradient, nil
}

// step solves (H + μ diag H) d = −g and returns x + d; a common factor of all
// steps of a grid changes nothing, which is what the last term is for.
func step(x []float64, h *mat.SymDense, g *mat.VecDense, mu float64) []float64 {
	n := len(x)
	damped := mat.NewSymDense(n, nil)
	damped.CopySym(h)
	mean := mat.Trace(h) / float64(n)
	for i := range n {
		damped.SetSym(i, i, h.At(i, i)+mu*(h.At(i, i)+1e-3*mean))
	}
	out := append([]float64(nil), x...)
	var chol mat.Cholesky
	var d mat.VecDense
	if !chol.Factorize(damped) {
		return out // no gain: μ rises
	}
	if err := chol.SolveVecTo(&d, g); err != nil && !errors.As(err, new(mat.Condition)) {
		return out
	}
	floats.AddScaled(out, -1, d.RawVector().Data)
	return out
}
