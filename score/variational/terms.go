package variational

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// Terms of a negative evidence lower bound, in nats a row; flow.BitsPerDim of less the
// total is in bits a coordinate.
type Terms struct {
	Prior   float64   // KL(q(x_T|x)‖p(x_T))
	Steps   []float64 // of Hierarchy, E KL(q(x_s|x_t, x)‖p(x_s|x_t)) of each step; of Continuous, of each node
	Decoder float64   // −E ln p(x|x_0)
	Total   statistics.Estimate
	Rows    []float64 // the bound of each row
}

// newTerms checks the data and begins with KL(N(αx, σ²I)‖N(0, prior·I)) at the first level.
func newTerms(x []float64, dim int, first sde.Level, prior float64) (Terms, error) {
	if len(x) == 0 || len(x)%dim != 0 {
		return Terms{}, fmt.Errorf("%w: %d numbers are not rows of %d", score.ErrDimension, len(x), dim)
	}
	if !(prior >= 0) || math.IsInf(prior, 1) {
		return Terms{}, fmt.Errorf("%w: prior of variance %v", score.ErrConfig, prior)
	}
	if prior == 0 {
		prior = first.Sigma * first.Sigma
	}
	t := Terms{Rows: make([]float64, len(x)/dim)}
	ratio := first.Sigma * first.Sigma / prior
	for i := range t.Rows {
		norm := floats.Norm(x[i*dim:][:dim], 2) * first.Alpha
		t.Rows[i] = 0.5*float64(dim)*(ratio-1-math.Log(ratio)) + 0.5*norm*norm/prior
	}
	t.Prior = stat.Mean(t.Rows, nil)
	return t, nil
}

// decode adds −E ln p(x|x_0): of N(x_0/α, ρ²I) in closed form, of values with one noise a
// row.
func (t *Terms) decode(ctx context.Context, x []float64, dim int, at sde.Level, values []float64, c matching.Config) error {
	if values == nil {
		t.Decoder = 0.5 * float64(dim) * math.Log(2*math.Pi*math.E*at.Rho()*at.Rho())
		floats.AddConst(t.Decoder, t.Rows)
		return nil
	}
	if err := checkValues(values); err != nil {
		return err
	}
	if c.Source == nil {
		c.Source = noise.Gaussian{}
	}
	noised := make([]float64, len(x))
	sde.Perturb(noised, x, dim, at, c.Source, noise.Address{Seed: c.Seed, Use: noise.Train, Step: c.Step})
	logits, rho := make([]float64, len(values)), at.Rho()
	for i, y := range noised {
		if i%dim == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		k, ok := nearest(values, x[i])
		if !ok {
			return fmt.Errorf("%w: row %d, column %d is %v, which is none of the %d values", score.ErrConfig, i/dim, i%dim, x[i], len(values))
		}
		for j, v := range values {
			d := (y/at.Alpha - v) / rho
			logits[j] = -0.5 * d * d
		}
		loss := floats.LogSumExp(logits) - logits[k]
		t.Rows[i/dim] += loss
		t.Decoder += loss / float64(len(t.Rows))
	}
	return nil
}

func checkValues(values []float64) error {
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && !(v > values[i-1]) {
			return fmt.Errorf("%w: value %d of the decoder is %v; want them finite and ascending", score.ErrConfig, i, v)
		}
	}
	if len(values) < 2 {
		return fmt.Errorf("%w: %d values of the decoder; want at least two", score.ErrConfig, len(values))
	}
	return nil
}

// nearest returns the place of x among values, and whether it is one of them but for
// rounding of a file's text.
func nearest(values []float64, x float64) (int, bool) {
	k, found := slices.BinarySearch(values, x)
	if found {
		return k, true
	}
	if k == len(values) || k > 0 && x-values[k-1] < values[k]-x {
		k--
	}
	gap := math.Inf(1)
	if k > 0 {
		gap = values[k] - values[k-1]
	}
	if k+1 < len(values) {
		gap = min(gap, values[k+1]-values[k])
	}
	return k, math.Abs(x-values[k]) <= 1e-6*gap
}

func (t *Terms) finish() { t.Total = meanOf(t.Rows) }

func meanOf(x []float64) statistics.Estimate {
	mean, sd := stat.MeanStdDev(x, nil)
	return statistics.Estimate{Value: mean, Error: sd / math.Sqrt(float64(len(x)))}
}

// onCircle is the level with α² + σ² = 1 and a signal-to-noise ratio.
func onCircle(snr float64) sde.Level {
	return sde.Level{Alpha: math.Sqrt(snr / (1 + snr)), Sigma: math.Sqrt(1 / (1 + snr))}
}
