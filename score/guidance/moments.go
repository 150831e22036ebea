package guidance

import (
	"fmt"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// MomentMatching takes x_0 given x for the Gaussian with its true mean D and its
// true covariance (σ²/α) J:
//
//	D' = D + (σ²/α) Jᵀ Aᵀ (C + σ_y² I)⁻¹ (y − A D),   C = (σ²/α) A Jᵀ Aᵀ.
//
// Exact for all Gaussian data, and for any data as σ → 0 or as the observation
// gets weak. It costs an evaluation and as many gradients through the model as A
// has rank, and the square of that rank in memory for every row.
//
// A network's J errs by some δ, and C by δσ²/α: where that exceeds C + σ_y², near
// the noise, C + σ_y² I may come out indefinite, which is an error and not mended.
// PseudoInverse has no such place.
//
// Boys, Girolami, Pidstrigach, Reich, Mosca, Akyildiz (2024), "Tweedie moment
// projected diffusions for inverse problems", section 3.
//
// Errors: score.ErrObservation, [ErrNoVJP]; of its Denoise also score.ErrLevel at
// α = 0 or where C + σ_y² I is singular, as it is for an exact observation at
// σ = 0, and where it is indefinite, which no exact denoiser's is.
func MomentMatching(m score.Model, o score.Observation) (score.Model, error) {
	l, err := newLikelihood(m, o)
	if err != nil {
		return nil, err
	}
	t := &matched{likelihood: l}
	t.pool.New = func() any { return new([]float64) }
	return t, nil
}

type matched struct {
	*likelihood
	pool sync.Pool
}

// matchedRows is how many rows' covariances are held at a time.
const matchedRows = 16

// Denoise implements score.Model.
func (t *matched) Denoise(dst, x []float64, at sde.Level) error {
	mustRows(dst, x, t.dim)
	if _, err := likelihoodFactor(at); err != nil {
		return err
	}
	w := t.pool.Get().(*[]float64)
	defer t.pool.Put(w)
	for len(x) > 0 {
		n := min(matchedRows*t.dim, len(x))
		if err := t.tile(dst[:n], x[:n], at, w); err != nil {
			return err
		}
		dst, x = dst[n:], x[n:]
	}
	return nil
}

func (t *matched) tile(dst, x []float64, at sde.Level, w *[]float64) error {
	if err := t.model.Denoise(dst, x, at); err != nil {
		return err
	}
	rank, n := len(t.s), len(x)
	all := grow(w, n+n*rank+rank*rank+rank)
	axis, cov, c, r := all[:n], all[n:n+n*rank], all[n+n*rank:][:rank*rank], all[n+n*rank+rank*rank:][:rank]
	// cov holds (σ²/α) Jᵀ s_j v_j of all rows for every axis j.
	factor, _ := likelihoodFactor(at)
	for j, s := range t.s {
		for i := 0; i < n; i += t.dim {
			floats.ScaleTo(axis[i:i+t.dim], s, t.v[j*t.dim:][:t.dim])
		}
		own := cov[j*n:][:n]
		if err := t.vjp.VJPDenoise(own, x, axis, at); err != nil {
			return err
		}
		floats.Scale(factor, own)
	}
	sym := blas64.Symmetric{N: rank, Stride: rank, Data: c, Uplo: blas.Upper}
	for i := 0; i < n; i += t.dim {
		for j := range t.s {
			t.along(c[j*rank:][:rank], cov[j*n+i:][:t.dim])
			floats.Mul(c[j*rank:][:rank], t.s)
		}
		for j := range t.s { // a network's is not quite symmetric
			for k := j + 1; k < rank; k++ {
				c[j*rank+k] = 0.5 * (c[j*rank+k] + c[k*rank+j])
			}
			c[j*rank+j] += t.noise * t.noise
		}
		row := dst[i : i+t.dim]
		t.residual(r, row)
		chol, ok := lapack64.Potrf(sym)
		if !ok {
			return fmt.Errorf("%w: at α = %v, σ = %v the covariance of the observation is not positive definite; give it noise, or use PseudoInverse", score.ErrLevel, at.Alpha, at.Sigma)
		}
		lapack64.Potrs(chol, blas64.General{Rows: rank, Cols: 1, Stride: 1, Data: r})
		for j, weight := range r {
			floats.AddScaled(row, weight, cov[j*n+i:][:t.dim])
		}
	}
	return nil
}
