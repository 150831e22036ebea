package models_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/models"
)

// milstein is the step without areas by central differences of the diffusion,
// whose error is 1e-10 or so: y of one row, b of n×m.
func milstein(t *testing.T, s sde.System, y []float64, h float64, dw []float64) []float64 {
	n, m := s.Dim, s.Noises()
	b := func(y []float64) []float64 {
		dst := make([]float64, n*m)
		require.NoError(t, s.Diffusion(dst, 0, y))
		return dst
	}
	at := b(y)
	dst := make([]float64, n)
	require.NoError(t, s.Drift(dst, 0, y))
	for i := range dst {
		dst[i] = y[i] + h*dst[i]
	}
	for j := range m {
		for i := range n {
			dst[i] += at[i*m+j] * dw[j]
		}
		for k := range m {
			up, down := make([]float64, n), make([]float64, n)
			const e = 1e-5
			for l := range n {
				up[l], down[l] = y[l]+e*at[l*m+k], y[l]-e*at[l*m+k]
			}
			bu, bd := b(up), b(down)
			area := dw[j] * dw[k]
			if j == k {
				area -= math.Abs(h)
			}
			for i := range n {
				dst[i] += (bu[i*m+j] - bd[i*m+j]) / (2 * e) * area / 2
			}
		}
	}
	return dst
}

func TestMilsteinOfModels(t *testing.T) {
	gbm, cir := models.GBM{Mu: 0.3, Sigma: 0.5}, models.CIR{Kappa: 2, Theta: 0.5, Sigma: 0.7}
	heston := models.Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 0.3, Rho: -0.7}
	for _, c := range []struct {
		method stochastic.Method
		system sde.System
		y, dw  []float64
	}{
		{models.Milstein[models.GBM]{Model: gbm}, gbm.System(), []float64{1.3}, []float64{0.2}},
		{models.Milstein[models.CIR]{Model: cir}, cir.System(), []float64{0.7}, []float64{-0.4}},
		{models.Milstein[models.Heston]{Model: heston}, heston.System(), []float64{1.2, 0.05}, []float64{0.3, -0.2}},
	} {
		for _, h := range []float64{0.1, -0.05} {
			y := make([]float64, len(c.y))
			require.NoError(t, c.method.Stepper(&c.system, 1).Step(y, 0, h, c.y, c.dw))
			require.InDeltaSlice(t, milstein(t, c.system, c.y, h, c.dw), y, 1e-9)
			z := make([]float64, len(c.dw))
			for i, v := range c.dw {
				z[i] = v / math.Sqrt(math.Abs(h))
			}
			inPlace := append([]float64(nil), c.y...)
			require.NoError(t, c.method.Stepper(&c.system, 1).(sde.Advancer).Advance(inPlace, 0, h, z))
			require.InDeltaSlice(t, y, inPlace, 1e-14)
		}
		// From below 0 the square roots are of 0.
		if c.method != (models.Milstein[models.GBM]{Model: gbm}) {
			last := len(c.y) - 1
			c.y[last] = -0.01
			y := make([]float64, len(c.y))
			require.NoError(t, c.method.Stepper(&c.system, 1).Step(y, 0, 0.1, c.y, c.dw))
			require.False(t, math.IsNaN(y[last]))
		}
	}
}

// HestonLog is the step without areas of the system of (ln x, v).
func TestHestonLog(t *testing.T) {
	m := models.Heston{Mu: 0.03, Kappa: 2, Theta: 0.04, Sigma: 0.3, Rho: -0.7}
	logs := sde.System{
		Dim: 2, NoiseDim: 2,
		Drift: func(dst []float64, _ float64, y []float64) error {
			dst[0], dst[1] = m.Mu-y[1]/2, m.Kappa*(m.Theta-y[1])
			return nil
		},
		Diffusion: func(dst []float64, _ float64, y []float64) error {
			root := math.Sqrt(y[1])
			copy(dst, []float64{root, 0, m.Sigma * m.Rho * root, m.Sigma * math.Sqrt(1-m.Rho*m.Rho) * root})
			return nil
		},
	}
	s := m.System()
	for _, h := range []float64{0.1, -0.05} {
		want := milstein(t, logs, []float64{math.Log(1.2), 0.05}, h, []float64{0.3, -0.2})
		y := make([]float64, 2)
		require.NoError(t, models.HestonLog{Model: m}.Stepper(&s, 1).Step(y, 0, h, []float64{1.2, 0.05}, []float64{0.3, -0.2}))
		require.InDeltaSlice(t, []float64{math.Exp(want[0]), want[1]}, y, 1e-9)
	}
}
