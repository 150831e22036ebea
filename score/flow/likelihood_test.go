package flow_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/sde"
)

var fine = ode.Config{RTol: 1e-9, ATol: 1e-9}

// Against the closed-form density of a mixture, for every process: with the exact
// p_T as prior what is left is the integration error.
func TestLogLikelihoodOfAMixture(t *testing.T) {
	const dim, rows = 2, 4
	m := mixture(t, dim)
	for _, e := range sde.Catalogue {
		cutoff, _ := e.Process.Horizon()
		x := m.Sample(rows, 5)
		want := make([]float64, rows)
		require.NoError(t, m.LogDensity(want, x, e.Process.At(cutoff)))
		got, err := flow.LogLikelihood(context.Background(), e.Process, m, x, flow.Config{Solve: fine, Prior: m})
		require.NoError(t, err)
		// Local errors of 1e-9 over some hundred steps.
		require.InDeltaSlice(t, want, got.LogDensity, 1e-6, e.Name)
	}
}

// The normal prior is off by p_T, and a Gaussian prior with the data's moments
// by less, as the documentation says.
func TestPriors(t *testing.T) {
	const dim, rows = 2, 6
	m := mixture(t, dim)
	moments, err := m.Gaussian()
	require.NoError(t, err)
	p := sde.VP{BetaMin: 0.1, BetaMax: 8, Cutoff: 1e-3} // α_T = e^(−2.025) = 0.13
	x := m.Sample(rows, 3)
	worst := func(prior score.LogDensity) float64 {
		got, err := flow.LogLikelihood(context.Background(), p, m, x, flow.Config{Solve: fine, Prior: prior})
		require.NoError(t, err)
		want := make([]float64, rows)
		require.NoError(t, m.LogDensity(want, x, p.At(1e-3)))
		var off float64
		for i := range want {
			off = max(off, math.Abs(want[i]-got.LogDensity[i]))
		}
		return off
	}
	require.Less(t, worst(m), 1e-6)
	normal, matched := worst(nil), worst(moments)
	require.Greater(t, normal, 0.01)
	require.Less(t, normal, 1.0)
	// Third order in α_T against first.
	require.Less(t, matched, 0.1*normal)
}

// With probes fixed along the solve the estimate is unbiased for the integral:
// the mean over 400 seeds, within 6 standard errors (false alarm 2e-9).
func TestLogLikelihoodByHutchinson(t *testing.T) {
	const dim, n = 2, 400
	m := mixture(t, dim)
	p := sde.RectifiedFlow{Cutoff: 1e-2, End: 0.99}
	x := m.Sample(1, 5)
	loose := ode.Config{RTol: 1e-5, ATol: 1e-5}
	var want [1]float64
	require.NoError(t, m.LogDensity(want[:], x, p.At(1e-2)))
	var sum, square float64
	for seed := range uint64(n) {
		got, err := flow.LogLikelihood(context.Background(), p, plain{m}, x, flow.Config{
			Solve: loose, Prior: m, Trace: &flow.Hutchinson{Model: plain{m}, Seed: seed},
		})
		require.NoError(t, err)
		sum += got.LogDensity[0]
		square += got.LogDensity[0] * got.LogDensity[0]
	}
	mean := sum / n
	sd := math.Sqrt(square/n - mean*mean)
	require.InDelta(t, want[0], mean, 6*sd/math.Sqrt(n)+1e-4)
	require.Greater(t, sd, 1e-3) // it is an estimate
}

// A row has the same bits alone, in company, and with any number of workers.
func TestLogLikelihoodRowsAreIndependent(t *testing.T) {
	const dim, rows = 3, 5
	m := mixture(t, dim)
	p := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}
	x := m.Sample(rows, 9)
	c := flow.Config{Solve: ode.Config{RTol: 1e-4, ATol: 1e-4}, Trace: &flow.Hutchinson{Model: m, Seed: 1}}
	all, err := flow.LogLikelihood(context.Background(), p, m, x, c)
	require.NoError(t, err)
	require.Positive(t, all.Evaluations)
	for _, workers := range []int{1, 3} {
		c.Workers = workers
		again, err := flow.LogLikelihood(context.Background(), p, m, x, c)
		require.NoError(t, err)
		require.Equal(t, all.LogDensity, again.LogDensity)
		require.Equal(t, all.Evaluations, again.Evaluations)
	}
	c.First = 2
	one, err := flow.LogLikelihood(context.Background(), p, m, x[2*dim:][:dim], c)
	require.NoError(t, err)
	require.Equal(t, all.LogDensity[2], one.LogDensity[0])
}

func TestLogLikelihoodErrors(t *testing.T) {
	ctx := context.Background()
	m := gaussian(t, 1, 2)
	p := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}
	x := []float64{1, 2, 3, 4}
	_, err := flow.LogLikelihood(ctx, p, plain{m}, x, flow.Config{Solve: fine})
	require.ErrorIs(t, err, flow.ErrNoTrace)
	_, err = flow.LogLikelihood(ctx, p, m, x, flow.Config{})
	require.ErrorIs(t, err, ode.ErrConfig)
	_, err = flow.LogLikelihood(ctx, p, m, x, flow.Config{Solve: fine, From: 2, To: 1})
	require.ErrorIs(t, err, flow.ErrConfig)
	_, err = flow.LogLikelihood(ctx, p, m, x, flow.Config{Solve: ode.Config{Step: 0.1, At: []float64{0.5}}})
	require.ErrorIs(t, err, flow.ErrConfig)
	require.Panics(t, func() { _, _ = flow.LogLikelihood(ctx, p, m, x[:3], flow.Config{Solve: fine}) })
	_, err = flow.LogLikelihood(ctx, p, m, x, flow.Config{Solve: ode.Config{Step: 0.1}, Method: integrators.RK4})
	require.NoError(t, err)

	// A model that fails on the second row: the first comes back.
	broken := errors.New("broken")
	bad := score.FromFunc(2, score.Data, func(dst, x []float64, at sde.Level) error {
		if x[0] > 2.5 {
			return broken
		}
		return m.Denoise(dst, x, at)
	})
	got, err := flow.LogLikelihood(ctx, p, bad, x, flow.Config{Solve: fine, Trace: &flow.Hutchinson{Model: m}, Workers: 1})
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "row 1")
	require.False(t, math.IsNaN(got.LogDensity[0]))
	require.True(t, math.IsNaN(got.LogDensity[1]))

	ctx, cancel := context.WithCancel(ctx)
	cancel()
	_, err = flow.LogLikelihood(ctx, p, m, x, flow.Config{Solve: fine})
	require.ErrorIs(t, err, context.Canceled)
}

func ExampleLogLikelihood() {
	// The data are N(0, 1), the process keeps the variance: ln p(0) = −½ ln 2π.
	m, err := score.NewGaussian([]float64{0}, mat.NewSymDense(1, []float64{1}))
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := flow.LogLikelihood(context.Background(), sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}, m,
		[]float64{0}, flow.Config{Solve: ode.Config{RTol: 1e-6, ATol: 1e-6}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", l.LogDensity[0])
	fmt.Printf("%.4f bits\n", flow.BitsPerDim(l.LogDensity[0], 1, 0))
	// Output:
	// -0.9189
	// 1.3257 bits
}
