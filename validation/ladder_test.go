package validation

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// The whole catalogue climbs.
func TestLadder(t *testing.T) {
	rows, err := Ladder(context.Background(), LadderConfig{})
	require.NoError(t, err)
	require.Len(t, rows, 2*len(sampler.Catalogue))
	for _, r := range rows {
		require.True(t, r.Pass, "%+v", r)
		require.InDelta(t, r.Claimed, r.Fitted, 0.1, "%s on %s", r.Sampler, r.Process)
	}
}

// mutant replaces a rule's step.
type mutant struct {
	sampler.Rule
	apply func(sampler.Rule, *sampler.Step) error
}

func (m mutant) Apply(s *sampler.Step) error { return m.apply(m.Rule, s) }

// Broken copies of the rules must fall off the ladder.
func TestLadderCatchesMutants(t *testing.T) {
	vp, err := sde.ByName("vp")
	require.NoError(t, err)
	scaled := func(k float64) func(sampler.Rule, *sampler.Step) error {
		return func(r sampler.Rule, s *sampler.Step) error {
			for i := range r.Cost().Noises {
				for j := range s.Noise(i) {
					s.Noise(i)[j] *= k
				}
			}
			return r.Apply(s)
		}
	}
	swapped := func(r sampler.Rule, s *sampler.Step) error {
		s.To.Sigma, s.From.Sigma = s.From.Sigma, s.To.Sigma
		err := r.Apply(s)
		s.To.Sigma, s.From.Sigma = s.From.Sigma, s.To.Sigma
		return err
	}
	lagging := func(r sampler.Rule, s *sampler.Step) error {
		s.From.Sigma *= 1.001
		err := r.Apply(s)
		s.From.Sigma /= 1.001
		return err
	}
	for name, e := range map[string]sampler.Entry{
		"ddpm with √2 noise":        {Rule: mutant{sampler.DDPM{}, scaled(1.4142135)}, Order: 1},
		"em with half noise":        {Rule: mutant{sampler.EulerMaruyama{}, scaled(0.5)}, Order: 1},
		"pc with 0.99 noise":        {Rule: mutant{sampler.PredictorCorrector{}, scaled(0.99)}, Order: 1},
		"2m with swapped σ":         {Rule: mutant{sampler.DPMPP2M{}, swapped}, Order: 2},
		"2m with σ off by 0.1%":     {Rule: mutant{sampler.DPMPP2M{}, lagging}, Order: 2},
		"heun with σ off by 0.1%":   {Rule: mutant{sampler.EDMHeun{}, lagging}, Order: 2},
		"ddim claimed as order 2":   {Rule: sampler.DDIM{}, Order: 2},
		"2m claimed as order 1":     {Rule: sampler.DPMPP2M{}, Order: 1},
		"churn with twice the kick": {Rule: mutant{sampler.EDMHeun{Churn: 1}, scaled(2)}, Order: 2},
	} {
		row, err := climb(context.Background(), e, sde.Entry{Name: "vp", Process: vp}, LadderConfig{})
		require.False(t, err == nil && row.Pass, "%s: %+v", name, row)
	}
}

// Up to fourth order the slopes hold on every process. Dormand–Prince is left to
// the two of TestLadder: where t = σ its fifth-order error is so small against
// the sixth that rounding comes first. There and for
// rectified flow the midpoint rule is of third order on a Gaussian: along
// dy/dt = a y its local error is h³ (a″ + 6aa′ + 4a³) y/24 = h³ (y²)‴/(48 y),
// and y² ∝ α²v + σ² is a parabola in t.
func TestOrdersOnEveryProcess(t *testing.T) {
	var names []string
	for _, e := range sampler.Catalogue {
		if e.Order < 5 {
			names = append(names, e.Name)
		}
	}
	var all []string
	for _, p := range sde.Catalogue {
		all = append(all, p.Name)
	}
	rows, err := Ladder(context.Background(), LadderConfig{Processes: all, Samplers: names})
	require.NoError(t, err)
	for _, r := range rows {
		if r.Sampler == "flow-midpoint" && (r.Process == "edm" || r.Process == "flow") {
			require.InDelta(t, 3, r.Fitted, 0.1)
			continue
		}
		require.True(t, r.Pass, "%+v", r)
	}
}

func TestLadderRefusesUnknownNames(t *testing.T) {
	_, err := Ladder(context.Background(), LadderConfig{Samplers: []string{"nope"}})
	require.ErrorContains(t, err, `no sampler "nope"`)
	_, err = Ladder(context.Background(), LadderConfig{Processes: []string{"nope"}})
	require.ErrorContains(t, err, `no process "nope"`)
}
