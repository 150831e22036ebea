package validation

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Every sampler runs on every process, tables and pure noise included, and does better
// in 30 steps than to answer with the mean of the data; rules of phase space say that
// they want velocities.
func TestEverySamplerOnEveryProcess(t *testing.T) {
	data := Target()
	guess := math.Sqrt(floats.Sum(data.Var))
	for _, p := range sde.All() {
		_, end := p.Process.Horizon()
		var spacing sampler.Spacing = sampler.UniformLambda{}
		if p.Process.At(end).Alpha == 0 {
			spacing = sampler.UniformSigma{}
		}
		g, err := sampler.Times(p.Process, spacing, 30, true)
		require.NoError(t, err, p.Name)
		_, cld := p.Process.(sde.CLD)
		for _, e := range sampler.All() {
			phase := false
			for _, o := range sampler.Phase {
				phase = phase || o.Name == e.Name
			}
			c := sampler.Config{Process: p.Process, Rule: e.Rule, Grid: g, Workers: 1}
			s, err := ErrorSplit(context.Background(), c, data, 0)
			if phase && !cld {
				require.ErrorIs(t, err, sampler.ErrRule, "%s on %s", e.Name, p.Name)
				continue
			}
			if r, ok := e.Rule.(sampler.Restart); ok && r.Intervals != nil && p.Process.At(end).Alpha == 0 && err != nil {
				require.ErrorIs(t, err, sampler.ErrRule) // its interval may lie above the first level of the grid
				continue
			}
			require.NoError(t, err, "%s on %s", e.Name, p.Name)
			require.Less(t, s.Total.W2, guess, "%s on %s", e.Name, p.Name)
		}
	}
}
