package ode_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/radau"
	"github.com/ito-sde/ito/ode"
)

// Heat in a rod of 200 points: a stiff system whose Jacobian has three diagonals,
// so that four evaluations find it.
func ExampleConfig_banded() {
	const n = 200
	heat := func(d []float64, _ float64, u []float64) error {
		for i := range u {
			left, right := 0.0, 0.0
			if i > 0 {
				left = u[i-1]
			}
			if i < n-1 {
				right = u[i+1]
			}
			d[i] = (n + 1) * (n + 1) * (left - 2*u[i] + right)
		}
		return nil
	}
	u := make([]float64, n)
	for i := range u {
		u[i] = math.Sin(math.Pi * float64(i+1) / (n + 1))
	}
	r, err := ode.Solve(context.Background(), radau.Variable, heat, 0, 0.1, u, ode.Config{RTol: 1e-8, ATol: 1e-10,
		Linearisation: integrators.Linearisation{Pattern: jacobian.Banded(n, 1, 1)}})
	fmt.Printf("%.4f %.4f %v %v\n", r.Y[99]/u[99], math.Exp(-math.Pi*math.Pi*0.1), r.Stats.Evaluations < 1000, err)
	// Output: 0.3727 0.3727 true <nil>
}

// Robertson's reaction with its conservation law in the place of an equation: M
// y' = f with a zero in M's diagonal.
func ExampleConfig_massMatrix() {
	f := func(d []float64, _ float64, y []float64) error {
		d[0] = -0.04*y[0] + 1e4*y[1]*y[2]
		d[1] = -d[0] - 3e7*y[1]*y[1]
		d[2] = y[0] + y[1] + y[2] - 1
		return nil
	}
	r, err := ode.Solve(context.Background(), radau.Variable, f, 0, 40, []float64{1, 0, 0}, ode.Config{RTol: 1e-8, ATol: 1e-12,
		Linearisation: integrators.Linearisation{Mass: jacobian.Diagonal([]float64{1, 1, 0})}})
	fmt.Printf("%.6f %.1e %v\n", r.Y[0], r.Y[0]+r.Y[1]+r.Y[2], err)
	// Output: 0.715827 1.0e+00 <nil>
}

// A smooth sequence of steps, for output that depends smoothly on parameters.
func ExampleFilter() {
	growth := func(d []float64, _ float64, y []float64) error { d[0] = y[0]; return nil }
	r, err := ode.Solve(context.Background(), integrators.DormandPrince, growth, 0, 1, []float64{1},
		ode.Config{RTol: 1e-8, ATol: 1e-8, Filter: ode.H211b})
	fmt.Printf("%.6f %d %v\n", r.Y[0], r.Stats.Rejected, err)
	// Output: 2.718282 0 <nil>
}

// A solve that ran out of steps goes on where it stopped.
func ExampleState() {
	turn := func(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], -y[0]; return nil }
	c := ode.Config{RTol: 1e-9, ATol: 1e-9, MaxSteps: 50}
	r := ode.Result{Y: []float64{0, 1}}
	parts := 0
	for r.T < 100 {
		c.State = r.State
		r, _ = ode.Solve(context.Background(), integrators.Verner7, turn, r.T, 100, r.Y, c) // the error is ode.ErrMaxSteps
		parts++
	}
	fmt.Printf("%v %.5f %.5f\n", parts > 1, r.Y[0], math.Sin(100))
	// Output: true -0.50637 -0.50637
}

// The states inside each step.
func ExampleStep_Interpolate() {
	growth := func(d []float64, _ float64, y []float64) error { d[0] = y[0]; return nil }
	y := make([]float64, 1)
	for s, err := range ode.Steps(context.Background(), integrators.Verner9, growth, 0, 1, []float64{1}, ode.Config{Step: 0.5}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := s.Interpolate(y, s.T-s.H/2); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.8f %.8f\n", y[0], math.Exp(s.T-s.H/2))
	}
	// Output:
	// 1.28402542 1.28402542
	// 2.11700002 2.11700002
}

func ExampleByName() {
	e, err := ode.ByName("rodas5p")
	fmt.Println(e.Method, e.Stiff, err)
	_, err = ode.ByName("rodas")
	fmt.Println(err != nil)
	// Output:
	// rodas5p true <nil>
	// true
}
