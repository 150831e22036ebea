package sampler_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// The three conventions, and what each costs. Leading never reaches the last
// timestep.
func ExampleTimesteps() {
	for _, c := range []sampler.Timesteps{
		{Train: 1000, Convention: sampler.Linspace},
		{Train: 1000, Convention: sampler.Leading, Offset: 1, Partial: true},
		{Train: 1000, Convention: sampler.Trailing},
	} {
		k, err := c.Indices(5)
		fmt.Println(k, err)
	}
	_, err := sampler.Timesteps{Train: 1000, Convention: sampler.Leading}.Indices(5)
	fmt.Println(err)
	// Output:
	// [999 749 500 250 0] <nil>
	// [801 601 401 201 1] <nil>
	// [999 799 599 399 199] <nil>
	// sampler: bad time grid: it starts at timestep 800, below the last, 999, where noise is pure; choose trailing or linspace, or set Partial and start from noised data
}

func TestTimesteps(t *testing.T) {
	p := process(t, "vp")
	for _, c := range []sampler.Convention{sampler.Linspace, sampler.Leading, sampler.Trailing} {
		for _, n := range []int{2, 3, 7, 50, 999, 1000} {
			s := sampler.Timesteps{Train: 1000, Convention: c, Partial: true}
			k, err := s.Indices(n)
			require.NoError(t, err)
			for i := 1; i < n; i++ {
				require.Less(t, k[i], k[i-1])
			}
			g, err := s.Grid(p, n)
			require.NoError(t, err)
			require.Equal(t, n, g.Evaluations(sampler.Cost{Evaluations: 1}))
			require.True(t, g.Denoises())
			times := g.Times(nil)
			for i := range k {
				require.InDelta(t, float64(k[i]+1)/1000, times[i], 1e-15)
			}
		}
	}
	for what, s := range map[string]sampler.Timesteps{
		"beyond the last":     {Train: 10, Convention: sampler.Leading, Offset: 6, Partial: true},
		"below the first":     {Train: 10, Convention: sampler.Leading, Offset: -1, Partial: true},
		"below the last":      {Train: 10, Convention: sampler.Leading},
		"offset of another":   {Train: 10, Convention: sampler.Trailing, Offset: 1},
		"no such convention":  {Train: 10, Convention: 9},
		"more than there are": {Train: 4},
	} {
		_, err := s.Indices(5)
		require.ErrorIs(t, err, sampler.ErrGrid, what)
	}
	listed := sampler.Timesteps{Train: 10}
	g, err := listed.Given(p, []int{9, 4, 1, 0})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{1, 0.5, 0.2, 0.1}, g.Times(nil), 1e-15)
	for what, k := range map[string][]int{
		"nothing": {}, "one": {9}, "twice the same": {9, 4, 4}, "rising": {9, 4, 5}, "beyond the last": {10, 4}, "below the first": {9, -1}, "below the last": {8, 4},
	} {
		_, err := listed.Given(p, k)
		require.ErrorIs(t, err, sampler.ErrGrid, what)
	}
	listed.Partial = true
	_, err = listed.Given(p, []int{8, 4})
	require.NoError(t, err)
	_, err = sampler.Timesteps{Train: 4}.Grid(p, 1)
	require.ErrorIs(t, err, sampler.ErrGrid)
}

// A list of sigmas makes the grid that its spacing makes.
func TestFromRho(t *testing.T) {
	p := process(t, "edm")
	want := grid(t, p, sampler.Karras{}, 9, true)
	var rho []float64
	for _, l := range want.Levels(nil) {
		rho = append(rho, l.Rho())
	}
	g, err := sampler.FromRho(p, append(rho, 0))
	require.NoError(t, err)
	require.InDeltaSlice(t, want.Times(nil), g.Times(nil), 1e-12*80)
	require.True(t, g.Denoises())
	for what, bad := range map[string][]float64{
		"residual noise": rho,
		"0 twice":        {80, 1, 0, 0},
		"below the end":  {40, 1, 0},
		"rising":         {80, 1, 2, 0},
		"twice the same": {80, 1, 1, 0},
		"NaN":            {80, math.NaN(), 0},
		"negative":       {80, -1, 0},
		"nothing":        {0},
	} {
		_, err := sampler.FromRho(p, bad)
		require.ErrorIs(t, err, sampler.ErrGrid, what)
	}
}

func TestUniformSigma(t *testing.T) {
	for _, e := range sde.Catalogue {
		l := grid(t, e.Process, sampler.UniformSigma{}, 4, true).Levels(nil)
		for i := range l {
			require.InEpsilon(t, l[0].Sigma+0.25*float64(i)*(l[4].Sigma-l[0].Sigma), l[i].Sigma, 1e-9, e.Name)
		}
	}
}

// For a rectified flow t' = S t/(1 + (S−1) t), up to cut-offs of 1e-3, and a shift
// cannot be made twice.
func TestShifted(t *testing.T) {
	p := process(t, "flow")
	plain := grid(t, p, sampler.UniformTime{}, 10, true).Times(nil)
	got := grid(t, p, sampler.Shifted{Spacing: sampler.UniformTime{}, S: 3}, 10, true).Times(nil)
	for i, v := range plain {
		require.InDelta(t, 3*v/(1+2*v), got[i], 3e-3)
	}
	once := sampler.Shifted{Spacing: sampler.UniformTime{}, S: 3}
	for _, s := range []sampler.Shifted{{once, 3}, {}, {sampler.UniformTime{}, 0}, {sampler.UniformTime{}, math.NaN()}} {
		_, err := sampler.Times(p, s, 5, true)
		require.ErrorIs(t, err, sampler.ErrGrid)
	}
}
