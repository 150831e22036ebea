package sampler_test

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// between is a process between two of its times.
type between struct {
	sde.Process
	from, to float64
}

func (b between) Horizon() (cutoff, end float64) { return b.from, b.to }

func adapt(t testing.TB, c sampler.AdaptiveConfig, rows int) ([]float64, sampler.AdaptiveStats) {
	t.Helper()
	x := make([]float64, rows*c.Model.Dim())
	stats, err := sampler.SampleAdaptive(context.Background(), x, c)
	require.NoError(t, err)
	return x, stats
}

// One trial over the whole way, by the papers; and the error that accepts it.
func TestAdaptiveFormulas(t *testing.T) {
	one := modelFunc{1, bend.f}
	for _, name := range []string{"vp", "subvp", "edm"} {
		p := between{process(t, name), 0.4, 0.5}
		s, e := p.At(0.5), p.At(0.4)
		h := e.Lambda() - s.Lambda()
		x := startAt
		at := func(r float64) sde.Level { return p.At(p.TimeOf(s.Lambda() + r*h)) }
		base := func(r float64, l sde.Level) float64 {
			return l.Alpha/s.Alpha*x - l.Sigma*(math.Exp(r*h)-1)*noisy(x, s)
		}
		half, third, two := at(0.5), at(1./3), at(2./3)
		u := base(0.5, half)
		second := base(1, e) - e.Sigma*(math.Exp(h)-1)*(noisy(u, half)-noisy(x, s))
		u = base(1./3, third)
		d1 := noisy(u, third) - noisy(x, s)
		lower := base(1, e) - e.Sigma*(math.Exp(h)-1)*1.5*d1
		v := base(2./3, two) - 2*two.Sigma*((math.Exp(2*h/3)-1)/(2*h/3)-1)*d1
		best := base(1, e) - 1.5*e.Sigma*((math.Exp(h)-1)/h-1)*(noisy(v, two)-noisy(x, s))
		// The SDE, with the increment of the row's path.
		drift := func(x, t float64, l sde.Level) float64 {
			f, g := p.Coefficients(t)
			return f*x - g*g*(l.Alpha*data(x, l)-x)/(l.Sigma*l.Sigma)
		}
		tree, err := noise.NewTree(3, 7, 1, 0.4, 0.5, 0)
		require.NoError(t, err)
		dw := []float64{0}
		tree.Increment(dw, 0.4, 0.5)
		_, g0 := p.Coefficients(0.5)
		_, g1 := p.Coefficients(0.4)
		euler := x - 0.1*drift(x, 0.5, s) + g0*dw[0]
		heun := (euler + x - 0.1*drift(euler, 0.4, e) + g1*dw[0]) / 2
		for _, c := range []struct {
			rule      sampler.Adaptive
			high, low float64
		}{{sampler.DPMSolver12{}, second, base(1, e)}, {sampler.DPMSolver23{}, best, lower}, {sampler.ImprovedEuler{}, heun, euler}} {
			run := func(atol, rtol float64) (float64, int64) {
				got, stats := adapt(t, sampler.AdaptiveConfig{Process: p, Model: one, Rule: c.rule, ATol: atol, RTol: rtol, Step: 10, Seed: 3, FirstRow: 7, Start: []float64{x}}, 1)
				return got[0], stats.Rejected
			}
			got, rejected := run(1e9, 0)
			require.InDelta(t, c.high, got, 1e-12, "%s %T", name, c.rule)
			require.Zero(t, rejected)
			off := math.Abs(c.high - c.low)
			got, rejected = run(off*(1+1e-6), 0)
			require.InDelta(t, c.high, got, 1e-12)
			require.Zero(t, rejected)
			_, rejected = run(off*(1-1e-6), 0)
			require.Positive(t, rejected)
			// The relative tolerance is of the larger of low and start.
			size := max(math.Abs(c.low), x)
			_, rejected = run(0, off/size*(1+1e-6))
			require.Zero(t, rejected, "%s %T", name, c.rule)
			_, rejected = run(0, off/size*(1-1e-6))
			require.Positive(t, rejected)
		}
	}
}

// The error against the exact flow falls with the tolerance, and against the
// evaluations by the order.
func TestAdaptiveOrder(t *testing.T) {
	m := normal(t)
	for _, name := range []string{"vp", "ve"} {
		p := between{process(t, name), process(t, name).TimeOf(1.5), process(t, name).TimeOf(-2)}
		start := []float64{0.3, -1, 2, 1, 0.2, -0.4}
		want := make([]float64, len(start))
		require.NoError(t, m.FlowMap(want, start, p.At(p.to), p.At(p.from)))
		for _, e := range sampler.Adaptives[:2] {
			var work, off []float64
			for k := range 4 {
				tol := math.Pow(0.1, 3*e.Order-1+float64(k)) // beyond, where the error is its leading term
				got, stats := adapt(t, sampler.AdaptiveConfig{Process: p, Model: m, Rule: e.Rule, ATol: tol, RTol: tol, Start: start, Trials: 1e6}, 2)
				var d float64
				for i, v := range want {
					d = max(d, math.Abs(v-got[i]))
				}
				// Some hundred steps, each within the tolerance of a lower order.
				require.Less(t, d, 100*tol, e.Name)
				work, off = append(work, math.Log(stats.NFE)), append(off, math.Log(d))
			}
			_, slope := stat.LinearRegression(work, off, nil, false)
			require.InDelta(t, e.Order, -slope, 0.1, "%s on %s", e.Name, name)
		}
	}
}

// On one path the steps of any tolerance approach one solution, that of many
// Euler–Maruyama steps over the same path, with the tolerance.
func TestImprovedEulerFollowsItsPath(t *testing.T) {
	m := normal(t)
	p := between{process(t, "vp"), 0.1, 0.9}
	start := []float64{0.3, -1, 2}
	const steps = 1 << 16
	tree, err := noise.NewTree(5, 9, 3, p.from, p.to, 0)
	require.NoError(t, err)
	x, d, dw := append([]float64(nil), start...), make([]float64, 3), make([]float64, 3)
	h := (p.to - p.from) / steps
	for k := range steps {
		at, next := p.to-float64(k)*h, max(p.from, p.to-float64(k+1)*h)
		tree.Increment(dw, next, at)
		l := p.At(at)
		f, g := p.Coefficients(at)
		require.NoError(t, m.Denoise(d, x, l))
		for i := range x {
			x[i] += (g*g*(l.Alpha*d[i]-x[i])/(l.Sigma*l.Sigma)-f*x[i])*h + g*dw[i]
		}
	}
	var off []float64
	for _, tol := range []float64{1e-1, 1e-2, 1e-3, 1e-4} {
		got, _ := adapt(t, sampler.AdaptiveConfig{Process: p, Model: m, Rule: sampler.ImprovedEuler{}, ATol: tol, RTol: tol, Seed: 5, FirstRow: 9, Start: start}, 1)
		var e float64
		for i, v := range x {
			e = max(e, math.Abs(v-got[i]))
		}
		off = append(off, e)
	}
	// Euler–Maruyama's step errs by h^1.5, which is the tolerance, and the path by h.
	for i, e := range off {
		require.Less(t, e, math.Pow(10, -2./3*float64(i+1)), "%v", off)
	}
	require.Less(t, off[3], 0.05*off[0])
}

// The samples' law: mean and variance of 2000 rows, within 6 standard errors
// (false alarm 2e-9 each) and the tolerance.
func TestAdaptiveLaw(t *testing.T) {
	const n, tol = 2000, 1e-2
	g, err := score.NewGaussian([]float64{1.5}, mat.NewSymDense(1, []float64{0.36}))
	require.NoError(t, err)
	p := process(t, "vp")
	for _, e := range sampler.Adaptives {
		x, stats := adapt(t, sampler.AdaptiveConfig{Process: p, Model: g, Rule: e.Rule, ATol: tol, RTol: tol, Seed: 4}, n)
		mean, variance := stat.MeanVariance(x, nil)
		cutoff, _ := p.Horizon()
		l := p.At(cutoff)
		v := l.Alpha*l.Alpha*0.36 + l.Sigma*l.Sigma
		// A hundred steps of at most the tolerance, which the flow shrinks, and the
		// prior, off by α_T = 0.007.
		require.InDelta(t, l.Alpha*1.5, mean, 6*math.Sqrt(v/n)+0.02, e.Name)
		require.InDelta(t, v, variance, 6*v*math.Sqrt(2./n)+0.02, e.Name)
		require.Greater(t, stats.Most, stats.Least, e.Name)
	}
}

// A row is the same bits alone, in a batch and on any number of workers, and its
// evaluations are those that the model sees.
func TestAdaptiveRowsAreAlone(t *testing.T) {
	p := process(t, "vp")
	for _, e := range sampler.Adaptives {
		m := counter{bend, new(atomic.Int64)}
		c := sampler.AdaptiveConfig{Process: p, Model: m, Rule: e.Rule, ATol: 1e-2, RTol: 1e-2, Seed: 2, Workers: 1, Denoise: true}
		want, stats := adapt(t, c, 50)
		require.Equal(t, m.calls.Load(), stats.Total, e.Name)
		require.InDelta(t, float64(stats.Total)/50, stats.NFE, 1e-12)
		// A trial after a rejection is spared an evaluation; every row denoises once.
		per := int64(e.Rule.Cost().Evaluations)
		require.Equal(t, per*stats.Accepted+(per-1)*stats.Rejected+50, stats.Total, e.Name)
		c.Workers = 4
		got, again := adapt(t, c, 50)
		require.Equal(t, want, got)
		require.Equal(t, stats, again)
		c.FirstRow = 31
		one, _ := adapt(t, c, 1)
		require.Equal(t, want[3*31:3*32], one, e.Name)
	}
}

// More steps allocate no more.
func TestNoAllocationPerTrial(t *testing.T) {
	p := process(t, "vp")
	for _, e := range sampler.Adaptives {
		allocs := func(tol float64) float64 {
			c := sampler.AdaptiveConfig{Process: p, Model: bend, Rule: e.Rule, ATol: tol, Workers: 1}
			x := make([]float64, 3)
			return testing.AllocsPerRun(3, func() {
				if _, err := sampler.SampleAdaptive(context.Background(), x, c); err != nil {
					panic(err)
				}
			})
		}
		require.Equal(t, allocs(0.1), allocs(1e-3), e.Name)
	}
}

func TestBadAdaptives(t *testing.T) {
	p := process(t, "vp")
	good := sampler.AdaptiveConfig{Process: p, Model: bend, Rule: sampler.DPMSolver12{}, ATol: 0.1}
	x := make([]float64, 3)
	run := func(edit func(*sampler.AdaptiveConfig)) error {
		c := good
		edit(&c)
		_, err := sampler.SampleAdaptive(context.Background(), x, c)
		return err
	}
	require.NoError(t, run(func(*sampler.AdaptiveConfig) {}))
	for what, edit := range map[string]func(*sampler.AdaptiveConfig){
		"no tolerance": func(c *sampler.AdaptiveConfig) { c.ATol = 0 },
		"negative":     func(c *sampler.AdaptiveConfig) { c.RTol = -1 },
		"NaN":          func(c *sampler.AdaptiveConfig) { c.ATol = math.NaN() },
		"infinite":     func(c *sampler.AdaptiveConfig) { c.Step = math.Inf(1) },
		"safety":       func(c *sampler.AdaptiveConfig) { c.Safety = 1.5 },
		"trials":       func(c *sampler.AdaptiveConfig) { c.Trials = -1 },
		"too tight":    func(c *sampler.AdaptiveConfig) { c.ATol = 1e-16 },
		"few trials":   func(c *sampler.AdaptiveConfig) { c.Trials = 3 },
	} {
		require.ErrorIs(t, run(edit), sampler.ErrTolerance, what)
	}
	require.ErrorIs(t, run(func(c *sampler.AdaptiveConfig) { c.Process = process(t, "ddpm-zero-snr") }), sampler.ErrGrid)
	require.Error(t, run(func(c *sampler.AdaptiveConfig) { c.Start = make([]float64, 6) }))
	require.Error(t, run(func(c *sampler.AdaptiveConfig) { c.Rule = nil }))
	require.ErrorIs(t, run(func(c *sampler.AdaptiveConfig) {
		c.Model = modelFunc{3, func(float64, int, sde.Level) float64 { return math.NaN() }}
	}), sampler.ErrNotFinite)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := sampler.SampleAdaptive(ctx, x, good)
	require.ErrorIs(t, err, context.Canceled)
	_, err = sampler.SampleAdaptive(context.Background(), x[:2], good)
	require.Error(t, err)
}

// One sample, the flow of which ends at 3.4900, by three tolerances.
func ExampleSampleAdaptive() {
	process, _ := sde.ByName("vp")
	model, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0.25}))
	for _, rtol := range []float64{5e-2, 5e-4, 5e-6} {
		x := make([]float64, 1)
		stats, err := sampler.SampleAdaptive(context.Background(), x, sampler.AdaptiveConfig{
			Process: process, Model: model, Rule: sampler.DPMSolver23{}, ATol: 0.1 * rtol, RTol: rtol, Start: []float64{1}, Denoise: true,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("tolerance %v: %.4f, NFE %.0f\n", rtol, x[0], stats.NFE)
	}
	// Output:
	// tolerance 0.05: 3.5138, NFE 26
	// tolerance 0.0005: 3.4933, NFE 60
	// tolerance 5e-06: 3.4900, NFE 164
}
