package matching

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/sde"
)

// Bound is both sides of the inequality between W2 and the loss of score matching. All
// lengths are in the units of the data.
type Bound struct {
	// Distance is √E|x − y|² of the flows of truth and model down from the same x_T:
	// an upper bound of W2(p_0, q_0), which in one dimension it is, for both maps
	// are monotone.
	Distance float64
	// Score is ∫ ½g² I_t √E|s − s_θ|² dt ≥ Distance.
	Score float64
	// Growth is I_T: W2(p_0, q_0) ≤ Score + Growth · W2(p_T, q_T) for a prior q_T other
	// than p_T.
	Growth float64
}

// BoundConfig says how [W2Bound] computes.
type BoundConfig struct {
	Tol   float64 // relative and absolute tolerance of the flows; must be positive
	Power PowerConfig
	// Rows is how many rows of the data the Lipschitz constant is sought at; 0 means
	// 16, and all if there are fewer. A supremum over rows is from below: for a score
	// whose Jacobian depends on x the bound holds up to that.
	Rows int
}

// W2Bound computes both sides of
//
//	W2(p_0, q_0) ≤ ∫₀ᵀ ½g² I_t √(E_{p_t}|∇ ln p_t − s_θ|²) dt + I_T W2(p_T, q_T),
//	I_t = exp ∫₀ᵗ L_r dr,   −(v(x) − v(y))·(x − y) ≤ L |x − y|²,
//
// for the probability flow v = f x − ½g² s_θ of any model, with score s_θ, against a
// known target, by rows x of data noised to the process's cut-off, which stands for 0:
// they are carried up by the target's own flow, so that they have the laws p_t, and down
// by the model's. L = −f + ½g² λ, with λ the largest eigenvalue of the score's Jacobian
// by [Lipschitz].
//
// On Gaussians in one dimension whose variances are on one side of each other both sides
// are equal. Kwon, Fan, Lee (2022), "Score-based generative modeling secretly minimizes
// the Wasserstein distance", theorem 1, where g² stands in the place of ½g².
//
// Errors: those of both models and of [Lipschitz], [score.ErrConfig]; that of ctx.
func W2Bound(ctx context.Context, p sde.Process, truth, m score.Model, x []float64, c BoundConfig) (Bound, error) {
	dim := m.Dim()
	n, err := checkRows(x, dim, 1)
	if err != nil {
		return Bound{}, err
	}
	if truth.Dim() != dim {
		return Bound{}, fmt.Errorf("%w: models of %d and %d coordinates", score.ErrDimension, dim, truth.Dim())
	}
	if !(c.Tol > 0) || math.IsInf(c.Tol, 1) || c.Rows < 0 {
		return Bound{}, fmt.Errorf("%w: tolerance %v, %d rows; want a positive tolerance", score.ErrConfig, c.Tol, c.Rows)
	}
	if c.Rows == 0 {
		c.Rows = 16
	}
	look := min(c.Rows, n) * dim
	up, down := flow.Field(p, truth), flow.Field(p, m)
	s, want := make([]float64, len(x)), make([]float64, len(x))
	// The state is the rows, then ∫L and ∫ ½g² I √E.
	both := func(dst []float64, t float64, y []float64) error {
		rows := y[:len(x)]
		if err := up(dst[:len(x)], t, rows); err != nil {
			return err
		}
		at := p.At(t)
		if err := score.Of(want, truth, rows, at); err != nil {
			return fmt.Errorf("truth: %w", err)
		}
		if err := score.Of(s, m, rows, at); err != nil {
			return err
		}
		curvatures, err := Lipschitz(ctx, m, rows[:look], at, c.Power)
		if err != nil {
			return err
		}
		highest := math.Inf(-1)
		for _, v := range curvatures {
			highest = max(highest, v.Highest)
		}
		f, g := p.Coefficients(t)
		dst[len(x)] = -f + 0.5*g*g*highest
		dst[len(x)+1] = 0.5 * g * g * math.Exp(y[len(x)]) * floats.Distance(s, want, 2) / math.Sqrt(float64(n))
		return nil
	}
	cutoff, end := p.Horizon()
	config := ode.Config{RTol: c.Tol, ATol: c.Tol}
	r, err := ode.Solve(ctx, integrators.DormandPrince, both, cutoff, end, append(append([]float64(nil), x...), 0, 0), config)
	if err != nil {
		return Bound{}, fmt.Errorf("up to t = %v: %w", end, err)
	}
	b := Bound{Score: r.Y[len(x)+1], Growth: math.Exp(r.Y[len(x)])}
	r, err = ode.Solve(ctx, integrators.DormandPrince, down, end, cutoff, r.Y[:len(x)], config)
	if err != nil {
		return Bound{}, fmt.Errorf("down to t = %v: %w", cutoff, err)
	}
	b.Distance = floats.Distance(r.Y, x, 2) / math.Sqrt(float64(n))
	return b, nil
}
