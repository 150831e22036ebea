package esdirk

import (
	"errors"
	"fmt"

	"github.com/ito-sde/ito/integrators"
)

// ErrSplit is wrapped by the error of IMEX.
var ErrSplit = errors.New("esdirk: method does not split")

// Split is an additive method for M y' = f_E(t, y) + f_I(t, y): f_E goes by the
// explicit companion of the tableau and f_I by the tableau itself, with the same
// weights and nodes,
//
//	Y_i = y + h Σ_{j≤i} A_ij k_j + h Σ_{j<i} Explicit_ij l_j,
//	M k_i = f_I(t + C_i h, Y_i),   M l_i = f_E(t + C_i h, Y_i),
//	y' = y + h Σ A_sj (k_j + l_j).
//
// A *Split is an integrators.Implicit. The field given to Stepper and Implicit is
// f_I, the stiff part, and so is that of the Linearisation's Jacobian: only f_I is
// ever linearised. The step is bounded by the stability of the explicit companion
// on f_E. Ascher, Ruuth, Spiteri (1997); Kennedy, Carpenter (2003), section 2.
type Split struct {
	*Tableau
	explicit integrators.Field
}

// IMEX returns the method that treats explicit as f_E. The error wraps ErrSplit
// where the tableau has no explicit companion. explicit belongs to one stepper at a
// time unless it may be called concurrently.
func (m *Tableau) IMEX(explicit integrators.Field) (*Split, error) {
	switch {
	case m.Explicit == nil:
		return nil, fmt.Errorf("%w: %s has no explicit companion; take a KenCarp method", ErrSplit, m.Name)
	case explicit == nil:
		return nil, fmt.Errorf("%w: the explicit part is nil; use %s itself", ErrSplit, m.Name)
	}
	return &Split{m, explicit}, nil
}

// String is the method's name.
func (m *Split) String() string { return m.Name + "-imex" }

// DenseOrder is the order of the interpolant.
func (m *Split) DenseOrder() int { return m.SplitP }

// Stepper returns a stepper for f_I = stiff with a dense Jacobian by differences
// and iterations carried to rounding.
func (m *Split) Stepper(stiff integrators.Field, dim int) integrators.Stepper {
	return plain(m.Implicit(stiff, dim, integrators.Linearisation{}))
}

// Implicit returns a stepper for f_I = stiff. Its errors are those of
// Tableau.Implicit.
func (m *Split) Implicit(stiff integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
	return newStepper(m.Tableau, m.explicit, stiff, dim, l)
}
