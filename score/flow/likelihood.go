package flow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

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
	// Global makes the tolerances of Solve bound the error of likelihoods, not that of
	// steps: see ode.SolveGlobal. It takes two solves or three, and is not for paths.
	Global bool
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
	// Progress is told how many rows are done, by several goroutines.
	Progress func(done, total int)
}

// Likelihood is the outcome of [LogLikelihood]. Its slices have one number for each
// row, in nats, NaN for a row not done.
type Likelihood struct {
	LogDensity  []float64 // Prior + Volume
	Prior       []float64 // ln p_T(x_T), what Config.Prior says of where the row ends
	Volume      []float64 // ∫∇·v dt, how the flow spreads what is around the row
	Error       []float64 // standard error of Volume by the probes of [Hutchinson]; 0 for [Exact], else NaN
	SolveError  []float64 // estimate of the error of Volume by the solve, with Config.Global; else NaN
	Evaluations int       // of the model, by all rows together; a trace's are not counted
	probes      int
}

// Interval returns the interval that has the log density of row i with the
// probability level, but for the error of the solve: by Student's law of the probes'
// mean, (−Inf, +Inf) where Error is not known. It is honest as far as that mean is near
// normal: from some 30 probes on, or 10 in many dimensions.
func (l Likelihood) Interval(i int, level float64) (lo, hi float64) {
	switch e := l.Error[i]; {
	case math.IsNaN(e):
		return math.Inf(-1), math.Inf(1)
	case e == 0:
		return l.LogDensity[i], l.LogDensity[i]
	default:
		half := e * distuv.StudentsT{Sigma: 1, Nu: float64(l.probes - 1)}.Quantile((1+level)/2)
		return l.LogDensity[i] - half, l.LogDensity[i] + half
	}
}

// LogLikelihood returns, for each row of x,
//
//	ln p(x_0) = ln p_T(x_T) + ∫ ∇·v(x_t, t) dt
//
// along the probability flow from x_0 = x (Chen et al. 2018, theorem 1; Song et
// al. 2021, eq. 39): the density of the data noised to the level of Config.From,
// as the model believes it to be. Each row is a solve of its own, with its own
// steps, so that it does not depend on the other rows or on the workers. With several
// probes of [Hutchinson] the integrals of all of them are followed along one path.
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
	var l Likelihood
	for _, of := range []*[]float64{&l.LogDensity, &l.Prior, &l.Volume, &l.Error, &l.SolveError} {
		*of = make([]float64, rows)
		for i := range *of {
			(*of)[i] = math.NaN()
		}
	}
	if h, ok := c.Trace.(*Hutchinson); ok {
		l.probes = h.probes()
	}
	evaluations := make([]int, rows)
	var done atomic.Int64
	err = par.For(ctx, c.Workers, rows, func(_, i int) error {
		n, err := l.follow(ctx, p, m, x[i*dim:][:dim], c, i)
		evaluations[i] = n
		if err != nil {
			return fmt.Errorf("flow: row %d: %w", i, err)
		}
		if k := done.Add(1); c.Progress != nil {
			c.Progress(int(k), rows)
		}
		return nil
	})
	for _, n := range evaluations {
		l.Evaluations += n
	}
	return l, err
}

// follow follows row i and, as last components, the integral of every probe.
func (l Likelihood) follow(ctx context.Context, p sde.Process, m score.Model, x []float64, c Config, i int) (int, error) {
	dim, integrals, row := len(x), max(1, l.probes), c.First+uint64(i)
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
		trace := dst[dim:]
		if h, ok := c.Trace.(*Hutchinson); ok {
			if err := h.each(trace, y[:dim], at, row); err != nil {
				return err
			}
		} else if err := c.Trace.TraceRows(trace, y[:dim], at, row); err != nil {
			return err
		}
		for k, v := range trace {
			trace[k] = a*float64(dim) + b*v
		}
		return nil
	}
	start := make([]float64, dim+integrals)
	copy(start, x)
	end, off, err := c.solve(ctx, field, start)
	if err != nil {
		return end.Stats.Evaluations, err
	}
	if off != nil {
		l.SolveError[i] = stat.Mean(off[dim:], nil)
	}
	var prior [1]float64
	if err := c.Prior.LogDensity(prior[:], end.Y[:dim], p.At(c.To)); err != nil {
		return end.Stats.Evaluations, err
	}
	mean, sd := stat.MeanStdDev(end.Y[dim:], nil)
	l.Prior[i], l.Volume[i], l.LogDensity[i] = prior[0], mean, prior[0]+mean
	switch c.Trace.(type) {
	case *Hutchinson:
		l.Error[i] = sd / math.Sqrt(float64(integrals)) // NaN for one
	case closed, *directions:
		l.Error[i] = 0
	}
	return end.Stats.Evaluations, nil
}

// solve returns the estimate of its error, too, where that is asked for.
func (c Config) solve(ctx context.Context, field integrators.Field, start []float64) (ode.Result, []float64, error) {
	if c.Global {
		end, err := ode.SolveGlobal(ctx, c.Method, field, c.From, c.To, start, c.Solve)
		return end.Result, end.Error, err
	}
	end, err := ode.Solve(ctx, c.Method, field, c.From, c.To, start, c.Solve)
	return end, nil, err
}

// BitsPerDim turns a log density in nats into bits per dimension, −ln p/(d ln 2)
// plus the offset of the data's units: log₂ of how many quantisation steps there
// are to a unit, 7 for 8-bit data scaled to [−1, 1].
func BitsPerDim(logDensity float64, dim int, offset float64) float64 {
	return -logDensity/(float64(dim)*math.Ln2) + offset
}
