// Package fokkerplanck solves the equation of the density of a diffusion on the
// line,
//
//	∂p/∂t = −∂J/∂x,   J = a(x, t) p − ∂(D(x, t) p)/∂x,
//
// for dx = a dt + b dw in the sense of Itô, D = b²/2, between walls that nothing
// crosses. Finite volumes conserve mass to rounding, and exponential fitting
// keeps densities positive and stationary ones exact in shape.
//
// Risken (1989), chapter 4; Scharfetter, Gummel (1969); Chang, Cooper (1970).
package fokkerplanck

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/sde"
)

// ErrProblem is wrapped by every error about a problem, a grid or a density.
var ErrProblem = errors.New("fokkerplanck: bad problem")

// Problem is a diffusion: its drift a and its D = b²/2 ≥ 0.
type Problem struct {
	Drift     func(x, t float64) float64
	Diffusion func(x, t float64) float64
}

// Linear is the diffusion dx = f(t) x dt + g(t) dw of a forward process.
func Linear(p sde.Process) Problem {
	return Problem{
		Drift:     func(x, t float64) float64 { f, _ := p.Coefficients(t); return f * x },
		Diffusion: func(_, t float64) float64 { _, g := p.Coefficients(t); return 0.5 * g * g },
	}
}

// Scheme is a time-stepping formula.
type Scheme int

const (
	// TRBDF2 is a trapezium step to t + γh and a BDF2 step from there,
	// γ = 2 − √2: second order, L-stable. It keeps densities positive for
	// steps up to about the time in which diffusion crosses a cell.
	// Bank, Coughran, Fichtner, Grosse, Rose, Smith (1985).
	TRBDF2 Scheme = iota
	// BackwardEuler is of first order and keeps densities positive always.
	BackwardEuler
)

// Config says how to step; Steps is required.
type Config struct {
	Steps  int
	Scheme Scheme
}

// Solve carries the density p0, cell averages on g, from t0 to t1 and returns the
// cell averages there. Mass is conserved to rounding. The error wraps ErrProblem
// for a drift or diffusion that is not finite, a negative diffusion, or a p0
// that is no density; a cancelled context ends the solve within a step.
func Solve(ctx context.Context, pr Problem, g Grid, p0 []float64, t0, t1 float64, c Config) ([]float64, error) {
	if len(p0) != g.Cells() || g.Cells() < 3 {
		return nil, fmt.Errorf("%w: %d averages on %d cells", ErrProblem, len(p0), g.Cells())
	}
	for i, v := range p0 {
		if !(v >= 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: density in cell %d is %v", ErrProblem, i, v)
		}
	}
	if c.Steps < 1 || !(t1 > t0) || math.IsInf(t1-t0, 0) || (c.Scheme != TRBDF2 && c.Scheme != BackwardEuler) {
		return nil, fmt.Errorf("%w: %d steps from %v to %v by scheme %d", ErrProblem, c.Steps, t0, t1, c.Scheme)
	}
	s := newSolver(pr, g)
	p := append([]float64(nil), p0...)
	h := (t1 - t0) / float64(c.Steps)
	for k := range c.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t := t0 + h*float64(k)
		step := s.trbdf2
		if c.Scheme == BackwardEuler {
			step = s.backwardEuler
		}
		if err := step(p, t, h); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Stationary returns the density of zero flux at the frozen time t, of mass 1.
func Stationary(pr Problem, g Grid, t float64) ([]float64, error) {
	if g.Cells() < 3 {
		return nil, fmt.Errorf("%w: the grid is empty", ErrProblem)
	}
	s := newSolver(pr, g)
	if err := s.assemble(t); err != nil {
		return nil, err
	}
	// Zero flux: in_i p_(i+1) = out_i p_i, in logarithms against overflow.
	log := make([]float64, g.Cells())
	top := 0.0
	for i := range s.out {
		if s.out[i] <= 0 || s.in[i] <= 0 {
			return nil, fmt.Errorf("%w: nothing diffuses across x = %v, so that the stationary density is not unique", ErrProblem, g.edges[i+1])
		}
		log[i+1] = log[i] + math.Log(s.out[i]) - math.Log(s.in[i])
		top = math.Max(top, log[i+1])
	}
	p := make([]float64, len(log))
	for i := range p {
		p[i] = math.Exp(log[i] - top)
	}
	m := g.Mass(p)
	for i := range p {
		p[i] /= m
	}
	return p, nil
}

// solver holds the operator dp/dt = A p, tridiagonal: across the inner edge i the
// flux is out_i p_i − in_i p_(i+1).
type solver struct {
	pr      Problem
	g       Grid
	out, in []float64
	lower   []float64
	diag    []float64
	upper   []float64
	rhs     []float64
	first   []float64
}

func newSolver(pr Problem, g Grid) *solver {
	n := g.Cells()
	v := func(n int) []float64 { return make([]float64, n) }
	return &solver{pr: pr, g: g, out: v(n - 1), in: v(n - 1), lower: v(n - 1), diag: v(n), upper: v(n - 1), rhs: v(n), first: v(n)}
}

// assemble computes the fluxes at time t. Between the centres of two cells, d
// apart, J = (a − D') p − D p' is constant for
//
//	J = (D/d) [B(−w) p_i − B(w) p_(i+1)],   w = (a − D') d/D,   B(w) = w/(e^w − 1),
//
// where D' is the difference quotient of D, so that (a − D')/D is the slope of
// the logarithm of the stationary density.
func (s *solver) assemble(t float64) error {
	for i := range s.out {
		x, l, r := s.g.edges[i+1], s.g.Centre(i), s.g.Centre(i+1)
		a, d := s.pr.Drift(x, t), s.pr.Diffusion(x, t)
		dl, dr := s.pr.Diffusion(l, t), s.pr.Diffusion(r, t)
		if math.IsNaN(a) || math.IsInf(a, 0) {
			return fmt.Errorf("%w: drift at x = %v, t = %v is %v", ErrProblem, x, t, a)
		}
		for _, v := range []float64{d, dl, dr} {
			if !(v >= 0) || math.IsInf(v, 0) {
				return fmt.Errorf("%w: diffusion near x = %v, t = %v is %v; want it finite and not negative", ErrProblem, x, t, v)
			}
		}
		v := a - (dr-dl)/(r-l)
		if w := v * (r - l) / d; d > 0 && math.Abs(w) < 1e300 {
			k := d / (r - l)
			s.out[i], s.in[i] = k*bernoulli(-w), k*bernoulli(w)
		} else { // pure transport
			s.out[i], s.in[i] = math.Max(v, 0), math.Max(-v, 0)
		}
	}
	return nil
}

// bernoulli is w/(e^w − 1), 1 at 0.
func bernoulli(w float64) float64 {
	if math.Abs(w) < 1e-8 {
		return 1 - w/2
	}
	return w / math.Expm1(w)
}

// apply adds c·A p to dst.
func (s *solver) apply(dst, p []float64, c float64) {
	for i := range s.out {
		j := s.out[i]*p[i] - s.in[i]*p[i+1]
		dst[i] -= c * j / s.g.Width(i)
		dst[i+1] += c * j / s.g.Width(i+1)
	}
}

// solve sets p to the solution of (I − c A) p = rhs.
func (s *solver) solve(p []float64, c float64) error {
	for i := range s.diag {
		s.diag[i] = 1
	}
	for i := range s.out {
		w, e := s.g.Width(i), s.g.Width(i+1)
		s.diag[i] += c * s.out[i] / w
		s.upper[i] = -c * s.in[i] / w
		s.lower[i] = -c * s.out[i] / e
		s.diag[i+1] += c * s.in[i] / e
	}
	a := mat.NewTridiag(len(s.diag), s.lower, s.diag, s.upper)
	return a.SolveVecTo(mat.NewVecDense(len(p), p), false, mat.NewVecDense(len(s.rhs), s.rhs))
}

func (s *solver) backwardEuler(p []float64, t, h float64) error {
	if err := s.assemble(t + h); err != nil {
		return err
	}
	copy(s.rhs, p)
	return s.solve(p, h)
}

func (s *solver) trbdf2(p []float64, t, h float64) error {
	const gamma = 2 - math.Sqrt2
	if err := s.assemble(t); err != nil {
		return err
	}
	copy(s.first, p)
	copy(s.rhs, p)
	s.apply(s.rhs, p, 0.5*gamma*h)
	if err := s.assemble(t + gamma*h); err != nil {
		return err
	}
	if err := s.solve(p, 0.5*gamma*h); err != nil {
		return err
	}
	// BDF2 on t, t + γh, t + h.
	for i := range s.rhs {
		s.rhs[i] = (p[i] - (1-gamma)*(1-gamma)*s.first[i]) / (gamma * (2 - gamma))
	}
	if err := s.assemble(t + h); err != nil {
		return err
	}
	return s.solve(p, h*(1-gamma)/(2-gamma))
}
