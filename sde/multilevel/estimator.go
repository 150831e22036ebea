package multilevel

import (
	"context"
	"math"

	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// estimator is an estimate under way.
type estimator struct {
	Config
	s      Sampler
	levels []*level
}

type level struct {
	moments *statistics.Moments
	cost    float64
	plain   float64 // cost of P_l alone
	want    uint64  // samples in all
}

// addLevel adds a level of its pilot samples.
func (e *estimator) addLevel() {
	cost, plain := e.s.Cost(len(e.levels))
	e.levels = append(e.levels, &level{cost: cost, plain: plain, want: e.Pilot})
}

func (l *level) samples() uint64 {
	if l.moments == nil {
		return 0
	}
	return l.moments.Count()
}

// wants reports whether a level lacks more than a hundredth of its samples, which
// is less than their number is known to.
func (e *estimator) wants() bool {
	for _, l := range e.levels {
		n := l.samples()
		if n < l.want && l.want-n > n/100 {
			return true
		}
	}
	return false
}

// sample draws the samples that levels lack and decides anew how many they want.
func (e *estimator) sample(ctx context.Context) error {
	for i, l := range e.levels {
		n := l.samples()
		if n >= l.want {
			continue
		}
		m, err := e.s.Sample(ctx, i, n, l.want-n)
		if err != nil {
			return err
		}
		if l.moments == nil {
			l.moments = m
		} else {
			l.moments.Merge(m)
		}
	}
	sum := 0.0
	v := e.variances()
	for i, l := range e.levels {
		sum += math.Sqrt(v[i] * l.cost)
	}
	for i, l := range e.levels {
		n := math.Sqrt(v[i]/l.cost) * sum / ((1 - e.BiasShare) * e.RMSE * e.RMSE)
		// Whole blocks of streams, so that no number is drawn twice.
		l.want = max(e.Pilot, uint64(min(math.Ceil(n/noise.BlockRows), 1<<50))*noise.BlockRows)
	}
	if e.Progress != nil {
		return e.Progress(e.describe())
	}
	return nil
}

// variances returns V_l, none below half of what level l−1 and the order make
// likely: few samples may by chance have missed what makes the variance.
func (e *estimator) variances() []float64 {
	v := make([]float64, len(e.levels))
	beta := e.orderOfVariance().Value
	for i, l := range e.levels {
		v[i] = l.moments.Variance(0).Value
		if i > 1 {
			v[i] = max(v[i], 0.5*v[i-1]*math.Exp2(-beta))
		}
	}
	return v
}

// biasLevels is the number of corrections that the bias is found from.
const biasLevels = 5

// bias estimates |E P − E P_L| = |c| 2^{−αL}/(2^α − 1), with c fitted by weighted
// least squares to the last corrections c 2^{−αl}, and the standard error of
// that. The coarser ones say most: their corrections are large and, relative to
// them, as well known as the last one is not.
func (e *estimator) bias() float64 {
	alpha := e.weakOrder().Value
	last := len(e.levels) - 1
	var weight, sum float64
	for j := range min(biasLevels, last) {
		m := e.levels[last-j].moments.Mean(0)
		x, w := math.Exp2(alpha*float64(j)), 1/(m.Error*m.Error)
		weight, sum = weight+w*x*x, sum+w*x*m.Value
	}
	return (math.Abs(sum/weight) + 1/math.Sqrt(weight)) / (math.Exp2(alpha) - 1)
}

func (e *estimator) weakOrder() statistics.Estimate {
	return e.order(e.Weak, func(m *statistics.Moments) statistics.Estimate {
		mean := m.Mean(0)
		if math.Abs(mean.Value) < 2*mean.Error {
			mean.Value = 0 // noise, whose size would feign a lower order
		}
		return statistics.Estimate{Value: math.Abs(mean.Value), Error: mean.Error}
	})
}

func (e *estimator) orderOfVariance() statistics.Estimate {
	return e.order(e.Variance, func(m *statistics.Moments) statistics.Estimate { return m.Variance(0) })
}

// order fits −slope of log₂ of a figure over the levels from 1 on, weighted by
// the figure's relative error, and keeps it to at least ½ lest the sums of what
// is left diverge.
func (e *estimator) order(given float64, of func(*statistics.Moments) statistics.Estimate) statistics.Estimate {
	if given > 0 {
		return statistics.Estimate{Value: given}
	}
	var s, sx, sy, sxx, sxy float64
	for i, l := range e.levels[1:] {
		f := of(l.moments)
		if !(f.Value > 0) {
			continue
		}
		sd := f.Error / (f.Value * math.Ln2)
		// No figure follows the power law to better than a tenth.
		w := 1 / (sd*sd + 0.01)
		x, y := float64(i), math.Log2(f.Value)
		s, sx, sy, sxx, sxy = s+w, sx+w*x, sy+w*y, sxx+w*x*x, sxy+w*x*y
	}
	d := s*sxx - sx*sx
	if !(d > 0) {
		return statistics.Estimate{Value: 0.5, Error: math.NaN()}
	}
	return statistics.Estimate{Value: max(0.5, (sx*sy-s*sxy)/d), Error: math.Sqrt(s / d)}
}

// describe returns what is known of the levels that have samples.
func (e *estimator) describe() []Level {
	var levels []Level
	for i, l := range e.levels {
		m := l.moments
		if m == nil {
			break
		}
		d := Level{
			Level: i, Samples: m.Count(), Cost: l.cost,
			Correction: m.Mean(0), Variance: m.Variance(0), Kurtosis: m.Kurtosis(0).Value,
			Value: m.Mean(1), Spread: m.Variance(1),
		}
		if i > 0 {
			below := levels[i-1].Value
			// The coarse paths' mean is at most so uncertain.
			sd := math.Hypot(d.Value.Error+d.Correction.Error, below.Error)
			d.Consistency = math.Abs(d.Value.Value-d.Correction.Value-below.Value) / sd
		}
		levels = append(levels, d)
	}
	return levels
}

func (e *estimator) result() Result {
	r := Result{Levels: e.describe()}
	if len(r.Levels) < len(e.levels) {
		return r
	}
	r.Weak, r.Variance, r.Bias = e.weakOrder(), e.orderOfVariance(), e.bias()
	square := 0.0
	for _, l := range r.Levels {
		r.Estimate.Value += l.Correction.Value
		square += l.Correction.Error * l.Correction.Error
		r.Work += float64(l.Samples) * l.Cost
	}
	r.Estimate.Error = math.Sqrt(square)
	last := len(r.Levels) - 1
	r.Plain = r.Levels[last].Spread.Value / square * e.levels[last].plain
	return r
}
