package main

import (
	"context"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/validation"
)

// marginal is the variance at a time of data of variance v.
func marginal(p sde.Process, t, v float64) float64 {
	at := p.At(t)
	return at.Alpha*at.Alpha*v + at.Sigma*at.Sigma
}

// flows are items 7, 8, 13, 14 and 17.
func flows() []row {
	return []row{
		{7, "probability-flow ODE", "x(0) = x(1)·√(v_0/v_1) for data N(0, 0.3)",
			"score/flow.Field", "score/sampler.Example_walk5ODE", "score/flow.TestFieldOfAGaussian",
			func(ctx context.Context) (answer, error) {
				r, err := ode.Solve(ctx, integrators.DOP853, flow.Field(vp, isotropic(0, 0.3)), 1, 1e-3, []float64{1.2}, ode.Config{RTol: 1e-12, ATol: 1e-12})
				if err != nil {
					return answer{}, err
				}
				return answer{1.2 * math.Sqrt(marginal(vp, 1e-3, 0.3)/marginal(vp, 1, 0.3)), r.Y[0], 1e-10}, nil
			}},
		order(integrators.Euler, 1), order(integrators.Heun, 2), order(integrators.DormandPrince, 5),
		{7, "its σ-family", "variance by dV = (2aV − ς²)dt from t = 1 back, ς = 0.7 g: v_0 whatever ς",
			"score.DriftCoefficients", "score/sampler.Example_walk5ODE", "fokkerplanck.TestSameDensitiesForEveryNoise",
			func(ctx context.Context) (answer, error) {
				const share, v = 0.7, 0.3
				variance := func(dst []float64, t float64, y []float64) error {
					a, b, err := score.DriftCoefficients(vp, t, share)
					if err != nil {
						return err
					}
					at := vp.At(t)
					_, g := vp.Coefficients(t)
					dst[0] = 2*(a+b*at.Alpha*v/marginal(vp, t, v))*y[0] - share*share*g*g
					return nil
				}
				r, err := ode.Solve(ctx, integrators.DOP853, variance, 1, 1e-3, []float64{marginal(vp, 1, v)}, ode.Config{RTol: 1e-12, ATol: 1e-12})
				if err != nil {
					return answer{}, err
				}
				return answer{marginal(vp, 1e-3, v), r.Y[0], 1e-9}, nil
			}},
		{8, "likelihood by the flow", "ln p of a mixture at 0.4, at the cut-off",
			"score/flow.LogLikelihood", "score/flow.ExampleLogLikelihood", "score/flow.TestLogLikelihoodOfAMixture",
			func(ctx context.Context) (answer, error) {
				m, err := wells()
				if err != nil {
					return answer{}, err
				}
				at, want := vp.At(1e-3), make([]float64, 1)
				if err := m.LogDensity(want, []float64{0.4}, at); err != nil {
					return answer{}, err
				}
				l, err := flow.LogLikelihood(ctx, vp, m, []float64{0.4}, flow.Config{Solve: ode.Config{RTol: 1e-10, ATol: 1e-10}, Prior: m})
				if err != nil {
					return answer{}, err
				}
				return answer{want[0], l.LogDensity[0], 1e-7}, nil
			}},
		{13, "W2 ≤ score matching", "both sides for Gaussians on the line: |√v − √v'| = the integral",
			"score/matching.W2Bound", "score/matching.ExampleW2Bound", "score/matching.TestW2Bound",
			func(ctx context.Context) (answer, error) {
				root := math.Sqrt(marginal(vp, 1e-3, 1.5))
				b, err := matching.W2Bound(ctx, vp, isotropic(0, 1.5), isotropic(0, 0.6), []float64{-root, root}, matching.BoundConfig{Tol: 1e-10})
				return answer{b.Score, b.Distance, 1e-8}, err
			}},
		{14, "EM for Gaussian mixtures", "the smallest gain of the objective in an iteration, or 0",
			"score.FitMixture", "score.ExampleFitMixture", "score.TestFitMixtureIsMonotoneAndDeterministic",
			func(ctx context.Context) (answer, error) {
				m, err := wells()
				if err != nil {
					return answer{}, err
				}
				least, last := 0.0, math.Inf(-1)
				_, _, err = score.FitMixture(ctx, m.Sample(500, 1), 1, 2, score.EMConfig{Tol: 1e-12, Observer: func(p score.EMProgress) {
					least = min(least, p.Objective-last)
					last = p.Objective
				}})
				return answer{0, least, 1e-12}, err
			}},
		{14, "the exact score of a mixture", "by the difference of ln p_t at a level",
			"score.Mixture.Score", "score.ExampleMixture", "score.TestTweedie",
			func(context.Context) (answer, error) {
				m, err := wells()
				if err != nil {
					return answer{}, err
				}
				const h = 1e-4 // errors of h²/6 of a third derivative
				at, l, s := sde.Level{Alpha: 0.8, Sigma: 0.6}, make([]float64, 2), make([]float64, 1)
				if err := m.LogDensity(l, []float64{0.3 - h, 0.3 + h}, at); err != nil {
					return answer{}, err
				}
				err = m.Score(s, []float64{0.3}, at)
				return answer{(l[1] - l[0]) / (2 * h), s[0], 1e-7}, err
			}},
		{17, "spherical interpolation of latents", "variance of z_1 cos θ + z_2 sin θ: 1",
			"score/flow.Turn", "score/flow.ExampleTurn", "score/flow.TestTurn",
			func(context.Context) (answer, error) {
				const n = 100_000
				a, b := make([]float64, n), make([]float64, n)
				noise.Gaussian{}.Normal(a, 1, noise.Address{Seed: 1, Use: noise.Test})
				noise.Gaussian{}.Normal(b, 1, noise.Address{Seed: 2, Use: noise.Test})
				flow.Turn(a, a, b, 0.9)
				var square float64
				for _, v := range a {
					square += v * v / n
				}
				return answer{1, square, 6 * math.Sqrt(2.0/n)}, nil
			}},
		{17, "the same along a great circle", "length of a row a third of the way from (1, 0) to (0, 1)",
			"score/flow.Slerp", "score/flow.ExampleSlerp", "score/flow.TestSlerp",
			func(context.Context) (answer, error) {
				z := make([]float64, 2)
				err := flow.Slerp(z, []float64{1, 0}, []float64{0, 1}, 2, 1./3)
				return answer{1, math.Hypot(z[0], z[1]), 1e-14}, err
			}},
	}
}

func wells() (*score.Mixture, error) {
	return score.NewMixture([]float64{1, 2}, []*score.Gaussian{isotropic(-1, 0.1), isotropic(1.5, 0.3)})
}

// order is a method's on the probability flow.
func order(m *integrators.Tableau, want float64) row {
	return row{7, "order of " + m.Name + " on it", "fitted slope",
		"validation.FitOrder", "validation.ExampleLadder", "validation.TestLadder",
		func(ctx context.Context) (answer, error) {
			o, err := validation.FitOrder(16, 256, 1e-13, func(steps int) (float64, error) {
				r, err := ode.Solve(ctx, m, flow.Field(vp, isotropic(0, 0.3)), 0.6, 0.2, []float64{1}, ode.Config{Step: 0.4 / float64(steps)})
				if err != nil {
					return 0, err
				}
				return math.Abs(r.Y[0] - math.Sqrt(marginal(vp, 0.2, 0.3)/marginal(vp, 0.6, 0.3))), nil
			})
			return answer{want, o.Slope, 0.1}, err
		}}
}
