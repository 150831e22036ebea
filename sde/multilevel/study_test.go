package multilevel_test

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/multilevel"
)

// repeated is what many estimates of one thing come to.
type repeated struct{ coverage, rmse, work float64 }

// repeats counts how often 95% intervals cover the truth.
func repeats(t *testing.T, n int, want float64, p func(seed uint64) *multilevel.Paths, c multilevel.Config) (s repeated) {
	square := 0.0
	for i := range n {
		r, err := multilevel.Estimate(t.Context(), p(uint64(i)), c)
		require.NoError(t, err)
		if lo, hi := r.Interval(0.95); lo <= want && want <= hi {
			s.coverage += 1 / float64(n)
		}
		e := r.Estimate.Value - want
		square += e * e / float64(n)
		s.work += r.Work / float64(n)
	}
	s.rmse = math.Sqrt(square)
	return s
}

// covers requires that 93 to 97% of 95% intervals cover, or as near as n of them can
// tell: four standard errors.
func (s repeated) covers(t *testing.T, n int) {
	bound := 0.02
	if n < 1000 {
		bound += 4 * math.Sqrt(0.95*0.05/float64(n))
	}
	require.InDelta(t, 0.95, s.coverage, bound)
}

func (s repeated) String() string {
	return fmt.Sprintf("%.1f %% of intervals cover; RMSE %.3g, %.3g steps", 100*s.coverage, s.rmse, s.work)
}

// Honest intervals: of 300 at 95%, with coverage from 0.947 to 0.95, fewer than
// 266 or more than 296 cover in one of 5e4 sets of seeds or so (binomial); the
// root mean square error is the asked one to 5/√600. The seeds are fixed.
func TestIntervalsAreHonest(t *testing.T) {
	const n = 300
	price, err := heston.Call(1, 0.04, 1, 1)
	require.NoError(t, err)
	for name, e := range map[string]struct {
		want float64
		p    func(seed uint64) *multilevel.Paths
		c    multilevel.Config
	}{
		"random": {gbm.Call(1, 1, 1), func(seed uint64) *multilevel.Paths {
			p := gbmCall(seed)
			p.Method = models.Milstein[models.GBM]{Model: gbm}
			return p
		}, multilevel.Config{RMSE: 1e-3, Weak: 1, Pilot: 512}},
		"quasi-random": {price, hestonConditional, extrapolated(2e-4)},
	} {
		s := repeats(t, n, e.want, e.p, e.c)
		t.Logf("%s: %v", name, s)
		require.GreaterOrEqual(t, s.coverage, 266./n, name)
		require.LessOrEqual(t, s.coverage, 296./n, name)
		require.Less(t, s.rmse, e.c.RMSE*(1+5/math.Sqrt(2*n)), name)
	}
}

// extrapolated is for hestonConditional by quasi-random points.
func extrapolated(rmse float64) multilevel.Config {
	return multilevel.Config{RMSE: rmse, Weak: 2, Extrapolate: 4, Randomisations: 16}
}

// estimator is a way to the price of the Heston call: with the number of steps of its
// coarsest quasi-random level and of randomisations, and, as learnt, how far its
// levels' means and their extrapolations are from the price, and the variance of its P.
type estimator struct {
	name       string
	p          func(seed uint64) *multilevel.Paths
	c          multilevel.Config
	steps, r   int
	bias, left []float64
	spread     float64
}

// learn finds bias, left and spread to a fifth of the error. No level is taken to be
// better than one that is finer, which would be chance.
func (e *estimator) learn(t *testing.T, want float64) {
	r, err := multilevel.Estimate(t.Context(), e.p(1<<40), multilevel.Config{RMSE: e.c.RMSE / 5, Weak: e.c.Weak, MinLevel: 5, Randomisations: 16, BiasShare: 0.5})
	require.NoError(t, err)
	sum := 0.0
	for _, l := range r.Levels {
		sum += l.Correction.Value
		e.bias = append(e.bias, math.Abs(want-sum))
		e.left = append(e.left, math.Abs(want-sum-l.Correction.Value/(math.Exp2(e.c.Weak)-1)))
		e.spread = l.Spread.Value
	}
	for _, b := range [][]float64{e.bias, e.left} {
		for l := len(b) - 2; l >= 0; l-- {
			b[l] = max(b[l], b[l+1])
		}
	}
}

// alone samples P of a level without its coarse path.
func (e *estimator) alone(seed uint64, level int) *multilevel.Paths {
	p := e.p(seed)
	p.Steps <<= level
	return p
}

// plain is plain Monte Carlo's least work, over the levels, for samples of a variance
// and a number of steps at level 0, and that level's bias:
//
//	min_l steps 2^l variance / (RMSE² − bias_l²).
func (e *estimator) plain(bias []float64, variance, steps float64) (work float64, level int, samples uint64) {
	work = math.Inf(1)
	for l, b := range bias {
		if rest := e.c.RMSE*e.c.RMSE - b*b; rest > 0 {
			if w := variance / rest * steps * math.Exp2(float64(l)); w < work {
				work, level, samples = w, l, uint64(math.Ceil(variance/rest))
			}
		}
	}
	return work, level, samples
}

// single is the work of 16 randomisations of points of one level, doubled until the
// error of weight times the correction and P is at most what the bias leaves of it.
func (e *estimator) single(t *testing.T, p *multilevel.Paths, level int, bias, weight float64) (work float64) {
	cost, _ := p.Cost(level)
	for n := uint64(16); ; n *= 2 {
		var x []float64
		for _, m := range sets(t, p, level, 16, n) {
			x = append(x, m.Mean(1).Value+weight*m.Mean(0).Value)
		}
		if stat.Variance(x, nil)/16 <= e.c.RMSE*e.c.RMSE-bias*bias {
			return float64(16*n) * cost
		}
	}
}

// run is the root mean square error of plain Monte Carlo on a level.
func (e *estimator) run(t *testing.T, level, runs int, samples uint64, want float64) float64 {
	square := 0.0
	for k := range runs {
		m, err := e.alone(uint64(1000+k), level).Sample(t.Context(), 0, 0, samples)
		require.NoError(t, err)
		d := m.Mean(0).Value - want
		square += d * d / float64(runs)
		require.InEpsilon(t, e.c.RMSE, math.Hypot(m.Mean(0).Error, e.bias[level]), 0.05)
	}
	return math.Sqrt(square)
}

// TestHestonStudy is the study of ITO_MULTILEVEL_REPEATS repeats on the Heston
// call at an RMSE of 1e-4, or ITO_MULTILEVEL_RMSE: the work of three estimators by
// plain Monte Carlo, which is run, by quasi-random points on one level whose bias
// is told, and by random and quasi-random levels that find it. Of these the last
// take, given the variance's path, at most a twentieth of plain Monte Carlo's work with
// the same estimator, be it extrapolated or not, and of any other's; and 93 to 97% of
// 95% intervals cover. Work is counted in steps of a path, those of all randomisations
// and coarse paths included.
func TestHestonStudy(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("ITO_MULTILEVEL_REPEATS"))
	if err != nil {
		t.Skip("ITO_MULTILEVEL_REPEATS is not set to a number")
	}
	rmse, err := strconv.ParseFloat(os.Getenv("ITO_MULTILEVEL_RMSE"), 64)
	if err != nil {
		rmse = 1e-4
	}
	want, err := heston.Call(1, 0.04, 1, 1)
	require.NoError(t, err)
	euler := func(seed uint64) *multilevel.Paths {
		p := hestonCall(seed)
		p.Method, p.Antithetic = models.Euler[models.Heston]{Model: heston}, false
		return p
	}
	one, two := multilevel.Config{RMSE: rmse, Weak: 1}, multilevel.Config{RMSE: rmse, Weak: 2}
	estimators := []estimator{
		{name: "Euler–Maruyama", p: euler, c: one, steps: 16, r: 32},
		{name: "antithetic Milstein", p: hestonCall, c: one, steps: 4, r: 32},
		{name: "given the variance's path", p: hestonConditional, c: two, steps: 4, r: 16},
	}
	table := fmt.Sprintf("%-28s%-20s%-20s%-20s%-20s", "steps (times less)", "plain", "points, one level", "levels", "levels of points")
	row := func(name string, work ...float64) {
		table += fmt.Sprintf("\n%-28s", name)
		for _, v := range work {
			table += fmt.Sprintf("%-20s", fmt.Sprintf("%.3g (%.3g)", v, work[0]/v))
		}
	}
	var plain, best []float64
	quasiLevels := func(e *estimator) (func(seed uint64) *multilevel.Paths, multilevel.Config) {
		c := e.c
		// A bias of a fifth of the error at most, lest paths have more numbers than points.
		c.Randomisations, c.BiasShare = e.r, 0.05
		return func(seed uint64) *multilevel.Paths {
			p := e.p(seed)
			p.Steps = e.steps
			return p
		}, c
	}
	few := 20 // repeats for their mean work
	for i := range estimators {
		e := &estimators[i]
		e.learn(t, want)
		random, err := multilevel.Estimate(t.Context(), e.p(1), e.c)
		require.NoError(t, err)
		p, c := quasiLevels(e)
		points := repeats(t, few, want, p, c)
		base, level, samples := e.plain(e.bias, e.spread, float64(e.p(1).Steps))
		row(e.name, base, e.single(t, e.alone(2, level), 0, e.bias[level], 0), random.Work, points.work)
		plain, best = append(plain, base), append(best, points.work)

		// Plain Monte Carlo is run, cheap ones often: the error is the predicted one.
		runs := max(1, min(n, int(5e8/base)))
		got := e.run(t, level, runs, samples, want)
		t.Logf("%s: plain Monte Carlo at %d steps, %d runs: RMSE %.3g", e.name, e.alone(1, level).Steps, runs, got)
		require.Less(t, got, rmse*(1+5/math.Sqrt(2*float64(runs))))
		if runs > 100 {
			require.Greater(t, got, rmse*(1-5/math.Sqrt(2*float64(runs))))
		}
	}
	e := &estimators[2]
	// Plain Monte Carlo of extrapolated pairs, P_l + (P_l − P_{l−1})/3: their variance is
	// known to a 50th.
	const batches, batch = 5000, 128
	pairs := make([]float64, batches)
	for k := range pairs {
		m, err := e.p(uint64(k)).Sample(t.Context(), 2, 0, batch)
		require.NoError(t, err)
		pairs[k] = m.Mean(1).Value + m.Mean(0).Value/3
	}
	base, level, _ := e.plain(e.left[1:], batch*stat.Variance(pairs, nil), 1.5*float64(2*e.p(1).Steps))
	random, err := multilevel.Estimate(t.Context(), e.p(1), multilevel.Config{RMSE: rmse, Weak: 2, Extrapolate: 4})
	require.NoError(t, err)
	points := repeats(t, max(n, few), want, e.p, extrapolated(rmse))
	row("  and extrapolated", base, e.single(t, e.p(2), level+1, e.left[level+1], 1./3), random.Work, points.work)
	t.Logf("\n%s", table)
	for _, other := range append(plain, base) {
		require.LessOrEqual(t, points.work, other/20)
	}
	require.LessOrEqual(t, best[2], plain[2]/20)
	require.LessOrEqual(t, best[1], min(plain[0], plain[1])/20)
	if n == 0 {
		return
	}
	t.Logf("given the variance's path, extrapolated levels of points: %v", points)
	points.covers(t, n)
	require.LessOrEqual(t, points.rmse, rmse)
	p, c := quasiLevels(e)
	s := repeats(t, n, want, p, c)
	t.Logf("given the variance's path, levels of points: %v", s)
	s.covers(t, n)
	require.LessOrEqual(t, s.rmse, rmse)
	s = repeats(t, n, want, hestonConditional, two)
	t.Logf("given the variance's path, levels: %v", s)
	s.covers(t, n)
	require.Less(t, s.rmse, rmse*(1+5/math.Sqrt(2*float64(n))))
	p, c = quasiLevels(&estimators[1])
	few = max(few, n/5) // for they take long
	s = repeats(t, few, want, p, c)
	t.Logf("antithetic Milstein, levels of points, %d repeats: %v", few, s)
	s.covers(t, few)
	require.Less(t, s.rmse, rmse*(1+5/math.Sqrt(2*float64(few))))
}
