package divergence

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// Gaussian is the normal distribution N(m, Σ) on ℝⁿ with a full, possibly
// singular covariance. It is immutable and safe for concurrent use;
// factorisations are computed when first needed and kept.
type Gaussian struct {
	mean  []float64
	cov   *mat.SymDense
	lower *mat.TriDense // Cholesky factor; nil where Σ is singular
	cond  float64       // estimate of the condition number of Σ in the 1-norm
	rank  int

	spectral struct {
		once    sync.Once
		ok      bool
		values  []float64 // ascending
		vectors *mat.Dense
	}
	cholesky struct {
		once   sync.Once
		factor factor
	}
}

// NewGaussian returns N(mean, cov), copying its arguments. cov may be singular.
//
// Errors: [ErrDimension] if mean is empty or cov is not len(mean) square,
// [ErrNotFinite], [ErrNotSymmetric] if cov.At(i, j) ≠ cov.At(j, i) beyond
// rounding, [ErrIndefinite].
func NewGaussian(mean []float64, cov mat.Symmetric) (*Gaussian, error) {
	n := len(mean)
	if n == 0 {
		return nil, fmt.Errorf("%w: the mean is empty; give at least one coordinate", ErrDimension)
	}
	if m := cov.SymmetricDim(); m != n {
		return nil, fmt.Errorf("%w: mean has %d coordinates, covariance is %d×%d", ErrDimension, n, m, m)
	}
	return build(mean, cov.At)
}

// NewGaussianDense is [NewGaussian] for a covariance given as n rows of n
// numbers. Entries (i, j) and (j, i) may differ by rounding, at most
// max(n, 10)·2⁻⁵² times the largest entry, and are averaged;
// a larger difference is [ErrNotSymmetric].
func NewGaussianDense(mean, cov []float64) (*Gaussian, error) {
	n := len(mean)
	if n == 0 {
		return nil, fmt.Errorf("%w: the mean is empty; give at least one coordinate", ErrDimension)
	}
	if len(cov) != n*n {
		return nil, fmt.Errorf("%w: mean has %d coordinates, so the covariance needs %d numbers, got %d", ErrDimension, n, n*n, len(cov))
	}
	return build(mean, func(i, j int) float64 { return cov[i*n+j] })
}

func build(mean []float64, at func(i, j int) float64) (*Gaussian, error) {
	n := len(mean)
	for i, v := range mean {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: mean[%d] = %v", ErrNotFinite, i, v)
		}
	}
	g := &Gaussian{mean: append([]float64(nil), mean...), cov: mat.NewSymDense(n, nil)}
	var largest float64
	for i := range n {
		for j := range n {
			v := at(i, j)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("%w: covariance[%d, %d] = %v", ErrNotFinite, i, j, v)
			}
			largest = max(largest, math.Abs(v))
		}
	}
	slack := rankTolerance(n) * largest
	for i := range n {
		for j := i; j < n; j++ {
			a, b := at(i, j), at(j, i)
			if math.Abs(a-b) > slack {
				return nil, fmt.Errorf("%w: entry [%d, %d] = %v but [%d, %d] = %v; average it with its transpose if this is intended", ErrNotSymmetric, i, j, a, j, i, b)
			}
			if a != b {
				a = a/2 + b/2
			}
			g.cov.SetSym(i, j, a)
		}
		if v := g.cov.At(i, i); v < -slack {
			return nil, fmt.Errorf("%w: variance of coordinate %d is %v", ErrIndefinite, i, v)
		}
	}
	if err := g.factorize(); err != nil {
		return nil, err
	}
	return g, nil
}

// Dim returns n.
func (g *Gaussian) Dim() int { return len(g.mean) }

// Mean copies the mean into dst and returns it; a nil dst is allocated. It
// panics if dst has another length than Dim.
func (g *Gaussian) Mean(dst []float64) []float64 {
	if dst == nil {
		dst = make([]float64, len(g.mean))
	}
	if len(dst) != len(g.mean) {
		panic("divergence: length of dst is not the dimension")
	}
	copy(dst, g.mean)
	return dst
}

// Cov returns a copy of Σ.
func (g *Gaussian) Cov() *mat.SymDense {
	c := mat.NewSymDense(g.Dim(), nil)
	c.CopySym(g.cov)
	return c
}

// Rank returns the dimension of the support m + range(Σ): the number of
// eigenvalues of Σ that exceed max(n, 10)·2⁻⁵² times the largest.
func (g *Gaussian) Rank() int { return g.rank }

// LogDet returns ln |Σ|, which is −Inf where Σ is singular.
func (g *Gaussian) LogDet() float64 {
	if g.lower == nil {
		return math.Inf(-1)
	}
	l := g.factor()
	var sum float64
	for i := range g.Dim() {
		sum += 2 * math.Log(l.diag(i))
	}
	return sum
}

// Entropy returns the differential entropy
//
//	H(p) = ½ n (1 + ln 2π) + ½ ln |Σ|
//
// in nats, which is −Inf where Σ is singular. It is the largest entropy of all
// distributions with covariance Σ (Cover, Thomas, 2006, theorem 8.6.5).
func (g *Gaussian) Entropy() float64 {
	return 0.5*float64(g.Dim())*(1+math.Log(2*math.Pi)) + 0.5*g.LogDet()
}
