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

// TestHestonStudy is the study of ITO_MULTILEVEL_REPEATS repeats on the Heston
// call at an RMSE of 1e-4, or ITO_MULTILEVEL_RMSE: coverage 93 to 97%, and the
// work beside plain Monte Carlo's.
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
	c := multilevel.Config{RMSE: rmse, Weak: 1}
	r, err := multilevel.Estimate(t.Context(), hestonCall(1), c)
	require.NoError(t, err)
	p := hestonCall(1)
	p.Method, p.Antithetic = models.Euler[models.Heston]{Model: heston}, false
	e, err := multilevel.Estimate(t.Context(), p, c)
	require.NoError(t, err)
	t.Logf("price %v, estimate %v, bias %.2g", want, r.Estimate, r.Bias)
	t.Logf("steps: antithetic Milstein %.3g to level %d, plain %.3g (%.1f times)", r.Work, len(r.Levels)-1, r.Plain, r.Plain/r.Work)
	t.Logf("steps: Euler–Maruyama %.3g to level %d, plain %.3g (%.1f times)", e.Work, len(e.Levels)-1, e.Plain, e.Plain/e.Work)
	if n == 0 {
		return
	}
	covered, got := repeats(t, n, want, func(seed uint64) multilevel.Sampler { return hestonCall(seed) }, c)
	t.Logf("%d of %d intervals cover; RMSE %.3g", covered, n, got)
	require.InDelta(t, 0.95, float64(covered)/float64(n), 0.02)
}
