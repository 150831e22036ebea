package rosenbrock_test

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/rosenbrock"
)

// A pendulum's tension by an equation without derivative, of index 1: the angle
// a and its rate w follow a” = −sin a, and T = cos a + w².
func ExampleTableau_Implicit() {
	f := func(d []float64, _ float64, y []float64) error {
		a, w, tension := y[0], y[1], y[2]
		d[0], d[1], d[2] = w, -math.Sin(a), math.Cos(a)+w*w-tension
		return nil
	}
	l := integrators.Linearisation{Mass: jacobian.Diagonal([]float64{1, 1, 0})}
	s, err := rosenbrock.Rodas5P.Implicit(f, 3, l)
	if err != nil {
		fmt.Println(err)
		return
	}
	y := []float64{math.Pi / 2, 0, 0}
	if err := s.Reset(0, y); err != nil {
		fmt.Println(err)
		return
	}
	for range 20 {
		if err := s.Try(y, nil, 0.1); err != nil {
			fmt.Println(err)
			return
		}
		s.Accept()
	}
	// From energy, w² = 2 cos a.
	fmt.Printf("T/cos a = %.5f\n", y[2]/math.Cos(y[0]))
	// Output: T/cos a = 3.00000
}

// A field that does not depend on time, said so, spares an evaluation a step.
func ExampleAutonomous() {
	f := func(d []float64, _ float64, y []float64) error { d[0] = -1e6 * (y[0] - 1); return nil }
	y := []float64{2}
	for _, m := range []integrators.Implicit{rosenbrock.Rodas4, rosenbrock.Autonomous{Tableau: rosenbrock.Rodas4}} {
		s := m.Stepper(f, 1)
		if err := s.Reset(0, []float64{2}); err != nil {
			fmt.Println(err)
			return
		}
		if err := s.Try(y, nil, 1); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.4f after %d evaluations\n", y[0], s.Counts().Evaluations)
	}
	// Output:
	// 1.0000 after 8 evaluations
	// 1.0000 after 7 evaluations
}
