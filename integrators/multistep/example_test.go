package multistep_test

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/multistep"
)

// One loop over Try, Accept and Choose: two evaluations a step, whatever the
// order.
func ExampleAdams() {
	f := func(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], -y[0]; return nil }
	s := multistep.Adams{}.Stepper(f, 2)
	chooser := s.(interface {
		Choose(h, norm float64, weights []float64) float64
	})
	const tol = 1e-10
	y, next, estimate := []float64{0, 1}, make([]float64, 2), make([]float64, 2)
	if err := s.Reset(0, y); err != nil {
		panic(err)
	}
	weights := []float64{1 / tol, 1 / tol}
	t, h, steps := 0.0, 1e-6, 0
	for t < 10 {
		h = math.Min(h, 10-t)
		if err := s.Try(next, estimate, h); err != nil {
			panic(err)
		}
		norm := math.Hypot(estimate[0], estimate[1]) / tol
		if norm <= 1 {
			s.Accept()
			t += h
			copy(y, next)
			steps++
		}
		h = chooser.Choose(h, norm, weights)
	}
	fmt.Printf("sin 10 = %.8f\n", y[0])
	fmt.Println("two evaluations a step:", s.Counts().Evaluations < 2*steps+20)
	// Output:
	// sin 10 = -0.54402111
	// two evaluations a step: true
}
