package evaluate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/statistics"
)

// KernelConfig says how [Kernel] works.
type KernelConfig struct {
	Block   int // rows of each sample in a block; 0: 1000, or fewer to make twenty blocks
	Seed    uint64
	Workers int // 0: one a core; the result is the same
}

// Kernel returns the kernel distance between two samples, the squared maximum mean
// discrepancy of a polynomial kernel of degree 3,
//
//	MMD² = E k(X, X') + E k(Y, Y') − 2 E k(X, Y),   k(x, y) = (x·y/dim + 1)³,
//
// without bias for any number of rows: near 0 it may be negative. It compares the first
// three moments, and depends on the units of the rows. Of Inception's features it is KID.
//
// It is the mean over blocks that share no row, and its standard error that of this mean:
// it holds where the laws are one, as well, if there are some tens of blocks. Larger ones
// have less error. Rows that fill no block are left out.
//
// Errors: divergence.ErrDimension, ErrSamples for fewer than 4 rows, ErrNotFinite,
// [ErrConfig]; that of ctx.
//
// Bińkowski, Sutherland, Arbel, Gretton (2018), "Demystifying MMD GANs", section 4.
func Kernel(ctx context.Context, x, y []float64, dim int, c KernelConfig) (statistics.Estimate, error) {
	n, err := check(dim, 4, x, y)
	if err != nil {
		return unknown, err
	}
	rows := min(n[0], n[1])
	size := c.Block
	if size == 0 {
		size = min(1000, max(2, rows/20))
	}
	if size < 2 || size > rows/2 {
		return unknown, fmt.Errorf("%w: blocks of %d rows out of %d; want from 2 to half of them", ErrConfig, size, rows)
	}
	x, y = shuffled(x, dim, c.Seed, 0), shuffled(y, dim, c.Seed, 1)
	block := make([]float64, rows/size)
	err = par.For(ctx, c.Workers, len(block), func(_, b int) error {
		part := func(z []float64) []float64 { return z[b*size*dim:][:size*dim] }
		block[b] = cubic(part(x), part(y), dim)
		return nil
	})
	if err != nil {
		return unknown, err
	}
	mean, sd := stat.MeanStdDev(block, nil)
	return statistics.Estimate{Value: mean, Error: sd / math.Sqrt(float64(len(block)))}, nil
}

// cubic is the U-statistic of two samples of one size.
func cubic(x, y []float64, dim int) float64 {
	n := len(x) / dim
	var own, cross float64
	k := func(a, b []float64) float64 {
		s := floats.Dot(a, b)/float64(dim) + 1
		return s * s * s
	}
	for i := range n {
		xi, yi := x[i*dim:][:dim], y[i*dim:][:dim]
		for j := range n {
			cross += k(xi, y[j*dim:][:dim])
		}
		for j := range i {
			own += k(xi, x[j*dim:][:dim]) + k(yi, y[j*dim:][:dim])
		}
	}
	size := float64(n)
	return 2*own/(size*(size-1)) - 2*cross/(size*size)
}
