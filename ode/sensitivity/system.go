package sensitivity

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"
)

var (
	// ErrConfig is wrapped where an argument is wrong.
	ErrConfig = errors.New("sensitivity: bad configuration")
	// ErrNotFinite is wrapped where a derivative is not finite.
	ErrNotFinite = errors.New("sensitivity: derivative is not finite")
)

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
}

// System is y' = f(t, y, p) with n states and m parameters, m = 0 among them. Its
// functions must depend on nothing but their arguments; an error of theirs ends
// the solve and is passed on wrapped.
type System struct {
	// Field evaluates dst = f(t, y, p).
	Field func(dst []float64, t float64, y, p []float64) error
	// Jacobian sets fy = ∂f/∂y (n×n) and fp = ∂f/∂p (n×m), which come as zero;
	// fp is nil where m = 0. Jacobian may be nil: then central differences of
	// Field stand in, with increments ε^(1/3) ‖y‖∞ and ε^(1/3) |p_j|, those of
	// zeros ε^(1/3), which leaves about ten digits where f is smooth at these
	// scales.
	Jacobian func(fy, fp *mat.Dense, t float64, y, p []float64) error
	// VJP sets wy = (∂f/∂y)ᵀ v and wp = (∂f/∂p)ᵀ v. Gradients use it in the place
	// of Jacobian; nil: Jacobian times v.
	VJP func(wy, wp []float64, t float64, y, p, v []float64) error
}

func (s System) check(y0, p []float64) error {
	if s.Field == nil {
		return bad("the system has no Field")
	}
	if len(y0) == 0 {
		return bad("the state is empty")
	}
	if i := firstNotFinite(p); i >= 0 {
		return bad("parameter %d is %v", i, p[i])
	}
	return nil
}

func firstNotFinite(v []float64) int {
	for i, x := range v {
		if x-x != 0 {
			return i
		}
	}
	return -1
}
