// Package geometry holds the geometry of Gaussians under the divergences of package
// divergence: optimal maps, geodesics and barycentres of W2, and the gradients of
// all of them by means and covariances, for fitting.
package geometry

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
)

// OptimalMap returns the symmetric T of the map x → m_q + T(x − m_p) that carries p
// to q at the least mean squared distance. With Σ_p = LLᵀ,
//
//	T = L⁻ᵀ (LᵀΣ_qL)^½ L⁻¹,   TΣ_pT = Σ_q
//
// q may be singular. Errors: divergence.ErrDimension, ErrIndefinite where p is
// singular, ErrConvergence.
//
// Dowson, Landau (1982), eq. 4; Olkin, Pukelsheim (1982).
func OptimalMap(p, q *divergence.Gaussian) (*mat.SymDense, error) {
	if err := same(p, q); err != nil {
		return nil, err
	}
	chol, err := factor(p)
	if err != nil {
		return nil, err
	}
	return mapTo(chol, q.Cov())
}

func same(p, q *divergence.Gaussian) error {
	if p.Dim() != q.Dim() {
		return fmt.Errorf("%w: one Gaussian has %d dimensions, the other %d", divergence.ErrDimension, p.Dim(), q.Dim())
	}
	return nil
}

func factor(g *divergence.Gaussian) (*mat.Cholesky, error) {
	var chol mat.Cholesky
	if g.Rank() < g.Dim() || !chol.Factorize(g.Cov()) {
		return nil, fmt.Errorf("%w: covariance of rank %d in %d dimensions; it must be positive definite here", divergence.ErrIndefinite, g.Rank(), g.Dim())
	}
	return &chol, nil
}

// mapTo returns the map from the covariance with this factor to b.
func mapTo(chol *mat.Cholesky, b *mat.SymDense) (*mat.SymDense, error) {
	n := b.SymmetricDim()
	var l mat.TriDense
	chol.LTo(&l)
	var m, c mat.Dense
	m.Mul(b, &l)
	c.Mul(l.T(), &m)
	var e mat.EigenSym
	if !e.Factorize(symmetric(&c), true) {
		return nil, fmt.Errorf("%w: eigenvalues in %d dimensions", divergence.ErrConvergence, n)
	}
	var v mat.Dense
	e.VectorsTo(&v)
	var inverse mat.TriDense
	if err := inverse.InverseTri(&l); err != nil {
		return nil, fmt.Errorf("%w: %w", divergence.ErrIndefinite, err)
	}
	m.Mul(inverse.T(), &v)
	for j, value := range e.Values(nil) {
		root := math.Pow(max(value, 0), 0.25)
		for i := range n {
			m.Set(i, j, root*m.At(i, j))
		}
	}
	var t mat.SymDense
	t.SymOuterK(1, &m)
	return &t, nil
}

// symmetric returns the symmetric part.
func symmetric(a *mat.Dense) *mat.SymDense {
	n, _ := a.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, a.At(i, j)/2+a.At(j, i)/2)
		}
	}
	return s
}

// congruence returns TST.
func congruence(t, s *mat.SymDense) *mat.SymDense {
	var a, b mat.Dense
	a.Mul(t, s)
	b.Mul(&a, t)
	return symmetric(&b)
}

// Geodesic returns the Gaussian at t ∈ [0, 1] of the way from p to q,
//
//	N( (1−t)m_p + t m_q, MΣ_pM ),   M = (1−t)I + tT,
//
// with T of [OptimalMap]: W2 to p is t W2(p, q) and to q (1−t) W2(p, q).
//
// Errors as for [OptimalMap]; divergence.ErrNotFinite for t outside [0, 1].
//
// McCann (1997), example 1.7.
func Geodesic(p, q *divergence.Gaussian, t float64) (*divergence.Gaussian, error) {
	if !(t >= 0 && t <= 1) {
		return nil, fmt.Errorf("%w: t = %v is not between 0 and 1", divergence.ErrNotFinite, t)
	}
	m, err := OptimalMap(p, q)
	if err != nil {
		return nil, err
	}
	m.ScaleSym(t, m)
	for i := range m.SymmetricDim() {
		m.SetSym(i, i, m.At(i, i)+1-t)
	}
	mean := p.Mean(nil)
	floats.Scale(1-t, mean)
	floats.AddScaled(mean, t, q.Mean(nil))
	return divergence.NewGaussian(mean, congruence(m, p.Cov()))
}

// Barycentre returns the Gaussian of least Σ_i w_i W2²(·, p_i), whose covariance S
// is the fixed point of
//
//	S ← T̄ST̄,   T̄ = Σ_i w_i T(S → Σ_i),
//
// where T̄ = I. Weights are scaled to sum to 1.
//
// Errors: divergence.ErrDimension, ErrNotFinite for weights that are negative,
// ErrSamples for none above 0, ErrIndefinite where a Gaussian is singular;
// ErrConvergence with the iterate reached.
//
// Álvarez-Esteban, del Barrio, Cuesta-Albertos, Matrán (2016), theorem 4.2.
func Barycentre(weights []float64, parts []*divergence.Gaussian) (*divergence.Gaussian, error) {
	if len(parts) == 0 || len(weights) != len(parts) {
		return nil, fmt.Errorf("%w: %d weights and %d Gaussians", divergence.ErrDimension, len(weights), len(parts))
	}
	var sum float64
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return nil, fmt.Errorf("%w: weight %d is %v", divergence.ErrNotFinite, i, w)
		}
		if err := same(parts[0], parts[i]); err != nil {
			return nil, err
		}
		if _, err := factor(parts[i]); err != nil {
			return nil, err
		}
		sum += w
	}
	if sum == 0 {
		return nil, fmt.Errorf("%w: all weights are 0", divergence.ErrSamples)
	}
	n := parts[0].Dim()
	mean, s := make([]float64, n), mat.NewSymDense(n, nil)
	covs := make([]*mat.SymDense, len(parts))
	for i, g := range parts {
		covs[i] = g.Cov()
		floats.AddScaled(mean, weights[i]/sum, g.Mean(nil))
		var scaled mat.SymDense
		scaled.ScaleSym(weights[i]/sum, covs[i])
		s.AddSym(s, &scaled)
	}
	const most = 1000
	previous := math.Inf(1)
	var off float64
	for range most {
		var chol mat.Cholesky
		if !chol.Factorize(s) {
			return nil, fmt.Errorf("%w: an iterate of the barycentre", divergence.ErrIndefinite)
		}
		average := mat.NewSymDense(n, nil)
		for i, c := range covs {
			t, err := mapTo(&chol, c)
			if err != nil {
				return nil, err
			}
			t.ScaleSym(weights[i]/sum, t)
			average.AddSym(average, t)
		}
		off = 0
		for i := range n {
			for j := range n {
				v := average.At(i, j)
				if i == j {
					v--
				}
				off += v * v
			}
		}
		s = congruence(average, s)
		// Down to rounding, or no longer falling near it.
		if off <= 1e-28*float64(n) || off >= previous && off < 1e-16 {
			return divergence.NewGaussian(mean, s)
		}
		previous = off
	}
	g, err := divergence.NewGaussian(mean, s)
	if err != nil {
		return nil, err
	}
	return g, fmt.Errorf("%w: the mean map of the barycentre is still %.2g from I after %d iterations", divergence.ErrConvergence, math.Sqrt(off), most)
}
