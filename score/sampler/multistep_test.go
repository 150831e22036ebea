package sampler_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// The multistep rules in the data form over five steps, written out from the
// papers: DPM-Solver++(2M), algorithm 2, and its SDE with one, two and three
// predictions.
func TestDataFormulas(t *testing.T) {
	c := newScalar(t, "vp", 0.6, 0.52, 0.41, 0.35, 0.3, 0.22)
	ex := math.Exp
	for steps := range 4 { // 0: the ODE with two
		x := startAt
		var d []float64
		for i := range 5 {
			s, e := c.at[i], c.at[i+1]
			d = append(d, data(x, s))
			h := e.Lambda() - s.Lambda()
			q, keep, noise := 2*h, e.Sigma/s.Sigma*ex(-h), e.Sigma*math.Sqrt(1-ex(-2*h))*kick
			if steps == 0 {
				q, keep, noise = h, e.Sigma/s.Sigma, 0
			}
			p1 := ex(-q) - 1
			p2 := p1/q + 1
			p3 := p2/q - 0.5
			x = keep*x - e.Alpha*p1*d[i] + noise
			r0 := 0.0
			if i > 0 {
				r0 = (s.Lambda() - c.at[i-1].Lambda()) / h
			}
			switch {
			case i == 0 || steps == 1:
			case i == 1 || steps != 3:
				x -= 0.5 * e.Alpha * p1 * (d[i] - d[i-1]) / r0
			default:
				r1 := (c.at[i-1].Lambda() - c.at[i-2].Lambda()) / h
				a0, a1 := (d[i]-d[i-1])/r0, (d[i-1]-d[i-2])/r1
				x += e.Alpha * (p2*(a0+r0/(r0+r1)*(a0-a1)) - p3*2*(a0-a1)/(r0+r1))
			}
		}
		rule := sampler.Rule(sampler.SDEDPMPP{Steps: steps})
		if steps == 0 {
			rule = sampler.DPMPP2M{}
		}
		require.InDelta(t, x, c.run(rule), 1e-12, "%d predictions", steps)
	}
}

// weights solves Σ_j c_j τ_j^k = m_k.
func weights(t testing.TB, tau, m []float64) []float64 {
	t.Helper()
	n := len(tau)
	v := mat.NewDense(n, n, nil)
	for k := range n {
		for j := range n {
			v.Set(k, j, math.Pow(tau[j], float64(k)))
		}
	}
	var c mat.VecDense
	require.NoError(t, c.SolveVec(v, mat.NewVecDense(n, m)))
	return c.RawVector().Data
}

// simpson integrates by panels of fourth order: (1/n)⁴ of smooth functions.
func simpson(f func(u float64) float64, a, b float64) float64 {
	const n = 2000
	h := (b - a) / n
	sum := f(a) + f(b)
	for i := 1; i < n; i++ {
		sum += f(a+float64(i)*h) * float64(2+2*(i%2))
	}
	return sum * h / 3
}

// DEIS by the moments ∫ τ^k dρ, of which its weights are exact: in ρ a power, in λ and
// in t after one integration by parts. τ counts from the step's start, where the
// systems are well conditioned.
func TestDEISWeights(t *testing.T) {
	c := newScalar(t, "vp", 0.6, 0.52, 0.41, 0.35, 0.3, 0.22)
	for _, in := range []sampler.Coordinate{sampler.InTime, sampler.InRho, sampler.InLambda} {
		for order := 1; order < 4; order++ {
			x := startAt
			var eps []float64
			for i := range 5 {
				s, e := c.at[i], c.at[i+1]
				eps = append(eps, noisy(x, s))
				// τ as a function of a running variable u, and ρ of it.
				tau := func(l sde.Level, at float64) float64 {
					switch in {
					case sampler.InRho:
						return l.Rho() - s.Rho()
					case sampler.InLambda:
						return l.Lambda() - s.Lambda()
					}
					return at - c.times[i]
				}
				var nodes, m, v []float64
				for j := range min(order, i) + 1 {
					nodes, v = append(nodes, tau(c.at[i-j], c.times[i-j])), append(v, eps[i-j])
				}
				end := tau(e, c.times[i+1])
				for k := range nodes {
					p := float64(k)
					whole := math.Pow(end, p) * e.Rho()
					if k == 0 {
						whole -= s.Rho()
					} else {
						whole -= simpson(func(u float64) float64 {
							rho := s.Rho() + u
							switch in {
							case sampler.InLambda:
								rho = s.Rho() * math.Exp(-u)
							case sampler.InTime:
								rho = c.p.At(c.times[i] + u).Rho()
							}
							return p * math.Pow(u, p-1) * rho
						}, 0, end)
					}
					m = append(m, whole)
				}
				sum := x / s.Alpha
				for j, w := range weights(t, nodes, m) {
					sum += w * v[j]
				}
				x = e.Alpha * sum
			}
			require.InDelta(t, x, c.run(sampler.DEIS{Order: order, In: in}), 1e-12, "order %d in %d", order, in)
		}
	}
}

// SA-Solver's table by the integrals of its Lagrange polynomials: predictor of p
// nodes, corrector of q, of which the first is the prediction's own, with the noise of the
// predictor; the corrector comes when that prediction is made.
func TestSASolverTable(t *testing.T) {
	c := newScalar(t, "vp", 0.6, 0.52, 0.41, 0.35, 0.3, 0.22)
	for _, tau := range []float64{0, 0.6, 1} {
		for p := 1; p <= 3; p++ {
			for q := range 5 {
				x := startAt
				d := []float64{data(x, c.at[0])}
				for i := range 5 {
					s, e := c.at[i], c.at[i+1]
					h, rate := e.Lambda()-s.Lambda(), 1+tau*tau
					base := e.Sigma/s.Sigma*math.Exp(-tau*tau*h)*x + e.Sigma*math.Sqrt(1-math.Exp(-2*tau*tau*h))*kick
					step := func(from, n int) float64 { // nodes from, from−1, …
						n = min(n, from+1)
						sum := base
						for j := from; j > from-n; j-- {
							sum += e.Alpha * d[j] * simpson(func(u float64) float64 {
								l := rate * math.Exp(-rate*(h-u))
								for k := from; k > from-n; k-- {
									if k != j {
										l *= (s.Lambda() + u - c.at[k].Lambda()) / (c.at[j].Lambda() - c.at[k].Lambda())
									}
								}
								return l
							}, 0, h)
						}
						return sum
					}
					x = step(i, p)
					if i == 4 {
						break
					}
					d = append(d, data(x, e))
					if q > 0 {
						x = step(i+1, q)
					}
				}
				require.InDelta(t, x, c.run(sampler.SASolver{Predict: p, Correct: q, Tau: tau}), 1e-12, "P%d C%d τ %v", p, q, tau)
			}
		}
	}
}

// EDM's window and noise scale: churn only within, scaled there; and Euler's ancestral
// step as k-diffusion writes it.
func TestChurnWindow(t *testing.T) {
	c := newScalar(t, "edm", 3, 2, 1)
	plain, churn := c.run(sampler.EDMHeun{}), c.run(sampler.EDMHeun{Churn: 0.4})
	require.NotEqual(t, plain, churn)
	require.Equal(t, plain, c.run(sampler.EDMHeun{Churn: 0.4, SMin: 3.5}))
	require.Equal(t, plain, c.run(sampler.EDMHeun{Churn: 0.4, SMax: 1.5}))
	require.Equal(t, churn, c.run(sampler.EDMHeun{Churn: 0.4, SMin: 1.5, SMax: 3}))
	// One step within: γ = 0.4/2 at σ = 2.
	x := startAt
	heun := func(from, to float64) {
		a := (x - data(x, sde.Level{Alpha: 1, Sigma: from})) / from
		y := x + (to-from)*a
		x += (to - from) / 2 * (a + (y-data(y, sde.Level{Alpha: 1, Sigma: to}))/to)
	}
	heun(3, 2)
	x += math.Sqrt(2.4*2.4-4) * 1.007 * kick
	heun(2.4, 1)
	require.InDelta(t, x, c.run(sampler.EDMHeun{Churn: 0.4, SMin: 1.5, SMax: 2.5, SNoise: 1.007}), 1e-13)

	x = startAt
	for _, s := range [][2]float64{{3, 2}, {2, 1}} {
		up := min(s[1], math.Sqrt(s[1]*s[1]*(s[0]*s[0]-s[1]*s[1])/(s[0]*s[0])))
		down := math.Sqrt(s[1]*s[1] - up*up)
		x += (x-data(x, sde.Level{Alpha: 1, Sigma: s[0]}))/s[0]*(down-s[0]) + up*kick
	}
	require.InDelta(t, x, c.run(sampler.EulerAncestral{Eta: 1}), 1e-13)
}
