package main

import (
	"context"
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/exponential"
	"github.com/ito-sde/ito/divergence/mixture"
	"github.com/ito-sde/ito/divergence/ratio"
	"github.com/ito-sde/ito/divergence/sample"
	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// regressions are items 20 to 22, 25 and 30.
func regressions() []row {
	return []row{
		{20, "symmetric KL on logits", "⟨softmax s − softmax t, s − t⟩ for s = (0, 0), t = (0, 1)",
			"divergence/exponential.Categorical", "divergence/exponential.ExampleCategorical", "divergence/exponential.TestLogits",
			func(context.Context) (answer, error) {
				return answer{1/(1+math.Exp(-1)) - 0.5, exponential.Categorical([]float64{0, 0}, []float64{0, 1}), 1e-14}, nil
			}},
		{20, "on several labels", "⟨σ(s) − σ(t), s − t⟩ for s = 1000, t = −1000",
			"divergence/exponential.Bernoulli", "divergence/exponential.ExampleBernoulli", "divergence/exponential.TestLogits",
			func(context.Context) (answer, error) {
				return answer{2000, exponential.Bernoulli([]float64{1000}, []float64{-1000}), 1e-12}, nil
			}},
		{21, "virtual adversarial directions", "Lipschitz constant of a score between two atoms: (1/σ² − 1)/σ²",
			"score/matching.Lipschitz", "score/matching.ExampleLipschitz", "score/matching.TestLipschitz",
			func(ctx context.Context) (answer, error) {
				m, err := score.NewEmpirical([]float64{-1, 1}, 1)
				if err != nil {
					return answer{}, err
				}
				c, err := matching.Lipschitz(ctx, m, []float64{0}, sde.Level{Alpha: 1, Sigma: 0.5}, matching.PowerConfig{})
				if err != nil {
					return answer{}, err
				}
				// By central differences of 1e-3 σ, an error of 1e-6 of it.
				return answer{12, c[0].Norm, 1e-4}, nil
			}},
		{22, "noise on inputs is ridge", "slope 2 of inputs of variance 1 with noise of ¼: 2/(1 + ¼)",
			"score/matching.Regress", "score/matching.ExampleRegress", "score/matching.TestRegress",
			func(context.Context) (answer, error) {
				l, err := matching.Regress([]float64{-1, 1}, 1, []float64{-2, 2}, 1, matching.Noise{Input: 0.5})
				if err != nil {
					return answer{}, err
				}
				return answer{1.6, l.Slope().At(0, 0), 1e-14}, nil
			}},
		{22, "noise on any loss", "E l(x + σξ) = l + ½σ²Δl for a cubic",
			"score/matching.Smoothed", "score/matching.ExampleSmoothed", "score/matching.TestSmoothed",
			func(context.Context) (answer, error) {
				cubic := func(x []float64) float64 { return x[0]*x[0]*x[1] - x[1]*x[1]*x[1] }
				return answer{0.5 + 0.5*0.09*(-4*0.5) - 0.125, matching.Smoothed(cubic, []float64{1, 0.5}, 0.3), 1e-14}, nil
			}},
		{25, "denoising density estimator", "σ² ln p of N(0, 1) between 0 and 2 at σ = 1: −1",
			"score/matching.FitPotential", "score/matching.ExampleFitPotential", "score/matching.TestPotential",
			func(ctx context.Context) (answer, error) {
				const n = 50_000
				basis, err := ratio.Quadratic(1)
				if err != nil {
					return answer{}, err
				}
				p, err := matching.FitPotential(ctx, isotropic(0, 1).Sample(n, 1), sde.Level{Alpha: 1, Sigma: 1}, basis, 1, 0, matching.Config{})
				if err != nil {
					return answer{}, err
				}
				e := make([]float64, 2)
				p.Energy(e, []float64{0, 2})
				// The slope errs by √(2/n) of itself, the place by √2/√n; times six.
				return answer{-1, e[1] - e[0], 6 * 2 * math.Sqrt(2.0/n)}, nil
			}},
		{30, "shifted signal-to-noise ratio", "λ at four times the resolution: λ − ln 4",
			"sde.ShiftedSNR", "sde.ExampleProcess", "sde.TestShiftedSNR",
			func(context.Context) (answer, error) {
				shifted := sde.ShiftedSNR{Process: vp, S: 4}
				return answer{vp.At(0.3).Lambda() - math.Log(4), shifted.At(0.3).Lambda(), 1e-13}, nil
			}},
		{30, "loss at several resolutions", "noise pooled by 4: its variance over 16",
			"score/matching.Pooled", "score/matching.ExamplePooled", "score/matching.TestPooled",
			func(ctx context.Context) (answer, error) {
				silent := score.FromFunc(16, score.Data, func(dst, x []float64, at sde.Level) error {
					for i, v := range x {
						dst[i] = v / at.Alpha
					}
					return nil
				})
				l, err := matching.Pooled(ctx, silent, make([]float64, 16*20_000), sde.Level{Alpha: 0.6, Sigma: 0.8}, 4, []int{4}, matching.Config{})
				if err != nil {
					return answer{}, err
				}
				return answer{1.0 / 16, l[0].Value, 6 * l[0].Error}, nil
			}},
	}
}

// informations are items 23, 24, 40, 41 and 42.
func informations() []row {
	return []row{
		{23, "mutual information of Gaussians", "−½ ln(1 − ρ²), ρ = 0.6, by a classifier of pairs",
			"divergence/ratio.Logit.Bounds", "divergence/ratio.ExampleShuffled", "divergence/ratio.TestDependence",
			func(ctx context.Context) (answer, error) {
				b, err := dependence(ctx, 0.6)
				// The bound falls short by the square of the classifier's error.
				return answer{-0.5 * math.Log(1-0.36), b.KL.Value, 6*b.KL.Error + 2e-3}, err
			}},
		{23, "Deep InfoMax", "Jensen–Shannon divergence < ln 2 of pairs, ρ = 0.9, from shuffled ones, by the densities",
			"divergence/ratio.Bounds.JensenShannon", "divergence/ratio.ExampleShuffled", "divergence/ratio.TestDependence",
			func(ctx context.Context) (answer, error) {
				b, err := dependence(ctx, 0.9)
				if err != nil {
					return answer{}, err
				}
				want, err := pairs(ctx, 0.9)
				return answer{want.Value, b.JensenShannon.Value, 6*math.Hypot(want.Error, b.JensenShannon.Error) + 1e-3}, err
			}},
		{24, "kNN entropy", "of 10 000 numbers from N(0, 1): ½ ln 2πe",
			"divergence/sample.Entropy", "divergence/sample.ExampleEntropy", "divergence/sample.TestEntropyCovers",
			func(ctx context.Context) (answer, error) {
				e, err := sample.Entropy(ctx, isotropic(0, 1).Sample(10_000, 3), 1, 4, sample.Config{})
				return answer{0.5 * math.Log(2*math.Pi*math.E), e.Value, 6 * e.Error}, err
			}},
		{24, "kNN KL", "of N(0, 1) to N(1, 1) from 10 000 numbers each: ½",
			"divergence/sample.KL", "divergence/sample.ExampleKL", "divergence/sample.TestKLCovers",
			func(ctx context.Context) (answer, error) {
				e, err := sample.KL(ctx, isotropic(0, 1).Sample(10_000, 3), isotropic(1, 1).Sample(10_000, 4), 1, 4, sample.Config{})
				return answer{0.5, e.Value, 6 * e.Error}, err
			}},
		{40, "integral extremum principle", "√(2π/(c+1)) e^{3ε/(c+1)²} ≤ ∫e^{−x²−εx⁴}dx, ε = 1, c = √13",
			"divergence/exponential.Extremum", "divergence/exponential.ExampleExtremum", "divergence/exponential.TestExtremum",
			func(context.Context) (answer, error) {
				b, err := exponential.Extremum(quartic, 0.3, 1)
				c := math.Sqrt(13)
				return answer{math.Sqrt(2*math.Pi/(c+1)) * math.Exp(3/((c+1)*(c+1))), math.Exp(b.Log), 1e-12}, err
			}},
		{40, "the quartic as a target of Langevin's dynamics", "E x² by quadrature",
			"sde.Solve", "score.ExampleLangevin", "validation/systems.TestAnswers", quarticLangevin},
		{41, "Feynman–Kac", "E exp(−½∫₀¹W²) = 1/√cosh 1 by Euler–Maruyama's paths",
			"sde.Ensemble.Run", "sde.ExampleEnsemble_feynmanKac", "sde.TestFeynmanKac", wiener},
		{42, "maximum-entropy models", "entropy with mean 0 and variance 2: ½ ln 4πe",
			"divergence/exponential.Family.Solve", "divergence/exponential.ExampleOnLine", "divergence/exponential.TestTwoMomentsGiveTheGaussian",
			func(ctx context.Context) (answer, error) {
				f, err := exponential.OnLine(-20, 20, 400, 2, powers)
				if err != nil {
					return answer{}, err
				}
				m, err := f.Solve(ctx, []float64{0, 2})
				return answer{0.5 * math.Log(4*math.Pi*math.E), m.Entropy, 1e-11}, err
			}},
		{42, "on a die", "chance of a six at mean 4.5, to Jaynes's five digits",
			"divergence/exponential.MaxEnt", "divergence/exponential.ExampleFamily_Solve", "divergence/exponential.TestBrandeisDie",
			func(ctx context.Context) (answer, error) {
				f, err := exponential.New([]float64{1, 2, 3, 4, 5, 6}, 1, nil)
				if err != nil {
					return answer{}, err
				}
				m, err := f.Solve(ctx, []float64{4.5})
				if err != nil {
					return answer{}, err
				}
				log := make([]float64, 6)
				f.Log(log, m.Theta)
				return answer{0.34749, math.Exp(log[5]), 6e-6}, nil
			}},
	}
}

func quartic(x float64) float64 { return x*x + x*x*x*x }

// dependence tells pairs of correlation rho from shuffled ones, on half the rows, and
// looks at the other half.
func dependence(ctx context.Context, rho float64) (ratio.Bounds, error) {
	const n = 20_000
	x, y := isotropic(0, 1).Sample(n, 5), isotropic(0, 1).Sample(n, 6)
	for i := range y {
		y[i] = rho*x[i] + math.Sqrt(1-rho*rho)*y[i]
	}
	basis, err := ratio.Quadratic(2)
	if err != nil {
		return ratio.Bounds{}, err
	}
	joint, product := ratio.Shuffled(x, 1, y, 1, n/2)
	l, err := ratio.Fit(ctx, joint[:n], product[:n], basis, 1e-9)
	if err != nil {
		return ratio.Bounds{}, err
	}
	return l.Bounds(joint[n:], product[n:])
}

// pairs is the Jensen–Shannon divergence of normal pairs of correlation rho from
// independent ones.
func pairs(ctx context.Context, rho float64) (statistics.Estimate, error) {
	var laws [2]*mixture.Mixture
	for i, r := range []float64{rho, 0} {
		g, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{1, r, r, 1})
		if err != nil {
			return statistics.Estimate{}, err
		}
		if laws[i], err = mixture.New([]float64{1}, []*divergence.Gaussian{g}); err != nil {
			return statistics.Estimate{}, err
		}
	}
	return mixture.JensenShannon(ctx, laws[0], laws[1], 100_000, 1)
}

// quarticLangevin simulates dx = −½V' dt + dw, whose stationary density is e^−V.
func quarticLangevin(ctx context.Context) (answer, error) {
	moment := func(k float64) float64 {
		return quad.Fixed(func(x float64) float64 { return math.Pow(math.Abs(x), k) * math.Exp(-quartic(x)) }, -6, 6, 200, nil, 0)
	}
	const n, h = 20_000, 0.01
	s := sde.System{
		Dim: 1, Structure: sde.AdditiveDiagonal,
		Drift: func(dst []float64, _ float64, x []float64) error {
			for i, v := range x {
				dst[i] = -v - 2*v*v*v
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, _ []float64) error {
			for i := range dst {
				dst[i] = 1
			}
			return nil
		},
	}
	r, err := sde.Solve(ctx, stochastic.Heun{}, stratonovich(s), 0, 5, make([]float64, n), sde.Config{Steps: 500, Address: noise.Address{Seed: 1}})
	if err != nil {
		return answer{}, err
	}
	var square float64
	for _, v := range r.Y {
		square += v * v / n
	}
	second := moment(2) / moment(0)
	spread := math.Sqrt((moment(4)/moment(0) - second*second) / n)
	return answer{second, square, 6*spread + h*h}, nil
}

// stratonovich is the same equation where noise is additive.
func stratonovich(s sde.System) sde.System {
	s.Calculus = sde.Stratonovich
	return s
}
