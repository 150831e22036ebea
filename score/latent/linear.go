// Package latent holds encoders in front of a diffusion: the best linear one and
// codebooks for the parts of rows, with the diffusion of their latents, and capsules that
// rows vote for. One codebook for whole rows is score.Quantise, the linear autoencoder
// with a likelihood variational.LinearVAE.
package latent

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
)

// Linear is the best linear autoencoder of a data set, its singular value decomposition:
// with X − x̄ = P diag(s) Uᵀ and U_r the rank leading columns of U,
//
//	encode z = U_rᵀ(x − x̄),   decode x = x̄ + U_r z.
//
// No autoencoder of rank numbers that are linear in x leaves a smaller mean square
// error than the discarded variances Σ_{i>rank} s_i²/n (Eckart, Young 1936; Baldi, Hornik
// 1989, for training by gradients). It is immutable and safe for concurrent use.
type Linear struct {
	dim, rank int
	mean      []float64
	u         *mat.Dense // dim×rank
	variances []float64  // s²/n, descending, dim of them
}

// FitLinear returns the autoencoder of rows of dim numbers with rank latents.
//
// Errors: [score.ErrDimension] also unless 1 ≤ rank ≤ dim, [score.ErrSamples] for fewer
// than 2 rows, [score.ErrNotFinite], [score.ErrConvergence].
func FitLinear(x []float64, dim, rank int) (*Linear, error) {
	g, err := score.FitGaussian(x, dim) // checks
	if err != nil {
		return nil, err
	}
	if rank < 1 || rank > dim {
		return nil, fmt.Errorf("%w: %d latents for %d coordinates", score.ErrDimension, rank, dim)
	}
	n := len(x) / dim
	centred := mat.NewDense(n, dim, append([]float64(nil), x...))
	l := &Linear{dim: dim, rank: rank, mean: g.Mean(), u: mat.NewDense(dim, rank, nil), variances: make([]float64, dim)}
	for i := range n {
		floats.Sub(centred.RawRowView(i), l.mean)
	}
	var svd mat.SVD
	// All right singular vectors: there may be fewer rows than latents.
	if !svd.Factorize(centred, mat.SVDFullV) {
		return nil, fmt.Errorf("%w: singular values of %d×%d data", score.ErrConvergence, n, dim)
	}
	for i, s := range svd.Values(nil) {
		l.variances[i] = s * s / float64(n)
	}
	var v mat.Dense
	svd.VTo(&v)
	l.u.Copy(v.Slice(0, dim, 0, rank))
	return l, nil
}

// Latents returns rank.
func (l *Linear) Latents() int { return l.rank }

// Variances copies the variances of the data along all its axes, descending: the first
// Latents of them are those of the latents.
func (l *Linear) Variances() []float64 { return append([]float64(nil), l.variances...) }

// Discarded returns Σ_{i>rank} of the variances: the mean square error of encoding and
// decoding the data, and the square of the W2 distance between the data's Gaussian and
// that of decoded latents.
func (l *Linear) Discarded() float64 { return floats.Sum(l.variances[l.rank:]) }

// Encode sets the rows of dst, Latents numbers each, to the latents of the rows of x. It
// panics unless the numbers of rows match.
func (l *Linear) Encode(dst, x []float64) {
	n := l.rows(dst, x)
	diff := mat.NewVecDense(l.dim, nil)
	for i := range n {
		floats.SubTo(diff.RawVector().Data, x[i*l.dim:][:l.dim], l.mean)
		mat.NewVecDense(l.rank, dst[i*l.rank:][:l.rank]).MulVec(l.u.T(), diff)
	}
}

// Decode sets the rows of dst to what the rows of latents z, Latents numbers each, stand
// for. It panics unless the numbers of rows match.
func (l *Linear) Decode(dst, z []float64) {
	n := l.rows(z, dst)
	for i := range n {
		row := dst[i*l.dim:][:l.dim]
		mat.NewVecDense(l.dim, row).MulVec(l.u, mat.NewVecDense(l.rank, z[i*l.rank:][:l.rank]))
		floats.Add(row, l.mean)
	}
}

func (l *Linear) rows(z, x []float64) int {
	n := len(x) / l.dim
	if len(x) != n*l.dim || len(z) != n*l.rank {
		panic(fmt.Sprintf("latent: %d numbers in rows of %d, latents %d in rows of %d", len(x), l.dim, len(z), l.rank))
	}
	return n
}

// Model returns the Gaussian model N(x̄, U_r diag(variances) U_rᵀ) of decoded latents,
// which is flat: its score at a level is that of low rank. Errors: those of
// [score.NewLowRank].
func (l *Linear) Model() (*score.Gaussian, error) {
	return score.NewLowRank(l.mean, l.u, l.variances[:l.rank], 0)
}

// Decoded returns the law of decoded latents for Gaussian latents. Errors:
// [score.ErrDimension].
func (l *Linear) Decoded(z *divergence.Gaussian) (*divergence.Gaussian, error) {
	if z.Dim() != l.rank {
		return nil, fmt.Errorf("%w: latents of %d numbers, want %d", score.ErrDimension, z.Dim(), l.rank)
	}
	mean := make([]float64, l.dim)
	l.Decode(mean, z.Mean(nil))
	var half, full mat.Dense
	half.Mul(l.u, z.Cov())
	full.Mul(&half, l.u.T())
	cov := mat.NewSymDense(l.dim, nil)
	for i := range l.dim {
		for j := range i + 1 {
			cov.SetSym(i, j, 0.5*(full.At(i, j)+full.At(j, i)))
		}
	}
	return divergence.NewGaussian(mean, cov)
}

// Sample fills dst with rows of samples by diffusion of latents: c, whose model is one
// of latents, samples them, and they are decoded (Rombach et al. 2022, section 3.3,
// with this autoencoder for theirs). Errors: those of [sampler.Sample], and
// [score.ErrDimension] for a model of another number of latents or a dst that is no
// rows.
func (l *Linear) Sample(ctx context.Context, dst []float64, c sampler.Config) (sampler.Stats, error) {
	if len(dst)%l.dim != 0 {
		return sampler.Stats{}, fmt.Errorf("%w: %d numbers are not rows of %d", score.ErrDimension, len(dst), l.dim)
	}
	if c.Model != nil && c.Model.Dim() != l.rank {
		return sampler.Stats{}, fmt.Errorf("%w: model of %d latents, want %d", score.ErrDimension, c.Model.Dim(), l.rank)
	}
	z := make([]float64, len(dst)/l.dim*l.rank)
	stats, err := sampler.Sample(ctx, z, c)
	if err != nil {
		return stats, err
	}
	l.Decode(dst, z)
	return stats, nil
}
