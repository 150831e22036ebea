package divergence

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence/internal/dense"
)

// Gaussian is the normal distribution N(m, Σ) on ℝⁿ with a full, possibly
// singular covariance. It is immutable and safe for concurrent use;
// factorisations are computed when first needed and kept.
type Gaussian struct {
	mean  []float64
	cov   *mat.SymDense // its data has both triangles
	upper *dense.Upper  // Cholesky factor; nil where Σ is singular
	norm  float64       // of Σ in the 1-norm
	cond  float64       // estimate of the condition number of Σ
	room  []float64     // for the factor, until it is made
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
	g := reserve(mean, nil)
	data := g.data()
	if s, ok := cov.(*mat.SymDense); ok {
		r := s.RawSymmetric()
		for i := range n {
			copy(data[i*n+i:(i+1)*n], r.Data[i*r.Stride+i:])
		}
		mirror(data, n)
		return g.build()
	}
	for i := range n {
		for j := range n {
			data[i*n+j] = cov.At(i, j)
		}
	}
	return g.build()
}

// NewGaussianDense is [NewGaussian] for a covariance given as n rows of n
// numbers. Entries (i, j) and (j, i) may differ by rounding, at most
// max(n, 10)·2⁻⁵² times the largest variance, and are averaged;
// a larger difference is [ErrNotSymmetric].
func NewGaussianDense(mean, cov []float64) (*Gaussian, error) {
	n := len(mean)
	if n == 0 {
		return nil, fmt.Errorf("%w: the mean is empty; give at least one coordinate", ErrDimension)
	}
	if len(cov) != n*n {
		return nil, fmt.Errorf("%w: mean has %d coordinates, so the covariance needs %d numbers, got %d", ErrDimension, n, n*n, len(cov))
	}
	g := reserve(mean, cov)
	return g.build()
}

// reserve returns a Gaussian with copies of a mean and a covariance, which may be nil, and with memory
// for the rest. In few dimensions it is pieces of memory that cost time, in many the clearing of
// it, which a copy does without.
func reserve(mean, cov []float64) *Gaussian {
	const few = 24
	n := len(mean)
	var numbers, covariance []float64
	if n > few && cov != nil {
		numbers, covariance = make([]float64, n+dense.Room(n)), slices.Clone(cov)
	} else {
		numbers = make([]float64, n+dense.Room(n)+n*n)
		covariance = numbers[n+dense.Room(n):]
		copy(covariance, cov)
	}
	all := new(struct {
		Gaussian
		cov   mat.SymDense
		upper dense.Upper
	})
	all.cov = *mat.NewSymDense(n, covariance)
	g := &all.Gaussian
	g.mean, g.cov, g.upper, g.room = numbers[:n:n], &all.cov, &all.upper, numbers[n:n+dense.Room(n)]
	copy(g.mean, mean)
	return g
}

// build checks mean and covariance and factorises.
func (g *Gaussian) build() (*Gaussian, error) {
	mean, cov, n := g.mean, g.data(), len(g.mean)
	for i, v := range mean {
		if v-v != 0 {
			return nil, fmt.Errorf("%w: mean[%d] = %v", ErrNotFinite, i, v)
		}
	}
	norm, largest := dense.Norm1(cov, n), 0.0
	if norm-norm != 0 {
		if k := slices.IndexFunc(cov, func(v float64) bool { return v-v != 0 }); k >= 0 {
			return nil, fmt.Errorf("%w: covariance[%d, %d] = %v", ErrNotFinite, k/n, k%n, cov[k])
		}
	}
	for i := range n {
		largest = max(largest, math.Abs(cov[i*n+i]))
	}
	slack := rankTolerance(n) * largest
	if err := symmetrize(cov, n, slack); err != nil {
		return nil, err
	}
	for i := range n {
		if v := cov[i*n+i]; v < -slack {
			return nil, fmt.Errorf("%w: variance of coordinate %d is %v", ErrIndefinite, i, v)
		}
	}
	g.norm = norm
	if err := g.factorize(); err != nil {
		return nil, err
	}
	return g, nil
}

// tile is the size of the squares by which transposed matrices are gone through, so that
// columns stay in cache.
const tile = 16

// symmetrize averages a with its transpose, from which it may differ by slack.
func symmetrize(a []float64, n int, slack float64) error {
	if dense.Symmetric(a, n) {
		return nil
	}
	for i := 0; i < n; i += tile {
		for j := i; j < n; j += tile {
			for k := i; k < min(i+tile, n); k++ {
				for l := max(j, k+1); l < min(j+tile, n); l++ {
					u, v := a[k*n+l], a[l*n+k]
					if u == v {
						continue
					}
					if math.Abs(u-v) > slack {
						return fmt.Errorf("%w: entry [%d, %d] = %v but [%d, %d] = %v; average it with its transpose if this is intended", ErrNotSymmetric, k, l, u, l, k, v)
					}
					u = u/2 + v/2
					a[k*n+l], a[l*n+k] = u, u
				}
			}
		}
	}
	return nil
}

// mirror copies what is above the diagonal to below it.
func mirror(a []float64, n int) {
	for i := 0; i < n; i += tile {
		for j := i; j < n; j += tile {
			for k := i; k < min(i+tile, n); k++ {
				for l := max(j, k+1); l < min(j+tile, n); l++ {
					a[l*n+k] = a[k*n+l]
				}
			}
		}
	}
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
	if g.upper == nil {
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
