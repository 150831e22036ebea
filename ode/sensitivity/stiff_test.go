package sensitivity_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/multistep"
	"github.com/ito-sde/ito/integrators/radau"
	"github.com/ito-sde/ito/integrators/rosenbrock"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
)

// robertson is Robertson's problem (1966), by its three rates.
var robertson = sensitivity.System{
	Field: func(d []float64, _ float64, y, p []float64) error {
		a, b, c := p[0]*y[0], p[1]*y[1]*y[2], p[2]*y[1]*y[1]
		d[0], d[1], d[2] = b-a, a-b-c, c
		return nil
	},
	Jacobian: func(fy, fp *mat.Dense, _ float64, y, p []float64) error {
		fy.SetRow(0, []float64{-p[0], p[1] * y[2], p[1] * y[1]})
		fy.SetRow(1, []float64{p[0], -p[1]*y[2] - 2*p[2]*y[1], -p[1] * y[1]})
		fy.SetRow(2, []float64{0, 2 * p[2] * y[1], 0})
		fp.SetRow(0, []float64{-y[0], y[1] * y[2], 0})
		fp.SetRow(1, []float64{y[0], -y[1] * y[2], -y[1] * y[1]})
		fp.SetRow(2, []float64{0, 0, y[1] * y[1]})
		return nil
	},
}

var (
	robertsonP = []float64{0.04, 1e4, 3e7}
	robertson0 = []float64{1, 0, 0}
)

// Stiff methods find the sensitivities, of sizes from 1 to 1e-13, that an explicit
// one finds with many times the steps.
func TestStiff(t *testing.T) {
	solve := func(m integrators.Method, rtol float64, control bool) sensitivity.Result {
		c := sensitivity.Config{Config: ode.Config{RTol: rtol, ATol: 1e-14, At: []float64{0.4}}, Variables: sensitivity.Parameters, ErrorControl: control}
		r, err := sensitivity.Forward(background, m, robertson, 0, 4, robertson0, robertsonP, c)
		require.NoError(t, err, "%v", m)
		return r
	}
	want := solve(integrators.DOP853, 1e-11, true)
	near := func(m integrators.Method, want, got *mat.Dense) {
		for i := range 3 {
			for j := range 3 {
				// Ten times the largest error per step, and a thousand for sensitivities
				// that no tolerance looks after.
				require.InEpsilon(t, want.At(i, j), got.At(i, j), 1e-5, "%v, row %d, column %d", m, i, j)
			}
		}
	}
	for _, m := range []integrators.Method{radau.IIA5, radau.Variable, rosenbrock.Rodas5P} {
		for _, control := range []bool{false, true} {
			r := solve(m, 1e-8, control)
			require.Less(t, r.Stats.Accepted, 400)
			near(m, want.P, r.P)
			near(m, want.AtP[0], r.AtP[0])
		}
	}
	// The sum of all components is constant, whatever the rates.
	for j := range 3 {
		require.InDelta(t, 0, mat.Sum(want.P.ColView(j)), 1e-12*math.Abs(want.P.At(0, j))+1e-20)
	}
}

// A method that chooses its own order sees the state's errors alone, and makes
// the steps that it makes for the state by itself.
func TestChooser(t *testing.T) {
	field := func(d []float64, t float64, y []float64) error { return lotka.Field(d, t, y, lotkaP) }
	plain, err := ode.Solve(background, multistep.Adams{}, field, 0, 10, lotka0, tolerance(1e-9))
	require.NoError(t, err)
	r, err := sensitivity.Forward(background, multistep.Adams{}, lotka, 0, 10, lotka0, lotkaP, sensitivity.Config{Config: tolerance(1e-9)})
	require.NoError(t, err)
	require.Equal(t, plain.Stats.Accepted, r.Stats.Accepted)
	require.InDeltaSlice(t, plain.Y, r.Y, 1e-10) // weights differ in their last bits, steps a little: a tenth of the tolerance
	want, err := sensitivity.Forward(background, integrators.DOP853, lotka, 0, 10, lotka0, lotkaP, sensitivity.Config{Config: tolerance(1e-12), ErrorControl: true})
	require.NoError(t, err)
	require.Less(t, distance(r.P, want.P), 1e-5)
	require.Less(t, distance(r.Y0, want.Y0), 1e-5)
}
