package validation

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/sde"
)

// The parts add up in every direction, bound the whole, and the total is the law's
// distance, for all rules, with and without denoising and an error of the score.
func TestSplitAddsUp(t *testing.T) {
	ctx, data := context.Background(), Target()
	wrong := exact.Spectrum{Mean: []float64{0.9, -0.5}, Var: []float64{0.1, 2}}
	for _, e := range sampler.All() {
		for _, denoise := range []bool{false, true} {
			p := process(t, "vp")
			if e.Name == "sscs" || e.Name == "cld-euler" || e.Name == "sscs-twice" || e.Name == "gddim" || e.Name == "gddim-1" || e.Name == "gddim-2" {
				p = process(t, "cld")
			}
			c := sampler.Config{Process: p, Rule: e.Rule, Grid: lambdaGrid(t, p, 12, denoise)}
			clean, err := ErrorSplit(ctx, c, data, 0)
			require.NoError(t, err)
			require.Zero(t, clean.Score.W2)
			law, err := data.Law(ctx, c, nil)
			require.NoError(t, err)
			require.InDelta(t, math.Sqrt(law.W2Squared(data)), clean.Total.W2, 1e-13)
			c.Model = wrong
			s, err := ErrorSplit(ctx, c, data, 0)
			require.NoError(t, err)
			require.Positive(t, s.Score.W2, e.Name)
			require.Equal(t, clean.Initialisation, s.Initialisation)
			sum := 0.0
			for i := range data.Mean {
				var mean, deviation float64
				for _, p := range []Part{s.Score, s.Initialisation, s.Discretisation, s.Truncation} {
					mean += p.Mean[i]
					deviation += p.Deviation[i]
				}
				require.InDelta(t, s.Total.Mean[i], mean, 1e-13, e.Name)
				require.InDelta(t, s.Total.Deviation[i], deviation, 1e-13, e.Name)
			}
			for _, p := range []Part{s.Score, s.Initialisation, s.Discretisation, s.Truncation} {
				sum += p.W2
				require.GreaterOrEqual(t, p.KL, 0.0)
			}
			require.LessOrEqual(t, s.Total.W2, sum*(1+1e-12), e.Name)
		}
	}
}

// Each part by itself. The flow maps x_T = σ_T z to a mean that lacks α_T m √(v_ε/v_T)
// and a deviation that lacks √(v_ε) (1 − σ_T/√v_T): consistency, which is that flow,
// errs by the start and the cut-off alone. The discretisation falls with the rule's
// order; the cut-off's and the start's errors do not depend on the steps.
func TestSplitParts(t *testing.T) {
	ctx, data := context.Background(), Target()
	p := process(t, "vp")
	c := sampler.Config{Process: p, Rule: sampler.Consistency{}, Grid: lambdaGrid(t, p, 3, false)}
	s, err := ErrorSplit(ctx, c, data, 0)
	require.NoError(t, err)
	require.Less(t, s.Discretisation.W2, 1e-14)
	cutoff, end := p.Horizon()
	first, last := p.At(end), p.At(cutoff)
	for i, v := range data.Var {
		at := func(l sde.Level) float64 { return math.Sqrt(l.Alpha*l.Alpha*v + l.Sigma*l.Sigma) }
		require.InDelta(t, -first.Alpha*data.Mean[i]*at(last)/at(first), s.Initialisation.Mean[i], 1e-14)
		require.InDelta(t, at(last)*(first.Sigma/at(first)-1), s.Initialisation.Deviation[i], 1e-14)
		require.InDelta(t, (last.Alpha-1)*data.Mean[i], s.Truncation.Mean[i], 1e-15)
		require.InDelta(t, at(last)-math.Sqrt(v), s.Truncation.Deviation[i], 1e-15)
	}
	// With pure noise at the end the start is exact.
	zero := sde.ZeroTerminalSNR{Process: p}
	g, err := sampler.Times(zero, sampler.UniformTime{}, 10, false)
	require.NoError(t, err)
	s, err = ErrorSplit(ctx, sampler.Config{Process: zero, Rule: sampler.DDIM{}, Grid: g}, data, 0)
	require.NoError(t, err)
	require.Zero(t, s.Initialisation.W2)
	// Second order: a quarter, to h² of itself.
	var before Split
	for i, steps := range []int{100, 200} {
		c := sampler.Config{Process: p, Rule: sampler.DPMPP2M{}, Grid: lambdaGrid(t, p, steps, true)}
		s, err := ErrorSplit(ctx, c, data, 0)
		require.NoError(t, err)
		if i > 0 {
			require.InEpsilon(t, 0.25, s.Discretisation.W2/before.Discretisation.W2, 0.1)
			require.InEpsilon(t, before.Initialisation.W2, s.Initialisation.W2, 1e-2)
			require.InDelta(t, before.Truncation.W2, s.Truncation.W2, 1e-15)
		}
		before = s
	}
}

// Where 20 evaluations of two samplers lose what they lose.
func ExampleErrorSplit() {
	p, _ := sde.ByName("vp")
	g, _ := sampler.Times(p, sampler.UniformLambda{}, 19, true)
	for _, name := range []string{"ddim", "dpm++2m"} {
		e, _ := sampler.ByName(name)
		s, err := ErrorSplit(context.Background(), sampler.Config{Process: p, Rule: e.Rule, Grid: g}, Target(), 0)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: W2 %.5f: start %.5f, steps %.5f, cut-off %.5f\n", name, s.Total.W2, s.Initialisation.W2, s.Discretisation.W2, s.Truncation.W2)
	}
	// Output:
	// ddim: W2 0.18137: start 0.00456, steps 0.18117, cut-off 0.00019
	// dpm++2m: W2 0.02244: start 0.00525, steps 0.02196, cut-off 0.00019
}

// On one Gaussian the split on the line is that in eigendirections; on a mixture
// the parts fall as they do there, and bound the whole.
func TestLineSplit(t *testing.T) {
	ctx, p := context.Background(), process(t, "vp")
	one := Mixture{Weight: []float64{1}, Mean: []float64{0.6}, Var: []float64{0.3}}
	off := Mixture{Weight: []float64{1}, Mean: []float64{0.7}, Var: []float64{0.25}}
	for _, name := range []string{"ddim", "dpm++2m", "ddpm"} {
		e, err := sampler.ByName(name)
		require.NoError(t, err)
		for _, denoise := range []bool{false, true} {
			if !denoise && e.Rule.Cost().Noises > 0 {
				continue // kernels on a grid take their time
			}
			c := sampler.Config{Process: p, Model: onLine{off}, Rule: e.Rule, Grid: lambdaGrid(t, p, 8, denoise)}
			got, err := LineErrorSplit(ctx, c, one, onLine{one})
			require.NoError(t, err)
			c.Model = exact.Spectrum{Mean: off.Mean, Var: off.Var}
			want, err := ErrorSplit(ctx, c, exact.Spectrum{Mean: one.Mean, Var: one.Var}, 0)
			require.NoError(t, err)
			// The laws on the line are right to 1e-7, their quantiles to h⁴ of a cubic.
			require.InDelta(t, want.Score.W2, got.Score, 1e-5, name)
			require.InDelta(t, want.Initialisation.W2, got.Initialisation, 1e-5, name)
			require.InDelta(t, want.Discretisation.W2, got.Discretisation, 1e-5, name)
			require.InDelta(t, want.Truncation.W2, got.Truncation, 1e-5, name)
			require.InDelta(t, want.Total.W2, got.Total, 1e-5, name)
		}
	}
	two := Mixture{Weight: []float64{0.3, 0.7}, Mean: []float64{-1.2, 0.8}, Var: []float64{0.05, 0.2}}
	var before LineSplit
	for i, steps := range []int{40, 80} {
		s, err := LineErrorSplit(ctx, sampler.Config{Process: p, Model: onLine{two}, Rule: sampler.DPMPP2M{}, Grid: lambdaGrid(t, p, steps, false)}, two, onLine{two})
		require.NoError(t, err)
		require.Less(t, s.Score, 1e-12)
		require.LessOrEqual(t, s.Total, s.Initialisation+s.Discretisation+s.Truncation+1e-6)
		if i > 0 {
			require.InDelta(t, 0.25, s.Discretisation/before.Discretisation, 0.05)
			require.InEpsilon(t, before.Initialisation, s.Initialisation, 0.05)
		}
		before = s
	}
}
