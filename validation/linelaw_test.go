package validation

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/sde"
)

// onLine is the exact denoiser of a Mixture, E[x_0 | x] = Σ r_k D_k.
type onLine struct{ m Mixture }

func (onLine) Dim() int { return 1 }

func (o onLine) Denoise(dst, x []float64, at sde.Level) error {
	for i, v := range x {
		best := math.Inf(-1)
		logs := make([]float64, len(o.m.Mean))
		for k := range logs {
			s := at.Alpha*at.Alpha*o.m.Var[k] + at.Sigma*at.Sigma
			d := v - at.Alpha*o.m.Mean[k]
			logs[k] = math.Log(o.m.Weight[k]) - 0.5*d*d/s - 0.5*math.Log(s)
			best = max(best, logs[k])
		}
		var sum, num float64
		for k, l := range logs {
			w := math.Exp(l - best)
			s := at.Alpha*at.Alpha*o.m.Var[k] + at.Sigma*at.Sigma
			sum += w
			num += w * (o.m.Mean[k] + at.Alpha*o.m.Var[k]*(v-at.Alpha*o.m.Mean[k])/s)
		}
		dst[i] = num / sum
	}
	return nil
}

// lineEntries is the catalogue without stochastic rules of memory, which have no
// law on the line, and without DDPM by other names. Of the rules of two noises, whose quadrature takes most of the
// time, one stands for all, and none in a quick run.
func lineEntries() []sampler.Entry {
	again := map[string]bool{"sde-dpm++1": true, "sa-p1": true, "euler-ancestral": true}
	var out []sampler.Entry
	for _, e := range sampler.Catalogue {
		if again[e.Name] {
			continue
		}
		noises := e.Rule.Cost().Noises
		if noises > 0 && e.Rule.Memory() > 0 || noises > 1 && (quick() || e.Name != "predictor-corrector") {
			continue
		}
		out = append(out, e)
	}
	return out
}

// lineSteps is the number of steps that a test of the law on the line makes:
// half as many by a rule of two noises, whose step costs twenty times as much.
func lineSteps(e sampler.Entry) int {
	if e.Rule.Cost().Noises > 1 {
		return 4
	}
	return 8
}

// On a single Gaussian the law on the line must be the spectral law.
func TestLineLawOnGaussian(t *testing.T) {
	entries := lineEntries()
	g := Mixture{Weight: []float64{1}, Mean: []float64{0.6}, Var: []float64{0.3}}
	s := exact.Spectrum{Mean: g.Mean, Var: g.Var}
	p := process(t, "vp")
	for _, e := range entries {
		c := sampler.Config{Process: p, Model: onLine{g}, Rule: e.Rule, Grid: lambdaGrid(t, p, lineSteps(e), true)}
		law, err := OnLine(context.Background(), c)
		require.NoError(t, err, e.Name)
		want, err := s.Law(context.Background(), c, nil)
		require.NoError(t, err)
		var mass, mean, second float64
		for i, w := range law.W {
			mass += w
			mean += w * law.X[i]
			second += w * law.X[i] * law.X[i]
		}
		require.InDelta(t, 1, mass, 1e-8, e.Name)
		require.InDelta(t, want.Mean[0], mean, 1e-7, e.Name)
		require.InDelta(t, want.Var[0], second-mean*mean, 1e-6, e.Name)
	}
}

// Samples of every rule on a mixture follow the exact law: Kolmogorov–Smirnov
// with n = 40,000; the statistic exceeds 3/√n with probability 2e^(−18) = 3e-8.
func TestLineLawAgreesWithSamples(t *testing.T) {
	entries := lineEntries()
	m := Mixture{Weight: []float64{0.3, 0.7}, Mean: []float64{-1.2, 0.8}, Var: []float64{0.05, 0.2}}
	p := process(t, "vp")
	const n = 40_000
	for _, e := range entries {
		c := sampler.Config{Process: p, Model: onLine{m}, Rule: e.Rule, Grid: lambdaGrid(t, p, lineSteps(e), true), Seed: 23}
		law, err := OnLine(context.Background(), c)
		require.NoError(t, err, e.Name)
		x := make([]float64, n)
		_, err = sampler.Sample(context.Background(), x, c)
		require.NoError(t, err)
		require.Less(t, kolmogorov(x, law.CDF), 3/math.Sqrt(n), e.Name)
		// The sampler errs, and the law says by how much.
		w2 := law.W2(m)
		require.Greater(t, w2, 1e-3, e.Name)
		require.Less(t, w2, 1.0, e.Name)
	}
}

// The law's distance to the target falls with the sampler's order on a mixture
// too, where no closed form is affine.
func TestOrderOnMixture(t *testing.T) {
	m := Mixture{Weight: []float64{0.4, 0.6}, Mean: []float64{-1, 0.7}, Var: []float64{0.2, 0.3}}
	p := process(t, "vp")
	cutoff, _ := p.Horizon()
	want := m.At(p.At(cutoff))
	for _, name := range []string{"ddim", "dpm++2m", "edm-heun"} {
		e, err := sampler.ByName(name)
		require.NoError(t, err)
		// The floor stands five times above the mismatch of the prior, 1.4e-4.
		o, err := FitOrder(12, 320, 7e-4, func(steps int) (float64, error) {
			law, err := OnLine(context.Background(), sampler.Config{Process: p, Model: onLine{m}, Rule: e.Rule, Grid: lambdaGrid(t, p, steps, false)})
			return law.W2(want), err
		})
		require.NoError(t, err, name)
		require.InDelta(t, e.Order, o.Slope, 0.15, name)
	}
}

func TestMixtureQuantileInvertsCDF(t *testing.T) {
	m := Mixture{Weight: []float64{0.5, 0.5}, Mean: []float64{-3, 3}, Var: []float64{0.01, 1}}
	for _, u := range []float64{1e-12, 0.01, 0.3, 0.5, 0.77, 1 - 1e-9} {
		require.InDelta(t, u, m.CDF(m.Quantile(u)), 1e-15+1e-9*u)
	}
	require.InDelta(t, 0.5*normalCDF(60)+0.5*normalCDF(0), m.CDF(3), 1e-15)
}
