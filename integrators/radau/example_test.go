package radau_test

import (
	"context"
	"fmt"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/radau"
	"github.com/ito-sde/ito/ode"
)

// Robertson's reaction as a differential-algebraic equation: the sum of the
// concentrations stays 1.
func ExampleMethod() {
	f := func(dst []float64, _ float64, y []float64) error {
		dst[0] = -0.04*y[0] + 1e4*y[1]*y[2]
		dst[1] = 0.04*y[0] - 1e4*y[1]*y[2] - 3e7*y[1]*y[1]
		dst[2] = y[0] + y[1] + y[2] - 1
		return nil
	}
	r, err := ode.Solve(context.Background(), radau.Variable, f, 0, 40, []float64{1, 0, 0}, ode.Config{
		RTol: 1e-8, ATol: 1e-12,
		Linearisation: integrators.Linearisation{Mass: jacobian.Diagonal([]float64{1, 1, 0})},
	})
	fmt.Printf("%.6f %.4e %.6f %v\n", r.Y[0], r.Y[1], r.Y[2], err)
	// Output: 0.715827 9.1855e-06 0.284164 <nil>
}
