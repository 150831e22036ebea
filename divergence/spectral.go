package divergence

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// rankTolerance is the size, relative to the largest eigenvalue, up to which an
// eigenvalue of an n×n covariance counts as zero.
func rankTolerance(n int) float64 { return float64(max(n, 10)) * 0x1p-52 }

// factorize finds the rank of Σ, by Cholesky where that settles it.
func (g *Gaussian) factorize() error {
	n := g.Dim()
	tol := rankTolerance(n)
	var chol mat.Cholesky
	positive := chol.Factorize(g.cov)
	keep := func() {
		g.rank = n
		g.lower = new(mat.TriDense)
		chol.LTo(g.lower)
	}
	if positive {
		// κ₂ ≤ κ₁, and the estimate of κ₁ is seldom low by more than a factor of 3.
		if g.cond = chol.Cond(); 10*g.cond*tol < 1 {
			keep()
			return nil
		}
	}
	values, _, err := g.eigen()
	if err != nil {
		return err
	}
	largest := values[n-1]
	if values[0] < -tol*max(largest, -values[0]) {
		return fmt.Errorf("%w: smallest eigenvalue %v, largest %v; project it onto the positive semidefinite matrices if this is noise", ErrIndefinite, values[0], largest)
	}
	for _, v := range values {
		if v > tol*largest {
			g.rank++
		}
	}
	if g.rank == n && positive {
		keep()
	} else if g.rank == n {
		g.rank-- // too close to singular for Cholesky: drop the smallest
	}
	return nil
}

// eigen returns the eigenvalues of Σ in ascending order with their vectors in
// columns.
func (g *Gaussian) eigen() ([]float64, *mat.Dense, error) {
	s := &g.spectral
	s.once.Do(func() {
		var e mat.EigenSym
		if s.ok = e.Factorize(g.cov, true); s.ok {
			s.values = e.Values(nil)
			s.vectors = new(mat.Dense)
			e.VectorsTo(s.vectors)
		}
	})
	if !s.ok {
		return nil, nil, fmt.Errorf("%w: eigenvalues of a %d×%d covariance", ErrConvergence, g.Dim(), g.Dim())
	}
	return s.values, s.vectors, nil
}

// factor returns the Cholesky factor of a regular Σ.
func (g *Gaussian) factor() factor {
	g.cholesky.once.Do(func() { g.cholesky.factor = improve(g.lower, g.cond, g.cov, nil) })
	return g.cholesky.factor
}

// root returns an n×rank matrix F with FFᵀ = Σ.
func (g *Gaussian) root() (*mat.Dense, error) {
	if g.lower != nil {
		return mat.DenseCopyOf(g.lower), nil
	}
	values, vectors, err := g.eigen()
	if err != nil {
		return nil, err
	}
	n := g.Dim()
	f := mat.DenseCopyOf(vectors.Slice(0, n, n-g.rank, n))
	for i := range n {
		row := f.RawRowView(i)
		for j := range row {
			row[j] *= math.Sqrt(values[n-g.rank+j])
		}
	}
	return f, nil
}
