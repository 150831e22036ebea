package variational

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde/noise"
)

// Encode sets the rows of dst, Latents numbers each, to draws z ~ N(V(x − μ) + b, S) of an
// encoder for the rows of x. Over the data of [FitLinearVAE] the exact posterior's have
// mean 0 and covariance I. Row i is a function of the seed and i. It panics unless the
// numbers of rows match. Errors: [score.ErrDimension], [score.ErrIndefinite] unless S is
// positive definite.
func (v *LinearVAE) Encode(dst, x []float64, e Encoder, seed uint64) error {
	if _, err := v.check(e); err != nil {
		return err
	}
	v.mustLatents(x, dst)
	var chol mat.Cholesky
	var root mat.TriDense
	chol.Factorize(e.Cov)
	chol.LTo(&root)
	noise.Gaussian{}.Normal(dst, v.k, noise.Address{Seed: seed, Use: noise.Data})
	diff, mean, spread := make([]float64, v.dim), mat.NewVecDense(v.k, nil), mat.NewVecDense(v.k, nil)
	for i := 0; i*v.k < len(dst); i++ {
		z := mat.NewVecDense(v.k, dst[i*v.k:][:v.k])
		e.mean(mean, diff, x[i*v.dim:][:v.dim], v.mean)
		spread.MulVec(&root, z)
		z.AddVec(mean, spread)
	}
	return nil
}

// Decode sets the rows of dst to draws x ~ N(μ + Wz, σ²I) for rows of latents z; with
// mean, to μ + Wz. It panics unless the numbers of rows match.
func (v *LinearVAE) Decode(dst, z []float64, mean bool, seed uint64) {
	v.mustLatents(dst, z)
	clear(dst)
	if !mean {
		noise.Gaussian{}.Normal(dst, v.dim, noise.Address{Seed: seed, Use: noise.Data, Stage: 1})
	}
	sd := math.Sqrt(v.variance)
	out := mat.NewVecDense(v.dim, nil)
	for i := 0; i*v.k < len(z); i++ {
		out.MulVec(v.w, mat.NewVecDense(v.k, z[i*v.k:][:v.k]))
		for j, m := range v.mean {
			dst[i*v.dim+j] = m + out.AtVec(j) + sd*dst[i*v.dim+j]
		}
	}
}

// Sample fills dst with rows of samples by diffusion of latents: c, whose model is one of
// latents, samples them, and they are decoded with the decoder's noise, by the seed of c
// (Vahdat, Kreis, Kautz 2021, section 3; Rombach et al. 2022, section 3.3). A diffusion that
// samples N(0, I) gives the law Marginal, and one of the encoded data's own law what the
// normal prior misses.
//
// Errors: those of [sampler.Sample], and [score.ErrDimension] for a model of another number
// of latents or a dst that is no rows.
func (v *LinearVAE) Sample(ctx context.Context, dst []float64, c sampler.Config) (sampler.Stats, error) {
	if len(dst)%v.dim != 0 {
		return sampler.Stats{}, fmt.Errorf("%w: %d numbers are not rows of %d", score.ErrDimension, len(dst), v.dim)
	}
	if c.Model != nil && c.Model.Dim() != v.k {
		return sampler.Stats{}, fmt.Errorf("%w: model of %d latents, want %d", score.ErrDimension, c.Model.Dim(), v.k)
	}
	z := make([]float64, len(dst)/v.dim*v.k)
	stats, err := sampler.Sample(ctx, z, c)
	if err != nil {
		return stats, err
	}
	v.Decode(dst, z, false, c.Seed)
	return stats, nil
}

func (v *LinearVAE) mustLatents(x, z []float64) {
	if len(x)%v.dim != 0 || len(z)%v.k != 0 || len(x)/v.dim != len(z)/v.k {
		panic(fmt.Sprintf("variational: %d numbers in rows of %d, and %d in rows of %d", len(x), v.dim, len(z), v.k))
	}
}
