package sampler_test

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// constant is a noise that is the same number everywhere.
type constant float64

func (c constant) Normal(dst []float64, _ int, _ noise.Address) {
	for i := range dst {
		dst[i] = float64(c)
	}
}

// Every rule gives the same bits for any number of workers, and for a batch and
// its rows drawn one by one.
func TestSameBits(t *testing.T) {
	p := process(t, "vp")
	for _, e := range sampler.Catalogue {
		c := sampler.Config{Process: p, Model: bend, Rule: e.Rule, Seed: 11, Workers: 1}
		c.Grid = grid(t, p, sampler.UniformLambda{}, 5, true)
		const rows = 4096
		want := make([]float64, rows*3)
		_, err := sampler.Sample(context.Background(), want, c)
		require.NoError(t, err)
		for _, workers := range []int{2, 8} {
			c.Workers = workers
			got := make([]float64, rows*3)
			_, err := sampler.Sample(context.Background(), got, c)
			require.NoError(t, err)
			require.Equal(t, want, got, "%s on %d workers", e.Name, workers)
		}
		for _, row := range []int{0, 1, 63, 64, 191, 192, 1000, 4095} {
			c.FirstRow = uint64(row)
			one := make([]float64, 3)
			_, err := sampler.Sample(context.Background(), one, c)
			require.NoError(t, err)
			require.Equal(t, want[row*3:row*3+3], one, "%s row %d alone", e.Name, row)
		}
	}
}

func TestRowsDiffer(t *testing.T) {
	p := process(t, "vp")
	x := draw(t, bend, p, sampler.DDPM{}, grid(t, p, sampler.UniformTime{}, 4, true), 1000)
	seen := map[float64]bool{}
	for _, v := range x {
		require.False(t, seen[v])
		seen[v] = true
	}
}

// counter counts calls and rows.
type counter struct {
	modelFunc
	calls *atomic.Int64
}

func (c counter) Denoise(dst, x []float64, at sde.Level) error {
	c.calls.Add(1)
	return c.modelFunc.Denoise(dst, x, at)
}

// The evaluations that a grid predicts are those that the rules make.
func TestNFE(t *testing.T) {
	p := process(t, "vp")
	for _, e := range sampler.Catalogue {
		for _, denoise := range []bool{false, true} {
			m := counter{bend, new(atomic.Int64)}
			g := grid(t, p, sampler.UniformLambda{}, 7, denoise)
			x := make([]float64, 30)
			stats, err := sampler.Sample(context.Background(), x, sampler.Config{Process: p, Model: m, Rule: e.Rule, Grid: g})
			require.NoError(t, err)
			require.EqualValues(t, g.Evaluations(e.Rule.Cost()), m.calls.Load(), e.Name)
			require.EqualValues(t, m.calls.Load(), stats.NFE, e.Name)
			// And the budget of that many pays for just these steps.
			require.Equal(t, 7, sampler.StepsFor(e.Rule.Cost(), stats.NFE, denoise), e.Name)
			require.Equal(t, 6, sampler.StepsFor(e.Rule.Cost(), stats.NFE-1, denoise), e.Name)
		}
	}
}

// A run of twice as many steps allocates no more.
func TestNoAllocationPerStep(t *testing.T) {
	p := process(t, "vp")
	for _, e := range sampler.Catalogue {
		allocs := func(steps int) float64 {
			c := sampler.Config{Process: p, Model: bend, Rule: e.Rule, Grid: grid(t, p, sampler.UniformLambda{}, steps, true), Workers: 1}
			x := make([]float64, 3*300)
			return testing.AllocsPerRun(5, func() {
				if _, err := sampler.Sample(context.Background(), x, c); err != nil {
					panic(err)
				}
			})
		}
		require.Equal(t, allocs(10), allocs(40), e.Name)
	}
}

// Cancelling returns within one step: the model is not called again.
func TestCancel(t *testing.T) {
	p := process(t, "vp")
	for _, e := range sampler.Catalogue {
		ctx, cancel := context.WithCancel(context.Background())
		var after atomic.Int64
		m := counter{modelFunc{1, func(x float64, _ int, _ sde.Level) float64 { return x }}, &after}
		c := sampler.Config{Process: p, Model: m, Rule: e.Rule, Grid: grid(t, p, sampler.UniformLambda{}, 50, true), Workers: 1}
		c.Progress = func(done, total int64) {
			require.EqualValues(t, 1000*50, total)
			if done == 192*3 {
				cancel()
				after.Store(0)
			}
		}
		x := make([]float64, 1000)
		_, err := sampler.Sample(ctx, x, c)
		require.ErrorIs(t, err, context.Canceled, e.Name)
		require.Zero(t, after.Load(), e.Name)
		require.Equal(t, make([]float64, 1000), x)
	}
}

func TestBadModels(t *testing.T) {
	p := process(t, "vp")
	g := grid(t, p, sampler.UniformLambda{}, 5, true)
	for _, e := range sampler.Catalogue {
		c := sampler.Config{Process: p, Rule: e.Rule, Grid: g}
		c.Model = modelFunc{2, func(x float64, i int, at sde.Level) float64 {
			if i == 1 && at.Lambda() > 0 {
				return math.NaN()
			}
			return x
		}}
		_, err := sampler.Sample(context.Background(), make([]float64, 20), c)
		require.ErrorIs(t, err, sampler.ErrNotFinite, e.Name)
		require.ErrorContains(t, err, "row 0, coordinate 1 is NaN")

		boom := errors.New("boom")
		c.Model = failing{boom}
		_, err = sampler.Sample(context.Background(), make([]float64, 20), c)
		require.ErrorIs(t, err, boom, e.Name)
		require.ErrorContains(t, err, "step 1 of 5, rows 0 to 9", e.Name)
	}
}

type failing struct{ err error }

func (failing) Dim() int                                    { return 2 }
func (f failing) Denoise(_, _ []float64, _ sde.Level) error { return f.err }

func TestBadConfig(t *testing.T) {
	p := process(t, "vp")
	good := sampler.Config{Process: p, Model: bend, Rule: sampler.DDIM{}, Grid: grid(t, p, sampler.UniformLambda{}, 5, true)}
	for name, c := range map[string]struct {
		n    int
		edit func(*sampler.Config)
	}{
		"no rows":    {0, func(*sampler.Config) {}},
		"half a row": {4, func(*sampler.Config) {}},
		"no model":   {3, func(c *sampler.Config) { c.Model = nil }},
		"no grid":    {3, func(c *sampler.Config) { c.Grid = sampler.Grid{} }},
		"bad start":  {3, func(c *sampler.Config) { c.Start = make([]float64, 6) }},
		"bad span":   {3, func(c *sampler.Config) { c.Span = [2]int{3, 9} }},
	} {
		bad := good
		c.edit(&bad)
		_, err := sampler.Sample(context.Background(), make([]float64, c.n), bad)
		require.Error(t, err, name)
	}
}

func TestGridRefusesAccidents(t *testing.T) {
	p := process(t, "vp")
	for name, times := range map[string][]float64{
		"empty":          {},
		"one":            {1},
		"duplicate":      {1, 0.5, 0.5, 0.1},
		"rising":         {0.1, 0.5},
		"NaN":            {1, math.NaN()},
		"beyond the end": {1.5, 0.5},
		"negative":       {1, -0.1},
		"at the data":    {1, 0.5, 0},
	} {
		_, err := sampler.NewGrid(p, times, false)
		require.ErrorIs(t, err, sampler.ErrGrid, name)
	}
	_, err := sampler.Times(p, sampler.UniformTime{}, 0, true)
	require.ErrorIs(t, err, sampler.ErrGrid)
}

// Every spacing on every process reaches both ends exactly and falls strictly.
func TestSpacings(t *testing.T) {
	for _, p := range sde.Catalogue {
		cutoff, end := p.Process.Horizon()
		for _, s := range sampler.Spacings {
			for _, steps := range []int{1, 2, 10, 1000} {
				times := grid(t, p.Process, s.Spacing, steps, true).Times(nil)
				require.Len(t, times, steps+1)
				require.Equal(t, end, times[0])
				require.Equal(t, cutoff, times[steps])
				require.InEpsilon(t, cutoff, s.Spacing.Time(p.Process, 1), 1e-9, "%s %s", p.Name, s.Name)
				require.InEpsilon(t, end, s.Spacing.Time(p.Process, 0), 1e-9, "%s %s", p.Name, s.Name)
			}
		}
	}
}

// A run cut in two by Span is the run itself.
func TestSpan(t *testing.T) {
	p := process(t, "vp")
	c := sampler.Config{Process: p, Model: bend, Rule: sampler.DDPM{}, Grid: grid(t, p, sampler.UniformLambda{}, 9, true), Seed: 2}
	whole, half, rest := make([]float64, 30), make([]float64, 30), make([]float64, 30)
	_, err := sampler.Sample(context.Background(), whole, c)
	require.NoError(t, err)
	c.Span = [2]int{0, 4}
	_, err = sampler.Sample(context.Background(), half, c)
	require.NoError(t, err)
	c.Span, c.Start = [2]int{4, 9}, half
	_, err = sampler.Sample(context.Background(), rest, c)
	require.NoError(t, err)
	require.Equal(t, whole, rest)
}
