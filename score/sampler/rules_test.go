package sampler_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// modelFunc is a model of one row coordinate function.
type modelFunc struct {
	dim int
	f   func(x float64, i int, at sde.Level) float64
}

func (m modelFunc) Dim() int { return m.dim }

func (m modelFunc) Denoise(dst, x []float64, at sde.Level) error {
	for i, v := range x {
		dst[i] = m.f(v, i%m.dim, at)
	}
	return nil
}

// bend is a smooth nonlinear denoiser.
var bend = modelFunc{3, func(x float64, i int, at sde.Level) float64 {
	return math.Tanh(x*at.Alpha+0.1*float64(i)) + 0.2*at.Sigma
}}

func process(t testing.TB, name string) sde.Process {
	t.Helper()
	p, err := sde.ByName(name)
	require.NoError(t, err)
	return p
}

func draw(t testing.TB, m score.Model, p sde.Process, r sampler.Rule, g sampler.Grid, rows int) []float64 {
	t.Helper()
	x := make([]float64, rows*m.Dim())
	_, err := sampler.Sample(context.Background(), x, sampler.Config{Process: p, Model: m, Rule: r, Grid: g, Seed: 5})
	require.NoError(t, err)
	return x
}

func grid(t testing.TB, p sde.Process, s sampler.Spacing, steps int, denoise bool) sampler.Grid {
	t.Helper()
	g, err := sampler.Times(p, s, steps, denoise)
	require.NoError(t, err)
	return g
}

// Exponential rules in the data form are exact in one step for a delta target:
// x_s = α_s c + σ_s (x_t − α_t c)/σ_t.
func TestConstantDenoiserIsExact(t *testing.T) {
	const c = 0.7
	delta := modelFunc{1, func(float64, int, sde.Level) float64 { return c }}
	for _, e := range sde.Catalogue {
		for _, r := range []sampler.Rule{sampler.DDIM{}, sampler.DPMPP2M{}, sampler.EDMHeun{}} {
			g := grid(t, e.Process, sampler.UniformLambda{}, 3, false)
			x := []float64{1.3}
			_, err := sampler.Sample(context.Background(), x, sampler.Config{Process: e.Process, Model: delta, Rule: r, Grid: g, Start: []float64{1.3}})
			require.NoError(t, err)
			l := g.Levels(nil)
			want := l[3].Alpha*c + l[3].Sigma*(1.3-l[0].Alpha*c)/l[0].Sigma
			// Cancellation: ρ falls by up to 1e6 while y stays of order ρ.
			require.InDelta(t, want, x[0], 1e-14*(1+l[0].Rho()), "%s %T", e.Name, r)
		}
	}
}

// One step of every stochastic rule with known noise against its formula,
// written out in numbers by hand from the sources.
func TestOneStepFormulas(t *testing.T) {
	p := process(t, "vp")
	g, err := sampler.NewGrid(p, []float64{0.6, 0.5}, false)
	require.NoError(t, err)
	from, to := p.At(0.6), p.At(0.5)
	const x0, z = 0.9, -1.25
	d := bend.f(x0, 0, from)
	eps := (x0 - from.Alpha*d) / from.Sigma
	f, gg := p.Coefficients(0.6)
	s := (from.Alpha*d - x0) / (from.Sigma * from.Sigma)

	one := modelFunc{1, bend.f}
	run := func(r sampler.Rule) float64 {
		x := []float64{x0}
		_, err := sampler.Sample(context.Background(), x, sampler.Config{
			Process: p, Model: one, Rule: r, Grid: g, Start: []float64{x0}, Source: constant(z)})
		require.NoError(t, err)
		return x[0]
	}
	// Ho et al. in their own symbols: ᾱ = α², one step with α_step = (α_t/α_s)².
	abar, abarPrev := from.Alpha*from.Alpha, to.Alpha*to.Alpha
	beta := 1 - abar/abarPrev
	posterior := math.Sqrt(abarPrev)*beta/(1-abar)*d + math.Sqrt(1-beta)*(1-abarPrev)/(1-abar)*x0
	tilde := (1 - abarPrev) / (1 - abar) * beta

	require.InDelta(t, to.Alpha*d+to.Sigma*eps, run(sampler.DDIM{}), 1e-14)
	require.InDelta(t, posterior+math.Sqrt(tilde)*z, run(sampler.DDPM{}), 1e-13)
	require.InDelta(t, posterior+math.Sqrt(beta)*z, run(sampler.DDPM{Forward: true}), 1e-13)
	eta := 0.5
	sig := eta * math.Sqrt(tilde)
	require.InDelta(t, to.Alpha*d+math.Sqrt(to.Sigma*to.Sigma-sig*sig)*eps+sig*z, run(sampler.DDIM{Eta: eta}), 1e-13)
	require.InDelta(t, x0+(f*x0-gg*gg*s)*(-0.1)+gg*math.Sqrt(0.1)*z, run(sampler.EulerMaruyama{}), 1e-13)
	require.InDelta(t, x0+(f*x0-0.5*gg*gg*s)*(-0.1), run(sampler.Flow{Method: integrators.Euler}), 1e-13)

	e := from.Sigma * from.Sigma * (1 - math.Exp(-(to.Lambda() - from.Lambda())))
	xc := x0 + e*s + math.Sqrt(2*e)*z
	sc := (from.Alpha*bend.f(xc, 0, from) - xc) / (from.Sigma * from.Sigma)
	require.InDelta(t, xc+(f*xc-gg*gg*sc)*(-0.1)+gg*math.Sqrt(0.1)*z, run(sampler.PredictorCorrector{}), 1e-12)

	// EDM with churn 0.25 over one step: γ = 0.25 < √2 − 1.
	rho, next := from.Rho(), to.Rho()
	hat := 1.25 * rho
	y := x0/from.Alpha + math.Sqrt(hat*hat-rho*rho)*z
	k1 := (y - bend.f(y, 0, sde.Level{Alpha: 1, Sigma: hat})) / hat
	y1 := y + (next-hat)*k1
	k2 := (y1 - bend.f(y1, 0, sde.Level{Alpha: 1, Sigma: next})) / next
	require.InDelta(t, to.Alpha*(y+(next-hat)*(k1+k2)/2), run(sampler.EDMHeun{Churn: 0.25}), 1e-13)
}

func TestIdentities(t *testing.T) {
	p := process(t, "vp")
	g := grid(t, p, sampler.UniformLambda{}, 12, true)
	near := func(a, b []float64, tol float64) {
		t.Helper()
		require.InDeltaSlice(t, a, b, tol)
	}
	// DDIM with η = 1 is ancestral sampling.
	near(draw(t, bend, p, sampler.DDIM{Eta: 1}, g, 50), draw(t, bend, p, sampler.DDPM{}, g, 50), 1e-13)
	// On EDM t is ρ, so that the flow in t by Heun is EDM's Heun, and by Euler DDIM.
	edm := process(t, "edm")
	ge := grid(t, edm, sampler.Karras{}, 12, true)
	near(draw(t, bend, edm, sampler.Flow{Method: integrators.Heun}, ge, 50), draw(t, bend, edm, sampler.EDMHeun{}, ge, 50), 1e-11)
	near(draw(t, bend, edm, sampler.Flow{Method: integrators.Euler}, ge, 50), draw(t, bend, edm, sampler.DDIM{}, ge, 50), 1e-11)
}

// DPM-Solver++(2M) is exact in the limit where D is linear in λ only up to
// third order: one step with D = λ leaves the closed-form remainder.
func TestDPMPP2MOnLinearDenoiser(t *testing.T) {
	p := process(t, "ve")
	lin := modelFunc{1, func(_ float64, _ int, at sde.Level) float64 { return at.Lambda() }}
	times := []float64{p.TimeOf(-1), p.TimeOf(-0.6), p.TimeOf(-0.1)}
	g, err := sampler.NewGrid(p, times, false)
	require.NoError(t, err)
	x := []float64{0.4}
	_, err = sampler.Sample(context.Background(), x, sampler.Config{Process: p, Model: lin, Rule: sampler.DPMPP2M{}, Grid: g, Start: []float64{0.4}})
	require.NoError(t, err)
	// By hand: h = 0.4 then 0.5, D = −1 then −0.6, D̄ = −0.6 + (0.5/0.8)(0.4).
	x1 := math.Exp(-0.4)*0.4 + (1-math.Exp(-0.4))*(-1)
	want := math.Exp(-0.5)*x1 + (1-math.Exp(-0.5))*(-0.6+0.625*0.4)
	require.InDelta(t, want, x[0], 1e-12)
}

func TestCatalogueIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range sampler.Catalogue {
		require.False(t, seen[e.Name], e.Name)
		seen[e.Name] = true
		require.NotEmpty(t, e.Doc, e.Name)
		got, err := sampler.ByName(e.Name)
		require.NoError(t, err)
		require.Equal(t, e.Order, got.Order)
	}
	_, err := sampler.ByName("dpm")
	require.ErrorContains(t, err, `no sampler "dpm"; known: euler-maruyama`)
	_, err = sampler.SpacingByName("log")
	require.ErrorContains(t, err, "known: time, lambda")
}
