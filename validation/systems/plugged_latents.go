package main

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
)

// autoencoder is a linear one of three coordinates and two latents, and an encoder that
// is not its posterior.
func autoencoder() (*variational.LinearVAE, variational.Encoder, error) {
	v, err := variational.NewLinearVAE([]float64{1, -2, 0.5}, mat.NewDense(3, 2, []float64{1, 0.3, -0.5, 1.2, 0.7, 0.1}), 0.4)
	return v, variational.Encoder{Weight: mat.NewDense(2, 3, []float64{0.5, 0, -0.2, 0.3, 0.3, 0.1}), Cov: mat.NewSymDense(2, []float64{0.5, 0.1, 0.1, 0.3})}, err
}

// latents are items 15, 16, 18, 19, 29 and 35.
func latents() []row {
	return []row{
		{15, "evidence lower bound", "ELBO + KL(q‖posterior) = ln p(x)",
			"score/variational.LinearVAE.Gap", "score/variational.ExampleLinearVAE", "score/variational.TestELBO",
			func(context.Context) (answer, error) {
				v, e, err := autoencoder()
				if err != nil {
					return answer{}, err
				}
				x, log, elbo, gap := []float64{0.3, 1, -0.7}, make([]float64, 1), make([]float64, 1), make([]float64, 1)
				v.LogDensity(log, x)
				if err := v.ELBO(elbo, x, e); err != nil {
					return answer{}, err
				}
				err = v.Gap(gap, x, e)
				return answer{log[0], elbo[0] + gap[0], 1e-12}, err
			}},
		{16, "hierarchical autoencoder", "a step of the diffusion on N(0, 1): ½(SNR_s − SNR_t)·MMSE_t",
			"score/variational.Hierarchy", "score/variational.ExampleHierarchy", "score/variational.TestStepsAreSNR",
			func(ctx context.Context) (answer, error) {
				h := variational.Hierarchy{Levels: []sde.Level{{Alpha: 0.6, Sigma: 0.8}, {Alpha: 0.8, Sigma: 0.6}}}
				b, err := h.Bound(ctx, isotropic(0, 1), signs, squares)
				if err != nil {
					return answer{}, err
				}
				return answer{0.5 * (0.64/0.36 - 0.36/0.64) * 0.64, b.Steps[0], 1e-13}, nil
			}},
		{16, "its continuous limit", "½∫ MMSE dSNR from 1/9 to 9 on N(0, 1), by two numbers of steps: ½ ln 9",
			"score/variational.Hierarchy.Bound", "score/variational.ExampleHierarchy", "score/variational.TestStepsAreSNR",
			func(ctx context.Context) (answer, error) {
				sum := func(steps int) (float64, error) {
					var h variational.Hierarchy
					for i := range steps + 1 {
						snr := math.Exp(math.Log(9) * (2*float64(i)/float64(steps) - 1))
						h.Levels = append(h.Levels, sde.Level{Alpha: math.Sqrt(snr / (1 + snr)), Sigma: math.Sqrt(1 / (1 + snr))})
					}
					b, err := h.Bound(ctx, isotropic(0, 1), signs, squares)
					var total float64
					for _, s := range b.Steps {
						total += s
					}
					return total, err
				}
				coarse, err := sum(200)
				if err != nil {
					return answer{}, err
				}
				fine, err := sum(400)
				// What extrapolation leaves is of second order: (ln 81/200)² of a curvature.
				return answer{0.5 * math.Log(9), 2*fine - coarse, 1e-3}, err
			}},
		{18, "linear autoencoder (probabilistic PCA)", "ELBO at the posterior = ln N(x; μ, WWᵀ + σ²I)",
			"score/variational.LinearVAE.ELBO", "score/variational.ExampleLinearVAE", "score/variational.TestFitLinearVAE",
			func(context.Context) (answer, error) {
				v, _, err := autoencoder()
				if err != nil {
					return answer{}, err
				}
				g, err := score.NewGaussian(v.Marginal().Mean(nil), v.Marginal().Cov())
				if err != nil {
					return answer{}, err
				}
				x, want, got := []float64{0.3, 1, -0.7}, make([]float64, 1), make([]float64, 1)
				if err := g.LogDensity(want, x, sde.Level{Alpha: 1}); err != nil {
					return answer{}, err
				}
				err = v.ELBO(got, x, v.Posterior())
				return answer{want[0], got[0], 1e-12}, err
			}},
		{19, "information bottleneck", "z = ax + bε: I = ½ ln(1 + a²v/b²)",
			"score/variational.Channel.Information", "score/variational.ExampleChannel", "score/variational.TestChannel",
			func(context.Context) (answer, error) {
				c, x, _, err := bottleneck()
				if err != nil {
					return answer{}, err
				}
				i, err := c.Information(x)
				return answer{0.5 * math.Log(1+2.25*0.7/0.36), i, 1e-14}, err
			}},
		{19, "its bound", "E KL(p(z|x)‖r) − KL(p(z)‖r) = I",
			"score/variational.Channel.Rate", "score/variational.ExampleChannel", "score/variational.TestChannel",
			func(context.Context) (answer, error) {
				c, x, r, err := bottleneck()
				if err != nil {
					return answer{}, err
				}
				z, err := c.Output(x)
				if err != nil {
					return answer{}, err
				}
				kl, err := divergence.KL(z, r)
				if err != nil {
					return answer{}, err
				}
				rate, err := c.Rate(x, r)
				return answer{0.5 * math.Log(1+2.25*0.7/0.36), rate - kl, 1e-14}, err
			}},
		{23, "information along the SDE", "I(x_0; x_t) = ½ ln(1 + SNR·v) by ½∫MMSE dSNR, SNR = 3, v = 1",
			"score/variational.Information", "score/variational.ExampleInformation", "score/variational.TestInformation",
			func(ctx context.Context) (answer, error) {
				i, err := variational.Information(ctx, isotropic(0, 1), signs, sde.Level{Alpha: math.Sqrt(3), Sigma: 1}, 12, squares)
				return answer{0.5 * math.Log(4), i.Value, 1e-10}, err
			}},
		{23, "I-MMSE", "dI/dSNR = ½ MMSE at SNR = 3, v = 1: ½/(1 + 3)",
			"score/matching.Errors", "score/variational.ExampleInformation", "score/variational.TestInformation",
			func(ctx context.Context) (answer, error) {
				errors := make([]float64, 4)
				err := matching.Errors(ctx, errors, isotropic(0, 1), signs, sde.Level{Alpha: math.Sqrt(3), Sigma: 1}, squares)
				return answer{0.5 / 4, 0.5 * (errors[0] + errors[1] + errors[2] + errors[3]) / 4, 1e-14}, err
			}},
		{29, "one identity for EM, VAE, AAE and ALI", "KL of joints = KL of marginals + E KL of conditionals, split at z",
			"score/variational.Split", "score/variational.ExampleSplit", "score/variational.TestSplit",
			func(context.Context) (answer, error) {
				v, e, err := autoencoder()
				if err != nil {
					return answer{}, err
				}
				data, err := divergence.NewGaussianDense([]float64{0.8, -1, 0}, []float64{1.5, 0.2, 0.3, 0.2, 2, 0, 0.3, 0, 0.9})
				if err != nil {
					return answer{}, err
				}
				p, err := v.Encoded(data, e)
				if err != nil {
					return answer{}, err
				}
				q, err := v.Joint()
				if err != nil {
					return answer{}, err
				}
				joint, err := divergence.KL(p, q)
				if err != nil {
					return answer{}, err
				}
				if p, err = variational.Swap(p, 3); err != nil {
					return answer{}, err
				}
				if q, err = variational.Swap(q, 3); err != nil {
					return answer{}, err
				}
				marginal, conditional, err := variational.Split(p, q, 2)
				return answer{joint, marginal + conditional, 1e-12}, err
			}},
		{29, "the same on a table", "marginal + conditional = Σ p ln(p/q), p = (2 1 1 1 2 1)/8 against ⅙",
			"score/variational.SplitTable", "score/variational.ExampleSplitTable", "score/variational.TestSplitTable",
			func(context.Context) (answer, error) {
				m, c, err := variational.SplitTable([]float64{2, 1, 1, 1, 2, 1}, []float64{1, 1, 1, 1, 1, 1}, 2)
				return answer{0.5*math.Log(1.5) + 0.5*math.Log(0.75), m + c, 1e-14}, err
			}},
		{35, "multi-scale autoencoder", "rates of the scales add up to KL(q(z|x)‖p(z)) = E ln p(x|z) − ln p(x)",
			"score/variational.Multiscale", "score/variational.ExampleMultiscale", "score/variational.TestMultiscale", scales},
	}
}

func bottleneck() (c *variational.Channel, x, r *divergence.Gaussian, err error) {
	if c, err = variational.NewChannel(mat.NewDense(1, 1, []float64{1.5}), mat.NewSymDense(1, []float64{0.36})); err != nil {
		return nil, nil, nil, err
	}
	if x, err = divergence.NewGaussianDense([]float64{2}, []float64{0.7}); err != nil {
		return nil, nil, nil, err
	}
	r, err = divergence.NewGaussianDense([]float64{0.3}, []float64{3})
	return c, x, r, err
}

func scales(context.Context) (answer, error) {
	m, err := variational.NewMultiscale([]float64{0, 0, 0, 0}, []*mat.Dense{
		variational.Upsampling(4, 4, 1.5), variational.Upsampling(4, 2, 0.8), variational.Upsampling(4, 1, 0.3)}, 0.2)
	if err != nil {
		return answer{}, err
	}
	x, rates, log := []float64{2, 1, -1, 0.5}, make([]float64, 3), make([]float64, 1)
	m.Rates(rates, x)
	all, err := m.Masked(3)
	if err != nil {
		return answer{}, err
	}
	all.LogDensity(log, x)
	// E_q ln p(x|z) at the posterior, by hand: residual and the trace of WSWᵀ.
	q, w := all.Posterior(), all.Weights()
	var mean, back mat.VecDense
	mean.MulVec(q.Weight, mat.NewVecDense(4, x))
	back.MulVec(w, &mean)
	back.SubVec(mat.NewVecDense(4, x), &back)
	var half, spread mat.Dense
	half.Mul(w, q.Cov)
	spread.Mul(&half, w.T())
	fit := -0.5 * (4*math.Log(2*math.Pi*0.2) + (mat.Dot(&back, &back)+mat.Trace(&spread))/0.2)
	return answer{fit - log[0], rates[0] + rates[1] + rates[2], 1e-12}, nil
}
