package sampler_test

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// The steps in phase space as the source writes them, with M = ¼, Γ = 1, β = 4 and
// velocities in their own units, from one lifted state over two steps.
func TestPhaseFormulas(t *testing.T) {
	const mass, friction, beta = 0.25, 1.0, 4.0
	p := process(t, "cld").(sde.CLD)
	times := []float64{0.5, 0.42, 0.3}
	g, err := sampler.NewGrid(p, times, false)
	require.NoError(t, err)
	run := func(r sampler.Rule) float64 {
		x := []float64{startAt}
		_, err := sampler.Sample(context.Background(), x, sampler.Config{Process: p, Model: modelFunc{1, bend.f}, Rule: r, Grid: g, Start: []float64{startAt}, Source: constant(kick)})
		require.NoError(t, err)
		return x[0]
	}
	// scoreV is ∇_v log p(x, v) for the velocity in its own units, v = √M ṽ, by a dense inverse.
	dense := func(t float64) (sigma *mat.Dense, a []float64) {
		k := p.Kernel(t)
		r := math.Sqrt(mass)
		return mat.NewDense(2, 2, []float64{k.XX, r * k.XV, r * k.XV, mass * k.VV}), []float64{k.A[0], r * k.A[1]}
	}
	denoised := func(x, v, at float64) float64 {
		sigma, a := dense(at)
		var inv mat.Dense
		require.NoError(t, inv.Inverse(sigma))
		num := a[0]*(inv.At(0, 0)*x+inv.At(0, 1)*v) + a[1]*(inv.At(1, 0)*x+inv.At(1, 1)*v)
		j := a[0]*(inv.At(0, 0)*a[0]+inv.At(0, 1)*a[1]) + a[1]*(inv.At(1, 0)*a[0]+inv.At(1, 1)*a[1])
		return bend.f(num/j, 0, sde.Level{Alpha: 1, Sigma: 1 / math.Sqrt(j)})
	}
	scoreV := func(x, v, at float64) float64 {
		sigma, a := dense(at)
		var inv mat.Dense
		require.NoError(t, inv.Inverse(sigma))
		d := denoised(x, v, at)
		return inv.At(1, 0)*(a[0]*d-x) + inv.At(1, 1)*(a[1]*d-v)
	}
	seen := func(x, v, t float64) float64 {
		k := p.Kernel(t)
		wx, wv := k.Observe()
		return wx*x + wv*v/math.Sqrt(mass)
	}
	k := p.Kernel(0.5)
	ex, ev := k.Hidden()
	x0, v0 := k.A[0]*startAt+ex*kick, math.Sqrt(mass)*(k.A[1]*startAt+ev*kick)

	x, v := x0, v0
	for i := range 2 {
		h := times[i] - times[i+1]
		s := scoreV(x, v, times[i])
		x, v = x-beta*h*v/mass, v+beta*h*(x+friction*v/mass+2*friction*s)+math.Sqrt(2*friction*beta*h)*kick
	}
	require.InDelta(t, seen(x, v, 0.3), run(sampler.PhaseEuler{}), 1e-11)

	for _, twice := range []bool{false, true} {
		x, v = x0, v0
		half := func(h float64) {
			m, l := p.Damping(h)
			r := math.Sqrt(mass)
			a, b := x, -v/r
			x = m[0][0]*a + m[0][1]*b + l[0]*kick
			v = -r * (m[1][0]*a + m[1][1]*b + (l[1]+l[2])*kick)
		}
		for i := range 2 {
			h := times[i] - times[i+1]
			mid := times[i] - h/2
			half(h / 2)
			slope := func(v float64) float64 { return 2 * friction * beta * (scoreV(x, v, mid) + v/mass) }
			if twice {
				v += h * slope(v+h/2*slope(v))
			} else {
				v += h * slope(v)
			}
			half(h / 2)
		}
		require.InDelta(t, seen(x, v, 0.3), run(sampler.SSCS{Twice: twice}), 1e-11)
	}

	// gDDIM in the noise form: R' = (F + ½ G Gᵀ Σ⁻¹) R by small steps from the root
	// of Σ, u_s = Ψ u_t + ∫ ½ Ψ G Gᵀ R⁻ᵀ ε dτ with Ψ that of F.
	x, v = x0, v0/math.Sqrt(mass)
	for i := range 2 {
		x, v = gddimByHand(t, p, x, v, times[i], times[i+1])
	}
	require.InDelta(t, seen(x, math.Sqrt(mass)*v, 0.3), run(sampler.GDDIM{}), 1e-9)
}

func gddimByHand(t testing.TB, p sde.CLD, x, v, from, to float64) (float64, float64) {
	t.Helper()
	drift := func(t float64, y []float64) []float64 { // columns of R, then u − its noise part
		k := p.Kernel(t)
		sigma := mat.NewDense(2, 2, []float64{k.XX, k.XV, k.XV, k.VV})
		var inv mat.Dense
		if err := inv.Inverse(sigma); err != nil {
			panic(err)
		}
		R := p.Rate
		out := make([]float64, len(y))
		for c := 0; c < 4; c += 2 {
			out[c] = R * y[c+1]
			out[c+1] = -R*y[c] - 2*R*y[c+1] + 2*R*(inv.At(1, 0)*y[c]+inv.At(1, 1)*y[c+1])
		}
		// R⁻ᵀ ε = Σ⁻¹ R ε.
		re0, re1 := y[0]*y[6]+y[2]*y[7], y[1]*y[6]+y[3]*y[7]
		out[4] = R * y[5]
		out[5] = -R*y[4] - 2*R*y[5] + 2*R*(inv.At(1, 0)*re0+inv.At(1, 1)*re1)
		return out
	}
	k := p.Kernel(from)
	l11 := math.Sqrt(k.XX)
	l21 := k.XV / l11
	l22 := math.Sqrt(k.VV - l21*l21)
	wx, wv := k.Observe()
	d := bend.f(wx*x+wv*v, 0, k.Level())
	n0, n1 := x-k.A[0]*d, v-k.A[1]*d
	e0 := n0 / l11
	y := []float64{l11, l21, 0, l22, x, v, e0, (n1 - l21*e0) / l22}
	const steps = 400 // of order 4: h⁴ of (8·0.12/400)⁴ = 3e-11
	h := (to - from) / steps
	at := func(s []float64, c float64, y []float64) []float64 {
		o := append([]float64(nil), y...)
		for i := range s {
			o[i] += c * s[i]
		}
		return o
	}
	for i := range steps {
		u := from + float64(i)*h
		a := drift(u, y)
		b := drift(u+h/2, at(a, h/2, y))
		c := drift(u+h/2, at(b, h/2, y))
		e := drift(u+h, at(c, h, y))
		for j := range y {
			y[j] += h / 6 * (a[j] + 2*b[j] + 2*c[j] + e[j])
		}
	}
	return y[4], y[5]
}

// Rules in phase space want positions and velocities; all others take the process
// by what these tell of the data.
func TestPhaseNeedsVelocities(t *testing.T) {
	vp, cld := process(t, "vp"), process(t, "cld")
	for _, e := range sampler.Phase {
		_, err := sampler.Sample(context.Background(), make([]float64, 3), sampler.Config{Process: vp, Model: bend, Rule: e.Rule, Grid: grid(t, vp, sampler.UniformTime{}, 3, true)})
		require.ErrorIs(t, err, sampler.ErrRule, e.Name)
		require.ErrorContains(t, err, "sde.CLD")
	}
	for _, e := range sampler.Catalogue {
		require.NotPanics(t, func() { draw(t, bend, cld, e.Rule, grid(t, cld, sampler.Karras{}, 5, true), 2) })
	}
	_, err := sampler.Sample(context.Background(), make([]float64, 3), sampler.Config{Process: cld, Model: bend, Rule: sampler.GDDIM{Order: 4}, Grid: grid(t, cld, sampler.UniformTime{}, 3, true)})
	require.ErrorIs(t, err, sampler.ErrRule)
}

// jumping maps levels to levels in some way, without memory of its own.
type jumping struct{ modelFunc }

func (m jumping) FlowMap(dst, x []float64, from, to sde.Level) error {
	for i, v := range x {
		dst[i] = to.Alpha*m.f(v, i%m.dim, from) + to.Sigma*v
	}
	return nil
}

// What holds for the catalogue holds for the rules outside it: the same bits for any
// workers and batch, evaluations as predicted, no allocation in a step.
func TestRulesOutsideTheCatalogue(t *testing.T) {
	for _, e := range append(append([]sampler.Entry(nil), sampler.Distilled...), sampler.Phase...) {
		p, m := process(t, "cld"), jumping{bend}
		const rows = 400
		c := sampler.Config{Process: p, Model: m, Rule: e.Rule, Seed: 11, Workers: 1, Grid: grid(t, p, sampler.UniformLambda{}, 5, true)}
		want := make([]float64, rows*3)
		stats, err := sampler.Sample(context.Background(), want, c)
		require.NoError(t, err)
		require.Equal(t, c.Grid.Evaluations(e.Rule.Cost()), stats.NFE, e.Name)
		c.Workers = 3
		got := make([]float64, rows*3)
		_, err = sampler.Sample(context.Background(), got, c)
		require.NoError(t, err)
		require.Equal(t, want, got, e.Name)
		c.FirstRow = 201
		_, err = sampler.Sample(context.Background(), got[:3], c)
		require.NoError(t, err)
		require.Equal(t, want[3*201:3*202], got[:3], e.Name)

		calls := counter{bend, new(atomic.Int64)}
		if e.Order > 0 {
			c.Model = calls
			stats, err = sampler.Sample(context.Background(), got[:3], c)
			require.NoError(t, err)
			require.EqualValues(t, calls.calls.Load(), stats.NFE, e.Name)
		}
		c.Model, c.Workers = m, 1
		allocs := func(steps int) float64 {
			c.Grid = grid(t, p, sampler.UniformLambda{}, steps, true)
			return testing.AllocsPerRun(5, func() {
				if _, err := sampler.Sample(context.Background(), got[:300], c); err != nil {
					panic(err)
				}
			})
		}
		require.Equal(t, allocs(10), allocs(30), e.Name)
	}
}

// Where the data is one point gDDIM is exact in one step: what it makes of the two
// random numbers of u = (x, v), one of which x_0 + ρ_t ε is made of, is ρ_s in all.
func ExampleGDDIM() {
	process, _ := sde.ByName("cld")
	point, _ := score.NewGaussian([]float64{3}, mat.NewSymDense(1, []float64{0}))
	grid, _ := sampler.NewGrid(process, []float64{0.6, 0.2}, false)
	step := func(start, hidden float64) float64 {
		x := make([]float64, 1)
		c := sampler.Config{Process: process, Model: point, Rule: sampler.GDDIM{}, Grid: grid, Start: []float64{start}, Source: constant(hidden)}
		if _, err := sampler.Sample(context.Background(), x, c); err != nil {
			fmt.Println(err)
		}
		return x[0]
	}
	seen := step(3+process.At(0.6).Sigma, 0) - step(3, 0)
	hidden := step(3, 1) - step(3, 0)
	fmt.Printf("%.4f, want %.4f\n", math.Hypot(seen, hidden), process.At(0.2).Sigma)
	// Output: 1.1581, want 1.1581
}
