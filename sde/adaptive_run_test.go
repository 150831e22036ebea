package sde_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// Rows have the same bits with any workers, alone or together, with outputs or
// without.
func TestAdaptiveRowsHaveTheSameBits(t *testing.T) {
	const rows = 20
	s := geometric(2, sde.Ito, 0.5, 1)
	solve := func(c sde.Adaptive, rows int) sde.AdaptiveResult {
		c.RTol, c.ATol, c.Seed = 1e-2, 1e-3, 9
		r, err := sde.SolveAdaptive(t.Context(), stochastic.SRI1, s, 0, 2, ones(2*rows), c)
		require.NoError(t, err)
		return r
	}
	want := solve(sde.Adaptive{Workers: 1, At: []float64{0, 0.1, 1.7, 2}}, rows)
	require.Equal(t, want.Y, solve(sde.Adaptive{Workers: 3}, rows).Y)
	require.Equal(t, want.Accepted, solve(sde.Adaptive{Workers: 2, At: []float64{1}}, rows).Accepted)
	for r := range rows {
		require.Equal(t, want.Y[2*r:2*r+2], solve(sde.Adaptive{Row: uint64(r)}, 1).Y)
		at := want.At[8*r : 8*r+8]
		require.Equal(t, ones(2), at[:2])
		require.Equal(t, want.Y[2*r:2*r+2], at[6:])
		require.Equal(t, 2.0, want.T[r])
	}
}

// Outputs between steps are on the path, here with errors of the method's order,
// where a straight line between the steps' ends is off by √h.
func TestAdaptiveOutputIsTheBridge(t *testing.T) {
	const rows, seed, a, b = 100, 4, 0.5, 0.8
	at := []float64{0.1, 0.2500001, 0.5, 0.77}
	s := geometric(1, sde.Ito, a, b)
	r, err := sde.SolveAdaptive(t.Context(), stochastic.SRI1, s, 0, 1, ones(rows), sde.Adaptive{RTol: 1e-3, ATol: 1e-3, At: at, Seed: seed})
	require.NoError(t, err)
	tree, err := noise.NewPathTree(seed, 0, noise.SpaceTime, 1, 0, 1, 0x1p-40)
	require.NoError(t, err)
	w := make([]float64, 2)
	var square, count float64
	for i := range rows {
		tree.Reset(uint64(i))
		for k, tau := range at {
			tree.Increment(w, 0, tau)
			exact := math.Exp((a-b*b/2)*tau + b*w[0])
			square += math.Pow(r.At[len(at)*i+k]/exact-1, 2)
			count++
		}
	}
	require.Less(t, math.Sqrt(square/count), 5e-3)

	// Backwards in time the path is that of the time elapsed.
	r, err = sde.SolveAdaptive(t.Context(), stochastic.SRI1, s, 3, 2, ones(rows), sde.Adaptive{RTol: 1e-3, ATol: 1e-3, At: []float64{2.5}, Seed: seed})
	require.NoError(t, err)
	square = 0
	for i := range rows {
		tree.Reset(uint64(i))
		tree.Increment(w, 0, 0.5)
		square += math.Pow(r.At[i]/math.Exp((-a-b*b/2)*0.5+b*w[0])-1, 2)
	}
	require.Less(t, math.Sqrt(square/rows), 5e-3)
}

// Fixed steps are those of a loop over the tree.
func TestAdaptiveWithFixedSteps(t *testing.T) {
	s := geometric(1, sde.Ito, 0.5, 0.8)
	r, err := sde.SolveAdaptive(t.Context(), stochastic.EulerMaruyama{}, s, 0, 1, ones(1), sde.Adaptive{Step: 0.3, Seed: 8, Row: 2, At: []float64{0.6}})
	require.NoError(t, err)
	tree, err := noise.NewPathTree(8, 2, 0, 1, 0, 1, 0x1p-40)
	require.NoError(t, err)
	y, w := 1.0, make([]float64, 1)
	for k, end := range []float64{0.3, 0.6, 0.9, 1} {
		from := 0.3 * float64(k)
		tree.Increment(w, from, end)
		y += 0.5*y*(end-from) + 0.8*y*w[0]
		if k == 1 {
			require.InDelta(t, y, r.At[0], 1e-5, "to the roots of times that differ by 2⁻⁴⁰")
		}
	}
	require.InDelta(t, y, r.Y[0], 1e-5)
	require.Equal(t, []int{4}, r.Accepted)
}

// Where noise does not commute and the method knows nothing of areas, tighter
// tolerances still go to the area of the path. The area is that of steps of 2⁻¹².
func TestAdaptiveStepsOnNonCommutativeNoise(t *testing.T) {
	const rows = 60
	s := sde.System{
		Dim: 3, NoiseDim: 2, Calculus: sde.Stratonovich,
		Drift: func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error {
			copy(dst, []float64{1, 0, 0, 1, -y[1] / 2, y[0] / 2})
			return nil
		},
	}
	solve := func(c sde.Adaptive) []float64 {
		c.Seed = 3
		r, err := sde.SolveAdaptive(t.Context(), stochastic.Heun{}, s, 0, 1, make([]float64, 3*rows), c)
		require.NoError(t, err)
		return r.Y
	}
	exact := solve(sde.Adaptive{Step: 0x1p-12})
	distance := func(tol float64) float64 {
		return floats.Distance(solve(sde.Adaptive{ATol: tol}), exact, 2) / math.Sqrt(rows)
	}
	coarse, fine := distance(0.1), distance(0.01)
	// Errors of ½√h, h ∝ tol: a third or so. Of 60 paths to a tenth.
	require.Less(t, fine, 0.5*coarse)
	require.Less(t, fine, 0.1)
}

func TestAdaptiveErrors(t *testing.T) {
	s := geometric(1, sde.Ito, 0.5, 0.5)
	nan := math.NaN()
	apply := func(float64, []float64, *noise.Stream) error { return nil }
	for name, c := range map[string]sde.Adaptive{
		"give either tolerances (RTol 0":              {},
		"or a fixed Step (0.1)":                       {RTol: 1e-3, Step: 0.1},
		"RTol NaN and ATol 0 must be finite":          {RTol: nan},
		"RTol 0 and ATol -1 must be":                  {ATol: -1},
		"fixed Step NaN; want":                        {Step: nan},
		"fixed Step -1; want":                         {Step: -1},
		"fixed Step 1e-12; want at least 1.46e-11":    {Step: 1e-12},
		"Reject are for tolerances":                   {Step: 0.1, First: 0.1},
		"First -1, Max 0 and MaxSteps 0 must not be":  {RTol: 1, First: -1},
		"from Min 0.1 to Max 0.01; want":              {RTol: 1, Min: 0.1, Max: 0.01},
		"At[1] = 0.2 does not follow 0.3":             {RTol: 1, At: []float64{0.3, 0.2}},
		"At[0] = NaN does not follow":                 {RTol: 1, At: []float64{nan}},
		"At[0] = 1.5 does not follow":                 {RTol: 1, At: []float64{1.5}},
		"Jumps.Rate -1; want a finite rate":           {RTol: 1, Jumps: sde.Jumps{Rate: -1, Apply: apply}},
		"Jumps of Rate 0 with Apply given: true":      {RTol: 1, Jumps: sde.Jumps{Apply: apply}},
		"Jumps of Rate 1 with Apply given: false":     {RTol: 1, Jumps: sde.Jumps{Rate: 1}},
		"Jumps.Rate +Inf; want a finite rate, not ne": {RTol: 1, Jumps: sde.Jumps{Rate: math.Inf(1), Apply: apply}},
	} {
		_, err := sde.SolveAdaptive(t.Context(), stochastic.SRI1, s, 0, 1, ones(1), c)
		require.ErrorIs(t, err, sde.ErrConfig, name)
		require.ErrorContains(t, err, name)
	}
	c := sde.Adaptive{RTol: 1e-2}
	for _, t1 := range []float64{0, nan, math.Inf(1)} {
		_, err := sde.SolveAdaptive(t.Context(), stochastic.SRI1, s, 0, t1, ones(1), c)
		require.ErrorIs(t, err, sde.ErrConfig)
	}
	general := s
	general.Structure, general.NoiseDim = sde.General, 1
	_, err := sde.SolveAdaptive(t.Context(), stochastic.MilsteinGeneral{}, general, 0, 1, ones(1), c)
	require.ErrorContains(t, err, "needs Lévy areas")
	_, err = sde.SolveAdaptive(t.Context(), stochastic.Heun{}, s, 0, 1, ones(1), c)
	require.ErrorIs(t, err, stochastic.ErrMethod)
	_, err = sde.SolveAdaptive(t.Context(), stochastic.SRI1, s, 0, 1, []float64{1, nan}, c)
	require.ErrorIs(t, err, sde.ErrState)
	require.Panics(t, func() {
		_, _ = sde.SolveAdaptive(t.Context(), stochastic.SRI1, geometric(2, sde.Ito, 1, 1), 0, 1, ones(3), c)
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = sde.SolveAdaptive(ctx, stochastic.SRI1, s, 0, 1, ones(1), c)
	require.ErrorIs(t, err, context.Canceled)
}

// Every loop ends, with an error that says where.
func TestAdaptiveStepsThatFail(t *testing.T) {
	broken := errors.New("broken")
	blowUp := brownian(1)
	blowUp.Drift = func(dst []float64, _ float64, y []float64) error { dst[0] = y[0] * y[0]; return nil } // 1/(1−t)
	blowUp.Diffusion = func(dst []float64, _ float64, _ []float64) error { dst[0] = 1e-3; return nil }
	for _, test := range []struct {
		drift func(t float64) (float64, error)
		c     sde.Adaptive
		is    error
		says  string
	}{
		{nil, sde.Adaptive{RTol: 1e-3}, sde.ErrStep, "most in component 0; loosen RTol"},
		{nil, sde.Adaptive{RTol: 1e-3, MaxSteps: 10}, sde.ErrMaxSteps, "raise MaxSteps"},
		{nil, sde.Adaptive{Step: 0.01}, sde.ErrState, "take shorter steps"},
		{func(float64) (float64, error) { return math.NaN(), nil }, sde.Adaptive{RTol: 1e-3}, sde.ErrStep, "error NaN of the tolerance"},
		{func(float64) (float64, error) { return 0, broken }, sde.Adaptive{RTol: 1e-3}, broken, "row 0, step from t = 0 by 0.0"},
		{nil, sde.Adaptive{RTol: 1, Reject: func(float64, []float64) bool { return true }}, sde.ErrStep, "step from t = 0"},
		{nil, sde.Adaptive{Step: 0.1, Jumps: sde.Jumps{Rate: 100, Apply: func(float64, []float64, *noise.Stream) error { return broken }}}, broken, "row 0"},
		{nil, sde.Adaptive{Step: 0.1, Jumps: sde.Jumps{Rate: 100, Apply: func(_ float64, y []float64, _ *noise.Stream) error {
			y[0] = math.Inf(1)
			return nil
		}}}, sde.ErrState, "+Inf after a jump"},
	} {
		s := blowUp
		if test.drift != nil {
			s.Drift = func(dst []float64, t float64, _ []float64) (err error) { dst[0], err = test.drift(t); return err }
		}
		r, err := sde.SolveAdaptive(t.Context(), stochastic.EulerMaruyama{}, s, 0, 2, []float64{1, 1}, test.c)
		require.ErrorIs(t, err, test.is)
		require.ErrorContains(t, err, test.says)
		var row *sde.RowError
		require.ErrorAs(t, err, &row)
		require.Equal(t, row.T, r.T[0])
		require.False(t, math.IsNaN(r.Y[0]))
	}
}

// A Newton iteration that fails is a rejection: x = h x² + 1 has a solution for
// h < ¼ alone.
func TestAdaptiveStepsAfterNewtonFails(t *testing.T) {
	s := brownian(1)
	s.Drift = func(dst []float64, _ float64, y []float64) error { dst[0] = y[0] * y[0]; return nil }
	s.Diffusion = func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil }
	r, err := sde.SolveAdaptive(t.Context(), stochastic.DriftImplicitEuler{}, s, 0, 0.5, ones(1), sde.Adaptive{RTol: 1e-3, First: 0.5})
	require.NoError(t, err)
	require.InDelta(t, 2, r.Y[0], 0.05)
	require.Positive(t, r.Rejected[0])
}

// A run of many steps allocates what a run of few does.
func TestAdaptiveStepsDoNotAllocate(t *testing.T) {
	s := geometric(2, sde.Ito, 0.5, 1)
	allocs := func(c sde.Adaptive) float64 {
		c.Workers = 1
		c.Jumps = sde.Jumps{Rate: 3, Apply: func(float64, []float64, *noise.Stream) error { return nil }}
		return testing.AllocsPerRun(3, func() {
			if _, err := sde.SolveAdaptive(t.Context(), stochastic.SRI1, s, 0, 1, ones(2), c); err != nil {
				t.Fatal(err)
			}
		})
	}
	// Hundreds of steps more; a collection of garbage or the race detector may add some.
	require.InDelta(t, allocs(sde.Adaptive{RTol: 0.1}), allocs(sde.Adaptive{RTol: 1e-5}), 50)
}

// A path with a burst of noise at its middle, to a tolerance.
func ExampleSolveAdaptive() {
	s := sde.System{
		Dim: 1, Structure: sde.AdditiveDiagonal,
		Drift: func(dst []float64, _ float64, y []float64) error { dst[0] = -y[0]; return nil },
		Diffusion: func(dst []float64, t float64, _ []float64) error {
			dst[0] = 0.01 + math.Exp(-1000*(t-0.5)*(t-0.5))
			return nil
		},
	}
	r, err := sde.SolveAdaptive(context.Background(), stochastic.SRA3, s, 0, 1, []float64{1}, sde.Adaptive{ATol: 1e-3, At: []float64{0.4}, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("y(0.4) = %.2f, near e^-0.4 = %.2f\n", r.At[0], math.Exp(-0.4))
	fmt.Println("fewer than 200 steps:", r.Accepted[0]+r.Rejected[0] < 200)
	// Output:
	// y(0.4) = 0.67, near e^-0.4 = 0.67
	// fewer than 200 steps: true
}
