package score

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/sde"
)

// Gaussian is the exact model of data x_0 ~ N(μ, Σ). With Σ = V diag(s) Vᵀ,
//
//	D(x) = μ + V diag(αs/(α²s + σ²)) Vᵀ (x − αμ),
//
// the conditional mean of x_0 given x = α x_0 + σ ε (Bishop 2006, eq. 2.116).
// The covariance is decomposed once; a row costs 4·dim² operations, or
// 8·dim·rank for a low-rank one. Σ may be singular, and any level is allowed:
// at α = 0, D = μ; at σ = 0, D is the orthogonal projection of x/α on the
// support of the data. A row that holds NaN gives NaN, in that row only.
//
// A Gaussian is immutable and safe for concurrent use; its calls allocate
// nothing once warm.
type Gaussian struct {
	spectrum
	scratch sync.Pool
}

type gaussianScratch struct {
	levelTable
	y, coord []float64
}

// NewGaussian returns N(mean, cov), copying both. cov may be singular:
// eigenvalues within dim·2⁻⁵² of the largest count as 0, unless cov is diagonal,
// which is taken exactly.
//
// Errors: [ErrDimension], [ErrNotFinite], [ErrNotSymmetric], [ErrIndefinite],
// [ErrConvergence].
func NewGaussian(mean []float64, cov mat.Symmetric) (*Gaussian, error) {
	if err := checkRows(mean, max(1, len(mean))); err != nil {
		return nil, fmt.Errorf("mean: %w", err)
	}
	if n := cov.SymmetricDim(); n != len(mean) {
		return nil, fmt.Errorf("%w: mean of %d, covariance of %d×%d", ErrDimension, len(mean), n, n)
	}
	val, vec, err := eigen(cov)
	if err != nil {
		return nil, err
	}
	dim := len(mean)
	return newGaussian(spectrum{dim: dim, rank: dim, mean: append([]float64(nil), mean...), vec: vec, val: val}), nil
}

// NewIsotropic returns N(mean, variance·I). Variance 0 is an atom. A row costs
// O(dim). Errors: [ErrDimension], [ErrNotFinite], [ErrIndefinite].
func NewIsotropic(mean []float64, variance float64) (*Gaussian, error) {
	return NewLowRank(mean, nil, nil, variance)
}

// FitGaussian returns the Gaussian with the sample mean and the unbiased sample
// covariance (divisor n − 1) of the n = len(x)/dim rows of x.
//
// Errors: [ErrDimension], [ErrNotFinite], [ErrSamples] if n < 2.
func FitGaussian(x []float64, dim int) (*Gaussian, error) {
	mean, cov, err := sampleMoments(x, dim)
	if err != nil {
		return nil, err
	}
	return NewGaussian(mean, cov)
}

// sampleMoments shifts by the first row, so that rounding is relative to the
// spread and the covariance of equal rows is exactly 0.
func sampleMoments(x []float64, dim int) (mean []float64, cov *mat.SymDense, err error) {
	if err := checkRows(x, dim); err != nil {
		return nil, nil, err
	}
	n := len(x) / dim
	if n < 2 {
		return nil, nil, fmt.Errorf("%w: %d; a covariance needs at least 2", ErrSamples, n)
	}
	shifted := make([]float64, len(x))
	mean = make([]float64, dim)
	for i := 0; i < len(x); i += dim {
		floats.SubTo(shifted[i:i+dim], x[i:i+dim], x[:dim])
		floats.Add(mean, shifted[i:i+dim])
	}
	for j := range mean {
		mean[j] = x[j] + mean[j]/float64(n)
	}
	cov = new(mat.SymDense)
	stat.CovarianceMatrix(cov, mat.NewDense(n, dim, shifted), nil)
	return mean, cov, nil
}

func newGaussian(s spectrum) *Gaussian {
	g := &Gaussian{spectrum: s}
	g.scratch.New = func() any {
		return &gaussianScratch{y: make([]float64, tileRows*s.dim), coord: make([]float64, tileRows*s.rank)}
	}
	return g
}

// Dim returns the number of coordinates.
func (g *Gaussian) Dim() int { return g.dim }

// Mean returns a copy of μ.
func (g *Gaussian) Mean() []float64 { return append([]float64(nil), g.mean...) }

// Cov returns a new copy of Σ.
func (g *Gaussian) Cov() *mat.SymDense {
	cov := mat.NewSymDense(g.dim, nil)
	for i := range g.dim {
		if g.rank < g.dim {
			cov.SetSym(i, i, g.rest)
		}
	}
	for k, v := range g.val {
		if g.rank < g.dim {
			v -= g.rest
		}
		cov.SymRankOne(cov, v, mat.NewVecDense(g.dim, g.vec[k*g.dim:][:g.dim]))
	}
	return cov
}

// Marginal returns the mean αμ and the covariance α²Σ + σ²I of x at a level.
func (g *Gaussian) Marginal(at sde.Level) (mean []float64, cov *mat.SymDense) {
	return marginal(g.Mean(), g.Cov(), at)
}

func marginal(mean []float64, cov *mat.SymDense, at sde.Level) ([]float64, *mat.SymDense) {
	floats.Scale(at.Alpha, mean)
	cov.ScaleSym(at.Alpha*at.Alpha, cov)
	for i := range mean {
		cov.SetSym(i, i, cov.At(i, i)+at.Sigma*at.Sigma)
	}
	return mean, cov
}

// Denoise implements [Model]. Errors: [ErrLevel].
func (g *Gaussian) Denoise(dst, x []float64, at sde.Level) error {
	return g.tiles(dst, x, at, true, func(w *gaussianScratch, dst, coord, y []float64) {
		for i := 0; i < len(dst); i += g.dim {
			copy(dst[i:i+g.dim], g.mean)
			if g.rank < g.dim {
				floats.AddScaled(dst[i:i+g.dim], w.gainRest, y[i:i+g.dim])
			}
		}
		g.expand(dst, 1, coord, w.gain)
	})
}

// Score writes ∇ log p(x) at a level for every row of x,
//
//	−V diag(1/(α²s + σ²)) Vᵀ (x − αμ),
//
// without the cancellation of (α D − x)/σ² at small σ. Errors: [ErrLevel], also
// where the density is singular, at σ = 0 with a singular Σ.
func (g *Gaussian) Score(dst, x []float64, at sde.Level) error {
	return g.tiles(dst, x, at, false, func(w *gaussianScratch, dst, coord, y []float64) {
		clear(dst)
		if g.rank < g.dim {
			floats.AddScaled(dst, -w.invRest*w.invRest, y)
		}
		for j, inv := range w.inv {
			w.gain[j] = inv * inv
		}
		g.expand(dst, -1, coord, w.gain)
	})
}

// tiles projects the rows of x tile by tile and has do turn the coordinates into
// dst. It refuses a level of singular density unless that is allowed.
func (g *Gaussian) tiles(dst, x []float64, at sde.Level, singular bool, do func(w *gaussianScratch, dst, coord, y []float64)) error {
	mustRows(dst, x, g.dim)
	if err := checkLevel(at); err != nil {
		return err
	}
	w := g.scratch.Get().(*gaussianScratch)
	defer g.scratch.Put(w)
	w.set(&g.spectrum, at)
	if w.flat > 0 && !singular {
		return errSingular(at, w.flat)
	}
	for len(x) > 0 {
		n := min(tileRows*g.dim, len(x))
		coord, y := w.coord[:n/g.dim*g.rank], w.y[:n]
		g.centre(coord, y, x[:n], at.Alpha)
		do(w, dst[:n], coord, y)
		dst, x = dst[n:], x[n:]
	}
	return nil
}

func errSingular(at sde.Level, flat int) error {
	return fmt.Errorf("%w: at α = %v, σ = %v the density is singular in %d directions; use a positive σ", ErrLevel, at.Alpha, at.Sigma, flat)
}

// expand adds t·Vᵀ(diag(factor) coord) to dst, spoiling coord.
func (s *spectrum) expand(dst []float64, t float64, coord, factor []float64) {
	if s.rank == 0 {
		return
	}
	if s.dim <= few && s.rank == s.dim {
		for i := 0; i < len(dst); i += s.dim {
			row := dst[i : i+s.dim]
			for j, c := range coord[i : i+s.dim] {
				c *= t * factor[j]
				for l, v := range s.vec[j*s.dim:][:len(row)] {
					row[l] += c * v
				}
			}
		}
		return
	}
	for i := 0; i < len(coord); i += s.rank {
		floats.Mul(coord[i:i+s.rank], factor)
	}
	addMul(dst, t, coord, s.vec, len(dst)/s.dim, s.rank, s.dim)
}

// LogDensity writes log p(x) at a level, one number for each row of x. At σ = 0
// with a singular Σ it is +Inf on the support of the data and −Inf elsewhere.
// Errors: [ErrLevel].
func (g *Gaussian) LogDensity(dst, x []float64, at sde.Level) error {
	mustOnePerRow(dst, x, g.dim)
	if err := checkLevel(at); err != nil {
		return err
	}
	w := g.scratch.Get().(*gaussianScratch)
	defer g.scratch.Put(w)
	w.set(&g.spectrum, at)
	for r := range dst {
		row := x[r*g.dim:][:g.dim]
		y, coord := w.y[:g.dim], w.coord[:g.rank]
		g.centre(coord, y, row, at.Alpha)
		square, off := g.mahalanobis(&w.levelTable, coord, y, g.reach(row, at.Alpha))
		switch {
		case off > 0:
			dst[r] = math.Inf(-1)
		case w.flat > 0 && !math.IsNaN(off):
			dst[r] = math.Inf(1)
		default:
			dst[r] = w.logNorm - 0.5*square + off // off is 0 or NaN
		}
	}
	return nil
}

// reach is |x| + α|μ|, what the rounding errors of x − αμ are relative to.
func (s *spectrum) reach(row []float64, alpha float64) float64 {
	return blas64.Nrm2(blas64.Vector{N: s.dim, Data: row, Inc: 1}) +
		alpha*blas64.Nrm2(blas64.Vector{N: s.dim, Data: s.mean, Inc: 1})
}
