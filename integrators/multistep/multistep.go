// Package multistep holds methods that remember the steps before: Adams' for
// right-hand sides that cost much and are not stiff, and the differentiation
// formulas BDF and NDF for stiff ones. They choose their own orders and steps;
// they are integrators.Chooser.
//
// A method starts at order 1 without a past, and so it does after every Reset:
// it suits long smooth solutions better than ones that are often interrupted.
// A driver should choose the first step as for a method of order 1.
package multistep

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
)

// Catalogue lists the methods; tests and benchmarks are made from it.
var Catalogue = []integrators.Entry[integrators.Method]{
	{Name: "adams", Method: Adams{}, Doc: "orders 1 to 12 with two evaluations a step; non-stiff problems whose right-hand side is expensive, tolerances 1e-6 to 1e-13"},
	{Name: "ndf", Method: NDF{}, Doc: "orders 1 to 5, one factorisation for many steps; large stiff problems and differential-algebraic ones of index 1, tolerances 1e-2 to 1e-8"},
	{Name: "bdf", Method: BDF{}, Doc: "orders 1 to 5; as ndf with shorter steps, and stabler at orders 3 and 4"},
}

// ErrOrder is wrapped where the orders asked for do not exist.
var ErrOrder = errors.New("multistep: bad orders")

// orders fills in zeros: from 1 to most.
func orders(lo, hi, most int) (int, int, error) {
	from, to := lo, hi
	if from == 0 {
		from = 1
	}
	if to == 0 {
		to = most
	}
	if from < 1 || to < from || to > most {
		return 1, 1, fmt.Errorf("%w: MinOrder %d, MaxOrder %d; want 1 ≤ MinOrder ≤ MaxOrder ≤ %d, 0 for an end of that range", ErrOrder, lo, hi, most)
	}
	return from, to, nil
}

// same reports whether steps h and g that end or start at t differ by no more
// than the rounding of t, as the steps of a driver that subtracts times do.
func same(h, g, t float64) bool {
	d := math.Abs(h - g)
	return d <= 0x1p-50*(math.Abs(t)+math.Abs(h)) && d <= 0x1p-20*math.Abs(h)
}

// pad is the number of blocks of four that dim numbers fill, and their length.
func pad(dim int) (blocks, padded int) {
	if dim < 1 {
		panic(fmt.Sprintf("multistep: a state of %d numbers", dim))
	}
	return (dim + 3) / 4, (dim + 3) &^ 3
}

// vectors cuts n vectors of the given length out of one array.
func vectors(n, length int) func() []float64 {
	mem := make([]float64, n*length)
	return func() []float64 {
		v := mem[:length:length]
		mem = mem[length:]
		return v
	}
}
