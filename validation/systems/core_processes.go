package main

import (
	"context"
	"math"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/validation"
)

var vp = sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}

// squares are rows and noise whose second moments are those of N(0, 1) exactly, so that
// expectations of quadratic functions of both are sums of four terms: rows ±1, twice each.
var (
	squares = matching.Config{Source: noise.Antithetic{Source: noise.Signs{}}}
	signs   = []float64{1, 1, -1, -1}
)

// constant is a source of one number.
type constant float64

func (c constant) Normal(dst []float64, _ int, _ noise.Address) {
	for i := range dst {
		dst[i] = float64(c)
	}
}

func isotropic(mean, variance float64) *score.Gaussian {
	g, err := score.NewIsotropic([]float64{mean}, variance)
	if err != nil {
		panic(err) // constants of this program
	}
	return g
}

// step is the law of one step of a rule from x, read off by its noise.
func step(ctx context.Context, rule sampler.Rule, m score.Model, times []float64, x float64) (mean, variance float64, err error) {
	grid, err := sampler.NewGrid(vp, times, false)
	if err != nil {
		return 0, 0, err
	}
	var out [2]float64
	for i := range out {
		c := sampler.Config{Process: vp, Model: m, Rule: rule, Grid: grid, Start: []float64{x}, Source: constant(i)}
		if _, err := sampler.Sample(ctx, out[i:i+1], c); err != nil {
			return 0, 0, err
		}
	}
	return out[0], (out[1] - out[0]) * (out[1] - out[0]), nil
}

// processes are items 1 to 6.
func processes() []row {
	return []row{
		{1, "DDPM as a variational autoencoder", "negative evidence bound of seven steps on N(0, 1) with σ = β: the entropy ½ ln 2πe",
			"score/variational.Hierarchy.Bound", "score/variational.ExampleHierarchy", "score/variational.TestBoundIsTheEntropy",
			func(ctx context.Context) (answer, error) {
				h := variational.Hierarchy{Prior: 1, Forward: true}
				for k := 7; k >= 0; k-- {
					sin, cos := math.Sincos(0.22 * float64(k))
					h.Levels = append(h.Levels, sde.Level{Alpha: cos, Sigma: sin})
				}
				b, err := h.Bound(ctx, isotropic(0, 1), signs, squares)
				return answer{0.5 * math.Log(2*math.Pi*math.E), b.Total.Value, 1e-12}, err
			}},
		{1, "the same in bits a coordinate", "½ log₂ 2πe",
			"score/flow.BitsPerDim", "score/flow.ExampleLogLikelihood", "score/variational.TestBoundIsTheEntropy",
			func(ctx context.Context) (answer, error) {
				h := variational.Hierarchy{Prior: 1, Forward: true, Levels: []sde.Level{{Alpha: 0.6, Sigma: 0.8}, {Alpha: 1}}}
				b, err := h.Bound(ctx, isotropic(0, 1), signs, squares)
				return answer{0.5 * math.Log2(2*math.Pi*math.E), flow.BitsPerDim(-b.Total.Value, 1, 0), 1e-12}, err
			}},
		{1, "DDPM's steps keep N(0, 1)", "variance after 5 steps of the forward variance, less what the start lacks",
			"score/sampler.DDPM", "score/sampler.Example_walk1VariationalBound", "score/sampler.TestOneStepFormulas",
			func(ctx context.Context) (answer, error) {
				grid, err := sampler.Times(vp, sampler.UniformTime{}, 5, false)
				if err != nil {
					return answer{}, err
				}
				law, err := validation.ExactLaw(ctx, sampler.Config{Process: vp, Model: isotropic(0, 1), Rule: sampler.DDPM{Forward: true}, Grid: grid})
				if err != nil {
					return answer{}, err
				}
				// The start N(0, σ_T²) lacks α_T², of which the steps x → αx + βz leave (α_T/α_0)².
				return answer{1 - math.Pow(vp.At(1).Alpha, 4)/math.Pow(vp.At(1e-3).Alpha, 2), law.Cov().At(0, 0), 1e-14}, nil
			}},
		{2, "DDPM = Bayes + denoising", "variance of a step for one point of data: σ_s²β²/σ_t²",
			"score/sampler.DDPM", "score/sampler.Example_walk2Bayes", "score/sampler.TestOneStepFormulas",
			func(ctx context.Context) (answer, error) {
				from, to := vp.At(0.5), vp.At(0.4)
				scale := from.Alpha / to.Alpha
				beta := from.Sigma*from.Sigma - scale*scale*to.Sigma*to.Sigma
				_, v, err := step(ctx, sampler.DDPM{}, isotropic(1.5, 0), []float64{0.5, 0.4}, -0.4)
				return answer{to.Sigma * to.Sigma * beta / (from.Sigma * from.Sigma), v, 1e-14}, err
			}},
		{2, "the same on N(0, 1)", "mean of a step from x: αx",
			"score/sampler.DDPM.Forward", "score/sampler.Example_walk2Bayes", "score/sampler.TestOneStepFormulas",
			func(ctx context.Context) (answer, error) {
				m, _, err := step(ctx, sampler.DDPM{Forward: true}, isotropic(0, 1), []float64{0.5, 0.4}, -0.4)
				return answer{-0.4 * vp.At(0.5).Alpha / vp.At(0.4).Alpha, m, 1e-14}, err
			}},
		{3, "DDIM without noise", "ten steps: Euler's method for y = x/α in σ/α",
			"score/sampler.DDIM", "score/sampler.Example_walk3DDIM", "score/sampler.TestIdentities", ddimIsEuler},
		{4, "general SDEs and their reverse", "order of Euler–Maruyama on the reverse SDE, the worst of VP, sub-VP and VE",
			"score.Reverse", "score/sampler.Example_walk4SDE", "validation.TestOrdersOnEveryProcess",
			func(ctx context.Context) (answer, error) {
				ladder, err := validation.Ladder(ctx, validation.LadderConfig{Samplers: []string{"euler-maruyama"}, Processes: []string{"vp", "subvp", "ve"}})
				worst := 1.0
				for _, r := range ladder {
					if math.Abs(r.Fitted-1) > math.Abs(worst-1) {
						worst = r.Fitted
					}
				}
				return answer{1, worst, 0.1}, err
			}},
		{5, "denoising score matching", "slope of the best linear score: −1/(α²v + σ²)",
			"score/matching.Denoiser", "score/matching.ExampleDenoiser", "score/matching.TestDenoiser",
			func(context.Context) (answer, error) {
				at := sde.Level{Alpha: 0.6, Sigma: 0.8}
				m, err := matching.Denoiser([]float64{-2, 0, 0, 2}, 1, at)
				if err != nil {
					return answer{}, err
				}
				s := make([]float64, 1)
				err = score.Of(s, m, []float64{1}, at)
				return answer{-1 / (0.36*2 + 0.64), s[0], 1e-14}, err
			}},
		{5, "its loss and the explicit one", "denoising less explicit loss of a wrong model: 1/σ² − 1/(α² + σ²)",
			"score/matching.Denoising", "score/matching.ExampleDenoising", "score/matching.TestLossesDifferByConstants",
			func(ctx context.Context) (answer, error) {
				at := sde.Level{Alpha: 0.6, Sigma: 0.5}
				d, err := matching.Denoising(ctx, isotropic(0, 3), signs, at, squares)
				if err != nil {
					return answer{}, err
				}
				e, err := matching.Explicit(ctx, isotropic(0, 3), isotropic(0, 1), signs, at, squares)
				return answer{1/0.25 - 1/0.61, d.Value - e.Value, 1e-13}, err
			}},
		{6, "Fokker–Planck", "variance at t = ½ of 0.04 under VP, on 1200 cells",
			"fokkerplanck.Solve", "fokkerplanck.ExampleLinear", "fokkerplanck.TestOrders",
			func(ctx context.Context) (answer, error) {
				g, p, err := evolve(ctx)
				if err != nil {
					return answer{}, err
				}
				var mass, mean, square float64
				for i, v := range p {
					v *= g.Width(i)
					mass, mean, square = mass+v, mean+v*g.Centre(i), square+v*g.Centre(i)*g.Centre(i)
				}
				at := vp.At(0.5)
				// Cells of h = 0.01 have a variance of h²/12 of their own; errors are of
				// second order in h and in steps of 1/400.
				return answer{0.04*at.Alpha*at.Alpha + at.Sigma*at.Sigma, square/mass - mean*mean/mass/mass, 1e-4}, nil
			}},
		{6, "its mass", "1",
			"fokkerplanck.Grid.Mass", "fokkerplanck.ExampleSolve", "fokkerplanck.TestImplicitKeepsMassAndSignForAnyStep",
			func(ctx context.Context) (answer, error) {
				g, p, err := evolve(ctx)
				return answer{1, g.Mass(p), 1e-12}, err
			}},
	}
}

func evolve(ctx context.Context) (fokkerplanck.Grid, []float64, error) {
	g, err := fokkerplanck.Uniform(-6, 6, 1200)
	if err != nil {
		return g, nil, err
	}
	start := g.Averages(func(x float64) float64 {
		return math.Exp(-0.5*(x-0.5)*(x-0.5)/0.04) / math.Sqrt(2*math.Pi*0.04)
	})
	mass := g.Mass(start)
	for i := range start {
		start[i] /= mass
	}
	p, err := fokkerplanck.Solve(ctx, fokkerplanck.Linear(vp), g, start, 0, 0.5, fokkerplanck.Config{Steps: 400})
	return g, p, err
}

// ddimIsEuler compares ten steps of DDIM with Euler's method, on a mixture.
func ddimIsEuler(ctx context.Context) (answer, error) {
	m, err := score.NewMixture([]float64{1, 2}, []*score.Gaussian{isotropic(-1, 0.1), isotropic(1.5, 0.3)})
	if err != nil {
		return answer{}, err
	}
	grid, err := sampler.Times(vp, sampler.UniformLambda{}, 10, false)
	if err != nil {
		return answer{}, err
	}
	x := make([]float64, 1)
	if _, err := sampler.Sample(ctx, x, sampler.Config{Process: vp, Model: m, Rule: sampler.DDIM{}, Grid: grid, Start: []float64{0.7}}); err != nil {
		return answer{}, err
	}
	levels := grid.Levels(nil)
	y, d := 0.7/levels[0].Alpha, make([]float64, 1)
	for k, at := range levels[:len(levels)-1] {
		if err := m.Denoise(d, []float64{at.Alpha * y}, at); err != nil {
			return answer{}, err
		}
		epsilon := (at.Alpha*y - at.Alpha*d[0]) / at.Sigma
		y += (levels[k+1].Rho() - at.Rho()) * epsilon
	}
	return answer{y * levels[len(levels)-1].Alpha, x[0], 1e-12}, nil
}
