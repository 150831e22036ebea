package models_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// run returns the statistics of an ensemble at its last time.
func run(t *testing.T, e sde.Ensemble) *statistics.Moments {
	width := e.System.Dim
	if e.Quantity.Of != nil {
		width = e.Quantity.Width
	}
	m, err := statistics.NewMoments(width, 4)
	require.NoError(t, err)
	e.Statistics = []statistics.Reducer{m}
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	return r.Statistics[len(r.Statistics)-1][0].(*statistics.Moments)
}

func within(t *testing.T, want float64, e statistics.Estimate, what string) {
	require.Less(t, math.Abs(e.Deviations(want)), 4.0, "%s: %v, not %v", what, e, want)
}

// Each model's step is stochastic.EulerMaruyama's on its System, over steps
// forwards and backwards, to the rounding of a dozen operations a step; and so
// it is in place.
func TestEulerIsEulerMaruyama(t *testing.T) {
	for _, e := range models.Catalogue {
		require.NoError(t, stochastic.Check(e.Method, &e.System))
		const rows, steps = 100, 20
		ours, theirs := e.Method.Stepper(&e.System, rows), stochastic.EulerMaruyama{}.Stepper(&e.System, rows)
		n := rows * e.System.Dim
		x, y, z, next := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range y {
			x[i] = e.Initial[i%e.System.Dim]
			y[i], z[i] = x[i], x[i]
		}
		w := make([]float64, rows*e.System.Noises())
		dw := make([]float64, len(w))
		for k := range steps {
			h := 0.02
			if k == 7 {
				h = -0.01
			}
			noise.Gaussian{}.Normal(w, e.System.Noises(), noise.Address{Use: noise.Test, Step: uint64(k)})
			for i, v := range w {
				dw[i] = v * math.Sqrt(math.Abs(h))
			}
			require.NoError(t, theirs.Step(next, 0, h, x, dw))
			x, next = next, x
			require.NoError(t, ours.Step(next, 0, h, y, dw))
			y, next = next, y
			if a, ok := ours.(sde.Advancer); ok {
				require.NoError(t, a.Advance(z, 0, h, w))
			} else {
				copy(z, y)
			}
		}
		for i, v := range x {
			require.InDelta(t, v, y[i], 1e-12*(1+math.Abs(v)), e.Name)
			require.InDelta(t, v, z[i], 1e-12*(1+math.Abs(v)), e.Name)
		}
	}
	e, err := models.ByName("gbm")
	require.NoError(t, err)
	other, err := models.ByName("heston")
	require.NoError(t, err)
	require.Panics(t, func() { e.Method.Stepper(&other.System, 1) })
	_, err = models.ByName("")
	require.ErrorContains(t, err, "doublewell")
}

// The catalogue's means and variances are those of simulations, to four standard
// errors and to the weak error of Euler–Maruyama, below 1/steps of the figure.
func TestCatalogueHasItsMoments(t *testing.T) {
	for _, e := range models.Catalogue {
		if e.Mean == nil {
			continue
		}
		const steps = 200
		m := run(t, sde.Ensemble{Method: e.Method, System: e.System, T1: e.T1, Steps: steps, Initial: e.Initial, Paths: 20000, Address: noise.Address{Seed: 1}})
		mean, variance := e.Mean(e.T1), e.Variance(e.T1)
		for j := range mean {
			a, b := m.Mean(j), m.Variance(j)
			require.InDelta(t, mean[j], a.Value, 4*a.Error+math.Abs(mean[j])/steps, "%s: mean of %d", e.Name, j)
			require.InDelta(t, variance[j], b.Value, 4*b.Error+2*variance[j]/steps, "%s: variance of %d", e.Name, j)
		}
	}
}

// Means and variances obey the equations of moments, by central differences
// whose error is h² ~ 1e-8.
func TestMomentsObeyTheirEquations(t *testing.T) {
	const at, h = 0.7, 1e-4
	slope := func(f func(t float64) float64) float64 { return (f(at+h) - f(at-h)) / (2 * h) }
	gbm := models.GBM{Mu: 0.3, Sigma: 0.5}
	require.InDelta(t, 0.3*gbm.Mean(2, at), slope(func(t float64) float64 { return gbm.Mean(2, t) }), 1e-7)
	square := func(t float64) float64 { return gbm.Variance(2, t) + math.Pow(gbm.Mean(2, t), 2) }
	require.InDelta(t, (0.6+0.25)*square(at), slope(square), 1e-7)

	ou := models.OU{Theta: 1.5, Mu: 0.4, Sigma: 0.7}
	require.InDelta(t, 1.5*(0.4-ou.Mean(2, at)), slope(func(t float64) float64 { return ou.Mean(2, t) }), 1e-7)
	require.InDelta(t, 0.49-3*ou.Variance(at), slope(ou.Variance), 1e-7)
	require.InEpsilon(t, 0.49*1e-9, ou.Variance(1e-9), 1e-8, "no cancellation")
	require.InEpsilon(t, ou.Variance(at)*math.Exp(-1.5*0.3), ou.Covariance(at+0.3, at), 1e-14)
	mean, variance := 2.0, 0.0
	for range 10 {
		mean, variance = mean+0.05*1.5*(0.4-mean), variance*(1-0.05*1.5)*(1-0.05*1.5)+0.49*0.05
	}
	m, v := ou.EulerMoments(2, 0.05, 10)
	require.InEpsilonSlice(t, []float64{mean, variance}, []float64{m, v}, 1e-13)

	cir := models.CIR{Kappa: 1.2, Theta: 0.5, Sigma: 0.8}
	require.InDelta(t, 1.2*(0.5-cir.Mean(2, at)), slope(func(t float64) float64 { return cir.Mean(2, t) }), 1e-7)
	require.InDelta(t, 0.64*cir.Mean(2, at)-2.4*cir.Variance(2, at), slope(func(t float64) float64 { return cir.Variance(2, t) }), 1e-7)
	// The Laplace transform's logarithm has the mean and variance as derivatives.
	log := func(s float64) float64 { return math.Log(cir.Laplace(s, 2, at)) }
	require.InDelta(t, -cir.Mean(2, at), (log(h)-log(-h))/(2*h), 1e-7)
	require.InDelta(t, cir.Variance(2, at), (log(h)+log(-h))/(h*h), 1e-6)
}

// Exact steps have the law at one long step: GBM on the path itself, OU by mean
// and variance; and two steps have the law of one.
func TestExactSteps(t *testing.T) {
	gbm := models.GBM{Mu: 0.3, Sigma: -0.5}
	s := gbm.System()
	step := models.Exact[models.GBM]{Model: gbm}.Stepper(&s, 1)
	y := []float64{0}
	require.NoError(t, step.Step(y, 0, 2, []float64{3}, []float64{0.7}))
	require.InEpsilon(t, 3*math.Exp((0.3-0.125)*2-0.5*0.7), y[0], 1e-15)

	ou := models.OU{Theta: 1.5, Mu: 0.4, Sigma: 0.7}
	s = ou.System()
	step = models.Exact[models.OU]{Model: ou}.Stepper(&s, 1)
	to := func(h, x, z float64) float64 {
		require.NoError(t, step.Step(y, 0, h, []float64{x}, []float64{z * math.Sqrt(h)}))
		return y[0]
	}
	require.InEpsilon(t, ou.Mean(2, 0.8), to(0.8, 2, 0), 1e-14)
	require.InEpsilon(t, ou.Variance(0.8), math.Pow(to(0.8, 2, 1)-to(0.8, 2, 0), 2), 1e-13)
	first, second := to(0.5, 2, 1)-to(0.5, 2, 0), to(0.3, 2, 1)-to(0.3, 2, 0)
	carried := first * (to(0.3, 1, 0) - to(0.3, 0, 0))
	require.InEpsilon(t, ou.Variance(0.8), carried*carried+second*second, 1e-13)
	strong, weak := models.Exact[models.OU]{Model: ou}.Orders(sde.AdditiveDiagonal)
	require.Equal(t, []float64{1, math.Inf(1)}, []float64{strong, weak})

	m := run(t, sde.Ensemble{Method: models.Exact[models.GBM]{Model: gbm}, System: gbm.System(), T1: 1, Steps: 2, Initial: []float64{1}, Paths: 20000})
	within(t, gbm.Mean(1, 1), m.Mean(0), "mean")
	within(t, gbm.Variance(1, 1), m.Variance(0), "variance")
}

// The exact transition of CIR, below Feller's condition and above, from 0 and
// over two steps, by moments and Laplace transforms.
func TestCIRTransition(t *testing.T) {
	for _, m := range []models.CIR{{Kappa: 2, Theta: 0.04, Sigma: 1}, {Kappa: 2, Theta: 0.5, Sigma: 0.7}} {
		for _, x0 := range []float64{0, 0.3, 20} {
			s := noise.NewStream(noise.Address{Seed: 2, Use: noise.Test})
			const n = 20000
			q, err := statistics.NewMoments(2, 4)
			require.NoError(t, err)
			rows := make([]float64, 2*n)
			for i := 0; i < len(rows); i += 2 {
				x := m.Transition(&s, m.Transition(&s, x0, 0.3), 0.5)
				rows[i], rows[i+1] = x, math.Exp(-3*x)
			}
			q.Add(rows)
			within(t, m.Mean(x0, 0.8), q.Mean(0), "mean")
			within(t, m.Variance(x0, 0.8), q.Variance(0), "variance")
			within(t, m.Laplace(3, x0, 0.8), q.Mean(1), "Laplace")
			require.Zero(t, testing.AllocsPerRun(100, func() { m.Transition(&s, 0.3, 0.5) }))
		}
	}
	require.InEpsilon(t, 4*2*0.5/0.49, models.CIR{Kappa: 2, Theta: 0.5, Sigma: 0.7}.Degrees(), 1e-14)
}

func TestConstantsAreChecked(t *testing.T) {
	nan := math.NaN()
	for _, m := range []interface{ Validate() error }{
		models.GBM{Sigma: nan}, models.OU{}, models.CIR{Kappa: 1, Theta: 1}, models.DoubleWell{}, models.Lorenz{Sigma: 1, Beta: math.Inf(1)},
		models.Heston{Kappa: 1, Theta: 1, Sigma: 1, Rho: -1.1}, models.Heston{Kappa: 1, Theta: 1, Sigma: 1, Mu: nan},
	} {
		require.ErrorIs(t, m.Validate(), models.ErrModel, "%+v", m)
	}
	require.NoError(t, models.GBM{}.Validate())
}
