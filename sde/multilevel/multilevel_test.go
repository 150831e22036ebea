package multilevel_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/multilevel"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

var (
	gbm    = models.GBM{Mu: 0.05, Sigma: 0.2}
	heston = models.Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 0.3, Rho: -0.7}
)

func call(width int, discount float64) func(dst, y []float64) error {
	return func(dst, y []float64) error {
		for i := range dst {
			dst[i] = discount * math.Max(y[i*width]-1, 0)
		}
		return nil
	}
}

func gbmCall(seed uint64) *multilevel.Paths {
	return &multilevel.Paths{
		Method: models.Euler[models.GBM]{Model: gbm}, System: gbm.System(), T1: 1, Initial: []float64{1},
		Of: call(1, math.Exp(-0.05)), Address: noise.Address{Seed: seed},
	}
}

func hestonCall(seed uint64) *multilevel.Paths {
	return &multilevel.Paths{
		Method: models.Milstein[models.Heston]{Model: heston}, Antithetic: true, System: heston.System(), T1: 1, Steps: 4, Initial: []float64{1, 0.04},
		Of: call(2, math.Exp(-0.03)), Address: noise.Address{Seed: seed},
	}
}

// hestonConditional is the same price as the mean of that given the variance's
// path, with weak order 2, and less of the stock, whose mean is known, as Black and
// Scholes' delta at the mean variance says: Φ(d) with d = (0.03 + 0.02)/0.2.
func hestonConditional(seed uint64) *multilevel.Paths {
	m := models.HestonVariance{Model: heston}
	const delta = 0.6
	return &multilevel.Paths{
		Method: models.Splitting[models.HestonVariance]{Model: m}, System: m.System(), T1: 1, Steps: 2, Initial: []float64{0.04, 0},
		Of: func(dst, y []float64) error {
			for i := range dst {
				v, integral := y[2*i], y[2*i+1]
				dst[i] = heston.ConditionalCall(1, 0.04, 1, 1, v, integral) - delta*(heston.ConditionalMean(1, 0.04, 1, v, integral)-1)
			}
			return nil
		},
		Address: noise.Address{Seed: seed},
	}
}

// The orders, values and figures are those that theory gives, and the bits are
// the same for any number of workers.
func TestGBMCall(t *testing.T) {
	want := gbm.Call(1, 1, 1)
	for name, c := range map[string]struct {
		method stochastic.Method
		beta   float64
	}{
		"euler":    {models.Euler[models.GBM]{Model: gbm}, 1},
		"milstein": {models.Milstein[models.GBM]{Model: gbm}, 2},
	} {
		p := gbmCall(1)
		p.Method = c.method
		r, err := multilevel.Estimate(t.Context(), p, multilevel.Config{RMSE: 2e-4})
		require.NoError(t, err)
		require.Less(t, math.Abs(r.Estimate.Value-want), 4*r.RMSE(), name)
		require.LessOrEqual(t, r.RMSE(), 2e-4*1.05, name)
		require.LessOrEqual(t, r.Bias, math.Sqrt(0.02)*2e-4, name)
		require.InDelta(t, 1, r.Weak.Value, 0.2+3*r.Weak.Error, name) // the first levels bend it
		require.InDelta(t, c.beta, r.Variance.Value, 0.25, name)
		require.Greater(t, r.Plain, 3*r.Work, name)
		work := 0.0
		for l, level := range r.Levels {
			require.Less(t, level.Consistency, 4.0, name)
			require.Equal(t, l, level.Level)
			work += float64(level.Samples) * level.Cost
		}
		require.Equal(t, work, r.Work)
		require.Greater(t, r.Freedom, 1e4, name) // Student's interval is the normal one
		lo, hi := r.Interval(0.95)
		wantLo, wantHi := r.Estimate.Interval(0.95)
		require.InEpsilon(t, wantHi-wantLo, hi-lo, 1e-3, name)
		p.Workers = 3
		again, err := multilevel.Estimate(t.Context(), p, multilevel.Config{RMSE: 2e-4})
		require.NoError(t, err)
		require.Equal(t, r, again)
	}
}

// The Heston call against the semi-analytic price, by the antithetic Milstein
// method, with β of 3/2 (the kink) to 2. Euler–Maruyama has 1.
func TestHestonCall(t *testing.T) {
	want, err := heston.Call(1, 0.04, 1, 1)
	require.NoError(t, err)
	const rmse = 2e-4
	r, err := multilevel.Estimate(t.Context(), hestonCall(1), multilevel.Config{RMSE: rmse})
	require.NoError(t, err)
	require.Less(t, math.Abs(r.Estimate.Value-want), 4*rmse)
	require.LessOrEqual(t, r.RMSE(), 1.05*rmse)
	require.Greater(t, r.Variance.Value, 1.5)
	p := hestonCall(1)
	p.Method, p.Antithetic = models.Euler[models.Heston]{Model: heston}, false
	e, err := multilevel.Estimate(t.Context(), p, multilevel.Config{RMSE: rmse})
	require.NoError(t, err)
	require.Less(t, math.Abs(e.Estimate.Value-want), 4*rmse)
	require.InDelta(t, 1.2, e.Variance.Value, 0.3)
	require.Less(t, 2*r.Work, e.Work)

	// Given the variance's path: strong order 1 for a smooth payoff, weak order 2.
	c, err := multilevel.Estimate(t.Context(), hestonConditional(1), multilevel.Config{RMSE: rmse})
	require.NoError(t, err)
	require.Less(t, math.Abs(c.Estimate.Value-want), 4*rmse)
	require.InDelta(t, 1.9, c.Variance.Value, 0.2)
	require.Greater(t, c.Weak.Value, 1.4)
	require.Less(t, 4*c.Work, r.Work)
}

func method(t *testing.T, name string) stochastic.Method {
	m, err := stochastic.ByName(name)
	require.NoError(t, err)
	return m
}

// A method of strong order 1½ on more of the path than its increments has β = 3
// for P that are smooth, on paths joined in Chen's way; its fine and coarse paths
// have one law.
func TestMethodsThatNeedMore(t *testing.T) {
	p := gbmCall(3)
	p.Method = method(t, "sri1")
	p.Of = func(dst, y []float64) error { copy(dst, y); return nil }
	v := make([]float64, 5)
	for l := range v {
		m, err := p.Sample(t.Context(), l, 0, 20000)
		require.NoError(t, err)
		v[l] = math.Log2(m.Variance(0).Value)
	}
	require.InDelta(t, 3, (v[2]-v[4])/2, 0.3)
	r, err := multilevel.Estimate(t.Context(), p, multilevel.Config{RMSE: 1e-3})
	require.NoError(t, err)
	require.Less(t, math.Abs(r.Estimate.Value-gbm.Mean(1, 1)), 4e-3)
	for _, level := range r.Levels {
		require.Less(t, level.Consistency, 4.0)
	}
}

// normals is a Sampler of a known law: corrections of mean 2^{−αl} and variance
// 2^{−βl}, P_l of variance 1, cost 2^l.
type normals struct {
	alpha, beta float64
	seed        uint64
}

func (s normals) Cost(level int) (float64, float64) { c := math.Exp2(float64(level)); return c, c }

func (s normals) Sample(_ context.Context, level int, first, n uint64) (*statistics.Moments, error) {
	m, err := statistics.NewMoments(2, 4)
	if err != nil {
		return nil, err
	}
	rows := make([]float64, 2*n)
	noise.Gaussian{}.Normal(rows, 2, noise.Address{Seed: s.seed, Use: noise.Test, Row: first, Step: uint64(level)})
	l := float64(level)
	for i := 0; i < len(rows); i += 2 {
		rows[i] = math.Exp2(-s.alpha*l) + math.Exp2(-s.beta*l/2)*rows[i]
	}
	m.Add(rows)
	return m, nil
}

// On a known law: the work is the least one, (Σ√(V_l C_l))²/((1−share) ε²) on the
// levels that the bias asks for, none of fewer samples than the pilot's.
func TestWorkIsLeast(t *testing.T) {
	const rmse = 0.01
	for _, c := range []struct{ alpha, beta float64 }{{1, 2}, {1, 1}, {2, 1.5}, {1.5, 0.8}} {
		r, err := multilevel.Estimate(t.Context(), normals{c.alpha, c.beta, 1}, multilevel.Config{RMSE: rmse, Weak: c.alpha, Pilot: 64, BiasShare: 0.04})
		require.NoError(t, err)
		exact := 1 / (1 - math.Exp2(-c.alpha))
		require.Less(t, math.Abs(r.Estimate.Value-exact), 4*rmse)
		top := len(r.Levels) - 1
		// Σ_{l>L} 2^{−αl} ≤ ε/5 from here on; noise may add a level or two.
		least := math.Log2(5/rmse/(math.Exp2(c.alpha)-1)) / c.alpha
		require.GreaterOrEqual(t, float64(top), math.Floor(least), "%v", c)
		require.LessOrEqual(t, float64(top), least+3, "%v", c)
		sum := 0.0
		for l := range r.Levels {
			sum += math.Exp2((1 - c.beta) * float64(l) / 2)
		}
		want := 0.0
		for l := range r.Levels {
			cost := math.Exp2(float64(l))
			want += cost * max(64, math.Exp2(-c.beta*float64(l)/2)/math.Sqrt(cost)*sum/(0.96*rmse*rmse))
		}
		require.InEpsilon(t, want, r.Work, 0.15, "%v", c)
		require.InDelta(t, c.beta, r.Variance.Value, 5*r.Variance.Error)
	}
}

func TestErrors(t *testing.T) {
	for text, c := range map[string]multilevel.Config{
		"RMSE 0":        {},
		"BiasShare 2":   {RMSE: 1, BiasShare: 2},
		"levels from 1": {RMSE: 1, MinLevel: 1},
		"levels from 5": {RMSE: 1, MinLevel: 5, MaxLevel: 4},
		"Pilot 3":       {RMSE: 1, Pilot: 3},
		"orders -1":     {RMSE: 1, Weak: -1},
	} {
		_, err := multilevel.Estimate(t.Context(), gbmCall(1), c)
		require.ErrorIs(t, err, multilevel.ErrConfig)
		require.ErrorContains(t, err, text)
	}
	for text, change := range map[string]func(p *multilevel.Paths){
		"Method and Of": func(p *multilevel.Paths) { p.Of = nil },
		"Initial has 2": func(p *multilevel.Paths) { p.Initial = []float64{1, 2} },
		"interval":      func(p *multilevel.Paths) { p.T1 = 0 },
		"Steps -1":      func(p *multilevel.Paths) { p.Steps = -1 },
		"Antithetic is": func(p *multilevel.Paths) {
			p.Antithetic, p.Method = true, method(t, "sri1")
		},
	} {
		p := gbmCall(1)
		change(p)
		_, err := multilevel.Estimate(t.Context(), p, multilevel.Config{RMSE: 1})
		require.ErrorIs(t, err, multilevel.ErrConfig)
		require.ErrorContains(t, err, text)
	}
	p := gbmCall(1)
	p.Method = stochastic.Heun{}
	_, err := multilevel.Estimate(t.Context(), p, multilevel.Config{RMSE: 1})
	require.ErrorIs(t, err, stochastic.ErrMethod)

	p = gbmCall(1)
	p.Of = func(dst, y []float64) error { clear(dst); dst[17] = math.Inf(1); return nil }
	_, err = multilevel.Estimate(t.Context(), p, multilevel.Config{RMSE: 1})
	require.ErrorIs(t, err, multilevel.ErrState)
	require.ErrorContains(t, err, "sample")

	r, err := multilevel.Estimate(t.Context(), normals{0.6, 1, 1}, multilevel.Config{RMSE: 1e-2, MaxLevel: 4})
	require.ErrorIs(t, err, multilevel.ErrBias)
	require.Len(t, r.Levels, 5)
	require.Greater(t, r.Bias, 2e-3)

	stop := errors.New("stop")
	r, err = multilevel.Estimate(t.Context(), gbmCall(1), multilevel.Config{RMSE: 1e-3, Progress: func(l []multilevel.Level) error {
		if len(l) > 3 {
			return stop
		}
		return nil
	}})
	require.ErrorIs(t, err, stop)
	require.Len(t, r.Levels, 4)
	require.InDelta(t, gbm.Call(1, 1, 1), r.Estimate.Value, 0.01)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = multilevel.Estimate(ctx, gbmCall(1), multilevel.Config{RMSE: 1e-3})
	require.ErrorIs(t, err, context.Canceled)
}

// The samples of a level do not depend on how they are asked for.
func TestSamplesHaveAddresses(t *testing.T) {
	p := hestonCall(2)
	whole, err := p.Sample(t.Context(), 2, 0, 5000)
	require.NoError(t, err)
	total, err := p.Sample(t.Context(), 2, 0, 1111)
	require.NoError(t, err)
	rest, err := p.Sample(t.Context(), 2, 1111, 3889)
	require.NoError(t, err)
	total.Merge(rest)
	for j := range 2 {
		require.InEpsilon(t, whole.Mean(j).Value, total.Mean(j).Value, 1e-12)
		require.InEpsilon(t, whole.Variance(j).Value, total.Variance(j).Value, 1e-12)
	}
	other, err := p.Sample(t.Context(), 3, 0, 5000)
	require.NoError(t, err)
	require.NotEqual(t, whole.Mean(1).Value, other.Mean(1).Value)
	allocs := func(steps int) float64 {
		p.Steps, p.Workers = steps, 1
		return testing.AllocsPerRun(3, func() {
			_, err := p.Sample(t.Context(), 1, 0, 2000)
			require.NoError(t, err)
		})
	}
	require.Equal(t, allocs(1), allocs(30))
}

func ExampleEstimate() {
	gbm := models.GBM{Mu: 0.05, Sigma: 0.2}
	r, err := multilevel.Estimate(context.Background(), &multilevel.Paths{
		Method: models.Milstein[models.GBM]{Model: gbm}, System: gbm.System(),
		T1: 1, Initial: []float64{1}, Address: noise.Address{Seed: 1},
		Of: func(dst, y []float64) error { copy(dst, y); return nil },
	}, multilevel.Config{RMSE: 1e-3})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.RMSE() < 1.05e-3, math.Abs(r.Estimate.Value-gbm.Mean(1, 1)) < 4e-3)
	// Output: true true
}
