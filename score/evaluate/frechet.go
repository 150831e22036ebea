package evaluate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/statistics"
)

// FrechetConfig says how [Frechet] works.
type FrechetConfig struct {
	Blocks  int // of the jackknife; 0: 20, or fewer where there are fewer rows
	Seed    uint64
	Workers int // 0: one a core; the result is the same
}

// FrechetDistance is between the Gaussians that have the moments of two samples.
type FrechetDistance struct {
	// Squared is the distance as it is usually given, too large by a bias that falls as
	// 1/N, for both numbers of rows: it is not 0 for two samples of one law.
	Squared statistics.Estimate
	// Corrected is without the first order of this bias; near 0 it may be negative.
	Corrected statistics.Estimate
}

// Frechet returns the Fréchet distance between two samples, rows of dim numbers,
//
//	d² = |m_x − m_y|² + tr(C_x + C_y − 2(C_x^½ C_y C_x^½)^½)
//
// with means m and unbiased covariances C, in squared units of the rows. Of Inception's
// features it is FID.
//
// Standard error and correction are those of the jackknife that leaves out one of Blocks
// blocks of both samples at a time, d²_b being what the others give,
//
//	error² = (B−1)/B Σ (d²_b − mean d²_b)²,   corrected = B d² − (B−1) mean d²_b,
//
// the correction being that of d² as it is at infinite numbers of rows if it is linear in
// their inverse (Chong, Forsyth 2020, "Effectively unbiased FID and inception score").
// The error is one of first order: at two samples of one law it is rough, and the size of
// the correction is the better guide. With as few rows as columns the covariances are
// singular, and both too small.
//
// Errors: divergence.ErrDimension, ErrSamples for fewer than 4 rows, ErrNotFinite,
// ErrConvergence, [ErrConfig]; that of ctx.
//
// Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter (2017), eq. 6; Quenouille (1956) and
// Tukey (1958) for the jackknife.
func Frechet(ctx context.Context, x, y []float64, dim int, c FrechetConfig) (FrechetDistance, error) {
	none := FrechetDistance{unknown, unknown}
	n, err := check(dim, 4, x, y)
	if err != nil {
		return none, err
	}
	blocks := c.Blocks
	if blocks == 0 {
		blocks = min(20, min(n[0], n[1])/2)
	}
	if blocks < 2 || blocks > min(n[0], n[1])/2 {
		return none, fmt.Errorf("%w: %d blocks of %d and %d rows; want from 2 to half of the rows", ErrConfig, blocks, n[0], n[1])
	}
	whole, err := squared(x, y, dim)
	if err != nil {
		return none, err
	}
	x, y = shuffled(x, dim, c.Seed, 0), shuffled(y, dim, c.Seed, 1)
	without := make([]float64, blocks)
	err = par.For(ctx, c.Workers, blocks, func(_, b int) error {
		var err error
		without[b], err = squared(leaveOut(x, dim, b, blocks), leaveOut(y, dim, b, blocks), dim)
		return err
	})
	if err != nil {
		return none, err
	}
	mean, variance := stat.PopMeanVariance(without, nil)
	size := float64(blocks)
	e := math.Sqrt((size - 1) * variance)
	return FrechetDistance{
		Squared:   statistics.Estimate{Value: whole, Error: e},
		Corrected: statistics.Estimate{Value: size*whole - (size-1)*mean, Error: e},
	}, nil
}

func squared(x, y []float64, dim int) (float64, error) {
	p, err := divergence.Fit(x, dim)
	if err != nil {
		return 0, err
	}
	q, err := divergence.Fit(y, dim)
	if err != nil {
		return 0, err
	}
	return divergence.W2Squared(p, q)
}

// leaveOut copies all rows but those of block b.
func leaveOut(x []float64, dim, b, blocks int) []float64 {
	n := len(x) / dim
	lo, hi := b*n/blocks*dim, (b+1)*n/blocks*dim
	return append(append(make([]float64, 0, len(x)-(hi-lo)), x[:lo]...), x[hi:]...)
}
