package symplectic

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
)

// ErrSeparable is wrapped by the errors of Separable.
var ErrSeparable = errors.New("symplectic: not separable")

// Separable checks at one time and state y = (q, p) that a field may be split
// into kicks and drifts: that q' does not change with q, nor p' with p. Each
// coordinate is moved in turn by 1e-3 of max(1, |y_j|), and the rates of its own
// half may change by 1e-10 of the largest rate. dim + 1 evaluations. What holds at
// one state may fail at others: try several.
//
// The error wraps [ErrSeparable] and names the rate and the coordinate, or is the
// field's own. It panics if y is not of even, positive length.
func Separable(f integrators.Field, t float64, y []float64) error {
	dim := len(y)
	if dim < 2 || dim%2 != 0 {
		panic(fmt.Sprintf("symplectic: a state of %d numbers; want as many positions as momenta", dim))
	}
	n := dim / 2
	want, got, at := make([]float64, dim), make([]float64, dim), append([]float64(nil), y...)
	if err := f(want, t, y); err != nil {
		return err
	}
	scale := 0.0
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	for j := range y {
		at[j] = y[j] + 1e-3*max(1, math.Abs(y[j]))
		if err := f(got, t, at); err != nil {
			return err
		}
		at[j] = y[j]
		for i := j / n * n; i < j/n*n+n; i++ {
			if !(math.Abs(got[i]-want[i]) <= 1e-10*scale) {
				return fmt.Errorf("%w: at t = %v the rate of coordinate %d changes with coordinate %d (of %d, %d of them positions), from %v to %v: use a Gauss method",
					ErrSeparable, t, i, j, dim, n, want[i], got[i])
			}
		}
	}
	return nil
}
