package matching

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/statistics"
)

// Pooled returns the losses of noise prediction on pictures at several resolutions,
//
//	L_s = E mean |P_s(ε − ε̂(x))|²,   ε̂ = (x − αD(x))/σ,   x = αx_0 + σε,
//
// a mean over pixels, with P_s the mean over squares of s×s pixels: one number for each
// of factors. Rows are planes of side×side pixels, one after another. Pooling divides
// the variance of noise by s², L_s = 1/s² for a model that predicts none, and leaves what
// is smooth: so the loss at factor s sees what a diffusion of pictures s times smaller
// does at λ + ln s, and Σ_s L_s times the weights of one's choice keeps large pictures from being
// learned by their texture alone. sde.ShiftedSNR shifts λ instead.
//
// Errors: as for [Denoising], and [score.ErrDimension] where a row is no planes of
// side×side or a factor does not divide side.
//
// Hoogeboom, Heek, Salimans (2023), "Simple diffusion: end-to-end diffusion for high
// resolution images", section 3.2.
func Pooled(ctx context.Context, m score.Model, x []float64, at sde.Level, side int, factors []int, c Config) ([]statistics.Estimate, error) {
	dim := m.Dim()
	if side < 1 || dim%(side*side) != 0 {
		return nil, fmt.Errorf("%w: rows of %d numbers are no planes of %d×%d", score.ErrDimension, dim, side, side)
	}
	for _, s := range factors {
		if s < 1 || side%s != 0 {
			return nil, fmt.Errorf("%w: a factor of %d for a side of %d", score.ErrDimension, s, side)
		}
	}
	n, err := checkRows(x, dim, 2)
	if err != nil {
		return nil, err
	}
	if !(at.Alpha >= 0) || !(at.Sigma > 0) || math.IsInf(at.Alpha+at.Sigma, 1) {
		return nil, fmt.Errorf("%w: α = %v, σ = %v; want α ≥ 0 and σ > 0", score.ErrLevel, at.Alpha, at.Sigma)
	}
	losses := make([][]float64, len(factors))
	for k := range losses {
		losses[k] = make([]float64, n)
	}
	err = c.tiles(ctx, dim, x, at, func(lo int, x0, noised []float64) error {
		d := make([]float64, len(x0))
		if err := m.Denoise(d, noised, at); err != nil {
			return err
		}
		for i := range d { // ε − ε̂ = α(D − x_0)/σ
			d[i] = at.Alpha * (d[i] - x0[i]) / at.Sigma
		}
		for k, s := range factors {
			for i := range len(d) / dim {
				losses[k][lo+i] = pooledSquare(d[i*dim:][:dim], side, s)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	estimates := make([]statistics.Estimate, len(factors))
	for k, v := range losses {
		mean, sd := stat.MeanStdDev(v, nil)
		estimates[k] = statistics.Estimate{Value: mean, Error: sd / math.Sqrt(float64(n))}
	}
	return estimates, nil
}

// pooledSquare is the mean over squares of s×s pixels of the square of their mean.
func pooledSquare(e []float64, side, s int) float64 {
	var total float64
	for plane := 0; plane < len(e); plane += side * side {
		for i := 0; i < side; i += s {
			for j := 0; j < side; j += s {
				var sum float64
				for a := range s {
					for _, v := range e[plane+(i+a)*side+j:][:s] {
						sum += v
					}
				}
				total += sum * sum
			}
		}
	}
	return total / float64(s*s*len(e))
}
