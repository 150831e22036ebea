package sensitivity_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
)

// jumps is y' = p y before t = 1 and 3 p y from there on, so that y(2) is
// y0 e^(4p): the stop has every step see one side only, f and its derivatives
// alike.
var jumps = sensitivity.System{
	Field: func(d []float64, t float64, y, p []float64) error { d[0] = rate(t) * p[0] * y[0]; return nil },
	Jacobian: func(fy, fp *mat.Dense, t float64, y, p []float64) error {
		fy.Set(0, 0, rate(t)*p[0])
		fp.Set(0, 0, rate(t)*y[0])
		return nil
	},
}

func rate(t float64) float64 {
	if t < 1 {
		return 1
	}
	return 3
}

func TestStops(t *testing.T) {
	for _, m := range []*integrators.Tableau{integrators.DormandPrince, integrators.DOP853, integrators.BogackiShampine, integrators.Heun} {
		for _, control := range []bool{false, true} {
			c := tolerance(1e-7)
			c.Stops = []float64{1}
			c.At = []float64{0.95, 1, 1.05, 2}
			f, err := sensitivity.Forward(background, m, jumps, 0, 2, []float64{1}, []float64{0.5}, sensitivity.Config{Config: c, ErrorControl: control})
			require.NoError(t, err)
			for i, a := range c.At {
				integral := math.Min(a, 1) + 3*math.Max(a-1, 0)
				want := integral * math.Exp(0.5*integral)
				// Errors per step of 1e-7 of a state up to 7, over up to 1e3 steps of order two.
				require.InDelta(t, want, f.AtP[i].At(0, 0), 1e-3, "%v at %v", m, a)
			}
			if control {
				continue
			}
			for _, every := range []int{0, 1} {
				r, err := sensitivity.Record(background, m, jumps, 0, 2, []float64{1}, []float64{0.5}, c, every)
				require.NoError(t, err)
				mu := [][]float64{{1}, {2}, {3}, {4}}
				dy0, dp, err := r.Gradient(background, []float64{1}, mu)
				require.NoError(t, err)
				wantY, wantP := pull(f, []float64{1}, mu)
				require.InEpsilon(t, wantY[0], dy0[0], 1e-13, "%v", m)
				require.InEpsilon(t, wantP[0], dp[0], 1e-13, "%v", m)
			}
		}
	}
}

// Events that are watched change nothing; those that act are refused.
func TestEvents(t *testing.T) {
	c := tolerance(1e-8)
	c.Events = []ode.Event{{G: func(_ float64, y []float64) float64 { return y[0] - 2 }}}
	f, err := sensitivity.Forward(background, integrators.DormandPrince, lotka, 0, 3, lotka0, lotkaP, sensitivity.Config{Config: c})
	require.NoError(t, err)
	require.NotEmpty(t, f.Events)
	r, err := sensitivity.Record(background, integrators.DormandPrince, lotka, 0, 3, lotka0, lotkaP, c, 0)
	require.NoError(t, err)
	require.Equal(t, f.Events, r.Events)
	dy0, _, err := r.Gradient(background, []float64{1, 0}, nil)
	require.NoError(t, err)
	require.Less(t, relative(dy0, f.Y0.RawRowView(0)), 1e-13)

	for _, e := range []ode.Event{{Terminal: 1}, {Action: func(float64, []float64) bool { return false }}} {
		e.G = c.Events[0].G
		c.Events = []ode.Event{e}
		_, err := sensitivity.Forward(background, integrators.DormandPrince, lotka, 0, 3, lotka0, lotkaP, sensitivity.Config{Config: c})
		require.ErrorIs(t, err, sensitivity.ErrConfig)
		_, err = sensitivity.Record(background, integrators.DormandPrince, lotka, 0, 3, lotka0, lotkaP, c, 0)
		require.ErrorIs(t, err, sensitivity.ErrConfig)
	}
	c = tolerance(1e-8)
	c.Linearisation.Mass = jacobian.Diagonal([]float64{1, 1})
	_, err = sensitivity.Forward(background, integrators.DormandPrince, lotka, 0, 3, lotka0, lotkaP, sensitivity.Config{Config: c})
	require.ErrorIs(t, err, sensitivity.ErrConfig)
	c = ode.Config{RTol: 1e-6, ATols: []float64{1e-6, 1e-6}}
	_, err = sensitivity.Forward(background, integrators.DormandPrince, lotka, 0, 3, lotka0, lotkaP, sensitivity.Config{Config: c, ErrorControl: true})
	require.ErrorIs(t, err, sensitivity.ErrConfig)
	_, err = sensitivity.Forward(background, integrators.DormandPrince, lotka, 0, 3, lotka0, lotkaP, sensitivity.Config{Config: c})
	require.NoError(t, err)
}
