package gradientflow

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/ratio"
)

// Density writes the logarithm of a density at each row of x, and its gradient. A
// target may lack a constant where only gradients are used, as [ReverseKL] and
// [Stein] do.
type Density func(log, grad, x []float64) error

// Gaussian returns the logarithm of a Gaussian density,
//
//	ln p = −½ (x−m)ᵀ Σ⁻¹ (x−m) − ½ ln det 2πΣ,   ∇ ln p = −Σ⁻¹(x − m).
//
// Errors: divergence.ErrIndefinite for a singular covariance.
func Gaussian(g *divergence.Gaussian) (Density, error) {
	dim := g.Dim()
	var chol mat.Cholesky
	if g.Rank() < dim || !chol.Factorize(g.Cov()) {
		return nil, fmt.Errorf("%w: rank %d of %d; a singular Gaussian has no density", divergence.ErrIndefinite, g.Rank(), dim)
	}
	mean := g.Mean(nil)
	constant := -0.5 * (chol.LogDet() + float64(dim)*math.Log(2*math.Pi))
	diff, solved := mat.NewVecDense(dim, nil), mat.NewVecDense(dim, nil)
	return func(log, grad, x []float64) error {
		for i := range log {
			floats.SubTo(diff.RawVector().Data, x[i*dim:][:dim], mean)
			if err := chol.SolveVecTo(solved, diff); err != nil {
				return fmt.Errorf("%w: %w", divergence.ErrIndefinite, err)
			}
			log[i] = constant - 0.5*mat.Dot(diff, solved)
			floats.ScaleTo(grad[i*dim:][:dim], -1, solved.RawVector().Data)
		}
		return nil
	}, nil
}

// Matched returns the Gaussian density with the mean and the covariance of the rows of
// x, with the number of rows for divisor.
//
// Errors: those of divergence.Fit, and ErrSamples where there are no more rows than
// dim, ErrIndefinite where they lie in a plane.
func Matched(x []float64, dim int) (Density, error) {
	if err := checkParticles(x, dim, dim+1); err != nil {
		return nil, err
	}
	n := len(x) / dim
	g, err := divergence.Fit(x, dim)
	if err != nil {
		return nil, err
	}
	cov := g.Cov() // with divisor n − 1
	cov.ScaleSym(float64(n-1)/float64(n), cov)
	if g, err = divergence.NewGaussian(g.Mean(nil), cov); err != nil {
		return nil, err
	}
	return Gaussian(g)
}

// Moments is the law of the particles as if they were Gaussian, [Matched] to them at
// every call. Where the target is Gaussian too, every flow from a Gaussian stays one,
// and this is exact: the particles' moments then follow those of the flow, for any
// number of particles. Errors: those of Matched.
func Moments(dim int) Density {
	return func(log, grad, x []float64) error {
		own, err := Matched(x, dim)
		if err != nil {
			return err
		}
		return own(log, grad, x)
	}
}

// Smoothed is the law of the particles by a kernel estimate of width h,
//
//	q(x) = (1/n) Σ_j N(x; x_j, h²I),
//
// the particle at x included (Carrillo, Craig, Patacchini 2019, the blob method). It
// is too wide by h²: the flow to N(0, 1) of many particles obeys
// v' = 2v(1/(v + h²) − 1) and ends at v = 1 − h².
//
// Errors: divergence.ErrNotFinite for a width that is not positive.
func Smoothed(dim int, width float64) Density {
	var weight []float64
	return func(log, grad, x []float64) error {
		if !(width > 0) || math.IsInf(width, 1) {
			return fmt.Errorf("%w: width %v; it must be positive", divergence.ErrNotFinite, width)
		}
		if err := checkParticles(x, dim, 1); err != nil {
			return err
		}
		n := len(x) / dim
		weight = resize(weight, n)
		constant := -math.Log(float64(n)) - float64(dim)*(0.5*math.Log(2*math.Pi)+math.Log(width))
		for i := range n {
			at, row := x[i*dim:][:dim], grad[i*dim:][:dim]
			for j := range weight {
				d := floats.Distance(at, x[j*dim:][:dim], 2) / width
				weight[j] = -0.5 * d * d
			}
			total := floats.LogSumExp(weight)
			log[i] = total + constant
			clear(row)
			for j, w := range weight {
				w = math.Exp(w-total) / (width * width)
				for c, v := range x[j*dim:][:dim] {
					row[c] += w * (v - at[c])
				}
			}
		}
		return nil
	}
}

// Classified returns the ratio of the laws of two samples, a sample of p and the
// particles: the logit of a classifier fitted anew at every call by [ratio.Fit]. It
// needs no density of either, and is the discriminator of a generative adversarial
// network trained to its end at every step (Goodfellow et al. 2014).
//
// Errors: those of [ratio.Fit].
func Classified(ctx context.Context, p []float64, basis ratio.Basis, ridge float64) Ratio {
	return func(log, grad, x []float64) error {
		l, err := ratio.Fit(ctx, p, x, basis, ridge)
		if err != nil {
			return err
		}
		return Discriminator(l)(log, grad, x)
	}
}

// Discriminator is the ratio that a fitted classifier knows.
func Discriminator(l *ratio.Logit) Ratio {
	return func(log, grad, x []float64) error {
		l.Log(log, x)
		l.Gradient(grad, x)
		return nil
	}
}
