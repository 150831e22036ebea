package validation

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// ErrOrder is wrapped by the errors of FitOrder.
var ErrOrder = errors.New("validation: no order to fit")

// Order is a convergence order fitted by least squares over refinements,
//
//	log₂ error = a − Slope · log₂ steps + b/steps,
//
// where the last term takes up what the next power of the step adds: an order is
// a statement about the limit.
type Order struct {
	Slope  float64
	Steps  []float64
	Errors []float64
}

// FitOrder measures errorAt on grids of lo, √2 lo, 2 lo, ... up to hi steps and
// fits the finest eight whose error stands above floor, where rounding has not
// yet flattened it. It fails where fewer than five do.
func FitOrder(lo, hi int, floor float64, errorAt func(steps int) (float64, error)) (Order, error) {
	const most, least = 8, 5
	var o Order
	for k := 0; ; k++ {
		n := int(math.Round(float64(lo) * math.Pow(2, float64(k)/2)))
		if n > hi {
			break
		}
		e, err := errorAt(n)
		if err != nil {
			return o, err
		}
		if math.IsNaN(e) || math.IsInf(e, 0) {
			return o, fmt.Errorf("%w: error at %d steps is %v", ErrOrder, n, e)
		}
		if e <= floor {
			break
		}
		o.Steps, o.Errors = append(o.Steps, float64(n)), append(o.Errors, e)
	}
	if n := len(o.Steps); n < least {
		return o, fmt.Errorf("%w: %d of the errors from %d steps on stand above %g; %d are needed", ErrOrder, n, lo, floor, least)
	}
	from := max(0, len(o.Steps)-most)
	o.Steps, o.Errors = o.Steps[from:], o.Errors[from:]
	a, y := mat.NewDense(len(o.Steps), 3, nil), mat.NewVecDense(len(o.Steps), nil)
	for i, n := range o.Steps {
		a.SetRow(i, []float64{1, math.Log2(n), o.Steps[0] / n})
		y.SetVec(i, math.Log2(o.Errors[i]))
	}
	var fit mat.VecDense
	if err := fit.SolveVec(a, y); err != nil {
		return o, fmt.Errorf("%w: %w", ErrOrder, err)
	}
	o.Slope = -fit.AtVec(1)
	return o, nil
}
