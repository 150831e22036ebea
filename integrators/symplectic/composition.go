package symplectic

import (
	"fmt"
	"slices"

	"github.com/ito-sde/ito/integrators"
)

// Composition is a splitting method for H = T(p, t) + V(q, t) as data: for i = 0,
// 1, … a kick and a drift,
//
//	p += Kick_i h F(q, t + h Σ_{j<i} Drift_j),    F = −∂V/∂q,
//	q += Drift_i h v(p, t + h Σ_{j≤i} Kick_j),    v = ∂T/∂p.
//
// Each is the exact flow of one half of H, so every composition is symplectic
// and explicit, and conserves to rounding what all kicks and drifts conserve:
// linear momentum, and angular momentum in a central field. Time counts as a
// position for the force and as a momentum for the velocity, which keeps the
// order where H depends on it (Blanes, Casas 2016, section 5.1.3). Coefficients
// may be negative or above 1, so F and v are also asked for times and states
// outside the step.
//
// A force is evaluated again only after a drift, and a velocity only after a
// kick, steps being no boundary: velocity Verlet costs one of each a step.
//
// A *Composition is an [integrators.Method]. Its [Composition.Stepper] takes the
// whole field and uses the half it needs; [Split] evaluates only that half.
//
// McLachlan, Quispel (2002); Hairer, Lubich, Wanner (2006), sections II.5 and V.3.
type Composition struct {
	Name string
	P    int // order
	// Kick and Drift have the same length; zeros are skipped.
	Kick, Drift []float64
	// Nystrom: the order is P only where T is quadratic in p and independent of t,
	// as in Newton's equations, acceleration = F(q, t); else it is 2 or more.
	Nystrom bool
	// Compensated carries the rounding error of each addition to the next one, as
	// Kahan does. Rounding then grows in long runs as if each whole step were
	// rounded once or less: Hairer, McLachlan, Razakarivony (2008), section 2.
	Compensated bool
}

// Order returns P, and 0: there is no estimate.
func (c *Composition) Order() (order, estimate int) { return c.P, 0 }

// String is the method's name.
func (c *Composition) String() string { return c.Name }

// Stepper returns a stepper for the whole field f = (v(p, t), F(q, t)) on states
// (q, p) of dim numbers in all. f is called for every half that is needed, each
// call being one of Counts().Evaluations. Whether f is separable is not checked
// ([Separable] does). It panics if dim is not even and positive, or Kick and
// Drift differ in length.
func (c *Composition) Stepper(f integrators.Field, dim int) integrators.Stepper {
	s := c.stepper(dim)
	s.whole, s.f = make([]float64, dim), f
	return s
}

// Compensate returns a copy of c with Compensated set.
func (c *Composition) Compensate() *Composition {
	d := *c
	d.Compensated = true
	return &d
}

// Adjoint returns the inverse of a step of length −h: the same parts in reverse.
// It has the same order and the opposite leading error. A method that is its own
// adjoint is called symmetric, or time-reversible, and is of even order.
func (c *Composition) Adjoint() *Composition {
	a := *c
	a.Name += "*"
	// Backwards a drift comes first: a kick of 0 goes before and a drift of 0 after.
	a.Kick, a.Drift = append(slices.Clone(c.Kick), 0), append([]float64{0}, c.Drift...)
	slices.Reverse(a.Kick)
	slices.Reverse(a.Drift)
	if last := len(a.Kick) - 1; a.Kick[last] == 0 && a.Drift[last] == 0 {
		a.Kick, a.Drift = a.Kick[:last], a.Drift[:last]
	}
	if a.Kick[0] == 0 && a.Drift[0] == 0 {
		a.Kick, a.Drift = a.Kick[1:], a.Drift[1:]
	}
	return &a
}

// Symmetric reports whether c is its own adjoint, exactly.
func (c *Composition) Symmetric() bool {
	a := c.Adjoint()
	return slices.Equal(a.Kick, c.Kick) && slices.Equal(a.Drift, c.Drift)
}

// Strang composes steps of velocity Verlet of lengths w_0 h, w_1 h, …, …, w_1 h,
// w_0 h, whose outer weights are given and whose centre is such that they sum to
// 1; neighbouring kicks are merged. With m outer weights a step costs 2m + 1
// forces and velocities. Yoshida (1990).
func Strang(name string, order int, outer ...float64) *Composition {
	w := symmetric(1, outer...)
	kick, drift := make([]float64, len(w)+1), append(w, 0)
	for i := range kick {
		if i > 0 {
			kick[i] = w[i-1] / 2
		}
		if i < len(w) {
			kick[i] += w[i] / 2
		}
	}
	return &Composition{Name: name, P: order, Kick: kick, Drift: drift}
}

// symmetric returns the symmetric row of sum 1 that starts with outer and whose
// middle, missing there, is one coefficient or two equal ones.
func symmetric(middle int, outer ...float64) []float64 {
	rest := 1.0
	for _, w := range outer {
		rest -= 2 * w
	}
	row := slices.Clone(outer)
	for range middle {
		row = append(row, rest/float64(middle))
	}
	for i := range outer {
		row = append(row, outer[len(outer)-1-i])
	}
	return row
}

func (c *Composition) check(dim int) {
	if dim < 2 || dim%2 != 0 {
		panic(fmt.Sprintf("symplectic: a state of %d numbers; want as many positions as momenta", dim))
	}
	if len(c.Kick) != len(c.Drift) || len(c.Kick) == 0 {
		panic(fmt.Sprintf("symplectic: %s has %d kicks and %d drifts", c.Name, len(c.Kick), len(c.Drift)))
	}
}
