package integrators

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/internal/vec"
)

// rk steps a Tableau. All its vectors are as long as the state rounded up to a
// multiple of four, the rest of them zero, so that the kernels need no tail.
type rk struct {
	m    *Tableau
	plan *plan
	f    Field
	dim  int

	t, h            float64
	y, next, stage  []float64
	low, rest       []float64 // what rounding took off y and takes off next
	estimate, other []float64
	k               []float64   // all stages, one after the other
	slopes          [][]float64 // the stages in k
	first           firstStage
	counts          Counts

	// The last accepted step, for Interpolate: it started at start, and its
	// stages are those in k until the next Try.
	start []float64
	h0    float64
	extra bool // the further stages of the interpolant are done
	coef  []float64
	dense vec.Terms // with coef as coefficients
}

// firstStage says where the first stage of the next step comes from.
type firstStage uint8

const (
	unknown firstStage = iota
	inLast             // it is the last stage of the step before
	inExtra            // it was evaluated for the interpolant
	inPlace
)

// Stepper returns a stepper for f on states of dim numbers.
func (m *Tableau) Stepper(f Field, dim int) Stepper {
	if dim < 1 {
		panic(fmt.Sprintf("integrators: a state of %d numbers", dim))
	}
	pad := (dim + 3) &^ 3
	p := planFor(m, pad)
	r := &rk{m: m, plan: p, f: f, dim: dim}
	mem := make([]float64, (p.stages+8)*pad+len(p.dense))
	take := func() []float64 {
		v := mem[:pad:pad]
		mem = mem[pad:]
		return v
	}
	r.y, r.next, r.stage, r.start, r.estimate, r.other = take(), take(), take(), take(), take(), take()
	r.low, r.rest = take(), take()
	r.k = mem[: p.stages*pad : p.stages*pad]
	r.slopes = make([][]float64, p.stages)
	for i := range r.slopes {
		r.slopes[i] = mem[i*pad : i*pad+dim : i*pad+dim]
	}
	r.coef = mem[p.stages*pad:]
	r.dense = vec.NewTerms(r.coef, p.dense)
	return r
}

func (r *rk) Counts() Counts { return r.counts }

func (r *rk) Reset(t float64, y []float64) error {
	if len(y) != r.dim {
		panic(fmt.Sprintf("integrators: state of %d numbers, want %d", len(y), r.dim))
	}
	r.t = t
	copy(r.y, y)
	clear(r.low)
	r.first = unknown
	return nil
}

// Carry lends what rounding took off the state.
func (r *rk) Carry() []float64 { return r.low[:r.dim] }

func (r *rk) eval(stage int, t float64, y []float64) error {
	r.counts.Evaluations++
	return r.f(r.slopes[stage], t, y[:r.dim])
}

// stages evaluates all stages but the first.
func (r *rk) stages(h float64) error {
	p, f := r.plan, r.f
	inner := len(r.m.B) - 1
	if p.fsal {
		inner--
	}
	slopes := r.slopes[1 : inner+1]
	rows, c, stage := p.rows[1:][:len(slopes)], r.m.C[1:][:len(slopes)], r.stage[:r.dim]
	for i, slope := range slopes {
		if p.four {
			rows[i].Combine4((*[4]float64)(r.stage), (*[4]float64)(r.y), h, &r.k[0])
		} else {
			rows[i].Combine(r.stage, r.y, h, r.k)
		}
		r.counts.Evaluations++
		if err := f(slope, r.t+c[i]*h, stage); err != nil {
			return err
		}
	}
	if !p.fsal {
		return nil
	}
	r.end(h)
	return r.eval(inner+1, r.t+r.m.C[inner+1]*h, r.next)
}

// end sets next = y + step, the step with what rounding took off the ones before.
func (r *rk) end(h float64) {
	if p := r.plan; p.four {
		p.weights.Accumulate4((*[4]float64)(r.next), (*[4]float64)(r.rest), (*[4]float64)(r.y), (*[4]float64)(r.low), h, &r.k[0])
	} else {
		p.weights.Accumulate(r.next, r.rest, r.y, r.low, h, r.k)
	}
}

func (r *rk) Try(dst, estimate []float64, h float64) error {
	last := len(r.m.B) - 1
	switch r.first {
	case unknown:
		if err := r.eval(0, r.t, r.y); err != nil {
			return err
		}
	case inLast:
		copy(r.slopes[0], r.slopes[last])
	case inExtra:
		copy(r.slopes[0], r.slopes[last+1])
	}
	r.first = inPlace
	if err := r.stages(h); err != nil {
		return err
	}
	if !r.plan.fsal {
		r.end(h)
	}
	r.h = h
	copy(dst, r.next)
	if estimate == nil || r.m.E == nil {
		return nil
	}
	r.plan.errors.Combine(r.estimate, nil, h, r.k)
	if r.m.E3 != nil {
		// Of orders 6 and 4, the two make one of order 8.
		r.plan.third.Combine(r.other, nil, h, r.k)
		for i, e := range r.estimate {
			if d := e*e + 0.01*r.other[i]*r.other[i]; d > 0 {
				r.estimate[i] = e * math.Abs(e) / math.Sqrt(d)
			}
		}
	}
	copy(estimate, r.estimate)
	return nil
}

func (r *rk) Accept() {
	if r.plan.four { // to copy a vector is less than to change pointers under a collector's eyes
		y := (*[4]float64)(r.y)
		*(*[4]float64)(r.start), *y = *y, *(*[4]float64)(r.next)
		*(*[4]float64)(r.low) = *(*[4]float64)(r.rest)
	} else {
		r.start, r.y, r.next = r.y, r.next, r.start
		r.low, r.rest = r.rest, r.low
	}
	r.h0, r.extra = r.h, false
	r.t += r.h
	if r.first = unknown; r.plan.fsal {
		r.first = inLast
	}
}

// Interpolate uses the tableau's own polynomials, or the cubic of Hermite.
func (r *rk) Interpolate(dst []float64, theta float64) error {
	if r.m.Dense == nil {
		return r.hermite(dst, theta)
	}
	s := len(r.m.B)
	if !r.extra {
		for i, c := range r.m.ExtraC {
			r.plan.rows[s+i].Combine(r.stage, r.start, r.h0, r.k)
			if err := r.eval(s+i, r.t+(c-1)*r.h0, r.stage); err != nil {
				return err
			}
		}
		r.extra = true
		if r.first == unknown && s < len(r.slopes) {
			r.first = inExtra // Validate has seen that it is f at the end of the step
		}
	}
	for i, row := range r.m.Dense {
		b := 0.0
		for j := len(row) - 1; j >= 0; j-- {
			b = (b + row[j]) * theta
		}
		r.coef[i] = b
	}
	r.dense.Combine(r.stage, r.start, r.h0, r.k)
	copy(dst, r.stage)
	return nil
}

func (r *rk) hermite(dst []float64, theta float64) error {
	end := r.slopes[len(r.m.B)-1]
	if !r.plan.fsal {
		end = r.slopes[len(r.m.B)]
		if r.first == unknown {
			if err := r.eval(len(r.m.B), r.t, r.y); err != nil {
				return err
			}
			r.first = inExtra
		}
	}
	u := theta
	h00, h10, h11 := (1+2*u)*(1-u)*(1-u), u*(1-u)*(1-u)*r.h0, u*u*(u-1)*r.h0
	for i := range dst {
		dst[i] = h00*r.start[i] + (1-h00)*r.y[i] + h10*r.slopes[0][i] + h11*end[i]
	}
	return nil
}
