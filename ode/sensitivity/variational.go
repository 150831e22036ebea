package sensitivity

import (
	"fmt"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// variational is the field of the state z = (y, S_1, ..., S_q) with its
// sensitivities, column after column:
//
//	y' = f(t, y, p),   S_j' = (∂f/∂y) S_j + ∂f/∂p_j,
//
// the second term for the first m columns, those of parameters. Hairer, Nørsett,
// Wanner (1993), section I.14.
type variational struct {
	*linear
	n, m, q int
	// outer ends in a call of inner, perhaps with another t, which is seen.
	outer integrators.Field
	seen  float64
}

func (v *variational) inner(dst []float64, t float64, y []float64) error {
	v.seen = t
	return v.field(dst, t, y)
}

func (v *variational) size() int { return v.n * (1 + v.q) }

// column returns S_(j+1) of z.
func (v *variational) column(z []float64, j int) []float64 {
	return z[(1+j)*v.n : (2+j)*v.n]
}

// eval is the field.
func (v *variational) eval(dst []float64, t float64, z []float64) error {
	y := z[:v.n]
	if err := v.outer(dst[:v.n], t, y); err != nil {
		return err
	}
	t = v.seen
	if v.Jacobian != nil {
		if err := v.at(t, y); err != nil {
			return err
		}
	}
	for j := range v.q {
		parameter := j
		if j >= v.m {
			parameter = -1
		}
		if err := v.tangent(v.column(dst, j), t, y, v.column(z, j), parameter); err != nil {
			return err
		}
	}
	// A state that left the numbers is the driver's to reject.
	if i := firstNotFinite(dst[v.n:]); i >= 0 && firstNotFinite(dst[:v.n]) < 0 && firstNotFinite(z) < 0 {
		return fmt.Errorf("%w: of component %d in column %d of S' at t = %v", ErrNotFinite, i%v.n, i/v.n, t)
	}
	return nil
}

// pattern of the derivative of eval: S_j' depends on y and on S_j.
func (v *variational) pattern() (*jacobian.Pattern, error) {
	var entries [][2]int
	for j := range 1 + v.q {
		for i := range v.n {
			for k := range v.n {
				entries = append(entries, [2]int{j*v.n + i, k}, [2]int{j*v.n + i, j*v.n + k})
			}
		}
	}
	return jacobian.Sparse(v.size(), entries)
}
