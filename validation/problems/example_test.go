package problems_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/validation/problems"
)

// The motion of two bodies of eccentricity 0.9 at two tolerances.
func ExampleByName() {
	p, _ := problems.ByName("detest-d5")
	fmt.Println(p.Doc)
	for _, tol := range []float64{1e-6, 1e-12} {
		c := ode.Config{RTol: tol, ATol: tol * p.AbsScale}
		r, err := ode.Solve(context.Background(), integrators.DOP853, p.F, p.T0, p.T1, p.Y0, c)
		if err != nil {
			fmt.Println(err)
			return
		}
		energy := p.Invariants[0](r.Y) - p.Invariants[0](p.Y0)
		fmt.Println(p.Error(r.Y) < 1000*tol, math.Abs(energy) < 100*tol)
	}
	// Output:
	// two bodies, eccentricity 0.9. Hull, Enright, Fellen, Sedgwick, SIAM J. Numer. Anal. 9 (1972), problem D5
	// true true
	// true true
}

// The matrices that implicit methods work with.
func ExampleProblem_Linearisation() {
	p, _ := problems.ByName("robertson-dae")
	l := p.Linearisation()
	j := l.Pattern.New()
	if err := l.Jacobian(j, 0, []float64{0.5, 1e-5, 0.5}); err != nil {
		fmt.Println(err)
		return
	}
	for i := range 3 {
		fmt.Println(l.Mass.At(i, i), "|", j.At(i, 0), j.At(i, 1), j.At(i, 2))
	}
	// Output:
	// 1 | -0.04 5000 0.1
	// 1 | 0.04 -5600 -0.1
	// 0 | 1 1 1
}
