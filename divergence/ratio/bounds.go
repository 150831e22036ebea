package ratio

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/sde/statistics"
)

// Bounds are lower bounds on divergences between two laws, in nats. Each is the
// divergence itself for ℓ = ln p/q.
type Bounds struct {
	// JensenShannon is ln 2 + ½ E_p ln σ(ℓ) + ½ E_q ln σ(−ℓ): ln 2 less the loss of
	// the classifier, and so never above ln 2, which is what laws without common
	// support have. Deep InfoMax (Hjelm et al. 2019, eq. 4) maximises it, with the
	// joint law for p and the product of its marginals for q.
	JensenShannon statistics.Estimate
	// KL is E_p ℓ + 1 − E_q e^ℓ ≤ KL(p‖q) (Nguyen, Wainwright, Jordan 2010).
	KL statistics.Estimate
}

// Bounds evaluates the bounds on rows x of p and y of q. On rows other than those
// it was fitted to they are bounds but for their standard errors; on its own they
// are too high by about half the number of functions over the number of rows.
//
// Errors: divergence.ErrDimension, ErrSamples for fewer than 2 rows, ErrNotFinite.
func (l *Logit) Bounds(x, y []float64) (Bounds, error) {
	n, m, err := rows.Check2(x, y, l.basis.Dim(), 2)
	if err != nil {
		return Bounds{}, fmt.Errorf("bounds: %w", err)
	}
	p, q := make([]float64, n), make([]float64, m)
	l.Log(p, x)
	l.Log(q, y)
	share := func(from []float64, f func(float64) float64) (mean, variance float64) {
		v := make([]float64, len(from))
		for i, a := range from {
			v[i] = f(a)
		}
		mean, variance = stat.MeanVariance(v, nil)
		return mean, variance / float64(len(v))
	}
	a, va := share(p, func(v float64) float64 { return -softplus(-v) })
	b, vb := share(q, func(v float64) float64 { return -softplus(v) })
	c, vc := share(p, func(v float64) float64 { return v })
	d, vd := share(q, math.Expm1)
	return Bounds{
		JensenShannon: statistics.Estimate{Value: math.Ln2 + 0.5*(a+b), Error: 0.5 * math.Sqrt(va+vb)},
		KL:            statistics.Estimate{Value: c - d, Error: math.Sqrt(vc + vd)},
	}, nil
}

// Shuffled pairs rows of the joint law of (x, y) and of the product of the
// marginals, for a classifier that measures dependence: joint has rows (x_i, y_i),
// product (x_i, y_{i+shift}) around the end, with shift from 1 to rows − 1, so that
// no row keeps its partner. It panics unless both have the same number of rows and
// shift is such.
func Shuffled(x []float64, dimX int, y []float64, dimY, shift int) (joint, product []float64) {
	n := len(x) / dimX
	if len(x) != n*dimX || len(y) != n*dimY || shift < 1 || shift >= n {
		panic(fmt.Sprintf("ratio: %d and %d numbers in rows of %d and %d, shifted by %d", len(x), len(y), dimX, dimY, shift))
	}
	for i := range n {
		own := x[i*dimX:][:dimX]
		joint = append(append(joint, own...), y[i*dimY:][:dimY]...)
		product = append(append(product, own...), y[(i+shift)%n*dimY:][:dimY]...)
	}
	return joint, product
}
