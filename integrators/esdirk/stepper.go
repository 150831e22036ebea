package esdirk

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/internal/vec"
)

// stepper steps a Tableau. Vectors of the kernels are as long as the state rounded
// up to a multiple of four, the rest of them zero; those of f and of the linear
// algebra, next and r among them, are used up to dim.
type stepper struct {
	newton
	m        *Tableau
	explicit integrators.Field // nil: not split
	dim      int

	bases           []vec.Terms // of the stages, without the diagonal
	predict         []vec.Terms
	weights, errors vec.Terms // weights is of split steps only
	next, estimate  []float64
	low, step       []float64   // what rounding took off y, and the step to next
	k               []float64   // all slopes, one after the other
	slopes, other   [][]float64 // in k, of f and of the explicit part
	bare            bool        // estimates are not filtered
	first           firstStage
	h               float64

	// The first slope of the step before and one in its middle, for the predictors
	// of the first two implicit stages.
	past   [2][]float64
	middle int
	early  [2]extrapolation

	// The last accepted step, for Interpolate.
	start []float64
	h0    float64
	coef  []float64
	dense vec.Terms // with coef as coefficients
}

// firstStage says where the first slope of the next step comes from.
type firstStage uint8

const (
	unknown firstStage = iota
	inLast             // it is that of the last stage of the step before
	inPlace
)

func newStepper(m *Tableau, explicit, f integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
	if dim < 1 {
		return nil, fmt.Errorf("%w: a state of %d numbers", integrators.ErrLinearisation, dim)
	}
	if !(l.RTol >= 0) || !(l.ATol >= 0) || math.IsInf(l.RTol+l.ATol, 0) {
		return nil, fmt.Errorf("%w: tolerances RTol %v and ATol %v must be finite and not negative", integrators.ErrLinearisation, l.RTol, l.ATol)
	}
	lin, err := integrators.NewLinear(f, dim, l)
	if err != nil {
		return nil, err
	}
	r := &stepper{m: m, explicit: explicit, dim: dim, bare: m.bare()}
	stages, pad := len(m.C), (dim+3)&^3
	all := stages
	if explicit != nil {
		all *= 2
	}
	all += 2 // of the step before
	mem := make([]float64, (all+8)*pad+6*dim)
	take := func(n int) []float64 {
		v := mem[:n:n]
		mem = mem[n:]
		return v
	}
	r.k = take(all * pad)
	r.next, r.start, r.estimate = take(pad), take(pad), take(pad)
	r.low, r.step = take(pad), take(pad)
	r.newton = newton{lin: lin, gamma: m.Gamma(), lu: jacobian.NewLU[float64](lin.Pattern), limit: 7, kappa: 0.1, share: 1 / float64(dim),
		y: take(pad), rise: take(pad), x: take(pad), stage: r.estimate[:dim], r: take(dim), mx: take(dim), weight: take(dim),
		origin: take(dim), probe: take(dim), image: take(dim)}
	for i := range r.probe {
		r.probe[i] = 1 + 0.5*math.Sin(float64(i)) // along no difference of neighbours
	}
	// Where a factorisation costs less than an iteration more in every stage, it is
	// always up to date; so is J then, by differences too.
	lower, upper := lin.Pattern.Bandwidths()
	if r.drift, r.slow = 0.2, 0.1; min(dim, lower+upper+1) <= 16 {
		r.drift, r.slow = 0, 0.01
	}
	r.stall = 0x1p-38 / math.Max(l.RTol, resolution)
	if l.RTol == 0 && l.ATol == 0 {
		r.rounding, r.limit, r.stall = true, 30, 0x1p14
	} else if l.RTol <= 1e-12 && l.ATol <= 1e-12 {
		r.kappa = 0.01
	}
	if l.Mass != nil {
		// J is still zero: this factors M itself.
		r.mass = jacobian.NewLU[float64](lin.Pattern)
		if err := r.mass.Factor(1, l.Mass, lin.J); err != nil {
			return nil, fmt.Errorf("%w: %s needs a nonsingular mass matrix: %w", integrators.ErrLinearisation, m.Name, err)
		}
	}
	r.layout(pad, all-2)
	return r, nil
}

// layout says where the vectors of all sums lie.
func (s *stepper) layout(pad, past int) {
	m, stages := s.m, len(s.m.C)
	split := 0 // where the slopes of the explicit part start
	place := func(i int) []float64 { return s.k[i*pad : i*pad+s.dim : i*pad+s.dim] }
	for i := range stages {
		s.slopes = append(s.slopes, place(i))
	}
	if s.explicit != nil {
		split = stages
		for i := range stages {
			s.other = append(s.other, place(split+i))
		}
	}
	for i, row := range m.A {
		t := newSum(row[:max(0, len(row)-1)], pad)
		if s.explicit != nil {
			t = t.add(m.Explicit[i], pad, split)
		}
		s.bases = append(s.bases, t.terms())
		s.predict = append(s.predict, newSum(m.Predict[i], pad).terms())
	}
	w, e := newSum(m.A[stages-1], pad), newSum(m.E, pad)
	if s.explicit != nil {
		w, e = w.add(m.A[stages-1], pad, split), e.add(m.E, pad, split)
	}
	s.weights, s.errors = w.terms(), e.terms()
	s.past = [2][]float64{place(past), place(past + 1)}
	for i, c := range m.C {
		if math.Abs(c-0.5) < math.Abs(m.C[s.middle]-0.5) {
			s.middle = i
		}
	}
	s.early[0] = newExtrapolation(pad, past, past+1, 0)
	if stages > 2 {
		s.early[1] = newExtrapolation(pad, past, past+1, 0, 1)
	}
	s.coef = make([]float64, len(s.slopes)+len(s.other))
	off := make([]int, len(s.coef))
	for i := range off {
		off[i] = i * pad
	}
	s.dense = vec.NewTerms(s.coef, off)
}

// sum collects terms without zeros.
type sum struct {
	c   []float64
	off []int
}

func newSum(row []float64, pad int) sum { return sum{}.add(row, pad, 0) }

func (s sum) add(row []float64, pad, from int) sum {
	for j, a := range row {
		if a != 0 {
			s.c, s.off = append(s.c, a), append(s.off, (from+j)*pad)
		}
	}
	return s
}

func (s sum) terms() vec.Terms { return vec.NewTerms(s.c, s.off) }

// Carry lends what rounding took off the state.
func (s *stepper) Carry() []float64 { return s.low[:s.dim] }

func (s *stepper) Counts() integrators.Counts { return s.lin.Counts }

func (s *stepper) Reset(t float64, y []float64) error {
	if len(y) != s.dim {
		panic(fmt.Sprintf("esdirk: state of %d numbers, want %d", len(y), s.dim))
	}
	copy(s.y, y)
	clear(s.low)
	s.first, s.h0 = unknown, 0
	s.reset(t)
	return nil
}

// part evaluates the explicit part at a stage.
func (s *stepper) part(stage int, t float64, y []float64) error {
	l := s.other[stage]
	s.lin.Counts.Evaluations++
	if err := s.explicit(l, t, y); err != nil {
		return err
	}
	if s.mass != nil {
		s.mass.Solve(l)
	}
	return nil
}

// begin puts the first slope in place.
func (s *stepper) begin() error {
	last := len(s.m.C) - 1
	switch s.first {
	case unknown:
		s.remember()
		y, k := s.y[:s.dim], s.slopes[0]
		if err := s.lin.Eval(k, s.t, y); err != nil {
			return err
		}
		if s.f0 = k; s.mass != nil {
			s.f0 = nil
			s.mass.Solve(k)
		}
		if s.explicit != nil {
			if err := s.part(0, s.t, y); err != nil {
				return err
			}
		}
	case inLast:
		s.remember()
		copy(s.slopes[0], s.slopes[last])
		s.f0 = nil
	}
	s.first = inPlace
	return nil
}

func (s *stepper) Try(dst, estimate []float64, h float64) error {
	if err := s.begin(); err != nil {
		return err
	}
	if err := s.prepare(h); err != nil {
		return err
	}
	s.h = h
	last := len(s.m.C) - 1
	for i := 1; i <= last; i++ {
		t := s.t + s.m.C[i]*h
		s.bases[i].Combine(s.rise, s.low, h, s.k)
		predict := &s.predict[i]
		if i <= 2 && math.Abs(s.h0) >= 0.3*math.Abs(h) { // not too far
			predict = s.early[i-1].at(s.m.C, s.middle, i, s.h0/h)
		}
		if err := s.solve(predict, s.k, t); err != nil {
			return err
		}
		k, x := s.slopes[i], s.x[:s.dim]
		for j, v := range x {
			k[j] = v * s.shift
		}
		if s.explicit != nil {
			if err := s.part(i, t, s.stage); err != nil {
				return err
			}
		}
	}
	if s.explicit != nil {
		s.weights.Combine(s.step, s.low, h, s.k)
	} else {
		for i, v := range s.x {
			s.step[i] = s.rise[i] + v
		}
	}
	for i, v := range s.step {
		s.next[i] = s.y[i] + v
		s.step[i] = v - (s.next[i] - s.y[i])
	}
	copy(dst, s.next[:s.dim])
	if estimate != nil {
		s.errors.Combine(s.estimate, nil, h, s.k)
		if s.bare {
			copy(estimate, s.estimate)
		} else {
			s.filter(estimate, s.estimate[:s.dim])
		}
	}
	return nil
}

func (s *stepper) Accept() {
	s.start, s.y, s.next = s.y, s.next, s.start
	s.low, s.step = s.step, s.low
	s.h0 = s.h
	s.accept(s.h)
	if s.first = inLast; s.explicit != nil {
		s.first = unknown
	}
}
