package symplectic

import "github.com/ito-sde/ito/integrators"

// Split is a Composition on a system given in its two halves, each evaluated
// alone:
//
//	q' = Velocity(p, t),   p' = Force(q, t).
//
// Each is an [integrators.Field] on half a state: Force gets n positions and
// writes n forces. Velocity nil stands for q' = p, unit masses, at no cost.
// Counts().Evaluations counts the forces.
//
// A *Split is an [integrators.Method]; the field a driver hands to its Stepper is
// not used, and is to be the same system, [Split.Field].
type Split struct {
	Composition     *Composition
	Velocity, Force integrators.Field
}

// Order is that of the Composition.
func (s *Split) Order() (order, estimate int) { return s.Composition.Order() }

// String is the name of the Composition.
func (s *Split) String() string { return s.Composition.Name }

// Stepper returns a stepper for the two halves; the field is not called. It panics
// as [Composition.Stepper] does, and without a Force.
func (s *Split) Stepper(_ integrators.Field, dim int) integrators.Stepper {
	if s.Force == nil {
		panic("symplectic: no force")
	}
	r := s.Composition.stepper(dim)
	r.split = s
	return r
}

// Field is the whole system as one field, for any other method. It panics if
// dst is not of even length.
func (s *Split) Field(dst []float64, t float64, y []float64) error {
	n := len(dst) / 2
	if len(y) != len(dst) || len(dst)%2 != 0 {
		panic("symplectic: a state without as many positions as momenta")
	}
	if s.Velocity == nil {
		copy(dst[:n], y[n:])
	} else if err := s.Velocity(dst[:n], t, y[n:]); err != nil {
		return err
	}
	return s.Force(dst[n:], t, y[:n])
}
