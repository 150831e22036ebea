package transport_test

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence/transport"
)

// A shift by 3 costs 3, whatever the order.
func ExampleLine() {
	w, err := transport.Line([]float64{0, 1, 2}, []float64{5, 4, 3}, math.Inf(1))
	fmt.Println(w.Value, err)
	// Output: 3 <nil>
}

// Along θ at an angle φ to the shift it is |s||cos φ|, in the mean of squares |s|/√2.
func ExampleSliced() {
	x, y := []float64{0, 0, 1, 1}, []float64{3, 4, 4, 5}
	w, err := transport.Sliced(context.Background(), x, y, 2, transport.Slices{Directions: 10000})
	fmt.Println(math.Abs(w.Value-5/math.Sqrt2) < 0.1, err)
	// Output: true <nil>
}

// The direction of the shift is that of the largest cost.
func ExampleMaxSliced() {
	x, y := []float64{0, 0, 1, 1}, []float64{3, 4, 4, 5}
	w, theta, err := transport.MaxSliced(context.Background(), x, y, 2, transport.Slices{})
	fmt.Printf("%.3f %.3f %v\n", w.Value, math.Abs(theta[1]), err)
	// Output: 5.000 0.800 <nil>
}

func ExampleExact() {
	w, err := transport.Exact(context.Background(), []float64{0, 0, 1, 1}, []float64{4, 5, 3, 4}, 2, transport.Slices{})
	fmt.Println(w.Value, err)
	// Output: 5 <nil>
}

func ExampleAssign() {
	columns, _, _, err := transport.Assign(context.Background(), []float64{
		4, 1, 3,
		2, 0, 5,
		3, 2, 2,
	}, 3)
	fmt.Println(columns, err)
	// Output: [1 0 2] <nil>
}

// Half of the mass stays, half moves by 1.
func ExamplePlan() {
	plan, cost, err := transport.Plan(context.Background(), []float64{0, 1}, []float64{1}, []float64{1, 1})
	fmt.Println(plan, cost, err)
	// Output: [0.5 0.5] 0.5 <nil>
}

// A shift by s adds |s|² for every ε.
func ExampleSinkhorn() {
	x, y := []float64{0, 1, 2, 3}, []float64{5, 6, 7, 8}
	s, err := transport.Sinkhorn(context.Background(), x, y, 1, transport.Entropic{Epsilon: 10, Tolerance: 1e-9})
	fmt.Printf("%.4f %v\n", s.Value, err)
	// Output: 25.0000 <nil>
}

// The best potential for a shift by (3, 4) is its slope, and what the shift costs is
// its square.
func ExamplePotential() {
	p, err := transport.NewPotential([]float64{3, 4}, mat.NewSymDense(2, nil))
	if err != nil {
		fmt.Println(err)
		return
	}
	bound, err := p.Bound([]float64{0, 0, 1, 1}, []float64{3, 4, 4, 5})
	fmt.Println(bound.Value, bound.Error, err)
	// Output: 25 0 <nil>
}
