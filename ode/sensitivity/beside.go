package sensitivity

import (
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/integrators"
)

// beside steps the state with its sensitivities, but shows only the state: a
// driver chooses steps as if the state were integrated by itself.
type beside struct {
	n         int
	v         *variational
	out       outputs
	last      float64 // the length of the last step
	inner     integrators.Stepper
	dense     integrators.Interpolator // nil: cannot
	z, next   []float64
	estimate  []float64
	inside    []float64
	unwatched []float64 // weights of all components, zero for sensitivities
}

// newBeside starts from z.
func newBeside(m integrators.Method, v *variational, z []float64, c Config) (*beside, error) {
	b := &beside{n: v.n, v: v, z: slices.Clone(z)}
	for _, p := range []*[]float64{&b.next, &b.estimate, &b.inside, &b.unwatched} {
		*p = make([]float64, len(z))
	}
	if im, ok := m.(integrators.Implicit); ok {
		l := integrators.Linearisation{RTol: c.RTol, ATol: c.ATol}
		if c.ATols != nil {
			l.ATol = slices.Min(c.ATols)
		}
		var err error
		if l.Pattern, err = v.pattern(); err != nil {
			return nil, err
		}
		if b.inner, err = im.Implicit(v.eval, len(z), l); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
	} else {
		b.inner = m.Stepper(v.eval, len(z))
	}
	b.dense, _ = b.inner.(integrators.Interpolator)
	return b, nil
}

// Reset comes at the start, and after a step that ends where the field jumps. It
// fails for a state that is not the one reached: the sensitivities would not be
// those of y.
func (b *beside) Reset(t float64, y []float64) error {
	if err := b.reached(t, y); err != nil {
		return err
	}
	return b.inner.Reset(t, b.z)
}

// reached is told of the end of a step.
func (b *beside) reached(t float64, y []float64) error {
	if !slices.Equal(y, b.z[:b.n]) {
		return errMoved(t)
	}
	if i := firstNotFinite(b.z[b.n:]); i >= 0 {
		return fmt.Errorf("%w: component %d in column %d of S at t = %v", ErrNotFinite, i%b.n, i/b.n, t)
	}
	return b.out.reach(t, b)
}

func (b *beside) Try(dst, estimate []float64, h float64) error {
	b.last = h
	e := b.estimate
	if estimate == nil {
		e = nil
	}
	err := b.inner.Try(b.next, e, h)
	copy(dst, b.next)
	copy(estimate, e)
	return err
}

func (b *beside) Accept() {
	b.inner.Accept()
	b.z, b.next = b.next, b.z
}

func (b *beside) Counts() integrators.Counts { return b.inner.Counts() }

// The abilities that a driver looks for are those of the inner stepper.
type (
	interpolates struct{ b *beside }
	chooses      struct{ b *beside }
)

func (i interpolates) Interpolate(dst []float64, theta float64) error {
	err := i.b.dense.Interpolate(i.b.inside, theta)
	copy(dst, i.b.inside)
	return err
}

// Choose scales the weights so that the mean square over all components is that
// over the state.
func (c chooses) Choose(h, norm float64, weights []float64) float64 {
	r := math.Sqrt(float64(len(c.b.z)) / float64(c.b.n))
	for i, w := range weights {
		c.b.unwatched[i] = r * w
	}
	return c.b.inner.(integrators.Chooser).Choose(h, norm, c.b.unwatched)
}

// shown is the method that makes a beside.
type shown struct {
	integrators.Method
	b *beside
}

func (s shown) String() string { return fmt.Sprint(s.Method) }

// Stepper is called once, by the driver, whose field may be the System's as seen
// from one side of a jump.
func (s shown) Stepper(f integrators.Field, _ int) integrators.Stepper {
	s.b.v.outer = f
	_, choose := s.b.inner.(integrators.Chooser)
	switch {
	case choose && s.b.dense != nil:
		return struct {
			*beside
			interpolates
			chooses
		}{s.b, interpolates{s.b}, chooses{s.b}}
	case choose:
		return struct {
			*beside
			chooses
		}{s.b, chooses{s.b}}
	case s.b.dense != nil:
		return struct {
			*beside
			interpolates
		}{s.b, interpolates{s.b}}
	}
	return s.b
}
