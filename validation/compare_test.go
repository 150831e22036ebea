package validation

import (
	"context"
	"encoding/json"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde/noise"
)

// ring is a small data set: six clusters in the plane, and a constant column.
func ring(n int) []float64 {
	x := make([]float64, 3*n)
	noise.Gaussian{}.Normal(x, 3, noise.Address{Seed: 3, Use: noise.Test})
	for i := range n {
		a := 2 * math.Pi * float64(i%6) / 6
		x[3*i] = math.Cos(a) + 0.1*x[3*i]
		x[3*i+1] = math.Sin(a) + 0.1*x[3*i+1]
		x[3*i+2] = 0.5
	}
	return x
}

func compareConfig(t *testing.T) CompareConfig {
	x := ring(600)
	m, err := score.NewEmpirical(x, 3)
	require.NoError(t, err)
	g, err := score.FitGaussian(x, 3)
	require.NoError(t, err)
	return CompareConfig{X: x, Dim: 3, Models: []NamedModel{{"data", m}, {"gaussian", g}}, NFE: []int{4, 16}, N: 600, Pictures: 5, Seed: 1,
		Samplers: []string{"euler-maruyama", "ddpm", "ddim", "dpm++2m", "edm-heun", "edm-churn", "unipc-3", "pndm", "flow-rk45"}}
}

func TestCompare(t *testing.T) {
	c := compareConfig(t)
	var last atomic.Int64
	c.Progress = func(done, total int64, _ string) {
		require.LessOrEqual(t, done, total)
		last.Store(done)
	}
	got, err := Compare(context.Background(), c)
	require.NoError(t, err)
	_, err = json.Marshal(got) // no infinities, in spite of the constant column
	require.NoError(t, err)
	require.NotEmpty(t, got.Skipped) // Dormand–Prince at NFE 4
	require.Len(t, got.Real, 15)
	byKey := map[string]CompareRow{}
	for _, r := range got.Rows {
		require.LessOrEqual(t, r.NFE, 16)
		require.Positive(t, r.Seconds)
		byKey[r.Sampler+r.Model+map[bool]string{true: "few", false: "many"}[r.NFE <= 4]] = r
	}
	few, many := byKey["dpm++2mdatafew"], byKey["dpm++2mdatamany"]
	require.Less(t, many.ExactW2, few.ExactW2)
	require.Less(t, many.SlicedW2, few.SlicedW2)
	// Sixteen evaluations on the exact score come near the data's own noise.
	require.Less(t, many.Frechet, 0.02)
	// On the Gaussian model the Fréchet distance is the exact W2 squared, up to
	// the sampling error of 600 rows: E ≤ (1 + 2·dim)·var/n, here below 0.01.
	g := byKey["dpm++2mgaussianfew"]
	require.InDelta(t, g.ExactW2*g.ExactW2, g.Frechet, 0.03)
	require.Equal(t, byKey["dpm++2mdatafew"].ExactW2, g.ExactW2)
	for _, p := range got.Pictures {
		require.Len(t, p.X, 15)
	}
}

func TestCompareIsReproducible(t *testing.T) {
	c := compareConfig(t)
	c.Samplers = []string{"ddpm"}
	var rows [2][]CompareRow
	for i, workers := range []int{1, 3} {
		c.Workers = workers
		got, err := Compare(context.Background(), c)
		require.NoError(t, err)
		for j := range got.Rows {
			got.Rows[j].Seconds, got.Rows[j].SamplesPerSecond = 0, 0
		}
		rows[i] = got.Rows
	}
	require.Equal(t, rows[0], rows[1])
}

func TestCompareRefuses(t *testing.T) {
	for name, edit := range map[string]func(*CompareConfig){
		"ragged data":     func(c *CompareConfig) { c.X = c.X[:100] },
		"no rows":         func(c *CompareConfig) { c.X = nil },
		"NaN":             func(c *CompareConfig) { c.X[7] = math.NaN() },
		"constant":        func(c *CompareConfig) { clear(c.X) },
		"other dimension": func(c *CompareConfig) { c.Dim = 2 },
		"no budget":       func(c *CompareConfig) { c.NFE = nil },
		"no model":        func(c *CompareConfig) { c.Models = nil },
		"sampler":         func(c *CompareConfig) { c.Samplers = []string{"x"} },
		"process":         func(c *CompareConfig) { c.Processes = []string{"x"} },
		"grid":            func(c *CompareConfig) { c.Grid = "x" },
		"one sample":      func(c *CompareConfig) { c.N = 1 },
	} {
		c := compareConfig(t)
		edit(&c)
		_, err := Compare(context.Background(), c)
		require.Error(t, err, name)
	}
}

func TestCompareCancelled(t *testing.T) {
	c := compareConfig(t)
	ctx, cancel := context.WithCancel(context.Background())
	c.Progress = func(done, total int64, _ string) {
		if done > total/2 {
			cancel()
		}
	}
	got, err := Compare(ctx, c)
	require.ErrorIs(t, err, context.Canceled)
	require.NotEmpty(t, got.Rows)
}
