package matching

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// PowerConfig says how [Lipschitz] iterates. The zero value is a good start.
type PowerConfig struct {
	Seed    uint64
	MaxIter int     // for each of the two eigenvalues; 0 means 1000
	Tol     float64 // relative change of an eigenvalue at which a row has converged; 0 means 1e-9
	// Difference is the step of central differences as a fraction of σ, for models
	// without a [score.JVP]; 0 means 1e-3, fit for networks in single precision.
	Difference float64
}

// Curvature is what the Jacobian J of a score does at a point.
type Curvature struct {
	Norm    float64 // the largest |λ|: the local Lipschitz constant
	Highest float64 // the largest λ with its sign: the one-sided one, (s(x) − s(y))·(x − y) ≤ λ|x − y|²
}

// Lipschitz returns the local Lipschitz constants of a model's score at a level at every
// row of x, by power iteration v ← Jv/|Jv| from a random direction: Norm is the limit of
// |Jv|, and Highest that of v·Jv for J + 1.05·Norm·I, whose largest eigenvalue in size is
// the largest. Jv is the model's derivative where it is
// a [score.JVP], and a central difference of denoisers otherwise; all rows iterate
// together, and a row that has converged waits. The direction found is that of virtual
// adversarial training (Miyato et al. 2019, eq. 12): the one in which the score changes
// the most.
//
// J is taken as symmetric, as that of a true score is. For a network that is no
// gradient the numbers are those of the eigenvalues rather than of the singular values.
//
// Errors: those of the model, [score.ErrDimension], [score.ErrSamples],
// [score.ErrNotFinite], [score.ErrLevel] unless σ > 0, [score.ErrConfig],
// [score.ErrConvergence] where MaxIter is too small; that of ctx.
func Lipschitz(ctx context.Context, m score.Model, x []float64, at sde.Level, c PowerConfig) ([]Curvature, error) {
	dim := m.Dim()
	n, err := checkRows(x, dim, 1)
	if err != nil {
		return nil, err
	}
	if !(at.Alpha >= 0) || !(at.Sigma > 0) || math.IsInf(at.Alpha+at.Sigma, 1) {
		return nil, fmt.Errorf("%w: α = %v, σ = %v; want α ≥ 0 and σ > 0", score.ErrLevel, at.Alpha, at.Sigma)
	}
	if c.MaxIter < 0 || !(c.Tol >= 0) || !(c.Difference >= 0) || math.IsInf(c.Tol+c.Difference, 1) {
		return nil, fmt.Errorf("%w: %d iterations, tolerance %v, difference %v; none may be negative", score.ErrConfig, c.MaxIter, c.Tol, c.Difference)
	}
	if c.MaxIter == 0 {
		c.MaxIter = 1000
	}
	if c.Tol == 0 {
		c.Tol = 1e-9
	}
	if c.Difference == 0 {
		c.Difference = 1e-3
	}
	p := &power{m: m, x: x, at: at, c: c, n: n, dim: dim, shift: make([]float64, n)}
	norm, err := p.iterate(ctx, func(_, to []float64) float64 { return floats.Norm(to, 2) })
	if err != nil {
		return nil, err
	}
	floats.ScaleTo(p.shift, 1.05, norm)
	highest, err := p.iterate(ctx, floats.Dot)
	if err != nil {
		return nil, err
	}
	curvatures := make([]Curvature, n)
	for i := range curvatures {
		curvatures[i] = Curvature{Norm: norm[i], Highest: highest[i] - p.shift[i]}
	}
	return curvatures, nil
}

type power struct {
	m      score.Model
	x      []float64
	at     sde.Level
	c      PowerConfig
	n, dim int
	shift  []float64 // of each row's Jacobian
}

// iterate returns the limits of value(v, (J + shift)v) at every row.
func (p *power) iterate(ctx context.Context, value func(from, to []float64) float64) ([]float64, error) {
	v, w := make([]float64, len(p.x)), make([]float64, len(p.x))
	noise.Gaussian{}.Normal(v, p.dim, noise.Address{Seed: p.c.Seed, Use: noise.Init})
	for i := range p.n {
		row := v[i*p.dim:][:p.dim]
		floats.Scale(1/floats.Norm(row, 2), row)
	}
	last := make([]float64, p.n)
	for range p.c.MaxIter {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := p.apply(w, v); err != nil {
			return nil, err
		}
		worst := 0.0
		for i := range p.n {
			from, to := v[i*p.dim:][:p.dim], w[i*p.dim:][:p.dim]
			now, length := value(from, to), floats.Norm(to, 2)
			if length > 0 {
				worst = max(worst, math.Abs(now-last[i])/length)
				floats.ScaleTo(from, 1/length, to)
			}
			last[i] = now
		}
		if worst <= p.c.Tol {
			return last, nil
		}
	}
	return nil, fmt.Errorf("%w: eigenvalue of a score's Jacobian after %d iterations; raise MaxIter or Tol", score.ErrConvergence, p.c.MaxIter)
}

// apply sets w = (J + shift) v with J = (α ∂D/∂x − I)/σ².
func (p *power) apply(w, v []float64) error {
	if jvp, ok := p.m.(score.JVP); ok {
		if err := jvp.JVPDenoise(w, p.x, v, p.at); err != nil {
			return err
		}
	} else {
		h := p.c.Difference * p.at.Sigma
		moved, below := make([]float64, len(v)), make([]float64, len(v))
		floats.AddScaledTo(moved, p.x, h, v)
		if err := p.m.Denoise(w, moved, p.at); err != nil {
			return err
		}
		floats.AddScaledTo(moved, p.x, -h, v)
		if err := p.m.Denoise(below, moved, p.at); err != nil {
			return err
		}
		floats.Sub(w, below)
		floats.Scale(0.5/h, w)
	}
	for i, a := range v {
		w[i] = (p.at.Alpha*w[i]-a)/(p.at.Sigma*p.at.Sigma) + p.shift[i/p.dim]*a
	}
	return nil
}
