package flow_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/sde"
)

func normals(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func gaussian(t testing.TB, seed uint64, dim int) *score.Gaussian {
	var cov mat.SymDense
	cov.SymOuterK(1/float64(dim), mat.NewDense(dim, dim+2, normals(seed, dim*(dim+2))))
	g, err := score.NewGaussian(normals(seed+1, dim), &cov)
	require.NoError(t, err)
	return g
}

func mixture(t testing.TB, dim int) *score.Mixture {
	m, err := score.NewMixture([]float64{0.5, 0.2, 0.3}, []*score.Gaussian{gaussian(t, 1, dim), gaussian(t, 3, dim), gaussian(t, 5, dim)})
	require.NoError(t, err)
	return m
}

// plain hides every ability of a model but the denoiser.
type plain struct{ score.Model }

// directional leaves the directional derivative.
type directional struct {
	score.Model
	score.JVP
}

// For a Gaussian in its axes, x_t = α_t μ + √(v_t/v_s) (x_s − α_s μ) with
// v = α²S + σ² solves the flow: its time derivative is the field.
func TestFieldOfAGaussian(t *testing.T) {
	mean, variance := []float64{1, -2}, []float64{4, 0.01}
	m, err := score.NewGaussian(mean, mat.NewSymDense(2, []float64{4, 0, 0, 0.01}))
	require.NoError(t, err)
	for _, e := range sde.Catalogue {
		field := flow.Field(e.Process, m)
		cutoff, end := e.Process.Horizon()
		for _, u := range []float64{0.2, 0.5, 0.8} {
			at := cutoff + u*(end-cutoff)
			path := func(time float64, j int) float64 {
				l, start := e.Process.At(time), e.Process.At(at)
				v := func(l sde.Level) float64 { return l.Alpha*l.Alpha*variance[j] + l.Sigma*l.Sigma }
				return l.Alpha*mean[j] + math.Sqrt(v(l)/v(start))*1.5
			}
			x, got := []float64{path(at, 0), path(at, 1)}, make([]float64, 2)
			require.NoError(t, field(got, at, x))
			for j := range x {
				h := 1e-3 * (end - cutoff)
				slope := func(h float64) float64 { return (path(at+h, j) - path(at-h, j)) / (2 * h) }
				want := (4*slope(h/2) - slope(h)) / 3
				require.InDelta(t, want, got[j], 1e-7*(1+math.Abs(want)), "%s t=%v", e.Name, at)
			}
		}
	}
}

// ∇·v by central differences of the field itself.
func TestDivergence(t *testing.T) {
	const dim, rows = 3, 6
	m := mixture(t, dim)
	trace, err := flow.Exact(m)
	require.NoError(t, err)
	x := normals(8, rows*dim)
	got := make([]float64, rows)
	for _, e := range sde.Catalogue {
		field := flow.Field(e.Process, m)
		cutoff, end := e.Process.Horizon()
		at := e.Process.TimeOf(-0.2)
		require.True(t, cutoff < at && at < end)
		require.NoError(t, flow.Divergence(got, e.Process, trace, dim, x, at, 0))
		for i := range rows {
			var want, size float64
			for j := range dim {
				slope := func(h float64) float64 {
					p, q := append([]float64(nil), x[i*dim:][:dim]...), append([]float64(nil), x[i*dim:][:dim]...)
					p[j] += h
					q[j] -= h
					a, b := make([]float64, dim), make([]float64, dim)
					require.NoError(t, field(a, at, p))
					require.NoError(t, field(b, at, q))
					return (a[j] - b[j]) / (2 * h)
				}
				d := (4*slope(0.5e-3) - slope(1e-3)) / 3
				want += d
				size += math.Abs(d)
			}
			require.InDelta(t, want, got[i], 1e-8*(1+size), e.Name)
		}
	}
}

// The three ways to an exact trace and the refusal.
func TestExact(t *testing.T) {
	const dim, rows = 3, 10
	m := mixture(t, dim)
	x, a, b := normals(8, rows*dim), make([]float64, rows), make([]float64, rows)
	own, err := flow.Exact(m)
	require.NoError(t, err)
	axes, err := flow.Exact(directional{plain{m}, m})
	require.NoError(t, err)
	for _, at := range []sde.Level{{Alpha: 0.9, Sigma: 0.4}, {Alpha: 0.2, Sigma: 1}} {
		require.NoError(t, own.TraceRows(a, x, at, 0))
		require.NoError(t, axes.TraceRows(b, x, at, 5))
		require.True(t, floats.EqualApprox(a, b, 1e-13))
	}
	_, err = flow.Exact(plain{m})
	require.ErrorIs(t, err, flow.ErrNoTrace)
}

// The estimates of 20 000 seeds have the trace as their mean, within 6 standard
// errors (false alarm 2e-9 a level), by derivatives and by differences, and the
// variance 2 Σ_{i≠j} J_ij² of the formula.
func TestHutchinsonIsUnbiased(t *testing.T) {
	const dim, n = 3, 20_000
	m := mixture(t, dim)
	x := normals(9, dim)
	for _, at := range []sde.Level{{Alpha: 0.9, Sigma: 0.4}, {Alpha: 0.2, Sigma: 1}} {
		var want [1]float64
		require.NoError(t, m.TraceDenoise(want[:], x, at))
		var variance float64
		for i := range dim {
			axis, column := make([]float64, dim), make([]float64, dim)
			axis[i] = 1
			require.NoError(t, m.JVPDenoise(column, x, axis, at))
			for j, v := range column {
				if j != i {
					variance += 2 * v * v
				}
			}
		}
		for name, model := range map[string]score.Model{"derivative": m, "difference": plain{m}} {
			h := &flow.Hutchinson{Model: model, Seed: 7}
			many := make([]float64, n)
			rows := make([]float64, 0, n*dim)
			for range n {
				rows = append(rows, x...)
			}
			require.NoError(t, h.TraceRows(many, rows, at, 0))
			mean, sd := stat.MeanStdDev(many, nil)
			require.InDelta(t, want[0], mean, 6*sd/math.Sqrt(n)+1e-7, name)
			// The estimate takes four values at most; its squared deviation has a
			// relative standard error below 2/√n.
			require.InEpsilon(t, variance, sd*sd, 12/math.Sqrt(n), name)
		}
	}
}

// A diagonal Jacobian is traced exactly by any probe; a probe belongs to its row.
func TestHutchinsonProbes(t *testing.T) {
	const dim = 5
	cov := mat.NewSymDense(dim, nil)
	for i := range dim {
		cov.SetSym(i, i, float64(i))
	}
	g, err := score.NewGaussian(normals(1, dim), cov)
	require.NoError(t, err)
	at := sde.Level{Alpha: 0.6, Sigma: 0.8}
	var want, got [1]float64
	require.NoError(t, g.TraceDenoise(want[:], make([]float64, dim), at))
	require.NoError(t, (&flow.Hutchinson{Model: g, Seed: 3}).TraceRows(got[:], normals(2, dim), at, 11))
	require.InDelta(t, want[0], got[0], 1e-13)

	m := mixture(t, dim)
	h := &flow.Hutchinson{Model: m, Seed: 3, Probes: 2}
	x, all := normals(4, 100*dim), make([]float64, 100)
	require.NoError(t, h.TraceRows(all, x, at, 0))
	for _, i := range []int{0, 1, 63, 64, 99} {
		require.NoError(t, h.TraceRows(got[:], x[i*dim:][:dim], at, uint64(i)))
		require.Equal(t, all[i], got[0])
	}
}

func ExampleHutchinson() {
	// Data N(0, I) in two dimensions at α = σ: J = I/(2α), trace 1/α.
	g, err := score.NewIsotropic([]float64{0, 0}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	trace := make([]float64, 1)
	h := &flow.Hutchinson{Model: g, Seed: 1}
	if err := h.TraceRows(trace, []float64{3, 4}, sde.Level{Alpha: 0.5, Sigma: 0.5}, 0); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(trace[0])
	// Output: 2
}

func ExampleField() {
	// Under rectified flow, data all at 3: dx/dt = ε − x_0, with x = ½·3 + ½·ε.
	m, err := score.NewIsotropic([]float64{3}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	v := make([]float64, 1)
	if err := flow.Field(sde.RectifiedFlow{}, m)(v, 0.5, []float64{1}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f\n", v[0]) // ε = −1
	// Output: -4.0
}
