package validation

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// The whole catalogue climbs.
func TestLadder(t *testing.T) {
	rows, err := Ladder(context.Background(), LadderConfig{})
	require.NoError(t, err)
	require.Len(t, rows, 2*(len(sampler.Catalogue)+len(sampler.Distilled)+2*len(sampler.Adaptives))+len(sampler.Phase))
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

// noisier multiplies a rule's noise by k.
func noisier(k float64) func(sampler.Rule, *sampler.Step) error {
	return func(r sampler.Rule, s *sampler.Step) error {
		for i := range r.Cost().Noises {
			for j := range s.Noise(i) {
				s.Noise(i)[j] *= k
			}
		}
		return r.Apply(s)
	}
}

// Broken copies of the rules must fall off the ladder.
func TestLadderCatchesMutants(t *testing.T) {
	vp, err := sde.ByName("vp")
	require.NoError(t, err)
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
		"ddpm with √2 noise":        {Rule: mutant{sampler.DDPM{}, noisier(1.4142135)}, Order: 1},
		"em with half noise":        {Rule: mutant{sampler.EulerMaruyama{}, noisier(0.5)}, Order: 1},
		"pc with 0.99 noise":        {Rule: mutant{sampler.PredictorCorrector{}, noisier(0.99)}, Order: 1},
		"2m with swapped σ":         {Rule: mutant{sampler.DPMPP2M{}, swapped}, Order: 2},
		"2m with σ off by 0.1%":     {Rule: mutant{sampler.DPMPP2M{}, lagging}, Order: 2},
		"heun with σ off by 0.1%":   {Rule: mutant{sampler.EDMHeun{}, lagging}, Order: 2},
		"ddim claimed as order 2":   {Rule: sampler.DDIM{}, Order: 2},
		"2m claimed as order 1":     {Rule: sampler.DPMPP2M{}, Order: 1},
		"churn with twice the kick": {Rule: mutant{sampler.EDMHeun{Churn: 1}, noisier(2)}, Order: 2},
	} {
		row, err := climb(context.Background(), e, sde.Entry{Name: "vp", Process: vp}, LadderConfig{})
		require.False(t, err == nil && row.Pass, "%s: %+v", name, row)
	}
}

// Every rule of the catalogue falls when its levels are exchanged, its α or σ is
// off by a thousandth, or its noise by a hundredth. (The command mutants breaks
// every operator of every rule.)
func TestLadderCatchesMutantsOfAll(t *testing.T) {
	vp, err := sde.ByName("vp")
	require.NoError(t, err)
	levels := func(edit func(s *sampler.Step)) func(sampler.Rule, *sampler.Step) error {
		return func(r sampler.Rule, s *sampler.Step) error {
			from, to := s.From, s.To
			edit(s)
			err := r.Apply(s)
			s.From, s.To = from, to
			return err
		}
	}
	mutants := map[string]func(sampler.Rule, *sampler.Step) error{
		"swapped σ":  levels(func(s *sampler.Step) { s.From.Sigma, s.To.Sigma = s.To.Sigma, s.From.Sigma }),
		"σ_s off":    levels(func(s *sampler.Step) { s.To.Sigma *= 1.001 }),
		"α_s off":    levels(func(s *sampler.Step) { s.To.Alpha *= 1.001 }),
		"less noise": noisier(0.99),
	}
	for _, e := range sampler.Catalogue {
		if _, ok := e.Rule.(sampler.Starter); ok {
			continue // a stepper takes its levels from the process itself
		}
		for name, apply := range mutants {
			_, em := e.Rule.(sampler.EulerMaruyama)
			_, pc := e.Rule.(sampler.PredictorCorrector)
			if r, ok := e.Rule.(sampler.DEIS); (em || pc || ok && r.In == sampler.InTime) && name != "less noise" || name == "less noise" && e.Rule.Cost().Noises == 0 {
				continue // these step in time, not to a level
			}
			broken := e
			broken.Rule = mutant{e.Rule, apply}
			require.False(t, stands(broken, sde.Entry{Name: "vp", Process: vp}), "%s with %s", e.Name, name)
		}
	}
}

// stands reports whether e passes; a crash is a fall.
func stands(e sampler.Entry, p sde.Entry) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	row, err := climb(context.Background(), e, p, LadderConfig{Workers: 1})
	return err == nil && row.Pass
}

// Weights for equal steps are of second order where steps change smoothly, and
// the other orders are the same there.
func TestSmoothGrid(t *testing.T) {
	rows, err := Ladder(context.Background(), LadderConfig{Smooth: true,
		Samplers: []string{"ipndm", "pndm", "dpm++2m", "dpm++3m", "unipc-3", "deis-tab3", "sde-dpm++2m", "seeds-2"}})
	require.NoError(t, err)
	for _, r := range rows {
		want := r.Claimed
		if r.Sampler == "ipndm" || r.Sampler == "pndm" {
			want = 2
		}
		require.InDelta(t, want, r.Fitted, 0.1, "%+v", r)
	}
}

// threeSteps is DPM-Solver++(3M) with a factor of choice before its second
// difference.
type threeSteps struct{ factor float64 }

func (threeSteps) Memory() int        { return 2 }
func (threeSteps) Cost() sampler.Cost { return sampler.Cost{Evaluations: 1} }
func (r threeSteps) Apply(s *sampler.Step) error {
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	d1, at1, ok1 := s.Earlier(1)
	d2, at2, ok2 := s.Earlier(2)
	h := s.H()
	p1 := math.Expm1(-h)
	p2 := p1/h + 1
	p3 := p2/h - 0.5
	if h < 1e-2 { // the series, where the differences cancel
		p2 = h * (0.5 - h*(1./6-h*(1./24-h/120)))
		p3 = -h * (1./6 - h*(1./24-h*(1./120-h/720)))
	}
	for i, x := range s.X {
		x = s.To.Sigma/s.From.Sigma*x - s.To.Alpha*p1*d[i]
		switch r0 := (s.From.Lambda() - at1.Lambda()) / h; {
		case ok2:
			r1 := (at1.Lambda() - at2.Lambda()) / h
			a0, a1 := (d[i]-d1[i])/r0, (d1[i]-d2[i])/r1
			x += s.To.Alpha * (p2*(a0+r0/(r0+r1)*(a0-a1)) - p3*r.factor*(a0-a1)/(r0+r1))
		case ok1:
			x -= 0.5 * s.To.Alpha * p1 * (d[i] - d1[i]) / r0
		}
		s.X[i] = x
	}
	return nil
}

// The factor 2 that some implementations of 3M lack is an order.
func TestMissingFactorCostsAnOrder(t *testing.T) {
	for factor, order := range map[float64]float64{2: 3, 1: 2} {
		for _, p := range sde.Catalogue {
			row, err := climb(context.Background(), sampler.Entry{Rule: threeSteps{factor}, Order: order}, p, LadderConfig{})
			require.NoError(t, err)
			require.True(t, row.Pass, "%v on %s: %+v", factor, p.Name, row)
		}
	}
}

// independent draws the stage's noise of SEEDS-2 from a path of its own.
type independent struct{ sampler.SEEDS2 }

func (independent) Cost() sampler.Cost { return sampler.Cost{Evaluations: 2, Noises: 3} }
func (independent) Apply(s *sampler.Step) error {
	e, err := s.PredictedNoise()
	if err != nil {
		return err
	}
	h := s.H()
	at := s.Process.At(s.Process.TimeOf(s.From.Lambda() + h/2))
	y, eu := s.Scratch(0), s.Scratch(1)
	z0, z1, z2 := s.Noise(0), s.Noise(1), s.Noise(2)
	for i, x := range s.X {
		y[i] = at.Alpha/s.From.Alpha*x - 2*at.Sigma*math.Expm1(h/2)*e[i] + at.Sigma*math.Sqrt(math.Expm1(h))*z0[i]
	}
	if err := s.EvalNoise(eu, y, at); err != nil {
		return err
	}
	c := s.To.Sigma * math.Sqrt(math.Expm1(h))
	for i, x := range s.X {
		s.X[i] = s.To.Alpha/s.From.Alpha*x - 2*s.To.Sigma*math.Expm1(h)*eu[i] + c*(math.Exp(h/2)*z1[i]+z2[i])
	}
	return nil
}

// Two paths in place of one make a second-order rule one of first order.
func TestTwoPathsCostAnOrder(t *testing.T) {
	for _, name := range []string{"vp", "ve"} {
		p, err := sde.ByName(name)
		require.NoError(t, err)
		row, err := climb(context.Background(), sampler.Entry{Rule: independent{}, Order: 1}, sde.Entry{Name: name, Process: p}, LadderConfig{})
		require.NoError(t, err)
		require.True(t, row.Pass, "%+v", row)
	}
}

// The slopes hold on every process, but for what special says of two rules.
func TestOrdersOnEveryProcess(t *testing.T) {
	var names []string
	for _, e := range sampler.Catalogue {
		r, sa := e.Rule.(sampler.SASolver)
		again := sa && r.Correct > 0 && (r.Predict != 2 || r.Correct != 2) // of one formula, one stands for all
		if !again {
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
		require.True(t, r.Pass, "%+v", r)
	}
}

func TestLadderRefusesUnknownNames(t *testing.T) {
	_, err := Ladder(context.Background(), LadderConfig{Samplers: []string{"nope"}})
	require.ErrorContains(t, err, `no sampler "nope"`)
	_, err = Ladder(context.Background(), LadderConfig{Processes: []string{"nope"}})
	require.ErrorContains(t, err, `no process "nope"`)
}
