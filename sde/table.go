package sde

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/interp"
)

// Table is a process through given levels, such as the discrete schedule of a
// network or a learned one. Between them λ = ln(α/σ) and s = ½ ln(α² + σ²) are
// cubic in t with the slopes of Fritsch and Butland, so that λ falls strictly
// wherever the levels do; then
//
//	α = e^s/√(1 + e^(−2λ)),   σ = e^s/√(1 + e^(2λ)),
//	f = ds/dt + (σ e^(−s))² dλ/dt,   g² = −2σ² dλ/dt.
//
// f and g are continuous, their derivatives jump at the levels: a rule that steps
// in time is of the order claimed only where its steps are shorter than the
// table's. Rules in λ never see the interpolation, if their grid's times are the
// table's. The horizon is from the first level to the last.
//
// Fritsch, Butland (1984), "A method for constructing local monotone piecewise
// cubic interpolants".
type Table struct {
	times, lambda []float64
	ofLambda      interp.FritschButland
	ofScale       *interp.FritschButland // nil: α² + σ² = 1
}

// NewTable makes a process through levels at times, the data's end first. The
// error wraps [ErrProcess] where there are fewer than three, their numbers
// differ, times do not rise strictly from above 0, λ does not fall strictly, or a level is not
// positive and finite.
func NewTable(times []float64, levels []Level) (*Table, error) {
	if len(times) != len(levels) || len(times) < 3 {
		return nil, fmt.Errorf("%w: a table of %d times and %d levels; want as many of both, and three or more", ErrProcess, len(times), len(levels))
	}
	p := &Table{times: append([]float64(nil), times...), lambda: make([]float64, len(times))}
	scale := make([]float64, len(times))
	preserved := true
	for k, l := range levels {
		if !(l.Alpha > 0) || !(l.Sigma > 0) || math.IsInf(l.Alpha+l.Sigma, 1) {
			return nil, fmt.Errorf("%w: level %d of a table is α = %v, σ = %v; want both positive and finite (for α = 0 at the end, put the table before its last level into ZeroTerminalSNR)",
				ErrProcess, k, l.Alpha, l.Sigma)
		}
		p.lambda[k], scale[k] = l.Lambda(), math.Log(math.Hypot(l.Alpha, l.Sigma))
		preserved = preserved && math.Abs(scale[k]) < 1e-12
		if !(times[k] > 0) || math.IsInf(times[k], 1) || k > 0 && !(times[k] > times[k-1] && p.lambda[k] < p.lambda[k-1]) {
			return nil, fmt.Errorf("%w: level %d of a table stands at time %v with λ = %v; times must rise from above 0 and λ fall", ErrProcess, k, times[k], p.lambda[k])
		}
	}
	if err := p.ofLambda.Fit(times, p.lambda); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProcess, err)
	}
	if !preserved {
		p.ofScale = new(interp.FritschButland)
		if err := p.ofScale.Fit(times, scale); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrProcess, err)
		}
	}
	return p, nil
}

// FromBetas makes the table of a network trained with discrete steps of the
// variances betas,
//
//	α_k² = Π_{j≤k} (1 − β_j),   σ_k² = 1 − α_k²,   at the time (k+1)/len(betas),
//
// which is where sampler.Timesteps looks for timestep k. σ² is summed so that
// digits are kept where β is small. The error wraps [ErrProcess] where a β is not within (0, 1).
//
// Ho, Jain, Abbeel (2020), eq. 4.
func FromBetas(betas []float64) (*Table, error) {
	times, levels := make([]float64, len(betas)), make([]Level, len(betas))
	var logs float64 // ln α²
	for k, b := range betas {
		if !(b > 0 && b < 1) {
			return nil, fmt.Errorf("%w: β of step %d is %v; want it within (0, 1)", ErrProcess, k, b)
		}
		logs += math.Log1p(-b)
		times[k] = float64(k+1) / float64(len(betas))
		levels[k] = Level{math.Exp(0.5 * logs), math.Sqrt(-math.Expm1(logs))}
	}
	return NewTable(times, levels)
}

// LinearBetas returns n variances in equal steps from first to last: those of
// DDPM are LinearBetas(1000, 1e-4, 0.02), those of Keras-DDPM, where α_t = √(1 − 0.02 t/T)
// for t = 1 … T, are LinearBetas(1000, 2e-5, 0.02).
//
// Ho, Jain, Abbeel (2020), section 4; Su (2022), "Generative diffusion models, part
// 2", for the second.
func LinearBetas(n int, first, last float64) []float64 {
	b := make([]float64, n)
	for k := range b {
		b[k] = first + (last-first)*float64(k)/float64(max(n-1, 1))
	}
	return b
}

// At returns the level; before the first and behind the last it is theirs.
func (p *Table) At(t float64) Level {
	lambda, norm := p.ofLambda.Predict(t), 1.0
	if p.ofScale != nil {
		norm = math.Exp(p.ofScale.Predict(t))
	}
	return Level{norm / math.Hypot(1, math.Exp(-lambda)), norm / math.Hypot(1, math.Exp(lambda))}
}

// Coefficients returns f and g.
func (p *Table) Coefficients(t float64) (f, g float64) {
	at, rate := p.At(t), p.ofLambda.PredictDerivative(t)
	sigma := at.Sigma / math.Hypot(at.Alpha, at.Sigma)
	f = sigma * sigma * rate
	if p.ofScale != nil {
		f += p.ofScale.PredictDerivative(t)
	}
	return f, at.Sigma * math.Sqrt(-2*rate)
}

// TimeOf inverts λ by bisection, to the last bits.
func (p *Table) TimeOf(lambda float64) float64 {
	lo, hi := 0, len(p.lambda)-1
	if math.IsNaN(lambda) {
		return lambda
	}
	if lambda >= p.lambda[lo] {
		return p.times[lo]
	}
	if lambda <= p.lambda[hi] {
		return p.times[hi]
	}
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; p.lambda[mid] > lambda {
			lo = mid
		} else {
			hi = mid
		}
	}
	a, b := p.times[lo], p.times[hi]
	for {
		mid := 0.5 * (a + b)
		if mid <= a || mid >= b {
			return b
		}
		if p.ofLambda.Predict(mid) > lambda {
			a = mid
		} else {
			b = mid
		}
	}
}

// Horizon returns the first and the last time.
func (p *Table) Horizon() (cutoff, end float64) { return p.times[0], p.times[len(p.times)-1] }

// Validate returns nil: NewTable has looked.
func (p *Table) Validate() error { return nil }
