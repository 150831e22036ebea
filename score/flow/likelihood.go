package flow

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// ErrConfig: a configuration with an entry that cannot be honoured.
var ErrConfig = errors.New("flow: configuration out of range")

// Config says how [LogLikelihood] works, and [Encode] and [Decode].
type Config struct {
	// From and To are the times between which the flow is followed; both 0: the
	// process's horizon. The rows are taken to be at the level of From.
	From, To float64
	// Method is what integrates; nil: integrators.DormandPrince.
	Method integrators.Method
	// Solve holds the tolerances or the step, which have no default. At and
	// Observer must be empty.
	Solve ode.Config
	// Trace gives the trace of the Jacobian; nil: [Exact].
	Trace Trace
	// Prior gives ln p_T at the level of To; nil: N(0, σ_T² I). The true p_T is
	// N(0, σ_T² I) only as α_T → 0: the error in ln p_0 is ln p_T − ln prior at
	// x_T, about α_T x_T·E[x_0]/σ_T². A Gaussian with the data's moments leaves
	// no error of first or second order in α_T.
	Prior score.LogDensity
	// Workers is the number of goroutines; 0: GOMAXPROCS.
	Workers int
	// First is the number of the first row in the data set, for [Hutchinson].
	First uint64
}

// Likelihood is the outcome of [LogLikelihood].
type Likelihood struct {
	LogDensity  []float64 // nats, one for each row; NaN for a row not done
	Evaluations int       // of the model, by all rows together
}

// LogLikelihood returns, for each row of x,
//
//	ln p(x_0) = ln p_T(x_T) + ∫ ∇·v(x_t, t) dt
//
// along the probability flow from x_0 = x (Chen et al. 2018, theorem 1; Song et
// al. 2021, eq. 39): the density of the data noised to the level of Config.From,
// as the model believes it to be. Each row is a solve of its own, with its own
// steps, so that it does not depend on the other rows or on the workers.
//
// Errors: [ErrConfig], [ErrNoTrace], and those of package ode, the model and the
// prior, with the number of the row; the rows that were done come back. It panics
// if len(x) is not a multiple of the model's dimension.
func LogLikelihood(ctx context.Context, p sde.Process, m score.Model, x []float64, c Config) (Likelihood, error) {
	dim := m.Dim()
	if len(x)%dim != 0 {
		panic(fmt.Sprintf("flow: len(x) = %d is not a multiple of %d", len(x), dim))
	}
	c, err := c.way(p)
	if err != nil {
		return Likelihood{}, err
	}
	if c.Trace == nil {
		if c.Trace, err = Exact(m); err != nil {
			return Likelihood{}, err
		}
	}
	if c.Prior == nil {
		if c.Prior, err = score.NewIsotropic(make([]float64, dim), 0); err != nil {
			return Likelihood{}, err
		}
	}
	rows := len(x) / dim
	l := Likelihood{LogDensity: make([]float64, rows)}
	for i := range l.LogDensity {
		l.LogDensity[i] = math.NaN()
	}
	evaluations := make([]int, rows)
	err = par.For(ctx, c.Workers, rows, func(_, i int) error {
		var err error
		l.LogDensity[i], evaluations[i], err = logDensity(ctx, p, m, x[i*dim:][:dim], c, c.First+uint64(i))
		if err != nil {
			return fmt.Errorf("flow: row %d: %w", i, err)
		}
		return nil
	})
	for _, n := range evaluations {
		l.Evaluations += n
	}
	return l, err
}

// logDensity follows one row and, as a last component, the integral.
func logDensity(ctx context.Context, p sde.Process, m score.Model, x []float64, c Config, row uint64) (float64, int, error) {
	dim := len(x)
	field := func(dst []float64, t float64, y []float64) error {
		a, b, err := score.DriftCoefficients(p, t, 0)
		if err != nil {
			return err
		}
		at := p.At(t)
		if err := m.Denoise(dst[:dim], y[:dim], at); err != nil {
			return err
		}
		for j, v := range y[:dim] {
			dst[j] = a*v + b*dst[j]
		}
		if err := c.Trace.TraceRows(dst[dim:], y[:dim], at, row); err != nil {
			return err
		}
		dst[dim] = a*float64(dim) + b*dst[dim]
		return nil
	}
	start := append(append(make([]float64, 0, dim+1), x...), 0)
	end, err := ode.Solve(ctx, c.Method, field, c.From, c.To, start, c.Solve)
	if err != nil {
		return math.NaN(), end.Stats.Evaluations, err
	}
	var prior [1]float64
	if err := c.Prior.LogDensity(prior[:], end.Y[:dim], p.At(c.To)); err != nil {
		return math.NaN(), end.Stats.Evaluations, err
	}
	return prior[0] + end.Y[dim], end.Stats.Evaluations, nil
}

// BitsPerDim turns a log density in nats into bits per dimension, −ln p/(d ln 2)
// plus the offset of the data's units: log₂ of how many quantisation steps there
// are to a unit, 7 for 8-bit data scaled to [−1, 1].
func BitsPerDim(logDensity float64, dim int, offset float64) float64 {
	return -logDensity/(float64(dim)*math.Ln2) + offset
}
