package stochastic_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

// hamiltonian is dx = H_v dt + G_v ∘ dw, dv = −H_x dt − G_x ∘ dw for a pendulum, H =
// ½v² − cos x, in a noisy potential of strength s, G = s·cos(x + v).
func hamiltonian(s float64) stochastic.System {
	rows := func(f func(x, v float64) (float64, float64)) integrators.Field {
		return func(dst []float64, _ float64, y []float64) error {
			for r := 0; r < len(y); r += 2 {
				dst[r], dst[r+1] = f(y[r], y[r+1])
			}
			return nil
		}
	}
	return stochastic.System{
		Dim: 2, NoiseDim: 1, Calculus: stochastic.Stratonovich, Structure: stochastic.Commutative,
		Drift: rows(func(x, v float64) (float64, float64) { return v, -math.Sin(x) }),
		Diffusion: rows(func(x, v float64) (float64, float64) {
			g := -s * math.Sin(x+v)
			return g, -g
		}),
	}
}

// A step of the implicit midpoint method keeps areas: the determinant of its
// derivative, by central differences, is 1; that of Heun's method is not.
func TestImplicitMidpointIsSymplectic(t *testing.T) {
	s := hamiltonian(0.8)
	determinant := func(m stochastic.Method) float64 {
		const d = 1e-5
		st := m.Stepper(&s, 4)
		y := []float64{0.7 + d, 0.4, 0.7 - d, 0.4, 0.7, 0.4 + d, 0.7, 0.4 - d}
		dst := make([]float64, 8)
		require.NoError(t, st.Step(dst, 0, 0.3, y, []float64{1, 1, 1, 1}))
		return ((dst[0]-dst[2])*(dst[5]-dst[7]) - (dst[1]-dst[3])*(dst[4]-dst[6])) / (4 * d * d)
	}
	require.InDelta(t, 1, determinant(stochastic.ImplicitMidpoint{}), 1e-9) // d² and rounding/d
	require.Greater(t, math.Abs(determinant(stochastic.Heun{})-1), 1e-3)
}

// The Kubo oscillator, dz = i (a dt + σ ∘ dw) z, keeps |z| along every path. Over
// 10⁴ steps it stays to the rounding of that many solutions of the equation.
func TestImplicitMidpointKeepsQuadraticInvariants(t *testing.T) {
	const a, sigma, steps = 1.0, 0.7, 10000
	s := stochastic.System{
		Dim: 2, NoiseDim: 1, Calculus: stochastic.Stratonovich, Structure: stochastic.Commutative,
		Drift: func(dst []float64, _ float64, y []float64) error { dst[0], dst[1] = -a*y[1], a*y[0]; return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error {
			dst[0], dst[1] = -sigma*y[1], sigma*y[0]
			return nil
		},
	}
	end := func(m stochastic.Method) float64 {
		st, y, next, dw := m.Stepper(&s, 1), []float64{1, 0}, make([]float64, 2), make([]float64, 1)
		for k := range steps {
			noise.Draw(noise.Gaussian{}, dw, 0, 1, 0.1, noise.Address{Seed: 1, Use: noise.Test, Step: uint64(k)})
			require.NoError(t, st.Step(next, 0, 0.1, y, dw))
			y, next = next, y
		}
		return math.Hypot(y[0], y[1])
	}
	require.InDelta(t, 1, end(stochastic.ImplicitMidpoint{}), 1e-15*steps)
	require.Greater(t, end(stochastic.Heun{}), 1.5)
}

func TestImplicitMidpointFails(t *testing.T) {
	// ȳ = 1 + ½·2·(1 + ȳ²) has no real solution.
	s := stochastic.System{
		Dim: 1, Calculus: stochastic.Stratonovich, Structure: stochastic.Diagonal,
		Drift:     each(1, func(_ int, _, _ float64) float64 { return 0 }),
		Diffusion: each(1, func(_ int, _, y float64) float64 { return 1 + y*y }),
	}
	m := stochastic.ImplicitMidpoint{}
	require.ErrorIs(t, m.Stepper(&s, 1).Step(make([]float64, 1), 0, 0.1, []float64{1}, []float64{2}), stochastic.ErrNewton)
	wrong := stochastic.ImplicitMidpoint{Pattern: jacobian.Dense(3)}
	require.ErrorContains(t, stochastic.Check(wrong, &s), "make the Jacobian's pattern of order 1")
	require.Panics(t, func() { wrong.Stepper(&s, 1) })
}

// With θ = ½ the variance of dy = −ky dt + b dw stays at b²/2k under steps of any
// length; with θ = 1 it settles at b²/(2k + k²h).
func TestDriftThetaKeepsTheStationaryLaw(t *testing.T) {
	const k, b = 1.5, 0.7
	s := stochastic.System{
		Dim: 1, Structure: stochastic.AdditiveDiagonal,
		Drift:     each(1, func(_ int, _, y float64) float64 { return -k * y }),
		Diffusion: each(1, func(int, float64, float64) float64 { return b }),
	}
	for _, h := range []float64{0.01, 1, 100} {
		for theta, want := range map[float64]float64{0: b * b / (2 * k), 0.5: b * b / (2 * k), 1: b * b / (2*k + k*k*h)} {
			r, c, _ := affine(t, stochastic.DriftTheta{Theta: theta}, &s, h)
			require.InEpsilon(t, want, c*c*h/(1-r*r), 1e-11, "θ = %v, h = %v", theta, h)
		}
	}
	for _, theta := range []float64{-1, 0.4, 1.1, math.NaN()} {
		require.ErrorContains(t, stochastic.Check(stochastic.DriftTheta{Theta: theta}, &s), "give DriftTheta a Theta from ½ to 1")
	}
}

// A rotation by a random angle: the point stays on the circle.
func ExampleImplicitMidpoint() {
	s := stochastic.System{
		Dim: 2, NoiseDim: 1, Calculus: stochastic.Stratonovich, Structure: stochastic.Commutative,
		Drift:     func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error { dst[0], dst[1] = -y[1], y[0]; return nil },
	}
	dst := make([]float64, 2)
	if err := (stochastic.ImplicitMidpoint{}).Stepper(&s, 1).Step(dst, 0, 0.1, []float64{1, 0}, []float64{0.5}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f, radius %.4f\n", dst, math.Hypot(dst[0], dst[1])) // the angle is 2 atan ¼
	// Output: [0.8824 0.4706], radius 1.0000
}

// The trapezoidal rule on a drift far too stiff for an explicit step.
func ExampleDriftTheta() {
	s := stochastic.System{
		Dim: 1, Structure: stochastic.AdditiveDiagonal,
		Drift:     func(dst []float64, _ float64, y []float64) error { dst[0] = -1000 * y[0]; return nil },
		Diffusion: func(dst []float64, _ float64, _ []float64) error { dst[0] = 1; return nil },
	}
	dst := make([]float64, 1)
	if err := (stochastic.DriftTheta{}).Stepper(&s, 1).Step(dst, 0, 0.1, []float64{1}, []float64{0.51}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f = (1 − 50 + 0.51)/51\n", dst[0])
	// Output: -0.9508 = (1 − 50 + 0.51)/51
}
