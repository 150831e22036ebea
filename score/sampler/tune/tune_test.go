package tune_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/score/sampler/tune"
	"github.com/ito-sde/ito/sde"
)

func process(t testing.TB, name string) sde.Process {
	t.Helper()
	p, err := sde.ByName(name)
	require.NoError(t, err)
	return p
}

func rule(t testing.TB, name string) sampler.Rule {
	t.Helper()
	e, err := sampler.ByName(name)
	require.NoError(t, err)
	return e.Rule
}

// atCutoff fixes a grid's end where most standard grids have it.
func atCutoff(p sde.Process) tune.Range {
	cutoff, _ := p.Horizon()
	l := p.At(cutoff).Lambda()
	return tune.Range{Lo: l, Hi: l}
}

// few is data of three directions off the centre.
var few = exact.Spectrum{Mean: []float64{0.3, 0, -0.2}, Var: []float64{0.04, 0.5, 1.5}}

// For one direction of variance v and ρ = √v tan φ, a DDIM step multiplies the
// deviation y = x/α by
//
//	(v + ρ_t ρ_s)/(v + ρ_t²) = cos(φ_t − φ_s) cos φ_t/cos φ_s,
//
// so that n steps lose Π cos Δφ_k of the standard deviation, and the best grid has
// equal steps in φ: ln cos is concave. The final denoising is one more step, to
// φ = 0, which a free end makes as long as the others.
func TestDDIMOnOneDirectionHasEqualAngles(t *testing.T) {
	const v, nfe = 0.25, 7
	data := exact.Spectrum{Mean: []float64{0}, Var: []float64{v}}
	p := process(t, "vp")
	cutoff, end := p.Horizon()
	angle := func(at float64) float64 { return math.Atan(p.At(at).Rho() / math.Sqrt(v)) }
	top, bottom := angle(end), angle(cutoff)
	for name, c := range map[string]struct {
		last  tune.Range
		angle func(k int) float64
	}{
		"fixed": {atCutoff(p), func(k int) float64 { return top + float64(k)/(nfe-1)*(bottom-top) }},
		"free":  {tune.Range{Lo: -1, Hi: 3}, func(k int) float64 { return top * (1 - float64(k)/nfe) }},
	} {
		r, err := tune.Grid(context.Background(), tune.Config{Process: p, Rule: sampler.DDIM{}, NFE: nfe,
			Objective: tune.Surrogate{Data: data}, Last: c.last, Smoothness: 1e-12, Starts: 3})
		require.NoError(t, err, name)
		require.Equal(t, nfe, r.NFE)
		times := make([]float64, nfe)
		for k := range times {
			times[k] = p.TimeOf(-math.Log(math.Sqrt(v) * math.Tan(c.angle(k))))
		}
		times[0] = end
		g, err := sampler.NewGrid(p, times, true)
		require.NoError(t, err)
		want, err := tune.Surrogate{Data: data}.Error(context.Background(), sampler.Config{Process: p, Rule: sampler.DDIM{}, Grid: g})
		require.NoError(t, err)
		// A search that stops where the error no longer changes by 1e-10 is within
		// its square root of a minimum.
		require.InEpsilon(t, want, r.Error, 1e-6, name)
		require.GreaterOrEqual(t, r.Error, want*(1-1e-12), "%s: better than the optimum", name)
		for k, l := range r.Grid.Levels(nil) {
			require.InDelta(t, c.angle(k), math.Atan(l.Rho()/math.Sqrt(v)), 2e-3, "%s, level %d", name, k)
		}
	}
}

// On data of one point DDIM is exact on every grid: there is nothing to gain, and
// nothing breaks.
func TestOnePointIsExactOnAnyGrid(t *testing.T) {
	point := exact.Spectrum{Mean: []float64{1.5}, Var: []float64{0}}
	r, err := tune.Grid(context.Background(), tune.Config{Process: process(t, "edm"), Rule: sampler.DDIM{}, NFE: 5,
		Objective: tune.Surrogate{Data: point}, Starts: 2})
	require.NoError(t, err)
	require.Less(t, r.Error, 1e-12) // rounding of numbers up to 80
	require.Less(t, r.Standard[0].Error, 1e-12)
}

// The acceptance figure: on the spectrum of the digits, at ten evaluations, the
// tuned grid of DPM-Solver++(2M), with the standard grids' own ends and prior,
// errs at most a tenth of the best of them.
func TestDigitsAtTenEvaluations(t *testing.T) {
	set, err := dataset.Digits()
	require.NoError(t, err)
	g, err := divergence.Fit(set.X, set.Dim)
	require.NoError(t, err)
	data, err := tune.NewSurrogate(g)
	require.NoError(t, err)
	p := process(t, "vp")
	for _, name := range []string{"dpm++2m", "dpm++3m", "sde-dpm++2m"} {
		r, err := tune.Grid(context.Background(), tune.Config{Process: p, Rule: rule(t, name), NFE: 10, Objective: data, Starts: 4, Last: atCutoff(p)})
		require.NoError(t, err)
		require.Equal(t, 10, r.NFE)
		require.LessOrEqual(t, r.Error, r.Standard[0].Error/10, name)
		cutoff, end := p.Horizon()
		times := r.Grid.Times(nil)
		require.Equal(t, end, times[0])
		require.Equal(t, cutoff, times[len(times)-1])
		require.Less(t, r.Roughness, 0.1, "neighbouring steps' ratios change by a third at most, in the mean square")
	}
}

// Every rule's tuned grid is at least as good as the standard grid that its first
// start begins with, roughness counted.
func TestNeverWorseThanItsStart(t *testing.T) {
	p := process(t, "vp")
	for _, e := range sampler.Catalogue {
		c := tune.Config{Process: p, Rule: e.Rule, NFE: 9, Objective: tune.Surrogate{Data: few}, Starts: 1, Evaluations: 40, Smoothness: 1e-9}
		r, err := tune.Grid(context.Background(), c)
		if errors.Is(err, tune.ErrBudget) {
			continue // more than eight evaluations a step
		}
		require.NoError(t, err, e.Name)
		if r.Standard[0].Name == "edm" {
			continue // it has ends of its own
		}
		require.LessOrEqual(t, r.Error, r.Standard[0].Error*(1+1e-6), e.Name) // roughness below 1e3 at 1e-9
	}
}

func TestResultDependsOnSeedButNotOnWorkers(t *testing.T) {
	run := func(workers int, seed uint64) *tune.Result {
		r, err := tune.Grid(context.Background(), tune.Config{Process: process(t, "ve"), Rule: sampler.DPMPP2M{}, NFE: 8,
			Objective: tune.Surrogate{Data: few}, Starts: 4, Evaluations: 200, Seed: seed, Workers: workers})
		require.NoError(t, err)
		return r
	}
	a := run(1, 3)
	require.Equal(t, a, run(3, 3))
	b := run(1, 4)
	require.NotEqual(t, a.Starts, b.Starts)
	// Random starts differ, and lead to optima of like worth.
	require.InEpsilon(t, a.Error, b.Error, 0.2)
}

// What roughness costs more there is less of, and it is paid for in error.
func TestSmoothness(t *testing.T) {
	var before *tune.Result
	for _, smoothness := range []float64{1e-6, 0.01, 1, 100} {
		r, err := tune.Grid(context.Background(), tune.Config{Process: process(t, "vp"), Rule: sampler.DPMPP2M{}, NFE: 8,
			Objective: tune.Surrogate{Data: few}, Smoothness: smoothness, Starts: 4, Seed: 2})
		require.NoError(t, err)
		if before != nil {
			require.Less(t, r.Roughness, before.Roughness)
			require.Greater(t, r.Error, before.Error)
		}
		before = r
	}
	// At the highest price the steps grow by one factor, as nearly as it is worth:
	// a gain of the whole standard error would pay for 1/100.
	require.Less(t, before.Roughness, 0.01)
}

// Noise that is free to choose is chosen: on data of one standard normal number
// the W2 of DDIM falls with η from DDPM to the flow, and so η goes to 0.
func TestKnob(t *testing.T) {
	k, err := tune.KnobByName("eta")
	require.NoError(t, err)
	data := exact.Spectrum{Mean: []float64{0}, Var: []float64{1}}
	r, err := tune.Grid(context.Background(), tune.Config{Process: process(t, "vp"), Knob: &k, NFE: 6, Objective: tune.Surrogate{Data: data}, Starts: 2})
	require.NoError(t, err)
	require.Less(t, r.Knob, 0.02)
	require.Equal(t, sampler.DDIM{Eta: r.Knob}, r.Rule)
	for _, k := range tune.Knobs {
		require.NotNil(t, k.Rule(k.Range.Lo))
		require.Less(t, k.Range.Lo, k.Range.Hi)
		require.NotEmpty(t, k.Doc)
	}
	_, err = tune.KnobByName("beta")
	require.ErrorContains(t, err, `no knob "beta"; known: eta, churn, tau`)
}

func TestSamplers(t *testing.T) {
	var rules []sampler.Entry
	for _, name := range []string{"ddim", "dpm++2m", "restart"} {
		e, err := sampler.ByName(name)
		require.NoError(t, err)
		rules = append(rules, e)
	}
	c := tune.Config{Process: process(t, "vp"), NFE: 4, Objective: tune.Surrogate{Data: few}, Starts: 2, Evaluations: 200}
	got, leftOut, err := tune.Samplers(context.Background(), c, rules)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Len(t, leftOut, 1)
	require.ErrorIs(t, leftOut[0], tune.ErrBudget)
	require.LessOrEqual(t, got[0].Error, got[1].Error)
	c.Starts, c.Evaluations = 1, 5
	got, leftOut, err = tune.Samplers(context.Background(), c, sampler.Catalogue)
	require.NoError(t, err, "what a sampler cannot do is no reason to fail for all")
	require.Len(t, sampler.Catalogue, len(got)+len(leftOut))
	_, _, err = tune.Samplers(context.Background(), c, rules[2:])
	require.ErrorIs(t, err, tune.ErrConfig)
}

func TestKLHasItsOwnOptimum(t *testing.T) {
	c := tune.Config{Process: process(t, "vp"), Rule: sampler.DPMPP2M{}, NFE: 6, Starts: 4}
	w2, kl := tune.Surrogate{Data: few}, tune.Surrogate{Data: few, Measure: tune.KL}
	results := map[tune.Measure]*tune.Result{}
	for _, o := range []tune.Surrogate{w2, kl} {
		c.Objective = o
		r, err := tune.Grid(context.Background(), c)
		require.NoError(t, err)
		results[o.Measure] = r
	}
	at := func(o tune.Objective, r *tune.Result) float64 {
		v, err := o.Error(context.Background(), sampler.Config{Process: c.Process, Rule: c.Rule, Grid: r.Grid})
		require.NoError(t, err)
		return v
	}
	require.Less(t, at(w2, results[tune.W2]), at(w2, results[tune.KL]))
	require.Less(t, at(kl, results[tune.KL]), at(kl, results[tune.W2]))
}
