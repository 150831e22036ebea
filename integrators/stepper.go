package integrators

import "fmt"

// Interpolator is a Stepper that can fill in the last accepted step.
type Interpolator interface {
	// Interpolate writes the state at t + θ h of the last accepted step, 0 ≤ θ ≤ 1.
	Interpolate(dst []float64, theta float64)
}

// rk steps a Tableau.
type rk struct {
	m    *Tableau
	f    Field
	fsal bool

	t, h      float64
	y, next   []float64
	stage     []float64
	k         [][]float64
	haveFirst bool

	// The last accepted step, for Interpolate.
	y0, slope []float64 // state at its start; f at its end, of a method without FSAL
	k0        [][]float64
	tEnd, h0  float64
	haveSlope bool

	coef  []float64
	terms [][]float64
}

// Stepper returns a stepper for f on states of dim numbers.
func (m *Tableau) Stepper(f Field, dim int) Stepper {
	if dim < 1 {
		panic(fmt.Sprintf("integrators: a state of %d numbers", dim))
	}
	s := len(m.B)
	r := &rk{m: m, f: f, fsal: m.FSAL(), coef: make([]float64, 0, s), terms: make([][]float64, 0, s)}
	// One piece of memory for all vectors.
	mem := make([]float64, (2*s+5)*dim)
	take := func() []float64 {
		v := mem[:dim:dim]
		mem = mem[dim:]
		return v
	}
	r.y, r.next, r.stage, r.y0, r.slope = take(), take(), take(), take(), take()
	r.k, r.k0 = make([][]float64, s), make([][]float64, s)
	for i := range s {
		r.k[i], r.k0[i] = take(), take()
	}
	return r
}

func (r *rk) Reset(t float64, y []float64) error {
	if len(y) != len(r.y) {
		panic(fmt.Sprintf("integrators: state of %d numbers, want %d", len(y), len(r.y)))
	}
	r.t = t
	copy(r.y, y)
	r.haveFirst = false
	return nil
}

func (r *rk) Try(dst, estimate []float64, h float64) error {
	if !r.haveFirst {
		if err := r.f(r.k[0], r.t, r.y); err != nil {
			return err
		}
		r.haveFirst = true
	}
	last := len(r.k) - 1
	for i := 1; i <= last; i++ {
		at := r.stage
		if r.fsal && i == last {
			at = r.next
		}
		r.combine(at, r.y, h, r.m.A[i])
		if err := r.f(r.k[i], r.t+r.m.C[i]*h, at); err != nil {
			return err
		}
	}
	if !r.fsal {
		r.combine(r.next, r.y, h, r.m.B)
	}
	r.h = h
	copy(dst, r.next)
	if estimate != nil && r.m.E != nil {
		r.combine(estimate, nil, h, r.m.E)
	}
	return nil
}

func (r *rk) Accept() {
	r.y0, r.y, r.next = r.y, r.next, r.y0
	r.k0, r.k = r.k, r.k0
	r.h0, r.haveSlope = r.h, false
	r.t += r.h
	r.tEnd = r.t
	if r.haveFirst = r.fsal; r.fsal {
		copy(r.k[0], r.k0[len(r.k0)-1])
	}
}

// Interpolate uses the tableau's own polynomials, or the cubic of Hermite.
func (r *rk) Interpolate(dst []float64, theta float64) {
	if r.m.Dense != nil {
		r.coef, r.terms = r.coef[:0], r.terms[:0]
		for i, row := range r.m.Dense {
			b := 0.0
			for j := len(row) - 1; j >= 0; j-- {
				b = (b + row[j]) * theta
			}
			r.push(r.h0*b, r.k0[i])
		}
		sum(dst, r.y0, r.coef, r.terms)
		return
	}
	end := r.k0[len(r.k0)-1]
	if !r.fsal {
		if !r.haveSlope {
			if err := r.f(r.slope, r.tEnd, r.y); err != nil {
				copy(r.slope, r.k0[0]) // the field failed where it had not before: a lower order is all there is
			}
			r.haveSlope = true
		}
		end = r.slope
	}
	u := theta
	h00, h10, h11 := (1+2*u)*(1-u)*(1-u), u*(1-u)*(1-u)*r.h0, u*u*(u-1)*r.h0
	for i := range dst {
		dst[i] = h00*r.y0[i] + (1-h00)*r.y[i] + h10*r.k0[0][i] + h11*end[i]
	}
}

func (r *rk) push(c float64, k []float64) {
	if c != 0 {
		r.coef, r.terms = append(r.coef, c), append(r.terms, k)
	}
}

// combine sets dst = y + h Σ w_i k_i, leaving out zeros.
func (r *rk) combine(dst, y []float64, h float64, w []float64) {
	r.coef, r.terms = r.coef[:0], r.terms[:0]
	for i, a := range w {
		r.push(h*a, r.k[i])
	}
	sum(dst, y, r.coef, r.terms)
}
