package divergence

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// W2 returns the Wasserstein distance of order 2,
//
//	W2(p, q)² = |m_p − m_q|² + tr( Σ_p + Σ_q − 2(Σ_p^½ Σ_q Σ_p^½)^½ )
//
// It is a metric, finite for singular covariances too, and keeps its relative
// precision however close p and q are. Exchanging p and q does not change a bit.
// Errors: [ErrDimension], [ErrConvergence].
//
// Cost: the eigenvalues of an n×n matrix where p and q are far apart (its singular
// values where it is too ill-conditioned); where they are near each other, a tridiagonal
// form and products of some steps; between these, the eigenvectors of the larger covariance,
// which it keeps, and a few matrix products.
//
// Dowson, Landau (1982); Bhatia, Jain, Lim (2019), eq. 1.
func W2(p, q *Gaussian) (float64, error) {
	d, b, err := transport(p, q)
	if err != nil {
		return math.NaN(), err
	}
	return math.Hypot(floats.Norm(d.delta, 2), math.Sqrt(b)), nil
}

// W2Squared returns the square of [W2],
//
//	W2² = |m_p − m_q|² + tr( Σ_p + Σ_q − 2(Σ_p^½ Σ_q Σ_p^½)^½ )
//
// known as the Fréchet distance between Gaussians fitted to two samples. Errors
// as for [W2].
//
// Fréchet (1957); Heusel et al. (2017), eq. 6.
func W2Squared(p, q *Gaussian) (float64, error) {
	d, b, err := transport(p, q)
	if err != nil {
		return math.NaN(), err
	}
	return floats.Dot(d.delta, d.delta) + b, nil
}

// transport returns the differences of p and q and their squared Bures distance.
func transport(p, q *Gaussian) (pair, float64, error) {
	if err := checkDims(p, q); err != nil {
		return pair{}, 0, err
	}
	d := difference(p, q)
	if d.sameCov() {
		return d, 0, nil
	}
	if d.smaller() {
		d = d.flip()
	}
	b, err := d.bures()
	return d, b, err
}

// smaller orders covariances: by trace, then by the first entry that differs.
func (d pair) smaller() bool {
	if a, b := mat.Trace(d.p.cov), mat.Trace(d.q.cov); a != b {
		return a < b
	}
	b := d.q.data()
	for k, v := range d.p.data() {
		if v != b[k] {
			return v < b[k]
		}
	}
	return false
}
