package transport

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/geometry"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/sde/statistics"
)

// Potential is a quadratic potential of Kantorovich's dual problem,
//
//	φ(x) = b·x + ½ xᵀCx,   φᶜ(y) = min_x φ(x) + ½|x − y|² = ½|y|² − ½ (y − b)ᵀ(I + C)⁻¹(y − b)
//
// with I + C positive definite. Since φᶜ(y) − φ(x) ≤ ½|x − y|², for any laws μ, ν
//
//	W2(μ, ν)² ≥ 2 ( E_ν φᶜ(y) − E_μ φ(x) )
//
// with equality where x → x + ∇φ(x) carries μ to ν. The best b and C give the W2
// between the Gaussians of the two means and covariances. Whatever they are, the
// right side is a mean, which samples estimate without bias and with a standard
// error: a lower bound for W2 in any dimension, where W2 between samples is far
// above that between their laws.
//
// A Potential is immutable and safe for concurrent use.
//
// Brenier (1991); Gelbrich (1990), theorem 2.1; Villani (2003), theorem 1.3.
type Potential struct {
	dim int
	b   *mat.VecDense
	c   *mat.SymDense
	inv *mat.SymDense // (I + C)⁻¹
}

// NewPotential returns φ of b and C. Errors: divergence.ErrDimension,
// ErrNotFinite; ErrIndefinite where I + C is not positive definite, so that φᶜ is −∞.
func NewPotential(b []float64, c *mat.SymDense) (*Potential, error) {
	n := len(b)
	if n == 0 || c == nil || c.SymmetricDim() != n {
		return nil, fmt.Errorf("%w: a slope of %d numbers wants a curvature of as many rows, at least one", divergence.ErrDimension, n)
	}
	if _, err := rows.Check(b, n, 1); err != nil {
		return nil, fmt.Errorf("slope: %w", err)
	}
	p := &Potential{dim: n, b: mat.NewVecDense(n, append([]float64(nil), b...)), c: mat.NewSymDense(n, nil), inv: mat.NewSymDense(n, nil)}
	p.c.CopySym(c)
	sum := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			v := c.At(i, j)
			if v-v != 0 {
				return nil, fmt.Errorf("%w: curvature [%d, %d] is %v", divergence.ErrNotFinite, i, j, v)
			}
			if i == j {
				v++
			}
			sum.SetSym(i, j, v)
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(sum) || chol.InverseTo(p.inv) != nil {
		return nil, fmt.Errorf("%w: I + C; φ + ½|x|² must be strictly convex", divergence.ErrIndefinite)
	}
	return p, nil
}

// FitPotential returns the potential whose x + ∇φ(x) is the optimal map from p to
// q, C = T − I and b = m_q − T m_p. Errors as for geometry.OptimalMap, and
// ErrIndefinite where q is singular.
func FitPotential(p, q *divergence.Gaussian) (*Potential, error) {
	t, err := geometry.OptimalMap(p, q)
	if err != nil {
		return nil, err
	}
	n := p.Dim()
	var b mat.VecDense
	b.MulVec(t, mat.NewVecDense(n, p.Mean(nil)))
	b.SubVec(mat.NewVecDense(n, q.Mean(nil)), &b)
	for i := range n {
		t.SetSym(i, i, t.At(i, i)-1)
	}
	return NewPotential(b.RawVector().Data, t)
}

// Bound estimates 2(E_ν φᶜ − E_μ φ) ≤ W2(μ, ν)² from rows x of μ and as many rows
// y of ν, in pairs that are independent of each other and of what φ was chosen by.
// The rows of a pair may be dependent: where they are close, the error is small.
// The estimate can be negative where W2 is near 0.
//
// Errors: divergence.ErrDimension also where the numbers of rows differ,
// ErrNotFinite, ErrSamples for fewer than two.
func (p *Potential) Bound(x, y []float64) (statistics.Estimate, error) {
	failed := statistics.Estimate{Value: math.NaN(), Error: math.NaN()}
	n, m, err := rows.Check2(x, y, p.dim, 2)
	if err != nil {
		return failed, err
	}
	if n != m {
		return failed, fmt.Errorf("%w: %d rows against %d; they go in pairs", divergence.ErrDimension, n, m)
	}
	d := make([]float64, n)
	var away mat.VecDense
	for i := range d {
		a, b := mat.NewVecDense(p.dim, x[i*p.dim:][:p.dim]), mat.NewVecDense(p.dim, y[i*p.dim:][:p.dim])
		away.SubVec(b, p.b)
		d[i] = mat.Dot(b, b) - mat.Inner(&away, p.inv, &away) - 2*mat.Dot(p.b, a) - mat.Inner(a, p.c, a)
	}
	mean, sd := stat.MeanStdDev(d, nil)
	return statistics.Estimate{Value: mean, Error: sd / math.Sqrt(float64(n))}, nil
}
