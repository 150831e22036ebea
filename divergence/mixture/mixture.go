// Package mixture measures how far apart two mixtures of Gaussians are. There is no
// closed form but for the transport between components; the rest are bounds, and
// Monte Carlo with its standard error.
package mixture

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/sde/noise"
)

// Mixture is the law Σ_k w_k N(m_k, Σ_k). It is immutable and safe for concurrent
// use.
type Mixture struct {
	weights []float64
	parts   []*divergence.Gaussian
	mean    [][]float64
	lower   []*mat.TriDense
	height  []float64 // ln w_k − ½ ln |2πΣ_k|
}

// New returns the mixture of Gaussians of full rank with weights, which are scaled
// to sum to 1.
//
// Errors: divergence.ErrDimension, ErrNotFinite for weights that are not positive,
// ErrIndefinite for a singular covariance.
func New(weights []float64, parts []*divergence.Gaussian) (*Mixture, error) {
	if len(weights) == 0 || len(weights) != len(parts) {
		return nil, fmt.Errorf("%w: %d weights and %d Gaussians", divergence.ErrDimension, len(weights), len(parts))
	}
	var sum float64
	for i, w := range weights {
		if !(w > 0) || math.IsInf(w, 1) {
			return nil, fmt.Errorf("%w: weight %d is %v; it must be positive", divergence.ErrNotFinite, i, w)
		}
		sum += w
	}
	x := &Mixture{}
	dim := parts[0].Dim()
	for i, g := range parts {
		if g.Dim() != dim {
			return nil, fmt.Errorf("%w: Gaussian 0 has %d dimensions, Gaussian %d has %d", divergence.ErrDimension, dim, i, g.Dim())
		}
		var chol mat.Cholesky
		if g.Rank() < dim || !chol.Factorize(g.Cov()) {
			return nil, fmt.Errorf("%w: Gaussian %d is singular, a mixture with it has no density", divergence.ErrIndefinite, i)
		}
		l := new(mat.TriDense)
		chol.LTo(l)
		w := weights[i] / sum
		x.weights, x.parts, x.lower = append(x.weights, w), append(x.parts, g), append(x.lower, l)
		x.mean = append(x.mean, g.Mean(nil))
		x.height = append(x.height, math.Log(w)-0.5*float64(dim)*math.Log(2*math.Pi)-0.5*g.LogDet())
	}
	return x, nil
}

// Dim returns the number of coordinates.
func (x *Mixture) Dim() int { return x.parts[0].Dim() }

// LogDensity sets dst[i] to the logarithm of the density at row i of points. It
// panics where those are not len(dst) rows.
func (x *Mixture) LogDensity(dst, points []float64) {
	dim := x.Dim()
	if len(points) != len(dst)*dim {
		panic("mixture: points are not the rows of dst")
	}
	logs, z := make([]float64, len(x.parts)), make([]float64, dim)
	for i := range dst {
		at := points[i*dim : (i+1)*dim]
		top := math.Inf(-1)
		for k, l := range x.lower {
			raw := l.RawTriangular()
			var square float64
			for r := range dim {
				v := at[r] - x.mean[k][r]
				row := raw.Data[r*raw.Stride:]
				for c := range r {
					v -= row[c] * z[c]
				}
				z[r] = v / row[r]
				square += z[r] * z[r]
			}
			logs[k] = x.height[k] - square/2
			top = max(top, logs[k])
		}
		var sum float64
		for _, v := range logs {
			sum += math.Exp(v - top)
		}
		dst[i] = top + math.Log(sum)
	}
}

// Sample fills dst with rows of the law. The numbers are those of the address:
// the block that begins at at.Row, at two stages from at.Stage on.
func (x *Mixture) Sample(dst []float64, at noise.Address) {
	dim := x.Dim()
	if len(dst)%dim != 0 {
		panic("mixture: dst is not rows")
	}
	noise.Gaussian{}.Normal(dst, dim, at)
	at.Stage++
	s := noise.NewStream(at)
	for i := 0; i < len(dst); i += dim {
		u, k := s.Uniform(), 0
		for k+1 < len(x.weights) && u > x.weights[k] {
			u -= x.weights[k]
			k++
		}
		z, raw := dst[i:i+dim], x.lower[k].RawTriangular()
		for r := dim - 1; r >= 0; r-- {
			v := x.mean[k][r]
			for c, l := range raw.Data[r*raw.Stride : r*raw.Stride+r+1] {
				v += l * z[c]
			}
			z[r] = v
		}
	}
}

func check(p, q *Mixture) error {
	if p.Dim() != q.Dim() {
		return fmt.Errorf("%w: one mixture has %d dimensions, the other %d", divergence.ErrDimension, p.Dim(), q.Dim())
	}
	return nil
}
