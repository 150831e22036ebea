package multilevel_test

import (
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/multilevel"
)

// repeats counts how often 95% intervals cover the truth.
func repeats(t *testing.T, n int, want float64, p func(seed uint64) multilevel.Sampler, c multilevel.Config) (covered int, rmse float64) {
	square := 0.0
	for i := range n {
		r, err := multilevel.Estimate(t.Context(), p(uint64(i)), c)
		require.NoError(t, err)
		if lo, hi := r.Estimate.Interval(0.95); lo <= want && want <= hi {
			covered++
		}
		e := r.Estimate.Value - want
		square += e * e / float64(n)
	}
	return covered, math.Sqrt(square)
}

// Honest intervals: of 300 at 95%, with coverage from 0.947 to 0.95, fewer than
// 266 or more than 296 cover in one of 5e4 sets of seeds or so (binomial); the
// root mean square error is the asked one to 5/√600. The seeds are fixed.
func TestIntervalsAreHonest(t *testing.T) {
	const n, rmse = 300, 1e-3
	covered, got := repeats(t, n, gbm.Call(1, 1, 1), func(seed uint64) multilevel.Sampler {
		p := gbmCall(seed)
		p.Method = models.Milstein[models.GBM]{Model: gbm}
		return p
	}, multilevel.Config{RMSE: rmse, Weak: 1, Pilot: 512})
	require.GreaterOrEqual(t, covered, 266)
	require.LessOrEqual(t, covered, 296)
	require.Less(t, got, rmse*(1+5/math.Sqrt(2*n)))
}

// plain is the least work of plain Monte Carlo to a root mean square error, over
// the numbers of steps: with the variance of P and the bias |c| 2^{−l}/(2^α − 1) of
// level l, c and α as a multilevel estimate found them,
//
//	min_l n_l Var P / (RMSE² − bias_l²).
func plain(r multilevel.Result, weak, rmse float64, steps int) (work float64, level int) {
	last := len(r.Levels) - 1
	work = math.Inf(1)
	for l := range 20 {
		bias := r.Bias * math.Exp2(weak*float64(last-l))
		if rest := rmse*rmse - bias*bias; rest > 0 {
			if w := r.Levels[last].Spread.Value / rest * float64(steps) * math.Exp2(float64(l)); w < work {
				work, level = w, l
			}
		}
	}
	return work, level
}

// TestHestonStudy is the study of ITO_MULTILEVEL_REPEATS repeats on the Heston
// call at an RMSE of 1e-4, or ITO_MULTILEVEL_RMSE: the work of three estimators
// beside that of plain Monte Carlo by Euler–Maruyama, of which the best is at
// most a twentieth, and the coverage of its 95% intervals, 93 to 97%. Work is
// counted in steps of a path.
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
	euler := hestonCall(1)
	euler.Method, euler.Antithetic = models.Euler[models.Heston]{Model: heston}, false
	one, two := multilevel.Config{RMSE: rmse, Weak: 1}, multilevel.Config{RMSE: rmse, Weak: 2}
	var base, best float64
	for _, e := range []struct {
		name string
		p    *multilevel.Paths
		c    multilevel.Config
	}{
		{"Euler–Maruyama", euler, one},
		{"antithetic Milstein", hestonCall(1), one},
		{"splitting, given the variance's path", hestonConditional(1), two},
	} {
		r, err := multilevel.Estimate(t.Context(), e.p, e.c)
		require.NoError(t, err)
		work, level := plain(r, e.c.Weak, rmse, e.p.Steps)
		if base == 0 {
			base = work
		}
		best = r.Work
		t.Logf("%s: %v (price %.8f), bias %.1g, %.3g steps to level %d; plain Monte Carlo by it, at the best level %d: %.3g, %.1f times; by Euler–Maruyama %.1f times",
			e.name, r.Estimate, want, r.Bias, r.Work, len(r.Levels)-1, level, work, work/r.Work, base/r.Work)
	}
	require.LessOrEqual(t, best, base/20)
	if n == 0 {
		return
	}
	covered, got := repeats(t, n, want, func(seed uint64) multilevel.Sampler { return hestonConditional(seed) }, two)
	t.Logf("%d of %d intervals cover; RMSE %.3g", covered, n, got)
	require.InDelta(t, 0.95, float64(covered)/float64(n), 0.02)
}
