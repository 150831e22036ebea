package main

import (
	"context"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/gradientflow"
	"github.com/ito-sde/ito/divergence/ratio"
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// standard is ln N(0, 1).
func standard() (gradientflow.Density, error) {
	g, err := divergence.NewGaussianDense([]float64{0}, []float64{1})
	if err != nil {
		return nil, err
	}
	return gradientflow.Gaussian(g)
}

// adversaries are items 26 to 28.
func adversaries() []row {
	particles := []float64{0.5, 1, 3, 4, 0.1, 2.2}
	m0, v0 := stat.PopMeanVariance(particles, nil)
	flowed := func(ctx context.Context) (mean, variance float64, err error) {
		p, err := standard()
		if err != nil {
			return 0, 0, err
		}
		f := gradientflow.Field(gradientflow.Between(p, gradientflow.Moments(1)), gradientflow.ReverseKL, 1)
		r, err := ode.Solve(ctx, integrators.DormandPrince, f, 0, 1, particles, ode.Config{RTol: 1e-11, ATol: 1e-11})
		if err != nil {
			return 0, 0, err
		}
		mean, variance = stat.PopMeanVariance(r.Y, nil)
		return mean, variance, nil
	}
	return []row{
		{26, "Langevin's algorithm", "stationary variance v/(1 − h/(4v)), v = 1, h = 1: 4/3",
			"score.Langevin", "score.ExampleLangevin", "score.TestLangevin",
			func(ctx context.Context) (answer, error) {
				const n = 50_000
				r, err := sde.Solve(ctx, stochastic.EulerMaruyama{}, score.Langevin(isotropic(0, 1), sde.Level{Alpha: 1}), 0, 30, make([]float64, n), sde.Config{Steps: 30})
				if err != nil {
					return answer{}, err
				}
				return answer{4.0 / 3, stat.PopVariance(r.Y, nil), 6 * 4 / 3.0 * math.Sqrt(2.0/n)}, nil
			}},
		{26, "annealed Langevin, then one denoising", "variance on N(0, ½) by the recursion of its steps",
			"score.Anneal", "score.ExampleAnneal", "score.TestAnneal", annealed},
		{27, "MonoFlow", "particles to N(0, 1) at t = 1: mean m_0e^−t",
			"divergence/gradientflow.Field", "divergence/gradientflow.ExampleField", "divergence/gradientflow.TestClosedGaussianSolution",
			func(ctx context.Context) (answer, error) {
				m, _, err := flowed(ctx)
				return answer{m0 * math.Exp(-1), m, 1e-9}, err
			}},
		{27, "the same", "variance 1 + (v_0 − 1)e^−2t",
			"divergence/gradientflow.ReverseKL", "divergence/gradientflow.ExampleField", "divergence/gradientflow.TestClosedGaussianSolution",
			func(ctx context.Context) (answer, error) {
				_, v, err := flowed(ctx)
				return answer{1 + (v0-1)*math.Exp(-2), v, 1e-9}, err
			}},
		{27, "Stein's flow", "variance 1/(1 + (1/v_0 − 1)e^−2t) from mean 0 with the kernel 1 + xy, t = 0.6",
			"divergence/gradientflow.Stein", "divergence/gradientflow.ExampleStein", "divergence/gradientflow.TestStein",
			func(ctx context.Context) (answer, error) {
				p, err := standard()
				if err != nil {
					return answer{}, err
				}
				x := []float64{-2, -0.5, 0.5, 2}
				r, err := ode.Solve(ctx, integrators.DormandPrince, gradientflow.Stein(p, gradientflow.Bilinear, 1), 0, 0.6, x, ode.Config{RTol: 1e-11, ATol: 1e-11})
				if err != nil {
					return answer{}, err
				}
				return answer{1 / (1 + (1/stat.PopVariance(x, nil)-1)*math.Exp(-1.2)), stat.PopVariance(r.Y, nil), 1e-9}, nil
			}},
		{27, "with a kernel estimate of the ratio", "end of the flow to N(0, 1) with kernels of width h = ½: variance 1 − h²",
			"divergence/gradientflow.Smoothed", "divergence/gradientflow.ExampleSmoothed", "divergence/gradientflow.TestSmoothedFlow", smoothed},
		{27, "with a classifier's ratio", "mean e^−t at t = ½ of 10 000 particles from N(1, 2¼), from samples alone",
			"divergence/gradientflow.Classified", "divergence/gradientflow.ExampleClassified", "divergence/gradientflow.TestClassifiedFlow", classified},
		{28, "the optimal discriminator's logit", "ln p/q at a point where p has three rows and q one: ln 3",
			"divergence/ratio.Fit", "divergence/ratio.ExampleFit", "divergence/ratio.TestFitOnTwoPoints",
			func(ctx context.Context) (answer, error) {
				basis, err := ratio.Kernels([]float64{0}, 1, 1)
				if err != nil {
					return answer{}, err
				}
				l, err := ratio.Fit(ctx, []float64{1, 1, 1, 0}, []float64{0, 0, 0, 1}, basis, 0)
				if err != nil {
					return answer{}, err
				}
				log := make([]float64, 1)
				l.Log(log, []float64{1})
				return answer{math.Log(3), log[0], 1e-10}, nil
			}},
		{28, "GAN as Euler's step", "mean after 25 rounds with λ = 10: m_0(1 − 1/(2λ))²⁵",
			"divergence/gradientflow.Adversarial", "divergence/gradientflow.ExampleAdversarial", "divergence/gradientflow.TestAdversarial",
			func(context.Context) (answer, error) {
				p, err := standard()
				if err != nil {
					return answer{}, err
				}
				a := gradientflow.Adversarial{Rate: gradientflow.ReverseKL, Dim: 1, Lambda: 10}
				x, next := append([]float64(nil), particles...), make([]float64, len(particles))
				for range 25 {
					q, err := gradientflow.Matched(x, 1)
					if err != nil {
						return answer{}, err
					}
					if err := a.Euler(next, x, gradientflow.Between(p, q)); err != nil {
						return answer{}, err
					}
					x, next = next, x
				}
				return answer{m0 * math.Pow(0.95, 25), stat.Mean(x, nil), 1e-13}, nil
			}},
	}
}

// smoothed is the flow of quantiles of N(0, 2), whose tails take 2% of the variance.
func smoothed(ctx context.Context) (answer, error) {
	p, err := standard()
	if err != nil {
		return answer{}, err
	}
	const n = 100
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Sqrt2 * distuv.UnitNormal.Quantile((float64(i)+0.5)/n)
	}
	f := gradientflow.Field(gradientflow.Between(p, gradientflow.Smoothed(1, 0.5)), gradientflow.ReverseKL, 1)
	r, err := ode.Solve(ctx, integrators.BogackiShampine, f, 0, 8, x, ode.Config{RTol: 1e-4, ATol: 1e-6})
	if err != nil {
		return answer{}, err
	}
	return answer{0.75, stat.PopVariance(r.Y, nil), 0.02}, nil
}

func classified(ctx context.Context) (answer, error) {
	const n = 10_000
	p, x := isotropic(0, 1).Sample(n, 7), isotropic(1, 2.25).Sample(n, 8)
	basis, err := ratio.Quadratic(1)
	if err != nil {
		return answer{}, err
	}
	f := gradientflow.Field(gradientflow.Classified(ctx, p, basis, 0), gradientflow.ReverseKL, 1)
	r, err := ode.Solve(ctx, integrators.RK4, f, 0, 0.5, x, ode.Config{Step: 0.125})
	if err != nil {
		return answer{}, err
	}
	// The means of both samples err by 1/√n and 1½/√n, and the logit by as much again.
	return answer{math.Exp(-0.5), stat.Mean(r.Y, nil), 6 * math.Sqrt(6.0/n)}, nil
}

func annealed(ctx context.Context) (answer, error) {
	const v, n = 0.5, 20_000
	c := score.Annealing{Steps: 40, Step: 0.4}
	for _, s := range []float64{2, 1, 0.5, 0.25} {
		c.Levels = append(c.Levels, sde.Level{Alpha: 1, Sigma: s})
	}
	variance := 4.0
	for _, l := range c.Levels {
		h := c.Step * l.Sigma * l.Sigma
		for range c.Steps {
			keep := 1 - 0.5*h/(v+l.Sigma*l.Sigma)
			variance = keep*keep*variance + h
		}
	}
	shrink := v / (v + 0.0625) // of D at the last level
	variance *= shrink * shrink
	x := make([]float64, n)
	if err := score.Anneal(ctx, x, isotropic(0, v), c); err != nil {
		return answer{}, err
	}
	return answer{variance, stat.PopVariance(x, nil), 6 * variance * math.Sqrt(2.0/n)}, nil
}
