package flow_test

import (
	"context"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// spread is a mixture of three Gaussians with full covariances, of standard deviations
// from about 0.3 to 1.7.
func spread(t testing.TB, dim int) *score.Mixture {
	parts := make([]*score.Gaussian, 3)
	for k := range parts {
		seed := uint64(10 * (k + 1))
		var cov mat.SymDense
		cov.SymOuterK(1/float64(dim), mat.NewDense(dim, dim, normals(seed, dim*dim)))
		for i := range dim {
			cov.SetSym(i, i, cov.At(i, i)+0.1)
		}
		g, err := score.NewGaussian(normals(seed+1, dim), &cov)
		require.NoError(t, err)
		parts[k] = g
	}
	m, err := score.NewMixture([]float64{0.5, 0.2, 0.3}, parts)
	require.NoError(t, err)
	return m
}

// With tolerances of 1e-8 on steps the log density is right to 1e-5 nats, in 2 and in
// 64 dimensions, for a process that explodes and one that preserves the variance.
func TestLogLikelihoodTo1e5(t *testing.T) {
	for _, dim := range []int{2, 64} {
		m := spread(t, dim)
		rows := 3
		x := m.Sample(rows, 5)
		for _, p := range []sde.Process{sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}, sde.EDM{SigmaMin: 2e-3, SigmaMax: 80}} {
			cutoff, _ := p.Horizon()
			want := make([]float64, rows)
			require.NoError(t, m.LogDensity(want, x, p.At(cutoff)))
			got, err := flow.LogLikelihood(context.Background(), p, m, x, flow.Config{Solve: ode.Config{RTol: 1e-8, ATol: 1e-8}, Prior: m})
			require.NoError(t, err)
			var worst float64
			for i := range want {
				worst = max(worst, math.Abs(want[i]-got.LogDensity[i]))
				require.Zero(t, got.Error[i])
				lo, hi := got.Interval(i, 0.95)
				require.Equal(t, lo, hi)
				require.InDelta(t, got.LogDensity[i], got.Prior[i]+got.Volume[i], 1e-13)
			}
			t.Logf("%d dimensions, %T: %.1e nats, %d evaluations a row", dim, p, worst, got.Evaluations/rows)
			require.Less(t, worst, 1e-5)
		}
	}
}

// With tolerances on the answer, 1e-5 is asked for and had.
func TestGlobalTolerance(t *testing.T) {
	m := spread(t, 2)
	p := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}
	x := m.Sample(3, 5)
	want := make([]float64, 3)
	require.NoError(t, m.LogDensity(want, x, p.At(1e-3)))
	c := flow.Config{Solve: ode.Config{RTol: 1e-5, ATol: 1e-5}, Prior: m, Global: true}
	got, err := flow.LogLikelihood(context.Background(), p, m, x, c)
	require.NoError(t, err)
	for i, w := range want {
		require.InDelta(t, w, got.LogDensity[i], 1e-5)
		require.NotZero(t, got.SolveError[i])
		require.Less(t, math.Abs(got.SolveError[i]), 1e-5)
	}
	c.Global = false
	plain, err := flow.LogLikelihood(context.Background(), p, m, x, c)
	require.NoError(t, err)
	require.Less(t, plain.Evaluations, got.Evaluations)
	require.True(t, math.IsNaN(plain.SolveError[0]))
	c.Global, c.Solve = true, ode.Config{Step: 0.01}
	_, err = flow.LogLikelihood(context.Background(), p, m, x, c)
	require.ErrorIs(t, err, ode.ErrConfig)
}

// backwards hides all abilities but the product with Jᵀ: those of a network.
type backwards struct {
	score.Model
	score.VJP
}

// Networks have no JVP; their trace is as exact by products with Jᵀ, and Hutchinson's
// probes take them in place of differences. More coordinates than one call takes.
func TestTraceByVJP(t *testing.T) {
	const dim, rows = 70, 3
	m := spread(t, dim)
	able := backwards{plain{m}, m}
	x, want, got := m.Sample(rows, 2), make([]float64, rows), make([]float64, rows)
	at := sde.Level{Alpha: 0.8, Sigma: 0.6}
	require.NoError(t, m.TraceDenoise(want, x, at))
	exact, err := flow.Exact(able)
	require.NoError(t, err)
	require.NoError(t, exact.TraceRows(got, x, at, 0))
	require.InDeltaSlice(t, want, got, 1e-11)
	require.NoError(t, (&flow.Hutchinson{Model: m, Seed: 4, Probes: 3}).TraceRows(want, x, at, 1))
	require.NoError(t, (&flow.Hutchinson{Model: able, Seed: 4, Probes: 3}).TraceRows(got, x, at, 1))
	require.InDeltaSlice(t, want, got, 1e-11)
}

// Normal probes have the variance 2 Σ_ij J_ij², those of the diagonal included: on a
// diagonal Jacobian, where signs are exact, 2 Σ J_ii².
func TestNormalProbes(t *testing.T) {
	const n = 20_000
	m, err := score.NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, 0, 0, 0.25}))
	require.NoError(t, err)
	at := sde.Level{Alpha: 1, Sigma: 0.5}
	a, b := 1/1.25, 0.25/0.5 // s²/(s² + σ²)
	x, got := make([]float64, 2*n), make([]float64, n)
	require.NoError(t, (&flow.Hutchinson{Model: m, Seed: 1, Source: noise.Gaussian{}}).TraceRows(got, x, at, 0))
	var mean, square float64
	for _, v := range got {
		mean += v / n
		square += v * v / n
	}
	variance := 2 * (a*a + b*b)
	require.InDelta(t, a+b, mean, 6*math.Sqrt(variance/n)) // false alarm 2e-9
	// Fourth central moment of a sum a(z²−1) + b(z²−1): at most 15 variances².
	require.InDelta(t, variance, square-mean*mean, 6*variance*math.Sqrt(14./n))
}

// The intervals of Hutchinson's probes have the truth in 95 ± 2 per cent of cases, up to
// 5.3 standard deviations of the count: false alarm 1e-7. ITO_LIKELIHOOD_STUDY is the
// number of seeds of a study; its slack at 1000 is another 3.7 per cent, at 10 000 1.2.
func TestHutchinsonsInterval(t *testing.T) {
	seeds := 100
	if testing.Short() {
		seeds = 10
	}
	if n, err := strconv.Atoi(os.Getenv("ITO_LIKELIHOOD_STUDY")); err == nil && n > 0 {
		seeds = n
	}
	const dim, probes = 8, 32
	m := spread(t, dim)
	p := sde.RectifiedFlow{Cutoff: 1e-2, End: 0.99}
	x := m.Sample(1, 5)
	solve := ode.Config{RTol: 1e-4, ATol: 1e-4}
	exact, err := flow.LogLikelihood(context.Background(), p, m, x, flow.Config{Solve: fine, Prior: m})
	require.NoError(t, err)
	for name, source := range map[string]noise.Source{"signs": noise.Signs{}, "normal": noise.Gaussian{}} {
		hits, size := 0, 0.0
		for seed := range seeds {
			h := &flow.Hutchinson{Model: m, Seed: uint64(seed), Probes: probes, Source: source}
			got, err := flow.LogLikelihood(context.Background(), p, m, x, flow.Config{Solve: solve, Prior: m, Trace: h})
			require.NoError(t, err)
			lo, hi := got.Interval(0, 0.95)
			require.InDelta(t, got.LogDensity[0], (lo+hi)/2, 1e-12)
			if lo <= exact.LogDensity[0] && exact.LogDensity[0] <= hi {
				hits++
			}
			size += got.Error[0] / float64(seeds)
		}
		covered, n := float64(hits)/float64(seeds), float64(seeds)
		t.Logf("%s: coverage %.4f over %d seeds, standard error %.3f nats", name, covered, seeds, size)
		require.InDelta(t, 0.95, covered, 0.02+5.3*math.Sqrt(0.95*0.05/n), name)
	}
	one, err := flow.LogLikelihood(context.Background(), p, m, x, flow.Config{Solve: solve, Trace: &flow.Hutchinson{Model: m}})
	require.NoError(t, err)
	lo, hi := one.Interval(0, 0.95)
	require.True(t, math.IsInf(lo, -1) && math.IsInf(hi, 1) && math.IsNaN(one.Error[0]))
}
