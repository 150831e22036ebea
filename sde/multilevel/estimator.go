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
	quasi  Quasi // s, if points are wanted
	levels []*level
}

type level struct {
	moments *statistics.Moments // of all samples
	sets    sets
	cost    float64
	plain   float64 // cost of P_l alone
	want    uint64  // samples in all
}

// addLevel adds a level of its pilot samples.
func (e *estimator) addLevel() {
	cost, plain := e.s.Cost(len(e.levels))
	e.levels = append(e.levels, &level{cost: cost, plain: plain, want: e.least()})
}

// least is the least number of samples of a level.
func (e *estimator) least() uint64 { return e.Pilot * uint64(max(e.Randomisations, 1)) }

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
		if l.samples() >= l.want {
			continue
		}
		if err := e.draw(ctx, i, l); err != nil {
			return err
		}
	}
	if e.quasi != nil {
		e.double()
	} else {
		e.allocate()
	}
	if e.Progress != nil {
		return e.Progress(e.describe())
	}
	return nil
}

// draw draws what samples a level lacks.
func (e *estimator) draw(ctx context.Context, i int, l *level) error {
	if e.quasi != nil {
		return e.points(ctx, i, l)
	}
	n := l.samples()
	m, err := e.s.Sample(ctx, i, n, l.want-n)
	if err != nil {
		return err
	}
	if l.moments == nil {
		l.moments = m
	} else {
		l.moments.Merge(m)
	}
	return nil
}

// allocate decides how many independent samples levels want.
func (e *estimator) allocate() {
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
}

// mean is that of P_l − P_{l−1} (0) or P_l (1).
func (l *level) mean(j int) statistics.Estimate {
	if l.sets.means != nil {
		return l.sets.means.Mean(j)
	}
	return l.moments.Mean(j)
}

// weight is what a level's correction counts for in the estimate.
func (e *estimator) weight(level int) float64 {
	if e.Extrapolate > 0 && level == len(e.levels)-1 {
		return 1 / -math.Expm1(-e.Weak*math.Ln2)
	}
	return 1
}

// variances returns V_l, weighted, none below half of what level l−1 and the order
// make likely: few samples may by chance have missed what makes the variance.
func (e *estimator) variances() []float64 {
	v := make([]float64, len(e.levels))
	beta := e.orderOfVariance().Value
	for i, l := range e.levels {
		v[i] = l.moments.Variance(0).Value
		if i > 1 {
			v[i] = max(v[i], 0.5*v[i-1]*math.Exp2(-beta))
		}
	}
	last := len(v) - 1
	v[last] *= e.weight(last) * e.weight(last)
	return v
}

// biasLevels is the number of corrections that the bias is found from.
const biasLevels = 5

// bias estimates |E P − E P_L| = |c| 2^{−αL}/(2^α − 1), with c fitted by weighted
// least squares to the last corrections c 2^{−αl}, and the standard error of
// that. The coarser ones say most: their corrections are large and, relative to
// them, as well known as the last one is not; but they are off the power law by a
// tenth for each level that they are away, or so.
//
// An extrapolated estimate has the corrections
//
//	(2^α E(P_l − P_{l−1}) − E(P_{l−1} − P_{l−2}))/(2^α − 1),   l ≥ 2,
//
// of order Extrapolate.
func (e *estimator) bias() float64 {
	alpha := e.weakOrder().Value
	last := len(e.levels) - 1
	correction := func(l int) statistics.Estimate { return e.levels[l].mean(0) }
	count := last
	if e.Extrapolate > 0 {
		a := e.weight(last) // 2^α/(2^α − 1)
		correction = func(l int) statistics.Estimate {
			m, below := e.levels[l].mean(0), e.levels[l-1].mean(0)
			return statistics.Estimate{Value: a*m.Value - (a-1)*below.Value, Error: math.Hypot(a*m.Error, (a-1)*below.Error)}
		}
		count--
		alpha = e.Extrapolate
	}
	var weight, sum float64
	for j := range min(biasLevels, count) {
		m := correction(last - j)
		off, floor := 0.1*float64(j)*m.Value, 1e-6*e.RMSE // 1/0 else where nothing is random
		x, w := math.Exp2(alpha*float64(j)), 1/(m.Error*m.Error+off*off+floor*floor)
		weight, sum = weight+w*x*x, sum+w*x*m.Value
	}
	return (math.Abs(sum/weight) + 1/math.Sqrt(weight)) / (math.Exp2(alpha) - 1)
}

func (e *estimator) weakOrder() statistics.Estimate {
	return e.order(e.Weak, func(l *level) statistics.Estimate {
		mean := l.mean(0)
		if math.Abs(mean.Value) < 2*mean.Error {
			mean.Value = 0 // noise, whose size would feign a lower order
		}
		return statistics.Estimate{Value: math.Abs(mean.Value), Error: mean.Error}
	})
}

func (e *estimator) orderOfVariance() statistics.Estimate {
	return e.order(e.Variance, func(l *level) statistics.Estimate { return l.moments.Variance(0) })
}

// order fits −slope of log₂ of a figure over the levels from 1 on, weighted by
// the figure's relative error, and keeps it to at least ½ lest the sums of what
// is left diverge.
func (e *estimator) order(given float64, of func(*level) statistics.Estimate) statistics.Estimate {
	if given > 0 {
		return statistics.Estimate{Value: given}
	}
	var s, sx, sy, sxx, sxy float64
	for i, l := range e.levels[1:] {
		f := of(l)
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
			Correction: l.mean(0), Variance: m.Variance(0), Kurtosis: m.Kurtosis(0).Value,
			Value: l.mean(1), Spread: m.Variance(1),
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
	var square, fourth float64
	for i, l := range r.Levels {
		w := e.weight(i)
		r.Estimate.Value += w * l.Correction.Value
		v := w * w * l.Correction.Error * l.Correction.Error
		square += v
		fourth += v * v / float64(l.Samples-1)
		r.Work += float64(l.Samples) * l.Cost
	}
	switch {
	case fourth == 0: // no error
		r.Freedom = math.Inf(1)
	case e.quasi != nil:
		r.Freedom = float64(e.Randomisations - 1)
	default:
		r.Freedom = square * square / fourth
	}
	r.Estimate.Error = math.Sqrt(square)
	last := len(r.Levels) - 1
	r.Plain = r.Levels[last].Spread.Value / square * e.levels[last].plain
	return r
}
