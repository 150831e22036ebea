package stochastic_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

// Every method of the catalogue on every system that it takes; and if it says that
// its calculus is the other one it is found out, where that makes a difference.
func TestVerifyStep(t *testing.T) {
	found := 0
	accepted(t, func(name string, m stochastic.Method, p problem) {
		y := make([]float64, p.sys.Dim)
		for i := range y {
			y[i] = 0.3 + 0.2*float64(i)
		}
		require.NoError(t, stochastic.VerifyStep(m, &p.sys, 0.5, y), name)
		if p.sys.Structure.IsAdditive() || p.name == "area" || semilinear(m) {
			return // the calculi agree, or the rest of the system has one too
		}
		p.sys.Calculus = 1 - p.sys.Calculus
		err := stochastic.VerifyStep(swapped{m}, &p.sys, 0.5, y)
		require.ErrorIs(t, err, stochastic.ErrSystem, name)
		require.ErrorContains(t, err, "of the other calculus", name)
		found++
	})
	require.Greater(t, found, 60)
}

// swapped says that a method is of the other calculus.
type swapped struct{ stochastic.Method }

func (s swapped) Calculus() stochastic.Calculus { return 1 - s.Method.Calculus() }

func (s swapped) Needs(on stochastic.Structure) noise.Functionals {
	return stochastic.Needs(s.Method, on)
}

// A method that halves its noise, errors of the system, and misuse.
func TestVerifyStepFindsOthers(t *testing.T) {
	p := linear(stochastic.Ito)
	require.ErrorContains(t, stochastic.VerifyStep(half{stochastic.EulerMaruyama{}}, &p.sys, 0, p.y0), "has the covariance")
	require.ErrorIs(t, stochastic.VerifyStep(stochastic.Heun{}, &p.sys, 0, p.y0), stochastic.ErrMethod)
	require.Panics(t, func() { _ = stochastic.VerifyStep(stochastic.EulerMaruyama{}, &p.sys, 0, p.y0[:1]) })
	broken := errors.New("broken")
	for at := 1; at < 10; at++ {
		s, calls := p.sys, 0
		count := func(f integrators.Field) integrators.Field {
			return func(dst []float64, t float64, y []float64) error {
				if calls++; calls == at {
					return broken
				}
				return f(dst, t, y)
			}
		}
		s.Drift, s.Diffusion = count(s.Drift), count(s.Diffusion)
		require.ErrorIs(t, stochastic.VerifyStep(stochastic.EulerMaruyama{}, &s, 0, p.y0), broken)
	}
}

type half struct{ stochastic.Method }

func (m half) Stepper(s *stochastic.System, rows int) stochastic.Stepper {
	return halfStepper{m.Method.Stepper(s, rows)}
}

type halfStepper struct{ stochastic.Stepper }

func (h halfStepper) Step(dst []float64, t, step float64, y, dw []float64) error {
	smaller := make([]float64, len(dw))
	for i, w := range dw {
		smaller[i] = w / 2
	}
	return h.Stepper.Step(dst, t, step, y, smaller)
}

// A method of one's own that says Itô and steps as Heun's does.
func ExampleVerifyStep() {
	s := stochastic.System{
		Dim: 1, Structure: stochastic.Diagonal,
		Drift:     func(dst []float64, _ float64, _ []float64) error { dst[0] = 0; return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error { dst[0] = y[0]; return nil },
	}
	fmt.Println(stochastic.VerifyStep(mine{}, &s, 0, []float64{2}))
	// Output: stochastic: not a system: a step of stochastic_test.mine has the drift 1 in coordinate 0 at t = 0, of the other calculus; want 0 for Itô
}

type mine struct{ stochastic.Heun }

func (mine) Calculus() stochastic.Calculus { return stochastic.Ito }
