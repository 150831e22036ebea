package stochastic_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// A step and its estimate are those of the formulas, for one state and any functions.
func TestSRIByItsFormulas(t *testing.T) {
	a := func(t, y float64) float64 { return math.Sin(y + t) }
	b := func(t, y float64) float64 { return 1 / (1 + y*y) * (1 + t) }
	s := stochastic.System{
		Dim: 1, Structure: stochastic.Diagonal,
		Drift:     each(1, func(_ int, t, y float64) float64 { return a(t, y) }),
		Diffusion: each(1, func(_ int, t, y float64) float64 { return b(t, y) }),
	}
	const time, h, y, w, area = 0.4, 0.3, 0.7, 0.6, -0.2
	chi, i11, i111 := area+w/2, (w*w-h)/2, (w*w*w-3*h*w)/6
	for _, m := range []*stochastic.SRITableau{stochastic.SRI1, stochastic.SOSRI} {
		n := len(m.Alpha)
		as, bs := make([]float64, n), make([]float64, n)
		step, embedded := y, y
		for i := range n {
			z0, z1 := y, y
			for j := range i {
				z0 += h*m.A0[i][j]*as[j] + m.B0[i][j]*bs[j]*chi
				z1 += h*m.A1[i][j]*as[j] + math.Sqrt(h)*m.B1[i][j]*bs[j]
			}
			as[i], bs[i] = a(time+m.C0[i]*h, z0), b(time+m.C1[i]*h, z1)
			milstein := bs[i] * (m.Beta1[i]*w + m.Beta2[i]*i11/math.Sqrt(h))
			embedded += milstein
			step += h*m.Alpha[i]*as[i] + milstein + bs[i]*(m.Beta3[i]*chi+m.Beta4[i]*i111/h)
		}
		embedded += h * as[0]
		st, dst, estimate := m.Stepper(&s, 1).(stochastic.Embedded), make([]float64, 1), make([]float64, 1)
		require.NoError(t, st.Step(dst, time, h, []float64{y}, []float64{w, area}))
		st.Estimate(estimate)
		require.InDelta(t, step, dst[0], 1e-14*10, "%v", m) // coefficients to 5
		require.InDelta(t, step-embedded, estimate[0], 1e-14*10, "%v", m)
	}
}

// lower is the method embedded in another: its step less the estimate.
type lower struct{ stochastic.PathMethod }

func (m lower) Stepper(s *stochastic.System, rows int) stochastic.Stepper {
	return &lowerStepper{m.PathMethod.Stepper(s, rows).(stochastic.Embedded), make([]float64, rows*s.Dim)}
}

type lowerStepper struct {
	stochastic.Embedded
	estimate []float64
}

func (l *lowerStepper) Step(dst []float64, t, h float64, y, dw []float64) error {
	err := l.Embedded.Step(dst, t, h, y, dw)
	l.Estimate(l.estimate[:len(dst)])
	floats.Sub(dst, l.estimate[:len(dst)])
	return err
}

// Without its estimate a method of order 1½ has order 1, as a wrong sign or weight in
// the estimate would not leave it: Milstein's, or Euler–Maruyama's on additive noise,
// which by hand is 1 + 0.06 + 0.2 on dy = 0.6y dt + ½ dw with Δw = 0.4.
func TestEstimatesAreTheDifferenceToAMethodOfOrderOne(t *testing.T) {
	long(t)
	for _, m := range []*stochastic.SRITableau{stochastic.SRI1, stochastic.SOSRI} {
		for _, p := range []problem{linear(stochastic.Ito), bounded(stochastic.Ito), arctan()} {
			s := convergence(t, lower{m}, p, 1)
			require.InDelta(t, 1, s.order, 3*s.orderError, "%v on %s", m, p.name)
			require.Less(t, s.orderError, 0.07)
		}
	}
	for _, m := range []*stochastic.SRATableau{stochastic.SRA1, stochastic.SRA3, stochastic.SOSRA} {
		s := stochastic.System{
			Dim: 1, Structure: stochastic.AdditiveDiagonal,
			Drift:     each(1, func(_ int, _, y float64) float64 { return 0.6 * y }),
			Diffusion: each(1, func(int, float64, float64) float64 { return 0.5 }),
		}
		dst := make([]float64, 1)
		require.NoError(t, lower{m}.Stepper(&s, 1).Step(dst, 0, 0.1, []float64{1}, []float64{0.4, 0.3}))
		require.InDelta(t, 1.26, dst[0], 1e-14, "%v", m)
	}
}
