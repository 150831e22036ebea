package sde

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

const (
	// depth of the grid of times at which steps end: multiples of 2^-depth of the
	// interval, integers here, which leaves no two of them in one leaf of the tree.
	depth = 40
	total = uint64(1) << depth
	// The shortest step to try has 2^least such units.
	least = 4
	// Ends are rounded to 2^-coarse of a step or less.
	coarse = 4
)

// walker integrates one row after the other.
type walker struct {
	*Adaptive
	s           *System
	t0, t1      float64
	unit        float64 // of time
	dir         float64 // of time
	power       float64 // k
	tree        *noise.PathTree
	f           noise.Functionals
	stepper     stochastic.Stepper
	embedded    stochastic.Embedded // or nil
	y, next     []float64
	middle      []float64 // state after the first half
	estimate    []float64
	whole, left []float64 // functionals of a step and its halves
	right       []float64
	want        float64   // the next step, in units
	memory      float64   // e_(n−1)
	wary        bool      // the last step was rejected
	at          uint64    // where the row is
	ends        []uint64  // of rejected steps, ahead of at, the nearest last
	jumps       []float64 // times elapsed
	row, jump   int       // jumps done
	output      int       // outputs done
	outputs     []float64
	accepted    int
	rejected    int
	norm        float64
	component   int
	mark        noise.Stream // of the present jump
}

func newWalker(c *Adaptive, m stochastic.Method, s *System, t0, t1 float64) (*walker, error) {
	f := stochastic.Needs(m, s.Structure)
	span := math.Abs(t1 - t0)
	tree, err := noise.NewPathTree(c.Seed, c.Row, f, s.Noises(), 0, span, math.Ldexp(span, -depth))
	if err != nil {
		return nil, err
	}
	n, per := s.Dim, f.Len(s.Noises())
	w := &walker{
		Adaptive: c, s: s, t0: t0, t1: t1, unit: math.Ldexp(span, -depth), dir: math.Copysign(1, t1-t0),
		tree: tree, f: f, stepper: m.Stepper(s, 1),
		y: make([]float64, n), next: make([]float64, n), middle: make([]float64, n), estimate: make([]float64, n),
		whole: make([]float64, per), left: make([]float64, per), right: make([]float64, per),
		ends: make([]uint64, 0, 256), power: 1.5,
	}
	if w.embedded, _ = w.stepper.(stochastic.Embedded); w.embedded == nil {
		strong, _ := m.Orders(s.Structure)
		w.power = strong + 0.5
	}
	return w, nil
}

// time returns t0 and t1 exactly.
func (w *walker) time(at uint64) float64 {
	if at == total {
		return w.t1
	}
	return w.t0 + w.dir*w.unit*float64(at)
}

// walk takes a row from y at t0 to t1, and leaves there in y what it has come to.
func (w *walker) walk(ctx context.Context, row int, y, outputs []float64) error {
	w.tree.Reset(w.Row + uint64(row))
	w.row, w.outputs, w.output, w.jump = row, outputs, 0, 0
	w.jumps = w.Jumps.Times(w.jumps[:0], w.Seed, w.Row+uint64(row), math.Abs(w.t1-w.t0))
	copy(w.y, y)
	w.at, w.ends, w.accepted, w.rejected = 0, w.ends[:0], 0, 0
	w.want, w.memory, w.wary = w.First/w.unit, 1, false
	if w.Step > 0 {
		w.want = w.Step / w.unit
	}
	w.outputsHere()
	var err error
	for err == nil && w.at < total {
		if err = ctx.Err(); err == nil {
			err = w.advance()
		}
	}
	copy(y, w.y)
	return err
}

// advance tries a step.
func (w *walker) advance() error {
	stop := w.stop()
	end := w.aim(stop)
	if w.accepted+w.rejected == w.MaxSteps {
		return w.fail(end, ErrMaxSteps)
	}
	if err := w.try(end); err != nil {
		return w.fail(end, err)
	}
	if !(w.norm <= 1) || w.Reject != nil && w.Reject(w.time(end), w.next) {
		return w.reject(end, stop)
	}
	w.accepted++
	if err := w.outputsBefore(end); err != nil {
		return err
	}
	h := float64(end - w.at)
	cut := end == stop
	w.y, w.next, w.at = w.next, w.y, end
	for len(w.ends) > 0 && w.ends[len(w.ends)-1] <= end {
		w.ends = w.ends[:len(w.ends)-1]
	}
	if w.Step == 0 {
		w.grow(h, cut)
	}
	for ; w.jump < len(w.jumps) && w.position(w.jumps[w.jump]) <= end; w.jump++ {
		w.mark = w.Jumps.Mark(w.Seed, w.Row+uint64(w.row), w.jump)
		if err := w.Jumps.Apply(w.time(end), w.y, &w.mark); err != nil {
			return w.fail(end, err)
		}
		for _, v := range w.y {
			if v-v != 0 {
				return w.fail(end, fmt.Errorf("%w: %v after a jump", ErrState, v))
			}
		}
	}
	w.outputsHere()
	return nil
}

// try makes a step into next, and finds the norm of its error.
func (w *walker) try(end uint64) error {
	t, h := w.time(w.at), w.dir*w.unit*float64(end-w.at)
	from, to := w.unit*float64(w.at), w.unit*float64(end)
	var err error
	switch {
	case w.Step > 0 || w.embedded != nil:
		w.tree.Increment(w.whole, from, to)
		if err = w.stepper.Step(w.next, t, h, w.y, w.whole); err == nil && w.Step == 0 {
			w.embedded.Estimate(w.estimate)
		}
	default:
		err = w.double(t, h, from, to)
	}
	w.norm, w.component = math.NaN(), -1
	if w.Step == 0 && (errors.Is(err, stochastic.ErrNewton) || errors.Is(err, stochastic.ErrStages)) {
		return nil // a shorter step may do
	} else if err != nil {
		return err
	}
	w.measure()
	if w.Step > 0 && w.norm != 0 {
		return ErrState
	}
	return nil
}

// double makes a step and two halves.
func (w *walker) double(t, h, from, to float64) error {
	mid := 0.5 * (from + to)
	w.tree.Increment(w.left, from, mid)
	w.tree.Increment(w.right, mid, to)
	w.f.Join(w.whole, w.left, w.right, w.s.Noises(), 1, 1)
	if err := w.stepper.Step(w.estimate, t, h, w.y, w.whole); err != nil {
		return err
	}
	if err := w.stepper.Step(w.middle, t, h/2, w.y, w.left); err != nil {
		return err
	}
	if err := w.stepper.Step(w.next, t+h/2, h/2, w.middle, w.right); err != nil {
		return err
	}
	for i, v := range w.next {
		w.estimate[i] -= v
	}
	return nil
}

// measure finds the norm, NaN for states that are not finite; for fixed steps it
// is 0.
func (w *walker) measure() {
	sum, worst := 0.0, -1.0
	for i, v := range w.next {
		e := 0 * v // NaN unless v is finite
		if w.Step == 0 {
			e += w.estimate[i] / (w.ATol + w.RTol*max(math.Abs(v), math.Abs(w.y[i])))
			if e != e && v-v == 0 && w.estimate[i] == 0 {
				e = 0 // nothing of nothing, where ATol is 0
			}
		}
		if e *= e; !(e <= worst) {
			worst, w.component = e, i
		}
		sum += e
	}
	w.norm = math.Sqrt(sum / float64(len(w.next)))
}

// elapsed is the time of the next output, beyond all if there is none.
func (w *walker) elapsed() float64 {
	if w.output == len(w.At) {
		return math.Inf(1)
	}
	return min(math.Abs(w.At[w.output]-w.t0), w.unit*float64(total))
}

// outputsHere makes those at the present state.
func (w *walker) outputsHere() {
	n := w.s.Dim
	for ; w.elapsed() <= w.unit*float64(w.at); w.output++ {
		copy(w.outputs[w.output*n:(w.output+1)*n], w.y)
	}
}

// outputsBefore makes those inside a step that was accepted, before its end.
func (w *walker) outputsBefore(end uint64) error {
	n, from := w.s.Dim, w.unit*float64(w.at)
	for ; w.elapsed() < w.unit*float64(end); w.output++ {
		to := w.elapsed()
		w.tree.Increment(w.whole, from, to)
		dst := w.outputs[w.output*n : (w.output+1)*n]
		if err := w.stepper.Step(dst, w.time(w.at), w.dir*(to-from), w.y, w.whole); err != nil {
			return w.fail(end, err)
		}
	}
	return nil
}

func (w *walker) fail(end uint64, err error) error {
	return &RowError{
		Row: w.row, T: w.time(w.at), H: w.dir * w.unit * float64(end-w.at), Norm: w.norm, Component: w.component, Err: err,
	}
}
