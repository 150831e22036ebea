package variational_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
)

// chain is the joint law of (x_T ... x_0, x) that steps x' = a x + b + √w ε make of the
// first one.
type chain struct {
	mean []float64
	cov  *mat.SymDense
}

func begin(mean, variance float64) chain {
	return chain{[]float64{mean}, mat.NewSymDense(1, []float64{variance})}
}

func (c chain) step(a, b, w float64) chain {
	n := len(c.mean)
	cov := mat.NewSymDense(n+1, nil)
	for i := range n {
		for j := range i + 1 {
			cov.SetSym(i, j, c.cov.At(i, j))
		}
		cov.SetSym(i, n, a*c.cov.At(i, n-1))
	}
	cov.SetSym(n, n, a*a*c.cov.At(n-1, n-1)+w)
	return chain{append(append([]float64(nil), c.mean...), a*c.mean[n-1]+b), cov}
}

// given is the law of all but the last, given that.
func (c chain) given(t testing.TB, x float64) *divergence.Gaussian {
	n := len(c.mean) - 1
	mean, cov := make([]float64, n), mat.NewSymDense(n, nil)
	v := c.cov.At(n, n)
	for i := range n {
		mean[i] = c.mean[i] + c.cov.At(i, n)/v*(x-c.mean[n])
		for j := range i + 1 {
			cov.SetSym(i, j, c.cov.At(i, j)-c.cov.At(i, n)*c.cov.At(j, n)/v)
		}
	}
	g, err := divergence.NewGaussian(mean, cov)
	require.NoError(t, err)
	return g
}

// With a linear denoiser, right or wrong, the hierarchy is a Gaussian chain: the bound
// is −ln p(x) of the chain's end plus KL(q(latents|x)‖p(latents|x)), to rounding, for any
// steps and either decoder.
func TestBoundIsLikelihoodAndGap(t *testing.T) {
	const mu, v, x = 0.4, 0.7, 1.3
	g, err := score.NewIsotropic([]float64{mu}, v)
	require.NoError(t, err)
	var gaps []float64
	for _, forward := range []bool{false, true} {
		for _, steps := range []int{1, 3, 8, 16, 32} {
			levels := make([]sde.Level, steps+1)
			for i := range levels { // λ from −3 to 3
				snr := math.Exp(2 * (-3 + 6*float64(i)/float64(steps)))
				levels[i] = sde.Level{Alpha: math.Sqrt(snr / (1 + snr)), Sigma: math.Sqrt(1 / (1 + snr))}
			}
			h := variational.Hierarchy{Levels: levels, Prior: 1.1, Forward: forward}
			// Two rows, and signs that differ: second moments are those of a normal.
			b, err := h.Bound(background, g, []float64{x, x}, exactly)
			require.NoError(t, err)

			p := begin(0, 1.1)
			last := levels[steps]
			for k, s := range levels[1:] {
				r := levels[k]
				scale := r.Alpha / s.Alpha
				beta := r.Sigma*r.Sigma - scale*scale*s.Sigma*s.Sigma
				w := beta * s.Sigma * s.Sigma / (r.Sigma * r.Sigma)
				gain := r.Alpha * v / (r.Alpha*r.Alpha*v + r.Sigma*r.Sigma) // D = μ + gain (x − αμ)
				weight := s.Alpha * beta / (r.Sigma * r.Sigma)
				a := scale*s.Sigma*s.Sigma/(r.Sigma*r.Sigma) + weight*gain
				if forward {
					w = beta
				}
				p = p.step(a, weight*(1-gain*r.Alpha)*mu, w)
			}
			p = p.step(1/last.Alpha, 0, last.Rho()*last.Rho())
			// q's latents, given x, from the least noisy on: cov(x_t, x_s) = (α_t/α_s) σ_s².
			n := steps + 1
			mean, cov := make([]float64, n), mat.NewSymDense(n, nil)
			for i := range n {
				mean[i] = levels[i].Alpha * x
				for j := i; j < n; j++ {
					cov.SetSym(i, j, levels[i].Alpha/levels[j].Alpha*levels[j].Sigma*levels[j].Sigma)
				}
			}
			q, err := divergence.NewGaussian(mean, cov)
			require.NoError(t, err)
			gap, err := divergence.KL(q, p.given(t, x))
			require.NoError(t, err)
			end := distuv.Normal{Mu: p.mean[n], Sigma: math.Sqrt(p.cov.At(n, n))}
			require.InDelta(t, -end.LogProb(x)+gap, b.Total.Value, 1e-9*(1+b.Total.Value))
			require.Positive(t, gap)
			if !forward {
				gaps = append(gaps, gap)
			}
		}
	}
	// What many steps leave is the prior's and the last decoder's.
	require.IsDecreasing(t, gaps)
}

// For the true denoiser of a mixture the continuous bound is the likelihood of every row,
// and so is the flow's: what the prior and the last decoder err by is of order α_T² and
// ρ_0². Six standard errors: false alarm 2e-9.
func TestContinuousBoundIsTheLikelihood(t *testing.T) {
	const repeats = 4000
	m, err := score.NewMixture([]float64{0.3, 0.7}, []*score.Gaussian{isotropic(t, -1, 0.5, 0.1), isotropic(t, 0.8, -0.2, 0.3)})
	require.NoError(t, err)
	p := sde.EDM{SigmaMin: 0.01, SigmaMax: 1000}
	from, to := p.At(1000), p.At(0.01)
	for _, row := range [][]float64{{-0.9, 0.4}, {0.2, 0}, {1.5, -1}} {
		var x []float64
		for range repeats {
			x = append(x, row...)
		}
		log := make([]float64, 1)
		require.NoError(t, m.LogDensity(log, row, sde.Level{Alpha: 1}))
		b, err := variational.Continuous{From: from, To: to}.Bound(background, m, x, matching.Config{Seed: 4})
		require.NoError(t, err)
		require.InDelta(t, -log[0], b.Total.Value, 6*b.Total.Error+2e-3)
		require.Less(t, b.Total.Error, 0.05)
		require.InDelta(t, b.Total.Value, b.Prior+floats.Sum(b.Steps)+b.Decoder, 1e-10)
		l, err := flow.LogLikelihood(background, p, m, row, flow.Config{Solve: ode.Config{RTol: 1e-7, ATol: 1e-7}})
		require.NoError(t, err)
		require.InDelta(t, log[0], l.LogDensity[0], 2e-3)
	}
}

func isotropic(t testing.TB, x, y, v float64) *score.Gaussian {
	g, err := score.NewIsotropic([]float64{x, y}, v)
	require.NoError(t, err)
	return g
}

// For one Gaussian everything is closed: ∫ E|ε − ε̂|² dλ with E|x − D|² = (1−αg)²(x−μ)² +
// g²σ², by the same quadrature over exact values, and any steps of a hierarchy lie above
// by first order.
func TestContinuousIsTheLimit(t *testing.T) {
	const v, x = 0.6, 1.1
	g, err := score.NewIsotropic([]float64{0}, v)
	require.NoError(t, err)
	at := func(lambda float64) sde.Level {
		snr := math.Exp(2 * lambda)
		return sde.Level{Alpha: math.Sqrt(snr / (1 + snr)), Sigma: math.Sqrt(1 / (1 + snr))}
	}
	want := quad.Fixed(func(lambda float64) float64 {
		l := at(lambda)
		gain := l.Alpha * v / (l.Alpha*l.Alpha*v + l.Sigma*l.Sigma)
		miss := (1 - l.Alpha*gain) * x
		return (miss*miss + gain*gain*l.Sigma*l.Sigma) / (l.Rho() * l.Rho())
	}, -4, 5, 200, nil, 0)
	nodes := 0
	c := variational.Continuous{From: at(-4), To: at(5), Progress: func(done, total int) { nodes = done; require.Equal(t, 64, total) }}
	limit, err := c.Bound(background, g, []float64{x, x}, exactly)
	require.NoError(t, err)
	require.InDelta(t, want, floats.Sum(limit.Steps), 1e-10)
	require.Len(t, limit.Steps, 64)
	require.Equal(t, 64, nodes)
	require.InDelta(t, 0.5*math.Log(2*math.Pi*v)+x*x/(2*v), limit.Total.Value, 2e-3)
	var excess []float64
	for _, steps := range []int{250, 500, 1000} {
		levels := make([]sde.Level, steps+1)
		for i := range levels {
			levels[i] = at(-4 + 9*float64(i)/float64(steps))
		}
		b, err := variational.Hierarchy{Levels: levels, Progress: func(done, _ int) { nodes = done }}.Bound(background, g, []float64{x, x}, exactly)
		require.NoError(t, err)
		require.Equal(t, steps, nodes)
		excess = append(excess, b.Total.Value-limit.Total.Value)
	}
	require.Greater(t, excess[2], 0.0)
	require.InDelta(t, 1, math.Log2(excess[1]/excess[2]), 0.05)
}

// Whatever the steps, the process, the decoder and the model, the bound of data is above
// its entropy, by six standard errors of what it is above: false alarm 1e-9 a case.
func TestBoundIsAlwaysBelow(t *testing.T) {
	const rows = 400
	cases := 60
	if testing.Short() {
		cases = 6
	}
	for i := range cases {
		r := rand.New(rand.NewPCG(uint64(i), 9))
		dim := 1 + r.IntN(4)
		parts, weights := make([]*score.Gaussian, 1+r.IntN(4)), []float64(nil)
		for k := range parts {
			mean := make([]float64, dim)
			for j := range mean {
				mean[j] = 2 * r.NormFloat64()
			}
			g, err := score.NewIsotropic(mean, math.Exp(r.NormFloat64()-1))
			require.NoError(t, err)
			parts[k], weights = g, append(weights, 0.1+r.Float64())
		}
		m, err := score.NewMixture(weights, parts)
		require.NoError(t, err)
		var model score.Model = m
		if r.IntN(2) == 0 { // a wrong one
			model, err = m.Gaussian()
			require.NoError(t, err)
		}
		x := m.Sample(rows, uint64(i))
		entropy := make([]float64, rows)
		require.NoError(t, m.LogDensity(entropy, x, sde.Level{Alpha: 1}))
		p := sde.Catalogue[r.IntN(len(sde.Catalogue))].Process
		cutoff, end := p.Horizon()
		if p.At(end).Alpha == 0 {
			end = p.TimeOf(-5)
		}
		levels := []sde.Level{p.At(end)}
		steps := 1 + r.IntN(30)
		power := 1 + 2*r.Float64()
		for k := 1; k <= steps; k++ {
			levels = append(levels, p.At(cutoff+(end-cutoff)*math.Pow(1-float64(k)/float64(steps), power)))
		}
		above := func(b variational.Terms, err error) {
			require.NoError(t, err)
			over := make([]float64, rows)
			floats.AddTo(over, b.Rows, entropy)
			mean, sd := stat.MeanStdDev(over, nil)
			require.Greater(t, mean, -6*sd/math.Sqrt(rows), "case %d", i)
		}
		above(variational.Hierarchy{Levels: levels, Forward: r.IntN(2) == 0}.Bound(background, model, x, matching.Config{Seed: 1}))
		above(variational.Continuous{From: levels[0], To: levels[steps]}.Bound(background, model, x, matching.Config{Seed: 2}))
	}
}

// The bound of the true denoiser is the likelihood.
func ExampleContinuous() {
	g, _ := score.NewIsotropic([]float64{0}, 1)
	c := variational.Continuous{From: sde.Level{Alpha: 1, Sigma: 1000}, To: sde.Level{Alpha: 1, Sigma: 0.001}}
	b, err := c.Bound(background, g, []float64{0.5, 0.5}, exactly)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f %.4f\n", b.Total.Value, 0.5*math.Log(2*math.Pi)+0.125)
	// Output: 1.0439 1.0439
}
