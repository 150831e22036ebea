package matching

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence/ratio"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// Potential is a denoising density estimator: a scalar E(x) = Σ_j w_j φ_j(x) whose
// gradient is the residual r = αD(x) − x = σ²∇ ln p of a denoiser at one level, so that
// E = σ² ln p + C is an unnormalised density, and the field a gradient by construction.
// It is a [score.Model] at its level alone, immutable and safe for concurrent use.
type Potential struct {
	basis ratio.Basis
	w     []float64
	at    sde.Level
}

// FitPotential fits the potential to rows x_0 of data, noised repeats times each, by
//
//	min_w E |∇E(x) + σε|² + ridge |w|²,   x = αx_0 + σε,
//
// with E ε·∇φ(x) = σ E Δφ(x) (Stein 1981) for the product: a linear system with the
// matrix E ∇φ_j·∇φ_k + ridge and the right-hand side −σ² E Δφ_j. With the basis of
// ratio.Quadratic it is exact for Gaussian data but for the noise of the sample.
//
// Errors: [score.ErrDimension], [score.ErrSamples] for fewer than 2 rows,
// [score.ErrNotFinite], [score.ErrLevel] unless σ > 0 and α > 0, [score.ErrConfig] for
// repeats < 1 or a negative ridge, [score.ErrIndefinite] where functions depend on each
// other; that of ctx.
//
// Bigdeli, Lin, Portenier, Dunbar, Zwicker (2020), "Learning generative models using
// denoising density estimators", eq. 4, whose potential is this one but for the sign
// conventions.
func FitPotential(ctx context.Context, x []float64, at sde.Level, basis ratio.Basis, repeats int, ridge float64, c Config) (*Potential, error) {
	dim, k := basis.Dim(), basis.Len()
	if _, err := checkRows(x, dim, 2); err != nil {
		return nil, err
	}
	switch {
	case !(at.Alpha > 0) || !(at.Sigma > 0) || math.IsInf(at.Alpha+at.Sigma, 1):
		return nil, fmt.Errorf("%w: α = %v, σ = %v; want both positive", score.ErrLevel, at.Alpha, at.Sigma)
	case repeats < 1 || !(ridge >= 0) || math.IsInf(ridge, 1):
		return nil, fmt.Errorf("%w: %d repeats, ridge %v; want at least 1 and none negative", score.ErrConfig, repeats, ridge)
	}
	if c.Source == nil {
		c.Source = noise.Gaussian{}
	}
	noised := make([]float64, len(x))
	gram, right := mat.NewSymDense(k, nil), make([]float64, k)
	slopes, laplacians := mat.NewDense(k, dim, nil), make([]float64, k)
	share := 1 / float64(repeats*len(x)/dim)
	for r := range repeats {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sde.Perturb(noised, x, dim, at, c.Source, noise.Address{Seed: c.Seed, Use: noise.Train, Step: c.Step + uint64(r)})
		for i := 0; i < len(x); i += dim {
			basis.Gradients(slopes.RawMatrix().Data, noised[i:i+dim])
			basis.Laplacians(laplacians, noised[i:i+dim])
			gram.SymRankK(gram, share, slopes)
			floats.AddScaled(right, -at.Sigma*at.Sigma*share, laplacians)
		}
	}
	for j := range k {
		gram.SetSym(j, j, gram.At(j, j)+ridge)
	}
	var chol mat.Cholesky
	if !chol.Factorize(gram) || chol.Cond() > 1e15 {
		return nil, fmt.Errorf("%w: products of %d gradients; give a ridge above %v", score.ErrIndefinite, k, ridge)
	}
	w := mat.NewVecDense(k, nil)
	if err := chol.SolveVecTo(w, mat.NewVecDense(k, right)); err != nil {
		return nil, fmt.Errorf("%w: %w", score.ErrIndefinite, err)
	}
	return &Potential{basis: basis, w: w.RawVector().Data, at: at}, nil
}

// Dim returns the number of coordinates.
func (p *Potential) Dim() int { return p.basis.Dim() }

// Energy sets dst[i] = E(x_i) = σ² ln p(x_i) + C, one number for each row of x. It
// panics unless x is len(dst) rows.
func (p *Potential) Energy(dst, x []float64) {
	dim := p.Dim()
	if len(x) != len(dst)*dim {
		panic(fmt.Sprintf("matching: %d numbers are not %d rows of %d", len(x), len(dst), dim))
	}
	values := make([]float64, p.basis.Len())
	for i := range dst {
		p.basis.Values(values, x[i*dim:][:dim])
		dst[i] = floats.Dot(p.w, values)
	}
}

// Denoise writes D = (x + ∇E(x))/α. Errors: [score.ErrLevel] at a level other than its
// own.
func (p *Potential) Denoise(dst, x []float64, at sde.Level) error {
	if err := only(p.at, at); err != nil {
		return err
	}
	dim, k := p.Dim(), p.basis.Len()
	if len(dst) != len(x) || len(x)%dim != 0 {
		panic(fmt.Sprintf("matching: %d numbers to %d, in rows of %d", len(x), len(dst), dim))
	}
	slopes := make([]float64, k*dim)
	copy(dst, x)
	for i := 0; i < len(x); i += dim {
		p.basis.Gradients(slopes, x[i:i+dim])
		for j, w := range p.w {
			floats.AddScaled(dst[i:i+dim], w, slopes[j*dim:][:dim])
		}
	}
	floats.Scale(1/at.Alpha, dst)
	return nil
}
