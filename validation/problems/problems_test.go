package problems

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/validation/problems/internal/dd"
	"github.com/ito-sde/ito/validation/problems/internal/system"
)

const eps = 0x1p-53

// each runs a test for all problems.
func each(t *testing.T, f func(t *testing.T, p Problem)) {
	for _, p := range Catalogue {
		t.Run(p.Name, func(t *testing.T) { f(t, p) })
	}
}

// sources are the problems as texts, which the references come from.
var sources = func() map[string]*system.System {
	m := map[string]*system.System{}
	for _, r := range system.Recipes() {
		s, err := system.Parse(r.Text)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", r.Name, err))
		}
		m[r.Name] = s
	}
	return m
}()

// states lists times and states: the first, the last and some between them, a
// tenth off.
func states(p Problem) (times []float64, list [][]float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	times, list = []float64{p.T0, p.T1}, [][]float64{p.Y0, p.Reference}
	for range 5 {
		w := rng.Float64()
		y := make([]float64, len(p.Y0))
		for i := range y {
			y[i] = ((1-w)*p.Y0[i] + w*p.Reference[i]) * (0.9 + 0.2*rng.Float64())
		}
		times, list = append(times, p.T0+w*(p.T1-p.T0)), append(list, y)
	}
	return times, list
}

func doubled(y []float64) []dd.Real {
	d := make([]dd.Real, len(y))
	for i := range y {
		d[i] = dd.From(y[i])
	}
	return d
}

func TestComplete(t *testing.T) {
	seen := map[string]bool{}
	each(t, func(t *testing.T, p Problem) {
		n := len(p.Y0)
		require.False(t, seen[p.Name], "the name is taken")
		seen[p.Name] = true
		require.Regexp(t, `\(\d{4}\)`, p.Doc, "the source with its year")
		require.Len(t, p.Reference, n)
		require.Greater(t, p.T1, p.T0)
		require.Greater(t, p.AbsScale, 0.0)
		require.NotNil(t, p.Jacobian)
		require.Zero(t, p.Error(p.Reference))
		q, ok := ByName(p.Name)
		require.True(t, ok)
		require.Equal(t, p.Doc, q.Doc)

		s := sources[p.Name]
		require.NotNil(t, s, "no text to compute a reference from")
		require.Equal(t, n, s.Dim())
		require.InEpsilon(t, s.T.Hi, p.T1, 2*eps)
		for i, v := range s.Y0 {
			require.InDelta(t, v.Hi, p.Y0[i], 8*eps*(1+math.Abs(v.Hi)), "Y0[%d]", i)
		}
	})
	_, ok := ByName("nothing")
	require.False(t, ok)
}

// terms returns Σ_j |∂f_i/∂y_j y_j| + |∂f_i/∂t t|, the size of what f_i is summed
// from: its rounding is some multiples of eps times that.
func terms(p Problem, t float64, y []float64) []float64 {
	n := len(y)
	list := make([]float64, n)
	s, z := sources[p.Name], doubled(y)
	s.Jacobian(dd.From(t), z, func(i, j int, v float64) { list[i] += math.Abs(v * y[j]) })
	const shift = 0x1p-30
	a, b := make([]dd.Real, n), make([]dd.Real, n)
	s.Eval(a, dd.From(t), z)
	s.Eval(b, dd.From(t).Scale(1+shift), z)
	for i := range list {
		list[i] += math.Abs(a[i].Hi) + math.Abs(a[i].Sub(b[i]).Hi)/shift
	}
	return list
}

// TestField compares f with its text, to rounding.
func TestField(t *testing.T) {
	each(t, func(t *testing.T, p Problem) {
		n := len(p.Y0)
		times, list := states(p)
		for k, y := range list {
			got, want := make([]float64, n), make([]dd.Real, n)
			require.NoError(t, p.F(got, times[k], y))
			sources[p.Name].Eval(want, dd.From(times[k]), doubled(y))
			for i, size := range terms(p, times[k], y) {
				require.InDelta(t, want[i].Hi, got[i], 50*eps*size, "f_%d at t = %v, y = %v", i, times[k], y)
			}
		}
	})
}

func TestFieldAllocatesNothing(t *testing.T) {
	each(t, func(t *testing.T, p Problem) {
		dst := make([]float64, len(p.Y0))
		require.Zero(t, testing.AllocsPerRun(10, func() {
			if err := p.F(dst, p.T0, p.Y0); err != nil {
				panic(err)
			}
		}))
	})
}

// TestJacobian compares with the derivatives of the text, to rounding, and with
// differences of F, and checks that entries are within the bands, each set once
// and none left out.
func TestJacobian(t *testing.T) {
	each(t, func(t *testing.T, p Problem) {
		n := len(p.Y0)
		times, list := states(p)
		for k, y := range list {
			got := map[[2]int]float64{}
			p.Jacobian(func(i, j int, v float64) {
				e := [2]int{i, j}
				if _, ok := got[e]; ok || i-j > p.Lower || j-i > p.Upper {
					require.Fail(t, "set twice or outside of the bands", "%v", e)
				}
				got[e] = v
			}, times[k], y)
			// The rounding of an entry is told by how it changes with t and y.
			const shift = 0x1p-30
			size := make([]float64, n)
			want := derivatives(p, times[k], y, 1)
			moved := [2]map[[2]int]float64{derivatives(p, times[k]*(1+shift), y, 1), derivatives(p, times[k], y, 1+shift)}
			for e, v := range want {
				change := math.Abs(moved[0][e]-v) + math.Abs(moved[1][e]-v)
				size[e[0]] = math.Max(size[e[0]], math.Abs(v)+change/shift)
			}
			for e, v := range want {
				if !(math.Abs(got[e]-v) <= 50*eps*size[e[0]]) {
					require.InDelta(t, v, got[e], 50*eps*size[e[0]], "entry %v at t = %v, y = %v", e, times[k], y)
				}
				delete(got, e)
			}
			for e, v := range got { // a sum of terms of the text that cancel
				require.InDelta(t, 0, v, 50*eps*size[e[0]], "entry %v at t = %v, y = %v", e, times[k], y)
			}
		}
		pattern := jacobian.Banded(n, p.Lower, p.Upper)
		f0, m := make([]float64, n), pattern.New()
		t1, y := times[2], list[2]
		require.NoError(t, p.F(f0, t1, y))
		require.NoError(t, jacobian.NewDifferences(pattern, p.F, p.AbsScale).Eval(m, t1, y, f0))
		// A difference over a small share h of max(|y|, AbsScale) is off by the
		// rounding of f_i over h and by h times a second derivative.
		row, rounding := make([]float64, n), make([]float64, n)
		z := make([]float64, n)
		for i := range z {
			z[i] = math.Abs(y[i]) + p.AbsScale
		}
		p.Jacobian(func(i, j int, v float64) { row[i] += math.Abs(v) }, t1, z)
		p.Jacobian(func(i, j int, v float64) {
			row[i] += math.Abs(v)
			rounding[i] += math.Abs(v * y[j])
		}, t1, y)
		p.Jacobian(func(i, j int, v float64) {
			require.InDelta(t, v, m.At(i, j), 1e-4*(row[i]+rounding[i]/z[j]), "entry (%d, %d)", i, j)
		}, t1, y)
	})
}

// derivatives are the entries of ∂f/∂y of the text at (t, scale·y).
func derivatives(p Problem, t float64, y []float64, scale float64) map[[2]int]float64 {
	z := doubled(y)
	for i := range z {
		z[i] = z[i].Scale(scale)
	}
	m := map[[2]int]float64{}
	sources[p.Name].Jacobian(dd.From(t), z, func(i, j int, v float64) { m[[2]int{i, j}] = v })
	return m
}

// TestInvariants checks that they are the same at both ends, to rounding, and
// that their derivative along f is zero beside their slope times f, to the error
// of differences of fourth order.
func TestInvariants(t *testing.T) {
	each(t, func(t *testing.T, p Problem) {
		n := len(p.Y0)
		times, list := states(p)
		for k, invariant := range p.Invariants {
			begin := invariant(p.Y0)
			require.InDelta(t, begin, invariant(p.Reference), 1e-13*math.Max(1, math.Abs(begin)), "invariant %d", k)
			for m, y := range list[1:] {
				f := make([]float64, n)
				require.NoError(t, p.F(f, times[m+1], y))
				sum, slope, rounding := 0.0, 0.0, 0.0
				parts := terms(p, times[m+1], y)
				z := append([]float64(nil), y...)
				for i := range y {
					h := 1e-3 * math.Max(math.Abs(y[i]), 1e-3)
					at := func(d float64) float64 { z[i] = y[i] + d; v := invariant(z); z[i] = y[i]; return v }
					g := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
					sum += g * f[i]
					slope += math.Abs(g)
					rounding += 50 * eps * math.Abs(g) * parts[i]
				}
				require.InDelta(t, 0, sum, 1e-9*slope*size(f)+rounding, "invariant %d at y = %v", k, y)
			}
		}
	})
}

// TestExact checks closed forms: they begin at Y0, end at Reference and satisfy
// the equation.
func TestExact(t *testing.T) {
	each(t, func(t *testing.T, p Problem) {
		if p.Exact == nil {
			t.Skip("no closed form")
		}
		n := len(p.Y0)
		y, f := make([]float64, n), make([]float64, n)
		p.Exact(y, p.T0)
		require.InDeltaSlice(t, p.Y0, y, 1e-14*(1+size(p.Y0)))
		p.Exact(y, p.T1)
		// The time is rounded, which moves the state by f t eps.
		require.NoError(t, p.F(f, p.T1, y))
		require.InDeltaSlice(t, p.Reference, y, 1e-14*(1+size(y)+size(f)*p.T1), "at T1")
		for k := 0.5; k < 20; k++ { // between the breaks
			at := p.T0 + k/20*(p.T1-p.T0)
			p.Exact(y, at)
			fastest := 10.
			for _, v := range derivatives(p, at, y, 1) {
				fastest = math.Max(fastest, math.Abs(v))
			}
			h := 1e-2 / fastest
			slope := make([]float64, n)
			for _, w := range [][2]float64{{-2, 1. / 12}, {-1, -8. / 12}, {1, 8. / 12}, {2, -1. / 12}} {
				p.Exact(y, at+w[0]*h)
				for i := range y {
					slope[i] += w[1] / h * y[i]
				}
			}
			p.Exact(y, at)
			require.NoError(t, p.F(f, at, y))
			require.InDeltaSlice(t, f, slope, 1e-7*(1+size(f))+10*eps*(size(y)+at*size(f))/h, "derivative at %v", at)
		}
	})
}

func size(y []float64) float64 {
	m := 0.0
	for _, v := range y {
		m = math.Max(m, math.Abs(v))
	}
	return m
}

// TestLinearisation checks that implicit methods take it, that its matrices are
// those of the problem and its text, and that a call allocates nothing.
func TestLinearisation(t *testing.T) {
	each(t, func(t *testing.T, p Problem) {
		n := len(p.Y0)
		l := p.Linearisation()
		linear, err := integrators.NewLinear(p.F, n, l)
		require.NoError(t, err)
		require.NoError(t, linear.Linearise(p.T0, p.Y0, nil))
		for e, v := range derivatives(p, p.T0, p.Y0, 1) {
			require.InDelta(t, v, linear.J.At(e[0], e[1]), 1e-13*(1+math.Abs(v)), "entry %v", e)
		}
		require.Zero(t, testing.AllocsPerRun(10, func() {
			if err := linear.Linearise(p.T0, p.Y0, nil); err != nil {
				panic(err)
			}
		}))
		mass := sources[p.Name].Mass
		require.Equal(t, mass != nil, l.Mass != nil)
		require.True(t, p.Mass == nil || p.MassMatrix == nil)
		if mass != nil {
			found := 0
			for i := range n {
				for j := range n {
					if l.Mass.At(i, j) != 0 {
						found++
					}
				}
			}
			require.Equal(t, len(mass), found)
			for _, e := range mass {
				require.InEpsilon(t, e.V.Hi, l.Mass.At(e.I, e.J), 2*eps, "entry (%d, %d) of M", e.I, e.J)
			}
		}
	})
}

func TestError(t *testing.T) {
	p := Problem{Name: "two", Reference: []float64{3, 4}}
	require.InDelta(t, 0.2, p.Error([]float64{3, 5}), 1e-15)
	p.Stiff = true
	require.InDelta(t, 0.25, p.Error([]float64{3, 5}), 1e-15)
	p.Reference = []float64{0, 4}
	require.InDelta(t, 1e-3, p.Error([]float64{1e-3, 4}), 1e-15)
	p.Floor = 0.1
	require.InDelta(t, 1e-2, p.Error([]float64{1e-3, 4}), 1e-15)
	require.True(t, math.IsNaN(p.Error([]float64{math.NaN(), 4})))
	require.Panics(t, func() { p.Error([]float64{1}) })
}
