package flow_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/sde"
)

// The latent of a row under a Gaussian in its axes is α_T μ + √(v_T/v_0)
// (x − α_0 μ), v = α²S + σ², by tolerances and by fixed steps, on every process.
func TestEncodeGaussian(t *testing.T) {
	mean, variance := []float64{1, -2}, []float64{4, 0.2}
	m, err := score.NewGaussian(mean, mat.NewSymDense(2, []float64{4, 0, 0, 0.2}))
	require.NoError(t, err)
	x := normals(4, 2*5)
	for _, e := range sde.Catalogue {
		from, to := e.Process.Horizon()
		if e.Name == "flow" || e.Name == "vp-cosine" {
			to = e.Process.TimeOf(-4) // the drift diverges at the end
		}
		got := make([]float64, len(x))
		_, err := flow.Encode(context.Background(), got, e.Process, m, x, flow.Config{From: from, To: to, Solve: ode.Config{RTol: 1e-10, ATol: 1e-12}})
		require.NoError(t, err)
		a, b := e.Process.At(from), e.Process.At(to)
		for i, z := range got {
			v := func(l sde.Level) float64 { return l.Alpha*l.Alpha*variance[i%2] + l.Sigma*l.Sigma }
			want := b.Alpha*mean[i%2] + math.Sqrt(v(b)/v(a))*(x[i]-a.Alpha*mean[i%2])
			require.InDelta(t, want, z, 1e-8*(1+math.Abs(want)), e.Name)
		}
	}
}

// There and back again, to the tolerance: what the solves err by, the flow
// multiplies by no more than the ratio of its widths, here below 10. With fixed
// steps of a method of order 4 the way back is of order 5: the leading errors of
// the two ways, of an odd power of ±h a step, cancel.
func TestRoundTrip(t *testing.T) {
	const dim, rows = 3, 70 // more than a tile
	ctx := context.Background()
	m, p := mixture(t, dim), sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}
	x := m.Sample(rows, 3)
	trip := func(c flow.Config) float64 {
		z, back := make([]float64, len(x)), make([]float64, len(x))
		there, err := flow.Encode(ctx, z, p, m, x, c)
		require.NoError(t, err)
		again, err := flow.Decode(ctx, back, p, m, z, c)
		require.NoError(t, err)
		require.Greater(t, there, rows*10)
		require.Greater(t, again, rows*10)
		require.Greater(t, floats.Distance(x, z, 2), 1.0)
		floats.Sub(back, x)
		return floats.Norm(back, math.Inf(1))
	}
	for _, tol := range []float64{1e-5, 1e-7, 1e-9} {
		require.Less(t, trip(flow.Config{Solve: ode.Config{RTol: tol, ATol: tol}}), 1000*tol)
	}
	rk4 := func(step float64) float64 {
		return trip(flow.Config{From: 0.05, To: 0.8, Method: integrators.RK4, Solve: ode.Config{Step: step}})
	}
	coarse, fine := rk4(0.75/64), rk4(0.75/128)
	require.InDelta(t, 5, math.Log2(coarse/fine), 0.1, "%v %v", coarse, fine)
}

// A row is the same bits alone, in any batch, by any number of workers, and in
// place.
func TestEncodeRowsApart(t *testing.T) {
	const dim, rows = 2, 130
	ctx := context.Background()
	m, p := mixture(t, dim), sde.EDM{SigmaMin: 0.01, SigmaMax: 20}
	x := m.Sample(rows, 3)
	for _, solve := range []ode.Config{{RTol: 1e-4, ATol: 1e-4}, {Step: 0.5}} {
		c := flow.Config{Solve: solve, Workers: 1}
		want := make([]float64, len(x))
		n, err := flow.Encode(ctx, want, p, m, x, c)
		require.NoError(t, err)
		c.Workers = 4
		got := append([]float64(nil), x...)
		again, err := flow.Encode(ctx, got, p, m, got, c)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, n, again)
		for _, row := range []int{0, 63, 64, 129} {
			one := make([]float64, dim)
			_, err := flow.Encode(ctx, one, p, m, x[row*dim:][:dim], c)
			require.NoError(t, err)
			require.Equal(t, want[row*dim:][:dim], one)
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	ctx := context.Background()
	m, p := mixture(t, 2), sde.EDM{SigmaMin: 0.01, SigmaMax: 20}
	x, z := normals(1, 4), make([]float64, 4)
	good := ode.Config{RTol: 1e-4, ATol: 1e-4}
	exact, err := flow.Exact(m)
	require.NoError(t, err)
	for name, c := range map[string]flow.Config{
		"trace": {Solve: good, Trace: exact}, "prior": {Solve: good, Prior: m}, "first": {Solve: good, First: 3}, "global": {Solve: good, Global: true}, "progress": {Solve: good, Progress: func(int, int) {}},
		"times": {Solve: good, From: 2, To: 1}, "at": {Solve: ode.Config{RTol: 1e-4, ATol: 1e-4, At: []float64{1}}},
	} {
		_, err := flow.Encode(ctx, z, p, m, x, c)
		require.ErrorIs(t, err, flow.ErrConfig, name)
		_, err = flow.Decode(ctx, z, p, m, x, c)
		require.ErrorIs(t, err, flow.ErrConfig, name)
	}
	_, err = flow.Encode(ctx, z, p, m, x, flow.Config{})
	require.ErrorIs(t, err, ode.ErrConfig)
	_, err = flow.Encode(ctx, z, p, m, []float64{1, 2, 3, math.NaN()}, flow.Config{Solve: good, Workers: 1})
	require.ErrorIs(t, err, ode.ErrNotFinite)
	require.ErrorContains(t, err, "row 1")
	boom := errors.New("boom")
	bad := score.FromFunc(2, score.Data, func(_, _ []float64, _ sde.Level) error { return boom })
	_, err = flow.Encode(ctx, z, p, bad, x, flow.Config{Solve: good})
	require.ErrorIs(t, err, boom)
	done, cancel := context.WithCancel(ctx)
	cancel()
	_, err = flow.Decode(done, z, p, m, x, flow.Config{Solve: good})
	require.ErrorIs(t, err, context.Canceled)
	require.Panics(t, func() { _, _ = flow.Encode(ctx, z[:2], p, m, x, flow.Config{Solve: good}) })
	require.Panics(t, func() { _, _ = flow.Encode(ctx, z[:3], p, m, x[:3], flow.Config{Solve: good}) })
}

// Mixtures by Turn of independent latents have their covariance: the weights'
// squares add up to 1. Those of a linear mixture add up to (1−u)² + u².
func TestTurn(t *testing.T) {
	one, zero, c, s := []float64{1}, []float64{0}, make([]float64, 1), make([]float64, 1)
	for _, theta := range []float64{0, 0.3, math.Pi / 4, 1.2, math.Pi / 2, 5} {
		flow.Turn(c, one, zero, theta)
		flow.Turn(s, zero, one, theta)
		require.InDelta(t, 1, c[0]*c[0]+s[0]*s[0], 1e-15)
		require.InDelta(t, math.Sin(theta), s[0], 1e-15)
	}
	require.Panics(t, func() { flow.Turn(c, one, []float64{1, 2}, 0) })
}

// Great circles: ends, lengths and equal angles; linear between parallel rows;
// Turn between rows at right angles; refused between opposite ones.
func TestSlerp(t *testing.T) {
	const dim = 3
	a, b := []float64{3, 0, 0, 0, 2, 0, 1, 1, 1}, []float64{0, 0, 3, 0, 1, 1, 2, 2, 2}
	got, turned := make([]float64, 9), make([]float64, 9)
	for _, u := range []float64{0, 0.25, 0.5, 1} {
		require.NoError(t, flow.Slerp(got, a, b, dim, u))
		flow.Turn(turned, a, b, u*math.Pi/2)
		require.InDeltaSlice(t, turned[:3], got[:3], 1e-14)
		for j := 6; j < 9; j++ {
			require.InDelta(t, 1+u, got[j], 1e-14)
		}
	}
	require.NoError(t, flow.Slerp(got, a, b, dim, 1))
	require.InDeltaSlice(t, b, got, 1e-15)
	// Of equal lengths: on the sphere, a third of the angle from a.
	x, y := []float64{1, 2, 2}, []float64{2, -1, 2}
	require.NoError(t, flow.Slerp(got[:3], x, y, dim, 1./3))
	require.InDelta(t, 3, floats.Norm(got[:3], 2), 1e-14)
	require.InDelta(t, math.Acos(4./9)/3, math.Acos(floats.Dot(x, got[:3])/9), 1e-14)

	require.NoError(t, flow.Slerp(got[:3], []float64{0, 0, 0}, y, dim, 0.5))
	require.Equal(t, []float64{1, -0.5, 1}, got[:3])
	err := flow.Slerp(got[:3], x, []float64{-2, -4, -4}, dim, 0.5)
	require.ErrorIs(t, err, flow.ErrConfig)
	require.Panics(t, func() { _ = flow.Slerp(got[:3], x, y, 2, 0.5) })
	require.Panics(t, func() { _ = flow.Slerp(got[:2], x, y, 3, 0.5) })
}
