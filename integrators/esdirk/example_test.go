package esdirk_test

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
	"github.com/ito-sde/ito/ode"
)

// A stiff equation whose solution is cos t.
func ExampleTableau() {
	f := func(dst []float64, t float64, y []float64) error {
		dst[0] = -1e6*(y[0]-math.Cos(t)) - math.Sin(t)
		return nil
	}
	r, err := ode.Solve(context.Background(), esdirk.Kvaerno5, f, 0, 1, []float64{1}, ode.Config{RTol: 1e-6, ATol: 1e-6})
	fmt.Printf("%.5f %v %v\n", r.Y[0], r.Stats.Accepted < 20, err)
	// Output: 0.54030 true <nil>
}

// A stiff relaxation to y₁ = y₂² beside a growth that is not stiff: only the
// relaxation is implicit.
func ExampleTableau_IMEX() {
	growth := func(dst []float64, _ float64, y []float64) error {
		dst[0], dst[1] = 0, 1-y[1]
		return nil
	}
	relaxation := func(dst []float64, _ float64, y []float64) error {
		dst[0], dst[1] = -1e5*(y[0]-y[1]*y[1]), 0
		return nil
	}
	m, err := esdirk.KenCarp4.IMEX(growth)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := ode.Solve(context.Background(), m, relaxation, 0, math.Ln2, []float64{0, 0}, ode.Config{RTol: 1e-7, ATol: 1e-7})
	fmt.Printf("%.4f %.4f %v\n", r.Y[0], r.Y[1], err)
	// Output: 0.2500 0.5000 <nil>
}

func ExampleByName() {
	m, err := integrators.ByName(esdirk.Catalogue, "esdirk659")
	fmt.Println(m, m.Stages(), m.DenseOrder(), err)
	_, err = m.IMEX(nil)
	fmt.Println(err)
	// Output:
	// esdirk659 9 4 <nil>
	// esdirk: method does not split: esdirk659 has no explicit companion; take a KenCarp method
}
