package shooting_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
	"github.com/ito-sde/ito/ode/shooting"
)

// spring is the stretch of a spring of length 1 that rotates with angle θ,
// r″ = −θ²r, r(0) = 0, with the free end at its natural tension, r'(1) = 1.
func spring(theta float64) shooting.Problem {
	return shooting.Problem{
		States: 2, Points: []float64{0, 1},
		System: sensitivity.System{Field: func(dst []float64, _ float64, y, _ []float64) error {
			dst[0], dst[1] = y[1], -theta*theta*y[0]
			return nil
		}},
		Conditions: func(dst []float64, y [][]float64, _ []float64) error {
			dst[0], dst[1] = y[0][0], y[1][1]-1
			return nil
		},
	}
}

// sphere is the problem of the curve of stationary energy ½∫(θ'² + sin²θ φ'²) dt between
// two points, by its Euler–Lagrange equations
//
//	θ″ = sin θ cos θ φ'²,   φ″ = −2 cot θ θ'φ'.
func sphere(from, to [2]float64) shooting.Problem {
	return shooting.Problem{
		States: 4, Points: []float64{0, 1},
		System: sensitivity.System{Field: func(dst []float64, _ float64, y, _ []float64) error {
			sin, cos := math.Sincos(y[0])
			dst[0], dst[1] = y[2], y[3]
			dst[2], dst[3] = sin*cos*y[3]*y[3], -2*cos/sin*y[2]*y[3]
			return nil
		}},
		Conditions: func(dst []float64, y [][]float64, _ []float64) error {
			dst[0], dst[1] = y[0][0]-from[0], y[0][1]-from[1]
			dst[2], dst[3] = y[1][0]-to[0], y[1][1]-to[1]
			return nil
		},
	}
}

func straight(from, to [2]float64) func(dst []float64, t float64) {
	return func(dst []float64, t float64) {
		for i := range 2 {
			dst[i], dst[2+i] = from[i]+t*(to[i]-from[i]), to[i]-from[i]
		}
	}
}

var eighth = shooting.Config{Method: integrators.DOP853, Solve: ode.Config{RTol: 1e-11, ATol: 1e-11}}

// The spring's length is tan θ/θ, which grows without end as θ → π/2; beyond it the
// solution of the equations is no spring, and shorter than nothing.
func TestRotatingSpring(t *testing.T) {
	for _, theta := range []float64{0.1, 0.5, 1, 1.5, 1.57, 2} {
		s, err := spring(theta).Solve(background, nil, nil, eighth)
		require.NoError(t, err)
		require.InEpsilon(t, math.Tan(theta)/theta, s.Y[1][0], 1e-8)
		require.InEpsilon(t, 1/math.Cos(theta), s.Y[0][1], 1e-8)
	}
}

// A curve of stationary energy on the sphere is a great circle at constant speed: its
// length is the angle between the ends, every point is in their plane, and it makes
// the length stationary too, ∂L/∂q − d/dt ∂L/∂q' = 0 for L = √(θ'² + sin²θ φ'²). A curve of
// the same ends that is none has a residual and is longer.
func TestGreatCircle(t *testing.T) {
	from, to := [2]float64{0.9, 0.2}, [2]float64{1.8, 1.7}
	s, err := sphere(from, to).Solve(background, straight(from, to), nil, eighth)
	require.NoError(t, err)
	a, b := point(from[0], from[1]), point(to[0], to[1])
	angle := math.Acos(a[0]*b[0] + a[1]*b[1] + a[2]*b[2])
	normal := [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
	curve := func(at float64) []float64 {
		y, err := s.At(background, []float64{at})
		require.NoError(t, err)
		return y[0]
	}
	for _, at := range []float64{0.1, 0.35, 0.6, 0.95} {
		y := curve(at)
		p := point(y[0], y[1])
		require.InDelta(t, 0, normal[0]*p[0]+normal[1]*p[1]+normal[2]*p[2], 1e-9)
		require.InDelta(t, angle, speed(y), 1e-9)
		require.InDelta(t, 0, lengthResidual(curve, at), 1e-5)
	}
	chord := func(at float64) []float64 {
		y := make([]float64, 4)
		straight(from, to)(y, at)
		return y
	}
	length := quad.Fixed(func(at float64) float64 { return speed(chord(at)) }, 0, 1, 50, nil, 0)
	require.Greater(t, length, angle+0.01)
	require.Greater(t, math.Abs(lengthResidual(chord, 0.35)), 0.1)
}

func point(theta, phi float64) [3]float64 {
	return [3]float64{math.Sin(theta) * math.Cos(phi), math.Sin(theta) * math.Sin(phi), math.Cos(theta)}
}

func speed(y []float64) float64 { return math.Hypot(y[2], math.Sin(y[0])*y[3]) }

// lengthResidual is the θ component of ∂L/∂q − d/dt ∂L/∂q', the derivative in time by a
// central difference, with errors of 1e-8 of a third derivative and 1e-11/1e-4 of the
// solution.
func lengthResidual(curve func(float64) []float64, at float64) float64 {
	const h = 1e-4
	momentum := func(y []float64) float64 { return y[2] / speed(y) }
	y := curve(at)
	sin, cos := math.Sincos(y[0])
	return sin*cos*y[3]*y[3]/speed(y) - (momentum(curve(at+h))-momentum(curve(at-h)))/(2*h)
}

// A spring that rotates by one radian in the time that a wave runs along it is longer
// by tan θ/θ.
func ExampleProblem_Solve_spring() {
	s, err := spring(1).Solve(context.Background(), nil, nil, eighth)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.8f %.8f\n", s.Y[1][0], math.Tan(1))
	// Output: 1.55740772 1.55740772
}

// The curve of least energy between two points of a sphere is an arc of a great circle:
// its speed is the angle between them.
func ExampleProblem_Solve_geodesic() {
	from, to := [2]float64{math.Pi / 4, 0}, [2]float64{math.Pi / 2, math.Pi / 2}
	s, err := sphere(from, to).Solve(context.Background(), straight(from, to), nil, eighth)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.8f %.8f\n", speed(s.Y[0]), math.Pi/2)
	// Output: 1.57079633 1.57079633
}
