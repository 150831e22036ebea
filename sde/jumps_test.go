package sde_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// Merton's model, dS = μS dt + σS dW + (J−1)S dN with log-normal J, in Euler steps
// of its logarithm that are adapted to the jumps: exact at every step. Its state
// is S_0 exp((μ−σ²/2)T + σW_T + Σ ln J) path by path; and the discounted mean of
// (S−K)⁺ is Merton's (1976) sum of Black–Scholes prices.
func TestJumps(t *testing.T) {
	const (
		rows, seed                 = 40000, 6
		rate, sigma, strike, years = 0.05, 0.2, 1.1, 2.0
		lambda, mean, sd           = 0.8, -0.1, 0.3
	)
	kappa := math.Expm1(mean + sd*sd/2)
	drift := rate - lambda*kappa - sigma*sigma/2
	s := brownian(1)
	s.Drift = func(dst []float64, _ float64, _ []float64) error { dst[0] = drift; return nil }
	s.Diffusion = func(dst []float64, _ float64, _ []float64) error { dst[0] = sigma; return nil }
	mark := func(s *noise.Stream) float64 {
		z := make([]float64, 1)
		s.Fill(z)
		return mean + sd*z[0]
	}
	jumps := sde.Jumps{Rate: lambda, Apply: func(_ float64, y []float64, s *noise.Stream) error {
		y[0] += mark(s)
		return nil
	}}
	r, err := sde.SolveAdaptive(t.Context(), stochastic.EulerMaruyama{}, s, 0, years, make([]float64, rows), sde.Adaptive{Step: 1, Seed: seed, Jumps: jumps})
	require.NoError(t, err)
	tree, err := noise.NewPathTree(seed, 0, 0, 1, 0, years, years*0x1p-40)
	require.NoError(t, err)
	w := make([]float64, 1)
	var sum, square, count float64
	for i, x := range r.Y {
		times := jumps.Times(nil, seed, uint64(i), years)
		tree.Reset(uint64(i))
		tree.Increment(w, 0, years)
		want := drift*years + sigma*w[0]
		for k := range times {
			stream := jumps.Mark(seed, uint64(i), k)
			want += mark(&stream)
		}
		require.InDelta(t, want, x, 1e-11)
		payoff := math.Exp(-rate*years) * max(math.Exp(x)-strike, 0)
		sum, square, count = sum+payoff, square+payoff*payoff, count+float64(len(times))
	}
	// Five standard errors each: a false alarm in 1e6.
	require.InDelta(t, lambda*years, count/rows, 5*math.Sqrt(lambda*years/rows))
	price := sum / rows
	require.InDelta(t, merton(rate, sigma, strike, years, lambda, mean, sd), price, 5*math.Sqrt((square/rows-price*price)/rows))
}

// merton is Merton's (1976) price of a call on 1, eq. 19, with the rate and variance
// of n jumps in each term.
func merton(rate, sigma, strike, years, lambda, mean, sd float64) float64 {
	kappa := math.Expm1(mean + sd*sd/2)
	normal := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	price, weight := 0.0, math.Exp(-lambda*(1+kappa)*years)
	for n := range 60 {
		v := sigma*sigma + float64(n)*sd*sd/years
		r := rate - lambda*kappa + float64(n)*(mean+sd*sd/2)/years
		d := (-math.Log(strike) + (r+v/2)*years) / math.Sqrt(v*years)
		price += weight * (normal(d) - strike*math.Exp(-r*years)*normal(d-math.Sqrt(v*years)))
		weight *= lambda * (1 + kappa) * years / float64(n+1)
	}
	return price
}

// Steps adapted to jumps keep the method's order: dS = aS dt + bS dW + S(e^ζ − 1) dN by
// Milstein's method, against the solution S_0 exp((a − b²/2)T + bW_T + Σζ).
func TestJumpAdaptedStepsKeepTheOrder(t *testing.T) {
	const rows, seed, a, b = 1500, 3, 0.5, 0.8
	jumps := sde.Jumps{Rate: 3, Apply: func(_ float64, y []float64, s *noise.Stream) error {
		y[0] *= math.Exp(s.Uniform() - 0.6)
		return nil
	}}
	w := ends(t, seed, rows, 1, 0)
	var logH, logE []float64
	for _, h := range []float64{1. / 8, 1. / 16, 1. / 32, 1. / 64} {
		r, err := sde.SolveAdaptive(t.Context(), stochastic.Milstein{}, geometric(1, sde.Ito, a, b), 0, 1, ones(rows), sde.Adaptive{Step: h, Seed: seed, Jumps: jumps})
		require.NoError(t, err)
		square := 0.0
		for i, v := range r.Y {
			exact := a - b*b/2 + b*w[i]
			for k := range jumps.Times(nil, seed, uint64(i), 1) {
				mark := jumps.Mark(seed, uint64(i), k)
				exact += mark.Uniform() - 0.6
			}
			square += math.Pow(v-math.Exp(exact), 2) / rows
		}
		logH, logE = append(logH, math.Log(h)), append(logE, 0.5*math.Log(square))
	}
	_, slope := stat.LinearRegression(logH, logE, nil, false)
	require.InDelta(t, 1, slope, 0.1)
}

// Jumps happen at their times, whatever the steps: of jumps by the time that it is
// the sum is that of the times, forwards and backwards.
func TestJumpsHappenAtTheirTimes(t *testing.T) {
	jumps := sde.Jumps{Rate: 5, Apply: func(now float64, y []float64, _ *noise.Stream) error {
		y[0] += now - 3
		return nil
	}}
	s := brownian(1)
	s.Diffusion = func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil }
	const rows = 20
	for _, t1 := range []float64{5, 1} {
		for _, c := range []sde.Adaptive{{Step: 0.5}, {Step: 5}, {ATol: 1}} {
			c.Jumps, c.Seed, c.At = jumps, 4, []float64{3 + (t1-3)/2}
			r, err := sde.SolveAdaptive(t.Context(), stochastic.EulerMaruyama{}, s, 3, t1, make([]float64, rows), c)
			require.NoError(t, err)
			for i := range rows {
				want, half := 0.0, 0.0
				for _, elapsed := range jumps.Times(nil, 4, uint64(i), 2) {
					want += elapsed * (t1 - 3) / 2
					if elapsed <= 1 {
						half = want
					}
				}
				require.InDelta(t, want, r.Y[i], 1e-10)
				require.InDelta(t, half, r.At[i], 1e-10)
			}
		}
	}
}

// A thinned intensity: a birth process dy = dN of intensity min(y, 4): until it
// reaches 4 a birth takes a mean of 1/y; from 1 to 4 that is 1 + ½ + ⅓.
func TestJumpsOfStateDependentIntensity(t *testing.T) {
	const rows = 1000
	s := brownian(1)
	s.Diffusion = func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil }
	sum, square := 0.0, 0.0
	jumps := sde.Jumps{Rate: 4, Apply: func(time float64, y []float64, s *noise.Stream) error {
		if s.Uniform() < min(y[0], 4)/4 && y[0] < 4 {
			if y[0]++; y[0] == 4 {
				sum, square = sum+time, square+time*time
			}
		}
		return nil
	}}
	r, err := sde.SolveAdaptive(t.Context(), stochastic.EulerMaruyama{}, s, 0, 16, ones(rows), sde.Adaptive{Step: 16, Jumps: jumps, Workers: 1, Seed: 2})
	require.NoError(t, err)
	require.Equal(t, 4.0, floats.Min(r.Y))
	mean := sum / rows
	require.InDelta(t, 1+1./2+1./3, mean, 5*math.Sqrt((square/rows-mean*mean)/rows))
}

// A claim of size 1 at every jump: the number of claims in a year of rate 3.
func ExampleJumps() {
	s := brownian(1)
	s.Diffusion = func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil }
	c := sde.Adaptive{Step: 1, Seed: 1, Jumps: sde.Jumps{Rate: 3, Apply: func(_ float64, y []float64, _ *noise.Stream) error {
		y[0]++
		return nil
	}}}
	r, err := sde.SolveAdaptive(context.Background(), stochastic.EulerMaruyama{}, s, 0, 1, make([]float64, 3), c)
	if err != nil {
		fmt.Println(err)
		return
	}
	same := true
	for row, claims := range r.Y {
		same = same && claims == float64(len(c.Jumps.Times(nil, 1, uint64(row), 1)))
	}
	fmt.Println("one claim at each of the path's times:", same)
	// Output: one claim at each of the path's times: true
}
