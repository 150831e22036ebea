package tune_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/tune"
)

// On a Gaussian both bounds are W2 itself: to the flow's law, and with draws of the
// data to the data's own but for the cut-off. Within 6 standard errors: a false alarm
// with probability 2e-9 a number.
func TestBoundsMeetOnGaussian(t *testing.T) {
	p := process(t, "vp")
	const rows = 4000
	fine, err := sampler.Times(p, sampler.UniformLambda{}, 400, true)
	require.NoError(t, err)
	flow, err := few.Law(context.Background(), sampler.Config{Process: p, Rule: sampler.UniPC{Order: 3}, Grid: fine}, nil)
	require.NoError(t, err)
	g, err := sampler.Times(p, sampler.Karras{}, 5, true)
	require.NoError(t, err)
	c := sampler.Config{Process: p, Rule: rule(t, "dpm++2m"), Grid: g}
	law, err := few.Law(context.Background(), c, nil)
	require.NoError(t, err)

	paths, err := tune.NewPaths(context.Background(), tune.PathsConfig{Process: p, Model: few, Rows: rows, Seed: 5})
	require.NoError(t, err)
	b, err := paths.Bounds(context.Background(), c)
	require.NoError(t, err)
	want := law.W2Squared(flow)
	require.InDelta(t, want, b.Lower.Value, 6*b.Lower.Error)
	require.InDelta(t, want, b.Upper.Value, 6*b.Upper.Error)
	require.Less(t, b.Lower.Error+b.Upper.Error, 0.2*want)
	e, se, err := paths.Estimate(context.Background(), c)
	require.NoError(t, err)
	require.InEpsilon(t, e*e, b.Upper.Value, 1e-12)
	require.InEpsilon(t, 2*e*se, b.Upper.Error, 1e-12)

	own, err := few.Gaussian()
	require.NoError(t, err)
	x, err := score.NewGaussian(own.Mean(nil), own.Cov())
	require.NoError(t, err)
	m, err := score.NewMixture([]float64{1}, []*score.Gaussian{x})
	require.NoError(t, err)
	paths, err = tune.NewPaths(context.Background(), tune.PathsConfig{Process: p, Model: m, Rows: rows, Seed: 5, Data: m.Sample(rows, 6)})
	require.NoError(t, err)
	b, err = paths.Bounds(context.Background(), c)
	require.NoError(t, err)
	cutoff, _ := p.Horizon()
	at := p.At(cutoff)
	cut := at.Sigma / at.Alpha * math.Sqrt(float64(few.Dim()))
	exact := math.Sqrt(law.W2Squared(few))
	require.LessOrEqual(t, math.Sqrt(max(0, b.Lower.Value-6*b.Lower.Error))-cut, exact)
	require.GreaterOrEqual(t, math.Sqrt(b.Upper.Value+6*b.Upper.Error)+cut, exact)
}

// Where both maps start at one point nothing tells data apart from the prior.
func TestPathsOfData(t *testing.T) {
	p := process(t, "vp")
	c := tune.PathsConfig{Process: p, Model: few, Rows: 100, Seed: 5}
	plain, err := tune.NewPaths(context.Background(), c)
	require.NoError(t, err)
	g, err := sampler.Times(p, sampler.UniformLambda{}, 8, true)
	require.NoError(t, err)
	s := sampler.Config{Process: p, Rule: sampler.DPMPP2M{}, Grid: g}
	want, err := plain.Error(context.Background(), s)
	require.NoError(t, err)
	c.Data = make([]float64, 100*few.Dim())
	same, err := tune.NewPaths(context.Background(), c)
	require.NoError(t, err)
	got, err := same.Error(context.Background(), s)
	require.NoError(t, err)
	require.Equal(t, want, got, "data at 0 is the prior's start")
	for i := range c.Data {
		c.Data[i] = 50
	}
	far, err := tune.NewPaths(context.Background(), c)
	require.NoError(t, err)
	moved, err := far.Error(context.Background(), s)
	require.NoError(t, err)
	_, end := p.Horizon()
	require.Greater(t, moved, want+0.05*50*p.At(end).Alpha)
	r, err := far.Residuals(context.Background(), s)
	require.NoError(t, err)
	require.Negative(t, floats.Sum(r), "the flow starts higher")
	c.Data = c.Data[1:]
	_, err = tune.NewPaths(context.Background(), c)
	require.ErrorIs(t, err, tune.ErrConfig)
	_, err = plain.Bounds(context.Background(), sampler.Config{Rule: sampler.DDPM{}, Grid: g})
	require.ErrorIs(t, err, tune.ErrConfig)
	two, err := tune.NewPaths(context.Background(), tune.PathsConfig{Process: p, Model: few, Rows: 4})
	require.NoError(t, err)
	_, err = two.Bounds(context.Background(), s)
	require.ErrorIs(t, err, divergence.ErrIndefinite, "two rows of a half lie in a plane")
}

// bare hides the residuals of paths.
type bare struct{ paths *tune.Paths }

func (b bare) Error(ctx context.Context, c sampler.Config) (float64, error) {
	return b.paths.Error(ctx, c)
}

// Slopes find as good a grid as the simplex, in far fewer evaluations, and the
// residuals' norm is the error.
func TestSlopesAgainstSimplex(t *testing.T) {
	p := process(t, "vp")
	paths, err := tune.NewPaths(context.Background(), tune.PathsConfig{Process: p, Model: few, Rows: 200, Seed: 1})
	require.NoError(t, err)
	search := func(o tune.Objective, budget int) *tune.Result {
		r, err := tune.Grid(context.Background(), tune.Config{Process: p, Rule: sampler.DPMPP2M{}, NFE: 8, Objective: o, Starts: 2, Evaluations: budget})
		require.NoError(t, err)
		return r
	}
	slopes, simplex := search(paths, 80), search(bare{paths}, 800)
	total := func(r *tune.Result) float64 { return r.Error/r.Standard[0].Error + 0.1*r.Roughness }
	require.Less(t, total(slopes), total(simplex)+0.02)
	require.Less(t, slopes.Error, 0.5*slopes.Standard[0].Error)
	c := sampler.Config{Process: p, Rule: sampler.DPMPP2M{}, Grid: slopes.Grid}
	r, err := paths.Residuals(context.Background(), c)
	require.NoError(t, err)
	var sum float64
	for _, v := range r {
		sum += v * v
	}
	require.InEpsilon(t, slopes.Error, math.Sqrt(sum), 1e-12)
}

// A model that fails or is stopped in the middle of a descent ends it with its error.
func TestSlopesStop(t *testing.T) {
	p := process(t, "vp")
	paths, err := tune.NewPaths(context.Background(), tune.PathsConfig{Process: p, Model: few, Rows: 20})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	c := tune.Config{Process: p, Rule: sampler.DPMPP2M{}, NFE: 6, Objective: paths, Starts: 1, Progress: func(done, _ int) {
		if done == 10 {
			cancel()
		}
	}}
	_, err = tune.Grid(ctx, c)
	require.ErrorIs(t, err, context.Canceled)
}
