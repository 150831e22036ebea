package sampler_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Rules that are one rule under several names, or in two forms.
func TestSameRule(t *testing.T) {
	for _, name := range []string{"vp", "ve", "flow"} {
		p := process(t, name)
		// Levels at which neither form cancels.
		times := make([]float64, 13)
		for i := range times {
			times[i] = p.TimeOf(-2 + 0.02*float64(i*(i+8)))
		}
		g, err := sampler.NewGrid(p, times, true)
		require.NoError(t, err)
		for _, same := range []struct {
			what  string
			rules []sampler.Rule
		}{
			{"first order", []sampler.Rule{sampler.DDIM{}, sampler.DPMSolver1{}, sampler.DEIS{In: sampler.InTime}, sampler.DEIS{In: sampler.InRho},
				sampler.DEIS{In: sampler.InLambda}, sampler.EulerAncestral{}, sampler.SASolver{Predict: 1},
				sampler.UniPC{Order: 1, Predictor: true}, sampler.UniPC{Order: 1, Predictor: true, Noise: true}}},
			{"ancestral", []sampler.Rule{sampler.DDPM{}, sampler.DDIM{Eta: 1}, sampler.EulerAncestral{Eta: 1}, sampler.SDEDPMPP{Steps: 1},
				sampler.SASolver{Predict: 1, Tau: 1}}},
			{"half ancestral", []sampler.Rule{sampler.DDIM{Eta: 0.5}, sampler.EulerAncestral{Eta: 0.5}}},
			{"two steps, data", []sampler.Rule{sampler.DPMPP2M{}, sampler.UniPC{Order: 2, Predictor: true}}},
			{"three steps, data", []sampler.Rule{sampler.DPMPP3M{}, sampler.UniPC{Order: 3, Predictor: true}}},
			{"Heun", []sampler.Rule{sampler.EDMHeun{}, sampler.Restart{}}},
			{"two-step Adams, data", []sampler.Rule{sampler.SASolver{Predict: 2}, adamsBashforth(2)}},
			{"three-step Adams, SDE", []sampler.Rule{sampler.SASolver{Predict: 3, Tau: 1}, stochasticAdams(3)}},
		} {
			want := draw(t, bend, p, same.rules[0], g, 50)
			for _, r := range same.rules[1:] {
				// On VE x is as large as e^2, and every step rounds.
				require.InDeltaSlice(t, want, draw(t, bend, p, r, g, 50), 1e-12, "%s: %T%+v on %s", same.what, r, r, name)
			}
		}
	}
}

// plainAdams is the exponential Adams rule of k steps for noise level tau, its
// weights by Gauss–Legendre over the Lagrange polynomials: a slow second route.
type plainAdams struct {
	k   int
	tau float64
}

func adamsBashforth(k int) sampler.Rule  { return plainAdams{k, 0} }
func stochasticAdams(k int) sampler.Rule { return plainAdams{k, 1} }

func (r plainAdams) Memory() int { return r.k - 1 }
func (r plainAdams) Cost() sampler.Cost {
	return sampler.Cost{Evaluations: 1, Noises: int(r.tau)}
}

func (r plainAdams) Apply(s *sampler.Step) error {
	d, err := s.Denoised()
	if err != nil {
		return err
	}
	v, lambda := [][]float64{d}, []float64{s.From.Lambda()}
	for j := 1; j < r.k; j++ {
		e, at, ok := s.Earlier(j)
		if !ok {
			break
		}
		v, lambda = append(v, e), append(lambda, at.Lambda())
	}
	h, q := s.H(), 1+r.tau*r.tau
	// Simpson's rule of 2000 panels errs by (qh/2000)⁴/2880 < 1e-15.
	weight := make([]float64, len(v))
	const panels = 4000
	for i := 0; i <= panels; i++ {
		u := float64(i) / panels
		k := 2.0 / 3 * h / panels * q * math.Exp(-q*h*(1-u))
		if i%2 == 1 {
			k *= 2
		} else if i == 0 || i == panels {
			k /= 2
		}
		for j := range weight {
			l := k
			for m := range lambda {
				if m != j {
					l *= (lambda[0] + u*h - lambda[m]) / (lambda[j] - lambda[m])
				}
			}
			weight[j] += l
		}
	}
	for i := range s.X {
		x := s.To.Sigma / s.From.Sigma * math.Exp(-r.tau*r.tau*h) * s.X[i]
		for j := range v {
			x += s.To.Alpha * weight[j] * v[j][i]
		}
		if r.tau > 0 {
			x += s.To.Sigma * math.Sqrt(1-math.Exp(-2*h)) * s.Noise(0)[i]
		}
		s.X[i] = x
	}
	return nil
}

// Linear multistep predictors on a denoiser that is a polynomial in λ alone are exact
// up to their degree, wherever the nodes lie; the start is that of the grid.
func TestExactOnPolynomials(t *testing.T) {
	p := process(t, "ve") // α = 1
	for _, c := range []struct {
		name   string
		rule   sampler.Rule
		degree int
	}{
		{"dpm-solver++3m", sampler.DPMPP3M{}, 2},
		{"unip-3", sampler.UniPC{Order: 3, Predictor: true}, 2},
		{"unip-4", sampler.UniPC{Order: 4, Predictor: true}, 3},
		{"sa-p2", sampler.SASolver{Predict: 2}, 1},
		{"sa-p3", sampler.SASolver{Predict: 3}, 2},
	} {
		lambda := []float64{-1, -0.7, -0.55, -0.1, 0.3}
		times := make([]float64, len(lambda))
		for i, l := range lambda {
			times[i] = p.TimeOf(l)
		}
		g, err := sampler.NewGrid(p, times, false)
		require.NoError(t, err)
		poly := modelFunc{1, func(_ float64, _ int, at sde.Level) float64 { return math.Pow(at.Lambda(), float64(c.degree)) }}
		run := func(last int) float64 {
			x := []float64{0.4}
			_, err := sampler.Sample(context.Background(), x, sampler.Config{
				Process: p, Model: poly, Rule: c.rule, Grid: g, Start: []float64{0.4}, Span: [2]int{0, last}})
			require.NoError(t, err)
			return x[0]
		}
		// The last step from where the sampler itself stands: ∫ e^(λ−λ_s) λ^n dλ
		// by parts.
		h := lambda[4] - lambda[3]
		primitive := func(l float64) float64 {
			f, sum := 1.0, 0.0
			for k := 0; k <= c.degree; k++ {
				sum += f * math.Pow(l, float64(c.degree-k))
				f *= -float64(c.degree - k)
			}
			return sum
		}
		want := math.Exp(-h)*run(3) + primitive(lambda[4]) - math.Exp(-h)*primitive(lambda[3])
		require.InDelta(t, want, run(4), 1e-13, c.name)
	}
}
