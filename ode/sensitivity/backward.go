package sensitivity

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators"
)

// ErrRepeat is wrapped where a recorded step, done again, does not end where it
// did: Field depends on more than its arguments, or the state was changed between
// steps.
var ErrRepeat = errors.New("sensitivity: a recorded step does not repeat")

// output is a time with the derivative μ of the loss by the state there.
type output struct {
	t  float64
	mu []float64
}

// backward goes through the steps of a Trace from its end.
type backward struct {
	*linear
	r          *Trace
	stepper    integrators.Stepper
	a          [][]float64 // the stages of a step, then those of the interpolant
	c          []float64
	lambda, dp []float64
	y, k       [][]float64 // the stages' states and slopes
	kappa      [][]float64
	wy, wp     []float64
	end        []float64
	bar        bool // the step ends on a stop at time to, and sees the field before
	to, h      float64
}

func newBackward(r *Trace) *backward {
	m, n := r.method, len(r.last)
	b := &backward{linear: newLinear(r.system, n, r.p), r: r, a: m.A, c: m.C}
	b.stepper = m.Stepper(b.sided, n)
	switch {
	case m.Dense != nil:
		b.a, b.c = slices.Concat(m.A, m.ExtraA), slices.Concat(m.C, m.ExtraC)
	case !m.FSAL(): // f at the end of the step, for the cubic of Hermite
		b.a, b.c = append(slices.Clone(m.A), m.B), append(slices.Clone(m.C), 1)
	}
	rows := func() [][]float64 {
		v := make([][]float64, len(b.a))
		for i := range v {
			v[i] = make([]float64, n)
		}
		return v
	}
	b.y, b.k, b.kappa = rows(), rows(), rows()
	b.lambda, b.wy, b.end = make([]float64, n), make([]float64, n), make([]float64, n)
	b.dp, b.wp = make([]float64, len(r.p)), make([]float64, len(r.p))
	return b
}

// between sets the step that is looked at.
func (b *backward) between(h, to float64) {
	b.h, b.to, b.bar = h, to, slices.Contains(b.r.stops, to)
}

// side is t, but the last number before a stop that the step ends on.
func (b *backward) side(t float64) float64 {
	if b.bar && (t-b.to)*b.h >= 0 {
		return math.Nextafter(b.to, math.Inf(int(math.Copysign(1, -b.h))))
	}
	return t
}

func (b *backward) sided(dst []float64, t float64, y []float64) error {
	return b.field(dst, b.side(t), y)
}

// replay writes the states from the start of a segment to its end into y.
func (b *backward) replay(ctx context.Context, y []float64, first, count, k int) error {
	n, s := len(b.lambda), b.r.steps
	copy(y, s.state(k))
	if first+count == len(s.h) {
		copy(y[count*n:], b.r.last)
	} else {
		copy(y[count*n:], s.state(k+1))
	}
	if count == 1 {
		return nil
	}
	if err := b.stepper.Reset(s.t[first], y[:n]); err != nil {
		return err
	}
	for i := range count - 1 {
		if err := ctx.Err(); err != nil {
			return err
		}
		next := y[(i+1)*n : (i+2)*n]
		b.between(s.h[first+i], s.t[first+i+1])
		if err := b.stepper.Try(next, nil, s.h[first+i]); err != nil {
			return fmt.Errorf("%w: at t = %v: %w", ErrRepeat, s.t[first+i], err)
		}
		b.stepper.Accept()
		if b.bar { // the field beyond the stop is another
			if err := b.stepper.Reset(b.to, next); err != nil {
				return err
			}
		}
	}
	return nil
}

// step takes lambda and dp from the end of a step, y1 at time to, to its start.
func (b *backward) step(t, h, to float64, y0, y1 []float64, outs []output) error {
	b.between(h, to)
	inside := false
	for _, o := range outs {
		inside = inside || o.t != to
	}
	used := len(b.r.method.B)
	if inside {
		used = len(b.a)
	} else if b.r.method.FSAL() {
		used-- // the last stage serves the next step
	}
	if err := b.stages(t, h, y0, y1, used); err != nil {
		return err
	}
	for _, o := range outs {
		if o.t == to {
			floats.Add(b.lambda, o.mu)
		}
	}
	for i, kappa := range b.kappa[:used] {
		floats.ScaleTo(kappa, h*at(b.r.method.B, i), b.lambda)
	}
	for _, o := range outs {
		if o.t != to {
			b.interpolated(h, 1+(o.t-to)/h, o.mu)
		}
	}
	for i := used - 1; i >= 0; i-- {
		if floats.Norm(b.kappa[i], math.Inf(1)) == 0 {
			continue
		}
		if err := b.cotangent(b.wy, b.wp, b.side(t+b.c[i]*h), b.y[i], b.kappa[i]); err != nil {
			return err
		}
		floats.Add(b.lambda, b.wy)
		floats.Add(b.dp, b.wp)
		for j, a := range b.a[i] {
			floats.AddScaled(b.kappa[j], h*a, b.wy)
		}
	}
	if firstNotFinite(b.lambda) >= 0 || firstNotFinite(b.dp) >= 0 {
		return fmt.Errorf("%w: of the loss at t = %v", ErrNotFinite, t)
	}
	return nil
}

// stages computes the first used stages, and checks that the step repeats.
func (b *backward) stages(t, h float64, y0, y1 []float64, used int) error {
	size := 0.0
	copy(b.end, y0)
	for i := range used {
		y := b.y[i]
		copy(y, y0)
		for j, a := range b.a[i] {
			floats.AddScaled(y, h*a, b.k[j])
		}
		if err := b.sided(b.k[i], t+b.c[i]*h, y); err != nil {
			return err
		}
		floats.AddScaled(b.end, h*at(b.r.method.B, i), b.k[i])
		size = max(size, math.Abs(h)*floats.Norm(b.k[i], math.Inf(1)))
	}
	// Rounding of the stages and of t grows little within one segment, far less
	// than to half of all digits.
	bound := 1e-8 * (size + floats.Norm(y0, math.Inf(1)) + floats.Norm(y1, math.Inf(1)))
	if d := floats.Distance(b.end, y1, math.Inf(1)); !(d <= bound) {
		return fmt.Errorf("%w: from t = %v with h = %v it now ends %.3g away", ErrRepeat, t, h, d)
	}
	return nil
}

// interpolated adds the share of an output y + h Σ b_i(θ) k_i with derivative mu.
func (b *backward) interpolated(h, theta float64, mu []float64) {
	m := b.r.method
	floats.Add(b.lambda, mu)
	if m.Dense != nil {
		for i, row := range m.Dense {
			w := 0.0
			for j := len(row) - 1; j >= 0; j-- {
				w = (w + row[j]) * theta
			}
			floats.AddScaled(b.kappa[i], h*w, mu)
		}
		return
	}
	// Hermite's cubic, with y' = y + h Σ B_i k_i put in.
	left := 1 - theta
	for i, w := range m.B {
		floats.AddScaled(b.kappa[i], h*theta*theta*(1+2*left)*w, mu)
	}
	floats.AddScaled(b.kappa[0], h*theta*left*left, mu)
	floats.AddScaled(b.kappa[len(b.kappa)-1], -h*theta*theta*left, mu)
}

// at is v[i], zero beyond the end.
func at(v []float64, i int) float64 {
	if i < len(v) {
		return v[i]
	}
	return 0
}
