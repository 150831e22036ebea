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
	k               []float64   // all slopes, one after the other
	slopes, other   [][]float64 // in k, of f and of the explicit part; one more than stages for Hermite
	first           firstStage
	h               float64

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
	inExtra            // it was evaluated for the interpolant
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
	r := &stepper{m: m, explicit: explicit, dim: dim}
	stages, pad := len(m.C), (dim+3)&^3
	all := stages
	if explicit != nil {
		all = 2 * (stages + 1)
	}
	mem := make([]float64, (all+6)*pad+3*dim)
	take := func(n int) []float64 {
		v := mem[:n:n]
		mem = mem[n:]
		return v
	}
	r.k = take(all * pad)
	r.next, r.start, r.estimate = take(pad), take(pad), take(pad)
	r.newton = newton{lin: lin, gamma: m.Gamma(), lu: jacobian.NewLU[float64](lin.Pattern), limit: 7, kappa: 0.1,
		y: take(pad), base: take(pad), x: take(pad), stage: r.estimate[:dim], r: take(dim), mx: take(dim), weight: take(dim)}
	// Where a factorisation costs less than an iteration more in every stage, it is
	// always up to date; so is J then, by differences too.
	lower, upper := lin.Pattern.Bandwidths()
	if r.drift, r.slow = 0.2, 0.1; min(dim, lower+upper+1) <= 16 {
		r.drift, r.slow = 0, 0.01
	}
	if l.RTol == 0 && l.ATol == 0 {
		r.rounding, r.limit = true, 30
	}
	if l.Mass != nil {
		// J is still zero: this factors M itself.
		r.mass = jacobian.NewLU[float64](lin.Pattern)
		if err := r.mass.Factor(1, l.Mass, lin.J); err != nil {
			return nil, fmt.Errorf("%w: %s needs a nonsingular mass matrix: %w", integrators.ErrLinearisation, m.Name, err)
		}
	}
	r.layout(pad)
	return r, nil
}

// layout says where the vectors of all sums lie.
func (s *stepper) layout(pad int) {
	m, stages := s.m, len(s.m.C)
	split := 0 // where the slopes of the explicit part start
	place := func(i int) []float64 { return s.k[i*pad : i*pad+s.dim : i*pad+s.dim] }
	for i := range stages {
		s.slopes = append(s.slopes, place(i))
	}
	if s.explicit != nil {
		split = stages + 1
		s.slopes = append(s.slopes, place(stages))
		for i := range split {
			s.other = append(s.other, place(split+i))
		}
	}
	for i, row := range m.A {
		t := newSum(row[:max(0, len(row)-1)], pad, 0)
		if s.explicit != nil {
			t = t.add(m.Explicit[i], pad, split)
		}
		s.bases = append(s.bases, t.terms())
		s.predict = append(s.predict, newSum(m.Predict[i], pad, 0).terms())
	}
	w, e := newSum(m.A[stages-1], pad, 0), newSum(m.E, pad, 0)
	if s.explicit != nil {
		w, e = w.add(m.A[stages-1], pad, split), e.add(m.E, pad, split)
	}
	s.weights, s.errors = w.terms(), e.terms()
	s.coef = make([]float64, stages)
	off := make([]int, stages)
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

func newSum(row []float64, pad, from int) sum { return sum{}.add(row, pad, from) }

func (s sum) add(row []float64, pad, from int) sum {
	for j, a := range row {
		if a != 0 {
			s.c, s.off = append(s.c, a), append(s.off, (from+j)*pad)
		}
	}
	return s
}

func (s sum) terms() vec.Terms { return vec.NewTerms(s.c, s.off) }

func (s *stepper) Counts() integrators.Counts { return s.lin.Counts }

func (s *stepper) Reset(t float64, y []float64) error {
	if len(y) != s.dim {
		panic(fmt.Sprintf("esdirk: state of %d numbers, want %d", len(y), s.dim))
	}
	copy(s.y, y)
	s.first = unknown
	s.newton.reset(t)
	return nil
}

// slopesAt evaluates both parts of the field into the places of a stage, the
// implicit one only where it is not the outcome of Newton's method.
func (s *stepper) slopesAt(stage int, t float64, y []float64, implicit bool) error {
	if implicit {
		if err := s.lin.Eval(s.slopes[stage], t, y); err != nil {
			return err
		}
		if s.mass != nil {
			s.mass.Solve(s.slopes[stage])
		}
	}
	if s.explicit == nil {
		return nil
	}
	s.lin.Counts.Evaluations++
	if err := s.explicit(s.other[stage], t, y); err != nil {
		return err
	}
	if s.mass != nil {
		s.mass.Solve(s.other[stage])
	}
	return nil
}

// begin puts the first slope in place.
func (s *stepper) begin() error {
	last := len(s.m.C) - 1
	switch s.first {
	case unknown:
		if err := s.slopesAt(0, s.t, s.y[:s.dim], true); err != nil {
			return err
		}
		s.f0 = s.slopes[0]
		if s.mass != nil {
			s.f0 = nil
		}
	case inLast:
		copy(s.slopes[0], s.slopes[last])
		s.f0 = nil
	case inExtra:
		copy(s.slopes[0], s.slopes[last+1])
		copy(s.other[0], s.other[last+1])
		s.f0 = s.slopes[0]
		if s.mass != nil {
			s.f0 = nil
		}
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
		s.bases[i].Combine(s.base, s.y, h, s.k)
		if err := s.solve(&s.predict[i], s.k, t); err != nil {
			return err
		}
		k, x := s.slopes[i], s.x[:s.dim]
		for j, v := range x {
			k[j] = v * s.shift
		}
		if s.explicit != nil {
			s.state()
			if err := s.slopesAt(i, t, s.stage, false); err != nil {
				return err
			}
		}
	}
	if s.explicit != nil {
		s.weights.Combine(s.next, s.y, h, s.k)
	} else {
		base, x := s.base[:s.dim], s.x[:s.dim]
		for i, v := range x {
			s.next[i] = base[i] + v
		}
	}
	copy(dst, s.next[:s.dim])
	if estimate != nil {
		s.errors.Combine(s.estimate, nil, h, s.k)
		s.filter(estimate, s.estimate[:s.dim])
	}
	return nil
}

func (s *stepper) Accept() {
	s.start, s.y, s.next = s.y, s.next, s.start
	s.h0 = s.h
	s.newton.accept(s.h)
	if s.first = inLast; s.explicit != nil {
		s.first = unknown
	}
}

// Interpolate uses the tableau's own polynomials, or the cubic of Hermite where the
// step was split.
func (s *stepper) Interpolate(dst []float64, theta float64) error {
	if s.explicit != nil {
		return s.hermite(dst, theta)
	}
	for i, row := range s.m.Dense {
		b := 0.0
		for j := len(row) - 1; j >= 0; j-- {
			b = (b + row[j]) * theta
		}
		s.coef[i] = b
	}
	s.dense.Combine(s.estimate, s.start, s.h0, s.k)
	copy(dst, s.estimate)
	return nil
}

func (s *stepper) hermite(dst []float64, theta float64) error {
	end := len(s.m.C)
	if s.first == unknown {
		if err := s.slopesAt(end, s.t, s.y[:s.dim], true); err != nil {
			return err
		}
		s.first = inExtra
	}
	u := theta
	h00, h10, h11 := (1+2*u)*(1-u)*(1-u), u*(1-u)*(1-u)*s.h0, u*u*(u-1)*s.h0
	for i := range dst {
		dst[i] = h00*s.start[i] + (1-h00)*s.y[i] + h10*(s.slopes[0][i]+s.other[0][i]) + h11*(s.slopes[end][i]+s.other[end][i])
	}
	return nil
}
