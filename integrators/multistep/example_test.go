package multistep_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/multistep"
	"github.com/ito-sde/ito/ode"
)

// Two evaluations a step, whatever the order, so that ten digits cost little.
func ExampleAdams() {
	f := func(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], -y[0]; return nil }
	r, err := ode.Solve(context.Background(), multistep.Adams{}, f, 0, 10, []float64{0, 1}, ode.Config{RTol: 1e-10, ATol: 1e-10})
	if err != nil {
		panic(err)
	}
	fmt.Printf("sin 10 = %.7f\n", r.Y[0])
	fmt.Println("evaluations below 300:", r.Stats.Evaluations < 300)
	// Output:
	// sin 10 = -0.5440211
	// evaluations below 300: true
}

// A stiff decay towards a slow curve, in steps far longer than an explicit
// method could take.
func ExampleNDF() {
	f := func(d []float64, t float64, y []float64) error { d[0] = -1e6 * (y[0] - math.Cos(t)); return nil }
	r, err := ode.Solve(context.Background(), multistep.NDF{}, f, 0, 1, []float64{0}, ode.Config{RTol: 1e-6, ATol: 1e-6})
	if err != nil {
		panic(err)
	}
	fmt.Printf("cos 1 = %.4f\n", r.Y[0])
	fmt.Println("steps below 200:", r.Stats.Accepted < 200)
	// Output:
	// cos 1 = 0.5403
	// steps below 200: true
}

// A differential equation y' = z with the constraint 0 = z − cos t in the place
// of a second one: the mass matrix is singular.
func ExampleBDF() {
	f := func(d []float64, t float64, y []float64) error { d[0], d[1] = y[1], y[1]-math.Cos(t); return nil }
	r, err := ode.Solve(context.Background(), multistep.BDF{}, f, 0, 1, []float64{0, 1}, ode.Config{
		RTol: 1e-7, ATol: 1e-7,
		Linearisation: integrators.Linearisation{Mass: jacobian.Diagonal([]float64{1, 0})},
	})
	if err != nil {
		panic(err)
	}
	fmt.Printf("sin 1 = %.4f\n", r.Y[0])
	// Output:
	// sin 1 = 0.8415
}
