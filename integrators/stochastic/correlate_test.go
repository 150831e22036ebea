package stochastic_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// Correlated geometric Brownian motions, y_i exp((a_i − b_i²/2) t + b_i (Lw)_i): the
// noise commutes, and Milstein's method keeps its order, where it would lose half of
// it on increments that are correlated themselves.
func TestCorrelatedNoiseKeepsTheOrder(t *testing.T) {
	long(t)
	p := linear(stochastic.Ito)
	a, b := []float64{0.6, -0.4}, []float64{0.5, -0.4} // of linear
	const rho = 0.8
	var err error
	p.sys, err = stochastic.Correlate(p.sys, mat.NewSymDense(2, []float64{1, rho, rho, 1}))
	require.NoError(t, err)
	require.Equal(t, stochastic.Commutative, p.sys.Structure)
	require.NoError(t, p.sys.Verify(0, []float64{1.3, -0.7}))
	p.exact = func(dst []float64, t float64, w []float64) {
		for i, v := range []float64{w[0], rho*w[0] + 0.6*w[1]} {
			dst[i] = float64(i+1) * math.Exp((a[i]-b[i]*b[i]/2)*t+b[i]*v)
		}
	}
	for _, m := range []stochastic.Method{stochastic.MilsteinCommutative{}, stochastic.EulerMaruyama{}} {
		strong, _ := m.Orders(p.sys.Structure)
		s := convergence(t, m, p, 1)
		require.InDelta(t, strong, s.order, 3*s.orderError)
		require.Less(t, s.orderError, 0.07)
	}
}

// b L, for every layout: by rows, once for all rows, and inside a semilinear system.
func TestCorrelatedDiffusion(t *testing.T) {
	corr := mat.NewSymDense(2, []float64{1, 0.6, 0.6, 1}) // L = (1 0; 0.6 0.8)
	y := []float64{2, 3, 5, 7}
	lin := linear(stochastic.Ito).sys
	s, err := stochastic.Correlate(lin, corr)
	require.NoError(t, err)
	dst := make([]float64, 8)
	require.NoError(t, s.Diffusion(dst, 0, y))
	require.InDeltaSlice(t, []float64{1, 0, -1.2 * 0.6, -1.2 * 0.8, 2.5, 0, -2.8 * 0.6, -2.8 * 0.8}, dst, 1e-15*4)

	g := area(stochastic.Ito)
	s, err = stochastic.Correlate(g, corr)
	require.NoError(t, err)
	require.Equal(t, stochastic.General, s.Structure)
	dst = make([]float64, 6)
	require.NoError(t, s.Diffusion(dst, 0, []float64{2, 4, 0})) // rows (1 0), (0 1), (−2 1)
	require.InDeltaSlice(t, []float64{1, 0, 0.6, 0.8, -1.4, 0.8}, dst, 1e-15*4)

	m := mixed(stochastic.Ito).sys
	s, err = stochastic.Correlate(m, corr)
	require.NoError(t, err)
	require.Equal(t, stochastic.Additive, s.Structure)
	dst = dst[:4]
	require.NoError(t, s.Diffusion(dst, 0, nil)) // 0.75·(0.6 0.8), (1 0)
	require.InDeltaSlice(t, []float64{0.75 * 1.08, 0.75 * 0.64, 1, 0}, dst, 1e-15*4)

	e := adapted(t, stochastic.ExponentialSRA{}, m)
	e, err = stochastic.Correlate(e, corr)
	require.NoError(t, err)
	require.NoError(t, stochastic.Check(stochastic.ExponentialSRA{}, &e))
	require.NoError(t, stochastic.Check(stochastic.Strang{}, &e))
	step := func(m stochastic.Method, s *stochastic.System) []float64 {
		out := make([]float64, 2)
		require.NoError(t, m.Stepper(s, 1).Step(out, 0, 1e-9, []float64{1, 2}, []float64{1, 1, 0, 0}[:stochastic.Needs(m, s.Structure).Len(2)]))
		return out
	}
	require.InDeltaSlice(t, step(stochastic.EulerMaruyama{}, &s), step(stochastic.Strang{}, &e), 1e-8)
	require.InDeltaSlice(t, step(stochastic.EulerMaruyama{}, &s), step(stochastic.ExponentialSRA{}, &e), 1e-8)

	// Perfectly correlated noises are one.
	one, err := stochastic.Correlate(lin, mat.NewSymDense(2, []float64{1, 1, 1, 1}))
	require.NoError(t, err)
	dst = make([]float64, 4)
	require.NoError(t, one.Diffusion(dst, 0, y[:2]))
	require.Equal(t, []float64{1, 0, -1.2, 0}, []float64{dst[0], dst[1], math.Round(dst[2]*1e12) / 1e12, dst[3]})
}

func TestCorrelateRefuses(t *testing.T) {
	lin := linear(stochastic.Ito).sys
	sym := mat.NewSymDense
	for says, corr := range map[string]mat.Symmetric{
		"correlations of 3 noises, the system has 2": sym(3, []float64{1, 0, 0, 0, 1, 0, 0, 0, 1}),
		"correlation (0, 0) is 2, want 1":            sym(2, []float64{2, 0, 0, 1}),
		"pivot 1 is -3":                              sym(2, []float64{1, 2, 2, 1}),
		"pivot 1 is NaN":                             sym(2, []float64{1, math.NaN(), math.NaN(), 1}),
	} {
		_, err := stochastic.Correlate(lin, corr)
		require.ErrorIs(t, err, stochastic.ErrSystem)
		require.ErrorContains(t, err, says)
	}
	three := lin
	three.Dim, three.NoiseDim = 3, 0
	_, err := stochastic.Correlate(three, sym(3, []float64{1, 1, 0.5, 1, 1, 0.2, 0.5, 0.2, 1}))
	require.ErrorContains(t, err, "noise 1 is made of those before it")
	_, err = stochastic.Correlate(stochastic.System{}, sym(1, []float64{1}))
	require.ErrorIs(t, err, stochastic.ErrSystem)
	kick := stochastic.Langevin(1, each(1, func(_ int, _, x float64) float64 { return -x }), 1, 1)
	kick, err = stochastic.Correlate(kick, sym(1, []float64{1}))
	require.NoError(t, err)
	require.ErrorIs(t, stochastic.Check(stochastic.BAOAB{}, &kick), stochastic.ErrMethod)
}

// Two assets that move together.
func ExampleCorrelate() {
	s, err := stochastic.Correlate(stochastic.System{
		Dim: 2, Structure: stochastic.Diagonal,
		Drift:     func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error { copy(dst, y); return nil },
	}, mat.NewSymDense(2, []float64{1, 0.6, 0.6, 1}))
	if err != nil {
		fmt.Println(err)
		return
	}
	b := make([]float64, 4)
	if err := s.Diffusion(b, 0, []float64{10, 100}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Structure, b)
	// Output: commutative [10 0 60 80]
}
