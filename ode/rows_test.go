package ode_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
)

// byRow makes a RowField of a Field and counts its calls.
func byRow(f integrators.Field, calls, rows *int) ode.RowField {
	return func(dst, t, y []float64, index []int) error {
		*calls++
		*rows += len(index)
		n := len(y) / len(t)
		for i := range t {
			if err := f(dst[i*n:(i+1)*n], t[i], y[i*n:(i+1)*n]); err != nil {
				return err
			}
		}
		return nil
	}
}

// Rows give the bits, steps, events and errors of single solves, in rounds as
// many as the longest row has evaluations.
func TestRowsAreSolves(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rows := make([]ode.Row, 2*ode.MaxRows+7)
	for i := range rows {
		rows[i] = ode.Row{T0: r.Float64(), T1: 2 + 4*r.Float64(), Y0: []float64{0.5 + r.Float64(), 0.5 + r.Float64()}}
	}
	rows[3].T1 = rows[3].T0
	rows[4].Y0 = []float64{math.NaN(), 1}
	rows[5].T1 = -3
	c := tolerance(1e-6)
	c.MaxSteps = 40
	c.Events = []ode.Event{{G: func(_ float64, y []float64) float64 { return y[0] - 1 }, Terminal: 3}}
	var calls, evaluated, most, total int
	out, err := ode.SolveRows(background, integrators.Tsitouras5, byRow(lotka, &calls, &evaluated), rows, c)
	require.NoError(t, err)
	failed := 0
	for i, row := range rows {
		want, err := ode.Solve(background, integrators.Tsitouras5, lotka, row.T0, row.T1, row.Y0, c)
		if i == 4 {
			require.ErrorIs(t, out[i].Err, ode.ErrNotFinite)
			continue
		}
		require.Equal(t, want, out[i].Result)
		require.Equal(t, err, out[i].Err)
		if err != nil {
			failed++
		}
		most, total = max(most, want.Stats.Evaluations), total+want.Stats.Evaluations
	}
	require.Equal(t, total, evaluated)
	require.GreaterOrEqual(t, calls, most)
	require.Less(t, calls, 4*most)
	require.Positive(t, failed)
	require.Less(t, failed, len(rows)/2)
}

// A batch that ends early leaves no row behind.
func TestRowsEnd(t *testing.T) {
	rows := make([]ode.Row, 50)
	for i := range rows {
		rows[i] = ode.Row{T1: 10, Y0: []float64{1, 1}}
	}
	boom := errors.New("boom")
	calls := 0
	_, err := ode.SolveRows(background, integrators.DOP853, func(dst, _, _ []float64, _ []int) error {
		clear(dst)
		if calls++; calls == 30 {
			return boom
		}
		return nil
	}, rows, tolerance(1e-9))
	require.ErrorIs(t, err, boom)
	ctx, cancel := context.WithCancel(background)
	cancel()
	var n int
	out, err := ode.SolveRows(ctx, integrators.DOP853, byRow(lotka, &n, &n), rows, tolerance(1e-9))
	require.NoError(t, err)
	require.ErrorIs(t, out[49].Err, context.Canceled)
	require.Panics(t, func() {
		_, _ = ode.SolveRows(background, integrators.DOP853, func(_, _, _ []float64, _ []int) error { panic(boom) }, rows, tolerance(1e-9))
	})
	goleak.VerifyNone(t)
	_, err = ode.SolveRows(background, integrators.DOP853, nil, []ode.Row{{Y0: []float64{1}}, {Y0: []float64{1, 2}}}, tolerance(1e-9))
	require.ErrorIs(t, err, ode.ErrConfig)
	out, err = ode.SolveRows(background, integrators.DOP853, nil, nil, tolerance(1e-9))
	require.NoError(t, err)
	require.Empty(t, out)
}

// Decay at a hundred rates: each row takes the steps it needs.
func ExampleSolveRows() {
	rows := make([]ode.Row, 100)
	for i := range rows {
		rows[i] = ode.Row{T1: 1, Y0: []float64{1}}
	}
	decay := func(dst, _, y []float64, rows []int) error {
		for i, r := range rows {
			dst[i] = -float64(r) * y[i]
		}
		return nil
	}
	out, err := ode.SolveRows(context.Background(), integrators.Tsitouras5, decay, rows, ode.Config{RTol: 1e-8, ATol: 1e-10})
	fmt.Println(err, out[1].Stats.Accepted < out[99].Stats.Accepted)
	fmt.Printf("%.6f\n", out[2].Y[0])
	// Output:
	// <nil> true
	// 0.135335
}

func BenchmarkRows(b *testing.B) {
	rows := make([]ode.Row, 1000)
	for i := range rows {
		rows[i] = ode.Row{T1: 10, Y0: []float64{1, 1 + float64(i)/1000}}
	}
	var calls, evaluated int
	for b.Loop() {
		if _, err := ode.SolveRows(background, integrators.Tsitouras5, byRow(lotka, &calls, &evaluated), rows, tolerance(1e-6)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(evaluated), "ns/evaluation")
}
