package flow_test

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/sde"
)

// For data N(0, v) all is closed: p_t = N(0, α²v + σ²). The bound's expectation over u is
// a quadrature, the probability of a cell a difference of distribution functions; the
// bound lies below it by less as cells shrink, at second order.
func TestLogProbabilityOfCells(t *testing.T) {
	const v, draws, rows = 0.7, 200, 6
	m, err := score.NewIsotropic([]float64{0}, v)
	require.NoError(t, err)
	p := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-2}
	at := p.At(1e-2)
	// The law of x_t/α, which the cells are of.
	law := distuv.Normal{Sigma: math.Sqrt(v + at.Rho()*at.Rho())}
	for _, kind := range []flow.Dequantisation{flow.Uniform, flow.TruncatedNormal} {
		var gaps []float64
		for _, width := range []float64{0.4, 0.2} {
			x := make([]float64, rows)
			for i := range x {
				x[i] = width * (float64(i) - 2)
			}
			got, err := flow.LogProbability(context.Background(), p, m, x, flow.Quantised{Noise: kind, Width: []float64{width}, Draws: draws, Seed: 3},
				flow.Config{Solve: ode.Config{RTol: 1e-6, ATol: 1e-7}, Prior: m})
			require.NoError(t, err)
			u := func(s float64) float64 { return 1 / width }
			if kind == flow.TruncatedNormal {
				own := distuv.Normal{Sigma: at.Rho()}
				inside := own.CDF(width/2) - own.CDF(-width/2)
				u = func(s float64) float64 { return own.Prob(s) / inside }
			}
			integral := func(f func(s float64) float64) float64 {
				return quad.Fixed(func(s float64) float64 { return u(s) * f(s) }, -width/2, width/2, 200, nil, 0)
			}
			var gap float64
			for i, v := range x {
				want := integral(func(s float64) float64 { return law.LogProb(v+s) - math.Log(u(s)) })
				second := integral(func(s float64) float64 { return math.Pow(law.LogProb(v+s), 2) })
				first := integral(func(s float64) float64 { return law.LogProb(v + s) })
				sd := math.Sqrt(max(second-first*first, 0) / draws)
				// Six standard errors: false alarm 2e-9 a row.
				require.InDelta(t, want, got.Rows[i], 6*sd+1e-5, "%v %v", kind, width)
				exact := math.Log(law.CDF(v+width/2) - law.CDF(v-width/2))
				require.Less(t, want, exact)
				gap += (exact - want) / rows
			}
			gaps = append(gaps, gap)
			require.InDelta(t, got.Total.Value, got.Prior.Value+got.Volume.Value+got.Truncation+got.Dequantisation, 1e-12)
			require.InDelta(t, math.Log(at.Alpha), got.Truncation, 1e-15)
		}
		if kind == flow.Uniform {
			// The gap is the variance of ln p over a cell, (p'/p)²Δ²/24, plus higher orders;
			// the rows, at multiples of Δ, are nearer to 0 too: Δ⁴.
			require.InDelta(t, 4, math.Log2(gaps[0]/gaps[1]), 0.1)
		}
	}
}

// For continuous rows of N(0, v) the bound is E ln p_t(αx + σz) + ln α in closed form,
// below ln ∫ p_t(x_t) N(x; x_t/α, ρ²) dx_t = ln N(x; 0, v + 2ρ²).
func TestLogProbabilityTruncated(t *testing.T) {
	const v, draws = 0.7, 400
	m, err := score.NewIsotropic([]float64{0, 0}, v)
	require.NoError(t, err)
	p := sde.EDM{SigmaMin: 0.2, SigmaMax: 60}
	rho := 0.2
	x := []float64{0.3, -1, 1.2, 0.4}
	got, err := flow.LogProbability(context.Background(), p, m, x, flow.Quantised{Draws: draws, Seed: 5},
		flow.Config{Solve: ode.Config{RTol: 1e-6, ATol: 1e-7}, Prior: m})
	require.NoError(t, err)
	for i := range 2 {
		square := x[2*i]*x[2*i] + x[2*i+1]*x[2*i+1]
		w := v + rho*rho
		want := -math.Log(2*math.Pi*w) - (square+2*rho*rho)/(2*w)
		// Var |x + ρz|² = 4ρ²|x|² + 4ρ⁴ in the plane.
		sd := math.Sqrt((4*rho*rho*square+4*math.Pow(rho, 4))/draws) / (2 * w)
		require.InDelta(t, want, got.Rows[i], 6*sd+1e-5)
		w += rho * rho
		require.Less(t, want, -math.Log(2*math.Pi*w)-square/(2*w))
	}
	require.Zero(t, got.Dequantisation)
	require.Positive(t, got.Evaluations)
}

// Row i has its own noise whatever it comes with.
func TestLogProbabilityRows(t *testing.T) {
	m := mixture(t, 2)
	p := sde.RectifiedFlow{Cutoff: 1e-2, End: 0.99}
	x := m.Sample(5, 1)
	c := flow.Config{Solve: ode.Config{RTol: 1e-3, ATol: 1e-3}}
	for _, q := range []flow.Quantised{{Draws: 2}, {Noise: flow.Uniform, Width: []float64{0.1}}, {Noise: flow.TruncatedNormal, Width: []float64{0.1}}} {
		c.First = 0
		var seen atomic.Int64
		c.Progress = func(done, total int) {
			seen.Add(1)
			require.LessOrEqual(t, done, total)
			require.Equal(t, 5*max(1, q.Draws), total)
		}
		all, err := flow.LogProbability(context.Background(), p, m, x, q, c)
		require.NoError(t, err)
		require.EqualValues(t, 5*max(1, q.Draws), seen.Load())
		c.Progress = nil
		c.First = 3
		some, err := flow.LogProbability(context.Background(), p, m, x[6:], q, c)
		require.NoError(t, err)
		require.Equal(t, all.Rows[3:], some.Rows)
		require.NotEqual(t, all.Rows[0], all.Rows[1])
		if q.Width != nil { // the same for each coordinate
			q.Width = []float64{0.1, 0.1}
			again, err := flow.LogProbability(context.Background(), p, m, x[6:], q, c)
			require.NoError(t, err)
			require.Equal(t, some.Rows, again.Rows)
			q.Width = []float64{0.1, 0.2}
			again, err = flow.LogProbability(context.Background(), p, m, x[6:], q, c)
			require.NoError(t, err)
			require.Greater(t, again.Dequantisation, some.Dequantisation)
			if q.Noise == flow.Uniform {
				require.InDelta(t, math.Ln2, again.Dequantisation-some.Dequantisation, 1e-13)
			}
		}
	}
}

func TestLogProbabilityErrors(t *testing.T) {
	m := mixture(t, 2)
	c := flow.Config{Solve: ode.Config{RTol: 1e-3, ATol: 1e-3}}
	p := sde.EDM{SigmaMin: 0.1, SigmaMax: 60}
	x := []float64{1, 2}
	for name, q := range map[string]flow.Quantised{
		"width of continuous": {Width: []float64{1}}, "no width": {Noise: flow.Uniform}, "NaN": {Noise: flow.Uniform, Width: []float64{math.NaN()}},
		"infinite": {Noise: flow.TruncatedNormal, Width: []float64{0.1, math.Inf(1)}}, "unknown": {Noise: 7, Width: []float64{1}}, "zero": {Noise: flow.Uniform, Width: []float64{0}}, "three": {Noise: flow.Uniform, Width: []float64{1, 1, 1}},
	} {
		_, err := flow.LogProbability(context.Background(), p, m, x, q, c)
		require.ErrorIs(t, err, flow.ErrConfig, name)
	}
	_, err := flow.LogProbability(context.Background(), p, m, nil, flow.Quantised{}, c)
	require.ErrorIs(t, err, flow.ErrConfig)
	_, err = flow.LogProbability(context.Background(), p, m, []float64{1, math.NaN()}, flow.Quantised{}, c)
	require.ErrorIs(t, err, ode.ErrNotFinite)
	c.From, c.To = 1, 0.5
	_, err = flow.LogProbability(context.Background(), p, m, x, flow.Quantised{}, c)
	require.ErrorIs(t, err, flow.ErrConfig)
}

// A pixel of 256 values in [−1, 1] under N(0, 1): the bits of a cell of width 2/255.
func ExampleLogProbability() {
	m, _ := score.NewGaussian([]float64{0}, mat.NewSymDense(1, []float64{1}))
	p := sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: 1e-5}
	q := flow.Quantised{Noise: flow.Uniform, Width: []float64{2. / 255}}
	t, err := flow.LogProbability(context.Background(), p, m, []float64{0}, q, flow.Config{Solve: ode.Config{RTol: 1e-7, ATol: 1e-7}})
	if err != nil {
		fmt.Println(err)
		return
	}
	exact := math.Log(math.Erf(1. / 255 / math.Sqrt2))
	fmt.Printf("%.3f bits, of the cell %.3f\n", flow.BitsPerDim(t.Total.Value, 1, 0), flow.BitsPerDim(exact, 1, 0))
	// Output: 8.320 bits, of the cell 8.320
}
