package divergence

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence/internal/dense"
)

// rankTolerance is the size, relative to the largest eigenvalue, up to which an
// eigenvalue of an n×n covariance counts as zero.
func rankTolerance(n int) float64 { return float64(max(n, 10)) * 0x1p-52 }

// factorize finds the rank of Σ, by Cholesky where that settles it.
func (g *Gaussian) factorize() error {
	n := g.Dim()
	tol := rankTolerance(n)
	upper := g.upper
	positive := upper.Factorize(g.data(), n, g.room)
	g.upper, g.room = nil, nil
	if positive {
		// A bound settles most; κ₂ ≤ κ₁, and the estimate of κ₁ is seldom low by more than a factor of 3.
		if g.cond = upper.Bound(g.norm); !(g.cond <= doubleAbove) {
			g.cond = upper.Cond(g.norm)
		}
		if 10*g.cond*tol < 1 {
			g.rank, g.upper = n, upper
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
		g.upper = upper
	} else if g.rank == n {
		g.rank-- // too close to singular for Cholesky: drop the smallest
	}
	return nil
}

// data returns the rows of Σ.
func (g *Gaussian) data() []float64 { return g.cov.RawSymmetric().Data }

// eigen returns the eigenvalues of Σ in ascending order with their vectors in
// columns.
func (g *Gaussian) eigen() ([]float64, *mat.Dense, error) {
	s := &g.spectral
	s.once.Do(func() {
		s.values, s.vectors, s.ok = eigen(g.data(), g.Dim())
	})
	if !s.ok {
		return nil, nil, fmt.Errorf("%w: eigenvalues of a %d×%d covariance", ErrConvergence, g.Dim(), g.Dim())
	}
	return s.values, s.vectors, nil
}

// eigen returns the eigenvalues of a symmetric matrix and their vectors in columns.
func eigen(a []float64, n int) (values []float64, vectors *mat.Dense, ok bool) {
	values, rows, ok := dense.Eigen(a, n)
	if !ok {
		return nil, nil, false
	}
	columns := make([]float64, n*n)
	dense.Transpose(columns, rows, n)
	return values, mat.NewDense(n, n, columns), true
}

// factor returns the Cholesky factor of a regular Σ.
func (g *Gaussian) factor() factor {
	g.cholesky.once.Do(func() { g.cholesky.factor = improve(g.upper, g.cond, sum{g.cov, g.cov, 1, 0}) })
	return g.cholesky.factor
}

// root returns an n×rank matrix F with FFᵀ = Σ.
func (g *Gaussian) root() (*mat.Dense, error) {
	if g.upper != nil {
		return mat.NewDense(g.Dim(), g.Dim(), g.upper.Lower()), nil
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
