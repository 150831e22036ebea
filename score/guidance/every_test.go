package guidance_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Every sampler on every kind of guided model: the larger the weight, the surer
// the classifier of what comes out; what was observed comes out.
func TestEverySampler(t *testing.T) {
	const dim, n = 2, 200
	class := func(mean ...float64) *score.Mixture {
		g, err := score.NewIsotropic(mean, 0.5)
		require.NoError(t, err)
		m, err := score.NewMixture([]float64{1}, []*score.Gaussian{g})
		require.NoError(t, err)
		return m
	}
	c, err := score.NewConditional([]float64{1, 1}, []*score.Mixture{class(1, 0), class(-1, 0)})
	require.NoError(t, err)
	o := score.Observation{A: mat.NewDense(1, dim, []float64{0, 1}), Y: []float64{1.5}, Noise: 0.1}
	p := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-3}
	for i, e := range sampler.Catalogue {
		if testing.Short() && i%8 != 0 {
			continue
		}
		grid, err := sampler.Times(p, sampler.UniformLambda{}, 40, true)
		require.NoError(t, err)
		run := func(m score.Model, err error) []float64 {
			require.NoError(t, err)
			x := make([]float64, n*dim)
			_, err = sampler.Sample(context.Background(), x, sampler.Config{Process: p, Model: m, Rule: e.Rule, Grid: grid, Seed: 3})
			require.NoError(t, err, e.Name)
			return x
		}
		sure := func(w float64) float64 {
			x := run(guidance.ClassifierFree(c.Class(0), c.All(), guidance.Scale{Weight: w}))
			log := make([]float64, 2*n)
			require.NoError(t, c.LogPosterior(log, x, sde.Level{Alpha: 1}))
			var sum float64
			for i := 0; i < 2*n; i += 2 {
				sum += math.Exp(log[i]) / n
			}
			return sum
		}
		// The means over the law are 0.5, 0.90 and above, with deviations of less
		// than 0.5/√200 = 0.04.
		none, own, more := sure(0), sure(1), sure(3)
		require.InDelta(t, 0.5, none, 0.2, e.Name)
		require.Greater(t, own, none+0.2, e.Name)
		require.Greater(t, more, own, e.Name)

		x := run(guidance.PseudoInverse(c.All(), o, 0.5))
		var mean float64
		for i := 1; i < len(x); i += 2 {
			mean += x[i] / n
		}
		// N(1.47, 0.0098) of the posterior, and what forty steps leave.
		require.InDelta(t, 1.5*0.5/0.51, mean, 0.2, e.Name)
	}
}

// Calls allocate nothing once warm.
func TestNoAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool drops what it is given")
	}
	const dim = 4
	c := conditional(t, dim)
	o := observations()["means"]
	x, d := normals(1, 64*dim), make([]float64, 64*dim)
	for name, build := range everyModel(c, o) {
		m, err := build()
		require.NoError(t, err)
		require.Zero(t, testing.AllocsPerRun(20, func() {
			if err := m.Denoise(d, x, sde.Level{Alpha: 0.8, Sigma: 0.6}); err != nil {
				panic(err)
			}
		}), name)
	}
}

// everyModel builds every kind of guided model.
func everyModel(c *score.Conditional, o score.Observation) map[string]func() (score.Model, error) {
	return map[string]func() (score.Model, error){
		"free": func() (score.Model, error) {
			return guidance.ClassifierFree(c.Class(0), c.All(), guidance.Scale{Weight: 2, Rescale: 0.7})
		},
		"classifier": func() (score.Model, error) {
			return guidance.Classifier(c.All(), guidance.Class{Of: c}, guidance.Scale{Weight: 2})
		},
		"threshold":     func() (score.Model, error) { return guidance.Thresholded(c.All(), guidance.Threshold{}) },
		"replace":       func() (score.Model, error) { return guidance.Replace(c.All(), o) },
		"dps":           func() (score.Model, error) { return guidance.DPS(c.All(), o, guidance.Step{}) },
		"pseudoinverse": func() (score.Model, error) { return guidance.PseudoInverse(c.All(), o, 1) },
		"moments":       func() (score.Model, error) { return guidance.MomentMatching(c.All(), o) },
	}
}

// Concurrent calls share nothing: each is the same bits as alone.
func TestConcurrentCalls(t *testing.T) {
	const dim, calls = 4, 8
	at := sde.Level{Alpha: 0.8, Sigma: 0.6}
	for name, build := range everyModel(conditional(t, dim), observations()["means"]) {
		m, err := build()
		require.NoError(t, err)
		got, want := make([][]float64, calls), make([][]float64, calls)
		var group errgroup.Group
		for k := range calls {
			x := normals(uint64(k), (k+1)*5*dim)
			want[k] = denoise(t, m, x, at)
			got[k] = make([]float64, len(x))
			group.Go(func() error { return m.Denoise(got[k], x, at) })
		}
		require.NoError(t, group.Wait(), name)
		require.Equal(t, want, got, name)
	}
}
