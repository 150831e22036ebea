package multilevel_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/multilevel"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

func emptyMoments(t *testing.T, n int) []*statistics.Moments {
	m := make([]*statistics.Moments, n)
	for i := range m {
		var err error
		m[i], err = statistics.NewMoments(2, 4)
		require.NoError(t, err)
	}
	return m
}

// Results have the same bits for any number of workers, and points do not depend on
// how they are asked for; sequences and levels have points of their own.
func TestPointsHaveAddresses(t *testing.T) {
	c := multilevel.Config{RMSE: 3e-4, Weak: 1, Randomisations: 9, Pilot: 32}
	var first multilevel.Result
	for _, workers := range []int{1, 2, 7} {
		p := hestonCall(2)
		p.Workers = workers
		r, err := multilevel.Estimate(t.Context(), p, c)
		require.NoError(t, err)
		if workers == 1 {
			first = r
		}
		require.Equal(t, first, r)
	}

	p := hestonCall(2)
	whole, pieces, level, sequences := emptyMoments(t, 2), emptyMoments(t, 2), emptyMoments(t, 2), emptyMoments(t, 5)
	require.NoError(t, p.Points(t.Context(), whole, 2, 0, 1500))
	for _, piece := range [][2]uint64{{0, 1}, {1, 300}, {301, 1199}} {
		require.NoError(t, p.Points(t.Context(), pieces, 2, piece[0], piece[1]))
	}
	require.NoError(t, p.Points(t.Context(), level, 3, 0, 1500))
	require.NoError(t, p.Points(t.Context(), sequences, 2, 0, 1500))
	for i, m := range whole {
		for j := range 2 {
			// Of the points the extremes have the bits, their sums' order is another.
			require.Equal(t, m.Min(j), pieces[i].Min(j))
			require.Equal(t, m.Max(j), pieces[i].Max(j))
			require.InEpsilon(t, m.Mean(j).Value, pieces[i].Mean(j).Value, 1e-11)
			require.NotEqual(t, m.Max(j), level[i].Max(j))
			require.NotEqual(t, m.Max(j), whole[1-i].Max(j))
		}
		require.Equal(t, m, sequences[i])
	}

	allocs := func(n uint64) float64 {
		p.Workers = 1
		into := emptyMoments(t, 2)
		return testing.AllocsPerRun(3, func() { require.NoError(t, p.Points(t.Context(), into, 1, 0, n)) })
	}
	require.Equal(t, allocs(256), allocs(2560), "none per tile")
}

func TestPointsErrors(t *testing.T) {
	for text, c := range map[string]multilevel.Config{
		"Randomisations 7":      {RMSE: 1, Randomisations: 7},
		"Randomisations -1":     {RMSE: 1, Randomisations: -1},
		"Randomisations 131072": {RMSE: 1, Randomisations: 1 << 17},
		"Pilot 24":              {RMSE: 1, Randomisations: 8, Pilot: 24},
		"order 1 from Weak 2":   {RMSE: 1, Weak: 2, Extrapolate: 1},
		"order 2 from Weak 0":   {RMSE: 1, Extrapolate: 2},
		"order NaN":             {RMSE: 1, Weak: 1, Extrapolate: math.NaN()},
		"order +Inf":            {RMSE: 1, Weak: 1, Extrapolate: math.Inf(1)},
	} {
		_, err := multilevel.Estimate(t.Context(), gbmCall(1), c)
		require.ErrorIs(t, err, multilevel.ErrConfig, text)
		require.ErrorContains(t, err, text)
	}
	good := multilevel.Config{RMSE: 1e-3, Randomisations: 8, Weak: 1}
	_, err := multilevel.Estimate(t.Context(), normals{1, 1, 1}, good)
	require.ErrorIs(t, err, multilevel.ErrConfig)
	require.ErrorContains(t, err, "no Points")
	for text, change := range map[string]func(p *multilevel.Paths){
		"Method and Of":   func(p *multilevel.Paths) { p.Of = nil },
		"noise.Zero":      func(p *multilevel.Paths) { p.Source = noise.Zero{} },
		"row 64":          func(p *multilevel.Paths) { p.Address.Row = 64 },
		"step 1":          func(p *multilevel.Paths) { p.Address.Step = 1 },
		"2048 dimensions": func(p *multilevel.Paths) { p.Steps = 257 },
	} {
		p := gbmCall(1)
		change(p)
		_, err := multilevel.Estimate(t.Context(), p, good)
		require.ErrorIs(t, err, multilevel.ErrConfig, text)
		require.ErrorContains(t, err, text)
	}
	// Levels come to more dimensions than there are: what was found stays.
	p := gbmCall(1)
	p.Steps = 128
	deep := good
	deep.MinLevel = 4
	r, err := multilevel.Estimate(t.Context(), p, deep)
	require.ErrorIs(t, err, multilevel.ErrConfig)
	require.ErrorContains(t, err, "2048 steps of level 4")
	require.Len(t, r.Levels, 4)

	p = gbmCall(1)
	p.Of = func(dst, y []float64) error { copy(dst, y); dst[11] = math.NaN(); return nil }
	_, err = multilevel.Estimate(t.Context(), p, good)
	require.ErrorIs(t, err, multilevel.ErrState)
	require.ErrorContains(t, err, "NaN")
	require.ErrorContains(t, err, "sample 11")
	require.ErrorContains(t, err, "sequence")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = multilevel.Estimate(ctx, gbmCall(1), good)
	require.ErrorIs(t, err, context.Canceled)
}

// Without noise there is no error, and an interval of no length.
func TestNoNoise(t *testing.T) {
	p := gbmCall(1)
	p.Of = func(dst, y []float64) error { fill(dst, 2); return nil }
	for _, n := range []int{0, 8} {
		r, err := multilevel.Estimate(t.Context(), p, multilevel.Config{RMSE: 1e-3, Weak: 1, Randomisations: n})
		require.NoError(t, err)
		lo, hi := r.Interval(0.95)
		require.Equal(t, []float64{2, 2}, []float64{lo, hi})
		require.Equal(t, math.Inf(1), r.Freedom)
	}
}

// The price of a call by 16 randomisations of quasi-random points, and what random
// samples take.
func ExampleQuasi() {
	gbm := models.GBM{Mu: 0.05, Sigma: 0.2}
	p := &multilevel.Paths{
		Method: models.Milstein[models.GBM]{Model: gbm}, System: gbm.System(),
		T1: 1, Initial: []float64{1}, Address: noise.Address{Seed: 1},
		Of: func(dst, y []float64) error {
			for i, v := range y {
				dst[i] = math.Exp(-0.05) * max(v-1, 0)
			}
			return nil
		},
	}
	random, err := multilevel.Estimate(context.Background(), p, multilevel.Config{RMSE: 2e-4})
	if err != nil {
		fmt.Println(err)
		return
	}
	quasi, err := multilevel.Estimate(context.Background(), p, multilevel.Config{RMSE: 2e-4, Weak: 1, Randomisations: 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	lo, hi := quasi.Interval(0.999)
	fmt.Println(lo < gbm.Call(1, 1, 1), gbm.Call(1, 1, 1) < hi, quasi.Work < random.Work/5)
	// Output: true true true
}
