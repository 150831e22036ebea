package exponential

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
)

// MaxEnt is the member of a family with given moments.
type MaxEnt struct {
	Theta   []float64 // the multipliers
	Entropy float64   // in nats, the largest of all with these moments
}

// dualIterations of Newton's method: it is damped, and the dual is convex.
const dualIterations = 200

// Solve returns the distribution of the largest entropy −Σ p_i ln(p_i/w_i) among all
// with E T = moments. It is the member of the family that solves the dual problem,
//
//	min_θ A(θ) − θ·moments,
//
// whose least value is that entropy, found by damped Newton steps to a residual of
// 1e-12 of the moments' spread. For a density on the line with the moments of x and
// x² it is Gaussian, with entropy ½ ln 2πe v, so that any other density with these
// moments has KL to it H_Gauss − H (Jaynes 1957; Boyd, Vandenberghe 2004, section 5.7).
//
// Errors: divergence.ErrDimension, ErrNotFinite; ErrConvergence where no member has
// the moments, which lie outside the hull of the T_i, or statistics depend on each
// other; that of ctx. On the boundary of the hull, where θ is infinite, it comes as
// near as that residual or does not converge.
func (f *Family) Solve(ctx context.Context, moments []float64) (MaxEnt, error) {
	if len(moments) != f.k {
		return MaxEnt{}, fmt.Errorf("%w: %d moments for %d statistics", divergence.ErrDimension, len(moments), f.k)
	}
	for j, m := range moments {
		if math.IsNaN(m) || math.IsInf(m, 0) {
			return MaxEnt{}, fmt.Errorf("%w: moment %d is %v", divergence.ErrNotFinite, j, m)
		}
	}
	theta, next := make([]float64, f.k), make([]float64, f.k)
	residual := make([]float64, f.k)
	log := make([]float64, f.n)
	var chol mat.Cholesky
	for range dualIterations {
		if err := ctx.Err(); err != nil {
			return MaxEnt{}, err
		}
		a, mean, cov := f.Moments(theta)
		floats.SubTo(residual, mean, moments)
		scale := math.Sqrt(mat.Trace(cov)) + floats.Norm(moments, 2)
		if floats.Norm(residual, 2) <= 1e-12*scale {
			return MaxEnt{Theta: theta, Entropy: f.Entropy(theta)}, nil
		}
		step := mat.NewVecDense(f.k, nil)
		if !chol.Factorize(cov) || chol.SolveVecTo(step, mat.NewVecDense(f.k, residual)) != nil {
			break
		}
		raw := step.RawVector().Data
		decrement := floats.Dot(raw, residual)
		value := a - floats.Dot(theta, moments)
		moved := false
		for t := 1.0; t > 1e-12; t /= 2 {
			floats.AddScaledTo(next, theta, -t, raw)
			v := f.Log(log, next) - floats.Dot(next, moments)
			// Where the gain is lost in rounding, the full step is Newton's.
			if v <= value-1e-4*t*decrement || t == 1 && decrement < 1e-13*(1+math.Abs(value)) {
				copy(theta, next)
				moved = true
				break
			}
		}
		if !moved {
			break
		}
	}
	return MaxEnt{}, fmt.Errorf("%w: no member has the moments %v, or statistics depend on each other", divergence.ErrConvergence, moments)
}
