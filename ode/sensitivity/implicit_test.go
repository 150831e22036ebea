package sensitivity_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
)

// backwardEuler is y' = y + h f(t + h, y') by Newton's method.
type backwardEuler struct{}

func (backwardEuler) Order() (order, estimate int) { return 1, 0 }

func (m backwardEuler) Stepper(f integrators.Field, dim int) integrators.Stepper {
	s, err := m.Implicit(f, dim, integrators.Linearisation{})
	if err != nil {
		panic(err)
	}
	return s
}

func (backwardEuler) Implicit(f integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
	linear, err := integrators.NewLinear(f, dim, l)
	if err != nil {
		return nil, err
	}
	s := &backwardStepper{Linear: linear, lu: jacobian.NewLU[float64](linear.Pattern)}
	s.y, s.next, s.k, s.r = make([]float64, dim), make([]float64, dim), make([]float64, dim), make([]float64, dim)
	return s, nil
}

type backwardStepper struct {
	*integrators.Linear
	lu            *jacobian.LU[float64]
	t, h          float64
	y, next, k, r []float64
}

func (s *backwardStepper) Counts() integrators.Counts { return s.Linear.Counts }

func (s *backwardStepper) Reset(t float64, y []float64) error {
	s.t = t
	copy(s.y, y)
	return nil
}

func (s *backwardStepper) Try(dst, _ []float64, h float64) error {
	copy(s.next, s.y)
	for range 20 {
		if err := s.Eval(s.k, s.t+h, s.next); err != nil {
			return err
		}
		if err := s.Linearise(s.t+h, s.next, s.k); err != nil {
			return err
		}
		if err := s.lu.Factor(1/h, nil, s.J); err != nil {
			return err
		}
		for i := range s.r {
			s.r[i] = s.k[i] - (s.next[i]-s.y[i])/h
		}
		s.lu.Solve(s.r)
		floats.Add(s.next, s.r)
		if floats.Norm(s.r, math.Inf(1)) < 1e-14*floats.Norm(s.next, math.Inf(1)) {
			break
		}
	}
	s.h = h
	copy(dst, s.next)
	return nil
}

func (s *backwardStepper) Accept() {
	s.t += s.h
	s.y, s.next = s.next, s.y
}

// An implicit method gets the pattern of the state with its sensitivities. Its
// steps, differentiated by hand, are S' = (1 − h ∂f/∂y)⁻¹ (S + h ∂f/∂p).
func TestForwardImplicit(t *testing.T) {
	const h, steps = 0.25, 8
	for _, control := range []bool{false, true} {
		c := sensitivity.Config{Config: ode.Config{Step: h}, ErrorControl: control}
		r, err := sensitivity.Forward(background, backwardEuler{}, lotka, 0, h*steps, lotka0, lotkaP, c)
		require.NoError(t, err)
		p, y0 := mat.NewDense(2, 4, nil), mat.NewDense(2, 2, []float64{1, 0, 0, 1})
		f := func(d []float64, t float64, y []float64) error { return lotka.Field(d, t, y, lotkaP) }
		for s, err := range ode.Steps(background, backwardEuler{}, f, 0, h*steps, lotka0, ode.Config{Step: h}) {
			require.NoError(t, err)
			fy, fp := mat.NewDense(2, 2, nil), mat.NewDense(2, 4, nil)
			require.NoError(t, lotka.Jacobian(fy, fp, s.T, s.Y, lotkaP))
			fp.Scale(h, fp)
			p.Add(p, fp)
			fy.Scale(-h, fy)
			fy.Add(fy, mat.NewDiagDense(2, []float64{1, 1}))
			require.NoError(t, p.Solve(fy, p))
			require.NoError(t, y0.Solve(fy, y0))
		}
		require.Less(t, distance(r.P, p), 1e-12)
		require.Less(t, distance(r.Y0, y0), 1e-12)
		_, err = sensitivity.Forward(background, backwardEuler{}, without(lotka), 0, 1, lotka0, lotkaP, c)
		require.ErrorIs(t, err, sensitivity.ErrConfig)
		require.Contains(t, fmt.Sprint(err), "Jacobian")
	}
}
