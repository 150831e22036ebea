package validation

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/interp"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
)

// LineSplit is the W2 of a sampler's samples to its data on the line, taken apart as
// in Split: the whole is no larger than the sum of the parts.
type LineSplit struct {
	Total          float64 `json:"total"`
	Score          float64 `json:"score"`
	Initialisation float64 `json:"initialisation"`
	Discretisation float64 `json:"discretisation"`
	Truncation     float64 `json:"truncation"`
}

// LineErrorSplit takes the error of the sampler c on a mixture on the line apart,
// without Monte Carlo; truth is the mixture's exact denoiser, c.Model the one that
// samples. Errors are those of OnLine.
func LineErrorSplit(ctx context.Context, c sampler.Config, data Mixture, truth score.Model) (LineSplit, error) {
	levels := c.Grid.Levels(nil)
	whole, err := OnLine(ctx, c)
	if err != nil {
		return LineSplit{}, err
	}
	c.Model = truth
	prior, err := OnLine(ctx, c)
	if err != nil {
		return LineSplit{}, err
	}
	right, err := onLineFrom(ctx, c, data.At(levels[0]).nodes())
	if err != nil {
		return LineSplit{}, err
	}
	last := levels[len(levels)-1]
	cut := data.At(last).nodes()
	if c.Grid.Denoises() {
		x := make([]float64, len(cut.X))
		if err := truth.Denoise(x, cut.X, last); err != nil {
			return LineSplit{}, err
		}
		cut.X = x
	}
	var s LineSplit
	for _, p := range []struct {
		to            *float64
		with, without LineLaw
	}{{&s.Score, whole, prior}, {&s.Initialisation, prior, right}, {&s.Discretisation, right, cut}} {
		if *p.to, err = p.with.distance(p.without); err != nil {
			return LineSplit{}, err
		}
	}
	s.Truncation, s.Total = cut.W2(data), whole.W2(data)
	return s, nil
}

// nodes is the mixture as quantiles: equal steps, narrower than its narrowest part
// asks for.
func (m Mixture) nodes() LineLaw {
	lo, hi, narrow := math.Inf(1), math.Inf(-1), math.Inf(1)
	for k, v := range m.Var {
		sd := math.Sqrt(v)
		lo, hi, narrow = min(lo, m.Mean[k]-lineReach*sd), max(hi, m.Mean[k]+lineReach*sd), min(narrow, sd)
	}
	n := min(max(1601, int((hi-lo)/(0.02*narrow))), 20_001)
	l := LineLaw{floats.Span(make([]float64, n), lo, hi), make([]float64, n), make([]float64, n)}
	h := l.X[1] - l.X[0]
	for i, x := range l.X {
		l.U[i], l.W[i] = m.CDF(x), h*m.Density(x)
	}
	return l
}

// distance is the W2 to another law, whose quantile function is a monotone cubic in
// the normal score of u, in which it is smooth.
func (l LineLaw) distance(o LineLaw) (float64, error) {
	var z, x []float64
	for i, u := range o.U {
		if !known(u) {
			continue
		}
		if v := distuv.UnitNormal.Quantile(u); len(z) == 0 || v > z[len(z)-1] {
			z, x = append(z, v), append(x, o.X[i])
		}
	}
	var q interp.FritschButland
	if err := q.Fit(z, x); err != nil {
		return 0, err
	}
	var sum float64
	for i, u := range l.U {
		if known(u) {
			d := l.X[i] - q.Predict(distuv.UnitNormal.Quantile(u))
			sum += l.W[i] * d * d
		}
	}
	return math.Sqrt(sum), nil
}

// known reports whether a probability is far enough from 0 and 1 to be known to
// more than a digit or two.
func known(u float64) bool { return u > 1e-14 && u < 1-1e-14 }
