package sampler_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// scalar is one row of one coordinate in the symbols of the papers.
type scalar struct {
	t     testing.TB
	p     sde.Process
	grid  sampler.Grid
	times []float64
	at    []sde.Level
}

const startAt, kick = 0.9, -1.25

func newScalar(t testing.TB, name string, times ...float64) scalar {
	p := process(t, name)
	g, err := sampler.NewGrid(p, times, false)
	require.NoError(t, err)
	return scalar{t, p, g, times, g.Levels(nil)}
}

// run is the library's answer, with every noise equal to kick.
func (c scalar) run(r sampler.Rule) float64 {
	x := []float64{startAt}
	_, err := sampler.Sample(context.Background(), x, sampler.Config{Process: c.p, Model: modelFunc{1, bend.f}, Rule: r,
		Grid: c.grid, Start: []float64{startAt}, Source: constant(kick)})
	require.NoError(c.t, err)
	return x[0]
}

func data(x float64, l sde.Level) float64  { return bend.f(x, 0, l) }
func noisy(x float64, l sde.Level) float64 { return (x - l.Alpha*data(x, l)) / l.Sigma }

// The stages of one step written out from the papers.
func TestSinglestepFormulas(t *testing.T) {
	for _, name := range []string{"vp", "subvp", "flow"} {
		c := newScalar(t, name, 0.6, 0.5)
		s, e := c.at[0], c.at[1]
		h := e.Lambda() - s.Lambda()
		mid := func(r float64) sde.Level { return c.p.At(c.p.TimeOf(s.Lambda() + r*h)) }
		ex := math.Exp
		x := startAt

		// DPM-Solver, algorithm 1 (R = ½) and algorithm 4 (another R).
		for _, r := range []float64{0.5, 0.8} {
			m := mid(r)
			u := m.Alpha/s.Alpha*x - m.Sigma*(ex(r*h)-1)*noisy(x, s)
			want := e.Alpha/s.Alpha*x - e.Sigma*(ex(h)-1)*noisy(x, s) - e.Sigma/(2*r)*(ex(h)-1)*(noisy(u, m)-noisy(x, s))
			require.InDelta(t, want, c.run(sampler.DPMSolver2{R: r}), 1e-13)

			// DPM-Solver++, algorithm 1.
			u = m.Sigma/s.Sigma*x - m.Alpha*(ex(-r*h)-1)*data(x, s)
			d := (1-1/(2*r))*data(x, s) + 1/(2*r)*data(u, m)
			require.InDelta(t, e.Sigma/s.Sigma*x-e.Alpha*(ex(-h)-1)*d, c.run(sampler.DPMPP2S{R: r}), 1e-13)

			// Its SDE: the path's noise grows to z₁ at the stage, decays, and is
			// joined by z₂ on the rest of the step.
			u = m.Sigma/s.Sigma*ex(-r*h)*x + m.Alpha*(1-ex(-2*r*h))*data(x, s) + m.Sigma*math.Sqrt(1-ex(-2*r*h))*kick
			d = data(x, s) + (data(u, m)-data(x, s))/(2*r)
			require.InDelta(t, e.Sigma/s.Sigma*ex(-h)*x+e.Alpha*(1-ex(-2*h))*d+
				e.Sigma*(math.Sqrt(ex(-2*(1-r)*h)-ex(-2*h))+math.Sqrt(1-ex(-2*(1-r)*h)))*kick, c.run(sampler.SDEDPMPP2S{R: r}), 1e-13)
		}

		// DPM-Solver, algorithm 2.
		m1, m2 := mid(1./3), mid(2./3)
		u := m1.Alpha/s.Alpha*x - m1.Sigma*(ex(h/3)-1)*noisy(x, s)
		d1 := noisy(u, m1) - noisy(x, s)
		v := m2.Alpha/s.Alpha*x - m2.Sigma*(ex(2*h/3)-1)*noisy(x, s) - m2.Sigma*2*((ex(2*h/3)-1)/(2*h/3)-1)*d1
		d2 := noisy(v, m2) - noisy(x, s)
		require.InDelta(t, e.Alpha/s.Alpha*x-e.Sigma*(ex(h)-1)*noisy(x, s)-e.Sigma*1.5*((ex(h)-1)/h-1)*d2,
			c.run(sampler.DPMSolver3{}), 1e-12)

		// SEEDS, algorithms 1 to 3.
		require.InDelta(t, e.Alpha/s.Alpha*x-2*e.Sigma*(ex(h)-1)*noisy(x, s)+e.Sigma*math.Sqrt(ex(2*h)-1)*kick,
			c.run(sampler.SEEDS1{}), 1e-13)
		m := mid(0.5)
		u = m.Alpha/s.Alpha*x - 2*m.Sigma*(ex(h/2)-1)*noisy(x, s) + m.Sigma*math.Sqrt(ex(h)-1)*kick
		require.InDelta(t, e.Alpha/s.Alpha*x-2*e.Sigma*(ex(h)-1)*noisy(u, m)+
			e.Sigma*(math.Sqrt(ex(2*h)-ex(h))+math.Sqrt(ex(h)-1))*kick, c.run(sampler.SEEDS2{}), 1e-13)
		u = m1.Alpha/s.Alpha*x - 2*m1.Sigma*(ex(h/3)-1)*noisy(x, s) + m1.Sigma*math.Sqrt(ex(2*h/3)-1)*kick
		v = m2.Alpha/s.Alpha*x - 2*m2.Sigma*(ex(2*h/3)-1)*noisy(x, s) -
			4*m2.Sigma*((ex(2*h/3)-1)/(2*h/3)-1)*(noisy(u, m1)-noisy(x, s)) +
			m2.Sigma*(math.Sqrt(ex(4*h/3)-ex(2*h/3))+math.Sqrt(ex(2*h/3)-1))*kick
		want := e.Alpha/s.Alpha*x - 2*e.Sigma*(ex(h)-1)*noisy(x, s) -
			3*e.Sigma*((ex(h)-1)/h-1)*(noisy(v, m2)-noisy(x, s)) +
			e.Sigma*(math.Sqrt(ex(2*h)-ex(4*h/3))+math.Sqrt(ex(4*h/3)-ex(2*h/3))+math.Sqrt(ex(2*h/3)-1))*kick
		require.InDelta(t, want, c.run(sampler.SEEDS3{}), 1e-12)

		// Midpoint in ln ρ, ancestral: in y = x/α and ρ.
		rs, re := s.Sigma/s.Alpha, e.Sigma/e.Alpha
		up := math.Sqrt(re * re * (rs*rs - re*re) / (rs * rs))
		down := math.Sqrt(re*re - up*up)
		for _, k := range []struct{ eta, down, up float64 }{{0, re, 0}, {1, down, up}} {
			y := x / s.Alpha
			rm := math.Exp(0.5 * (math.Log(rs) + math.Log(k.down)))
			ym := y + (y-data(x, s))/rs*(rm-rs)
			y += (ym-data(ym, sde.Level{Alpha: 1, Sigma: rm}))/rm*(k.down-rs) + k.up*kick
			require.InDelta(t, e.Alpha*y, c.run(sampler.DPM2{Eta: k.eta}), 1e-13)
		}

		// Restart: down, up, down, each Heun.
		y := x / s.Alpha
		for k := range 3 {
			if k > 0 {
				y += math.Sqrt(rs*rs-re*re) * kick
			}
			a := (y - data(y, sde.Level{Alpha: 1, Sigma: rs})) / rs
			b := y + (re-rs)*a
			y += (re - rs) / 2 * (a + (b-data(b, sde.Level{Alpha: 1, Sigma: re}))/re)
		}
		require.InDelta(t, e.Alpha*y, c.run(sampler.Restart{Times: 2}), 1e-12)
	}
}

// Restart over an interval, in the third step of four: up to ρ_max and down in
// three steps of Karras, twice.
func TestRestartIntervalFormula(t *testing.T) {
	c := newScalar(t, "vp", 0.6, 0.5, 0.42, 0.3, 0.2)
	rho := make([]float64, 5)
	for i, l := range c.at {
		rho[i] = l.Rho()
	}
	lo, hi := 0.5*(rho[2]+rho[3]), 0.5*(rho[0]+rho[1])
	y := startAt / c.at[0].Alpha
	down := func(from, to float64) {
		a := (y - data(y, sde.Level{Alpha: 1, Sigma: from})) / from
		b := y + (to-from)*a
		y += (to - from) / 2 * (a + (b-data(b, sde.Level{Alpha: 1, Sigma: to}))/to)
	}
	for i := range 4 {
		down(rho[i], rho[i+1])
		if i != 2 {
			continue
		}
		for range 2 {
			y += 1.1 * math.Sqrt(hi*hi-rho[3]*rho[3]) * kick
			at := func(k float64) float64 {
				return math.Pow(math.Pow(hi, 1./7)+k/3*(math.Pow(rho[3], 1./7)-math.Pow(hi, 1./7)), 7)
			}
			down(hi, at(1))
			down(at(1), at(2))
			down(at(2), rho[3])
		}
	}
	r := sampler.Restart{Intervals: []sampler.RestartInterval{{RhoMin: lo, RhoMax: hi, Steps: 3, Times: 2, SNoise: 1.1}}}
	require.InDelta(t, c.at[4].Alpha*y, c.run(r), 1e-12)
	require.Equal(t, sampler.Cost{Evaluations: 2, Start: 12, Noises: 2}, r.Cost())
	// Two intervals that end in one step add up their evaluations and noises.
	r.Intervals = append(r.Intervals, sampler.RestartInterval{RhoMin: lo, RhoMax: hi, Times: 1})
	require.Equal(t, sampler.Cost{Evaluations: 4, Start: 12, Noises: 3}, r.Cost())
	require.NotPanics(t, func() { c.run(r) })
}

// DPM-Solver++(3M) over four steps in the paper's differences.
func TestDPMPP3MFormula(t *testing.T) {
	c := newScalar(t, "vp", 0.6, 0.52, 0.41, 0.35, 0.2)
	x := startAt
	var d []float64
	for i := range 4 {
		s, e := c.at[i], c.at[i+1]
		d = append(d, data(x, s))
		h := e.Lambda() - s.Lambda()
		p1 := math.Exp(-h) - 1
		p2 := p1/h + 1
		p3 := p2/h - 0.5
		next := e.Sigma/s.Sigma*x - e.Alpha*p1*d[i]
		switch i {
		case 0:
		case 1:
			next -= 0.5 * e.Alpha * p1 * (d[1] - d[0]) / ((s.Lambda() - c.at[0].Lambda()) / h)
		default:
			r0, r1 := (s.Lambda()-c.at[i-1].Lambda())/h, (c.at[i-1].Lambda()-c.at[i-2].Lambda())/h
			a0, a1 := (d[i]-d[i-1])/r0, (d[i-1]-d[i-2])/r1
			next += e.Alpha * (p2*(a0+r0/(r0+r1)*(a0-a1)) - p3*2*(a0-a1)/(r0+r1))
		}
		x = next
	}
	require.InDelta(t, x, c.run(sampler.DPMPP3M{}), 1e-12)
}

// DEIS over five steps with its integrals by a fine midpoint rule in t.
func TestDEISFormula(t *testing.T) {
	c := newScalar(t, "vp", 0.6, 0.52, 0.41, 0.35, 0.3, 0.22)
	for _, in := range []sampler.Coordinate{sampler.InTime, sampler.InRho, sampler.InLambda} {
		coordinate := func(t float64) float64 {
			switch l := c.p.At(t); in {
			case sampler.InRho:
				return l.Rho()
			case sampler.InLambda:
				return l.Lambda()
			}
			return t
		}
		for order := range 4 {
			x := startAt
			var eps []float64
			for i := range 5 {
				s, e := c.at[i], c.at[i+1]
				eps = append(eps, noisy(x, s))
				sum := x / s.Alpha
				n := min(order, i)
				const cells = 2000 // errs by (Δt/cells)² ρ''/24 < 1e-8
				for k := range cells {
					t0 := c.times[i] + (c.times[i+1]-c.times[i])*float64(k)/cells
					t1 := c.times[i] + (c.times[i+1]-c.times[i])*float64(k+1)/cells
					dr, at := c.p.At(t1).Rho()-c.p.At(t0).Rho(), coordinate(0.5*(t0+t1))
					for j := range n + 1 {
						l := 1.0
						for q := range n + 1 {
							if q != j {
								l *= (at - coordinate(c.times[i-q])) / (coordinate(c.times[i-j]) - coordinate(c.times[i-q]))
							}
						}
						sum += l * eps[i-j] * dr
					}
				}
				x = e.Alpha * sum
			}
			require.InDelta(t, x, c.run(sampler.DEIS{Order: order, In: in}), 1e-7, "order %d in %d", order, in)
		}
	}
}

// The pseudo-numerical rules over five steps: φ is the DDIM step.
func TestPNDMFormula(t *testing.T) {
	c := newScalar(t, "vp", 0.6, 0.52, 0.41, 0.35, 0.3, 0.22)
	phi := func(x, e float64, s, u sde.Level) float64 { return u.Alpha*(x-s.Sigma*e)/s.Alpha + u.Sigma*e }
	for _, start := range []bool{false, true} {
		x := startAt
		var e []float64
		for i := range 5 {
			s, u := c.at[i], c.at[i+1]
			e = append(e, noisy(x, s))
			var mean float64
			switch {
			case start && i < 3:
				m := c.p.At((c.times[i] + c.times[i+1]) / 2)
				e1 := e[i]
				e2 := noisy(phi(x, e1, s, m), m)
				e3 := noisy(phi(x, e2, s, m), m)
				e4 := noisy(phi(x, e3, s, u), u)
				mean = (e1 + 2*e2 + 2*e3 + e4) / 6
			case i == 0:
				mean = e[0]
			case i == 1:
				mean = (3*e[1] - e[0]) / 2
			case i == 2:
				mean = (23*e[2] - 16*e[1] + 5*e[0]) / 12
			default:
				mean = (55*e[i] - 59*e[i-1] + 37*e[i-2] - 9*e[i-3]) / 24
			}
			x = phi(x, mean, s, u)
		}
		rule := sampler.Rule(sampler.IPNDM{})
		if start {
			rule = sampler.PNDM{}
		}
		require.InDelta(t, x, c.run(rule), 1e-13, "%T", rule)
	}
}

// SA-Solver of one node in predictor and corrector, over three steps: the
// corrector takes the step again with D at its end and the same noise.
func TestSASolverFormula(t *testing.T) {
	c := newScalar(t, "vp", 0.6, 0.5, 0.42, 0.3)
	const tau = 0.6
	x := startAt
	d := data(x, c.at[0])
	for i := range 3 {
		s, e := c.at[i], c.at[i+1]
		h := e.Lambda() - s.Lambda()
		base := e.Sigma/s.Sigma*math.Exp(-tau*tau*h)*x + e.Sigma*math.Sqrt(1-math.Exp(-2*tau*tau*h))*kick
		gain := e.Alpha * (1 - math.Exp(-(1+tau*tau)*h))
		x = base + gain*d
		if i < 2 {
			d = data(x, e)
			x = base + gain*d
		}
	}
	require.InDelta(t, x, c.run(sampler.SASolver{Predict: 1, Correct: 1, Tau: tau}), 1e-13)
	// Outside its interval τ is 0.
	require.Equal(t, c.run(sampler.SASolver{Predict: 2, Correct: 2, Tau: 1, RhoMax: 1e-3}), c.run(sampler.SASolver{Predict: 2, Correct: 2}))
	require.NotEqual(t, c.run(sampler.SASolver{Predict: 2, Correct: 2, Tau: 1, RhoMin: 1}), c.run(sampler.SASolver{Predict: 2, Correct: 2}))
}

// Rules whose parameters make no sense say so.
func TestBadRules(t *testing.T) {
	p := process(t, "vp")
	for _, r := range []sampler.Rule{
		sampler.UniPC{}, sampler.UniPC{Order: 5}, sampler.DEIS{Order: 4}, sampler.DEIS{Order: -1}, sampler.DEIS{In: 7},
		sampler.SDEDPMPP{}, sampler.SDEDPMPP{Steps: 4}, sampler.SASolver{}, sampler.SASolver{Predict: 4}, sampler.SASolver{Predict: 1, Correct: 5},
		sampler.DPMSolver2{R: -1}, sampler.DPMPP2S{R: 2}, sampler.Restart{Times: -1},
		sampler.Restart{Times: 1, Intervals: []sampler.RestartInterval{{RhoMin: 1, RhoMax: 2, Times: 1}}},
		sampler.Restart{Intervals: []sampler.RestartInterval{{RhoMin: 2, RhoMax: 1, Times: 1}}}, sampler.Restart{Intervals: []sampler.RestartInterval{{RhoMin: 1, RhoMax: 2}}},
		sampler.Restart{Intervals: []sampler.RestartInterval{{RhoMin: 1, RhoMax: 1e9, Times: 1}}}, sampler.Restart{Intervals: []sampler.RestartInterval{{RhoMin: 1e-9, RhoMax: 1, Times: 1}}},
		sampler.Restart{Intervals: []sampler.RestartInterval{{RhoMin: 1, RhoMax: 2, Times: 1, SNoise: math.NaN()}}},
		sampler.Consistency{Gamma: 1.5}, sampler.Consistency{Gamma: math.NaN()},
	} {
		c := sampler.Config{Process: p, Model: bend, Rule: r, Grid: grid(t, p, sampler.UniformLambda{}, 6, true)}
		_, err := sampler.Sample(context.Background(), make([]float64, 3), c)
		require.ErrorIs(t, err, sampler.ErrRule, "%#v", r)
	}
	c := sampler.Config{Process: p, Model: bend, Rule: sampler.PNDM{}, Grid: grid(t, p, sampler.UniformLambda{}, 2, true)}
	_, err := sampler.Sample(context.Background(), make([]float64, 3), c)
	require.ErrorIs(t, err, sampler.ErrGrid)
	require.Zero(t, sampler.StepsFor(sampler.PNDM{}.Cost(), 11, false))
	require.Equal(t, 3, sampler.StepsFor(sampler.PNDM{}.Cost(), 12, false))
}
