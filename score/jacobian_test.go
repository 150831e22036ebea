package score_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

type differentiable interface {
	score.Model
	score.Tracer
	score.JVP
}

// The Jacobian against Richardson-extrapolated central differences of D.
func TestJacobianByDifferences(t *testing.T) {
	const dim, rows = 4, 12
	for name, m := range map[string]differentiable{
		"gaussian": randomGaussian(t, 1, dim), "mixture": randomMixture(t, 2, dim, 4), "mixed": mixed(t, dim),
	} {
		for _, at := range []sde.Level{{Alpha: 0.99, Sigma: 0.1}, {Alpha: 0.8, Sigma: 0.6}, {Alpha: 0.6, Sigma: 0.8}, {Alpha: 1, Sigma: 3}, {Alpha: 1e-3, Sigma: 1}} {
			x, v := normals(3, rows*dim), normals(4, rows*dim)
			jv, trace := make([]float64, rows*dim), make([]float64, rows)
			require.NoError(t, m.JVPDenoise(jv, x, v, at))
			require.NoError(t, m.TraceDenoise(trace, x, at))
			want := directional(t, m, x, v, at)
			for i := range want {
				// Truncation h⁴D⁗'/480 and rounding ε|D|/h, times |v|⁵ and |v| at most.
				require.InDelta(t, want[i], jv[i], 1e-8*(1+math.Pow(at.Sigma, -4)), "%s %v", name, at)
			}
			sum := make([]float64, rows)
			for j := range dim {
				e := make([]float64, rows*dim)
				for i := range rows {
					e[i*dim+j] = 1
				}
				require.NoError(t, m.JVPDenoise(jv, x, e, at))
				for i := range rows {
					sum[i] += jv[i*dim+j]
				}
			}
			require.True(t, floats.EqualApprox(sum, trace, 1e-12), "%s %v", name, at)
		}
	}
}

func directional(t *testing.T, m score.Model, x, v []float64, at sde.Level) []float64 {
	diff := func(h float64) []float64 {
		p, q := make([]float64, len(x)), make([]float64, len(x))
		a, b := make([]float64, len(x)), make([]float64, len(x))
		floats.AddScaledTo(p, x, h, v)
		floats.AddScaledTo(q, x, -h, v)
		require.NoError(t, m.Denoise(a, p, at))
		require.NoError(t, m.Denoise(b, q, at))
		floats.Sub(a, b)
		floats.Scale(1/(2*h), a)
		return a
	}
	const h = 1e-3
	d, half := diff(h), diff(h/2)
	for i := range d {
		d[i] = (4*half[i] - d[i]) / 3
	}
	return d
}

// Two atoms at ±1: D = tanh(αx/σ²), D' = (α/σ²) sech²(αx/σ²), at levels where a
// difference of denoisers or of scores would have lost everything.
func TestTraceOfTwoAtoms(t *testing.T) {
	m := atoms(t, -1, 1)
	d := make([]float64, 1)
	for _, at := range []sde.Level{{Alpha: 1, Sigma: 1e-4}, {Alpha: 1, Sigma: 1}, {Alpha: 1e-6, Sigma: 1}, {Alpha: 0, Sigma: 1}, {Alpha: 1, Sigma: 0}} {
		for _, u := range []float64{0, 0.3, 2} { // αx/σ²
			x, want := 0.7, 0.0
			if at.Alpha > 0 && at.Sigma > 0 {
				x = u * at.Sigma * at.Sigma / at.Alpha
				want = at.Alpha / at.Sigma / at.Sigma / math.Pow(math.Cosh(u), 2)
			}
			require.NoError(t, m.TraceDenoise(d, []float64{x}, at))
			// The squared distances z² in units of σ round to ε z², and that error
			// adds to the log odds 2u.
			z := math.Max((math.Abs(x)+at.Alpha)/math.Max(at.Sigma, 1e-9), 1)
			require.InDelta(t, want, d[0], want*(1e-14+8*0x1p-53*z*z), "%v u=%v", at, u)
		}
	}
}

func atoms(t testing.TB, at ...float64) *score.Mixture {
	var parts []*score.Gaussian
	weights := make([]float64, len(at))
	for i, mean := range at {
		g, err := score.NewIsotropic([]float64{mean}, 0)
		require.NoError(t, err)
		parts, weights[i] = append(parts, g), 1
	}
	m, err := score.NewMixture(weights, parts)
	require.NoError(t, err)
	return m
}
