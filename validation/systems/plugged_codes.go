package main

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/latent"
	"github.com/ito-sde/ito/sde"
)

// codes are items 31 to 34.
func codes() []row {
	return []row{
		{31, "latent diffusion with a linear encoder", "W2² of decoded exact latents to the data's Gaussian: the discarded spectrum",
			"score/latent.Linear.Decoded", "score/latent.ExampleLinear_Sample", "score/latent.TestLatentDiffusion", latentDistance},
		{32, "vector quantisation", "two atoms for N(0, 1): distance √(8/π)",
			"score.Quantise", "score.ExampleQuantise", "score.TestQuantiseGaussian",
			func(ctx context.Context) (answer, error) {
				const n = 2000
				x := make([]float64, n)
				for i := range x {
					x[i] = distuv.UnitNormal.Quantile((float64(i) + 0.5) / n)
				}
				b, err := score.Quantise(ctx, x, 1, 2, score.QuantiseConfig{})
				if err != nil {
					return answer{}, err
				}
				atoms := b.Atoms()
				// Quantiles miss some of the tails, and the border of the cells may be some
				// rows off the middle.
				return answer{math.Sqrt(8 / math.Pi), math.Abs(atoms[1] - atoms[0]), 5e-3}, nil
			}},
		{32, "its exact empirical score", "D(7) between the atoms 2 and 12 of six numbers: 7",
			"score.Codebook.Model", "score.ExampleQuantise", "score.TestCodebook",
			func(ctx context.Context) (answer, error) {
				b, err := score.Quantise(ctx, []float64{1, 2, 3, 11, 12, 13}, 1, 2, score.QuantiseConfig{})
				if err != nil {
					return answer{}, err
				}
				m, err := b.Model()
				if err != nil {
					return answer{}, err
				}
				d := make([]float64, 1)
				err = m.Denoise(d, []float64{7}, sde.Level{Alpha: 1, Sigma: 1})
				return answer{7, d[0], 1e-13}, err
			}},
		{33, "SVD = linear autoencoder", "mean square error of the reconstruction: the discarded spectrum (Eckart–Young)",
			"score/latent.FitLinear", "score/latent.ExampleFitLinear", "score/latent.TestLinear",
			func(context.Context) (answer, error) {
				x, l, err := compressed()
				if err != nil {
					return answer{}, err
				}
				z, back := make([]float64, len(x)/2), make([]float64, len(x))
				l.Encode(z, x)
				l.Decode(back, z)
				d := floats.Distance(back, x, 2)
				return answer{l.Discarded(), d * d / float64(len(x)/4), 1e-13}, nil
			}},
		{34, "EM routing", "description length −Σ R ln p of a capsule's votes",
			"score/latent.Route", "score/latent.ExampleRoute", "score/latent.TestRouteIsProcedure1",
			func(context.Context) (answer, error) {
				v := latent.Votes{Inputs: 3, Capsules: 2, Dim: 1, Values: []float64{1, -4, 1.1, 0, 0.9, 5}, Activation: []float64{1, 0.5, 0.8}}
				c, err := latent.Route(v, latent.RoutingConfig{Iterations: 4, Lambda: 0.3, BetaU: 0.5 + 0.5*math.Log(2*math.Pi), Floor: 1e-12})
				if err != nil {
					return answer{}, err
				}
				var length float64
				for i, a := range v.Activation {
					d, s := v.Values[2*i+1]-c.Pose[1], c.Variance[1]
					length += a * c.Share[2*i+1] * 0.5 * (d*d/s + math.Log(2*math.Pi*s))
				}
				return answer{length, c.Cost[1], 1e-9}, nil
			}},
		{34, "k-means routing", "sharp routing of 0, 1, 10, 11 to two capsules: poses ½ and 10½, apart by 10",
			"score/latent.RouteMeans", "score/latent.ExampleRouteMeans", "score/latent.TestRouteMeans",
			func(context.Context) (answer, error) {
				start := []float64{0.9, 0.1, 0.9, 0.1, 0.1, 0.9, 0.1, 0.9}
				c, err := latent.RouteMeans(latent.SameVotes([]float64{0, 1, 10, 11}, 1, 2, start), math.Inf(1), 5)
				if err != nil {
					return answer{}, err
				}
				return answer{10, c.Pose[1] - c.Pose[0], 1e-14}, nil
			}},
		{34, "EM with weights of rows", "variance of 2 with weight 3 and 10 with weight 1: 12",
			"score.EMConfig.Weights", "score.ExampleEMConfig", "score.TestRowWeights",
			func(ctx context.Context) (answer, error) {
				m, _, err := score.FitMixture(ctx, []float64{2, 10}, 1, 1, score.EMConfig{Weights: []float64{3, 1}, Floor: 1e-14})
				if err != nil {
					return answer{}, err
				}
				return answer{12, m.Cov().At(0, 0), 1e-12}, nil
			}},
	}
}

// compressed is some data of four coordinates and its autoencoder of two latents.
func compressed() ([]float64, *latent.Linear, error) {
	x := isotropic(0, 1).Sample(4*40, 2)
	for i := range x {
		x[i] *= 1 / (1 + float64(i%4))
		if i%4 > 0 {
			x[i] += 0.3 * x[i-1]
		}
	}
	l, err := latent.FitLinear(x, 4, 2)
	return x, l, err
}

func latentDistance(context.Context) (answer, error) {
	x, l, err := compressed()
	if err != nil {
		return answer{}, err
	}
	v := l.Variances()
	own, err := divergence.NewGaussianDense([]float64{0, 0}, []float64{v[0], 0, 0, v[1]})
	if err != nil {
		return answer{}, err
	}
	decoded, err := l.Decoded(own)
	if err != nil {
		return answer{}, err
	}
	data, err := divergence.Fit(x, 4)
	if err != nil {
		return answer{}, err
	}
	cov := data.Cov()
	cov.ScaleSym(39.0/40, cov)
	if data, err = divergence.NewGaussian(data.Mean(nil), cov); err != nil {
		return answer{}, err
	}
	w, err := divergence.W2Squared(data, decoded)
	return answer{l.Discarded(), w, 1e-12}, err
}
