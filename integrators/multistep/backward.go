package multistep

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// history are ∇⁰ y, ∇¹ y, ... of four components.
type history [stiffest + 3][4]float64

// backward steps the formulas of NDF and BDF.
type backward struct {
	formulas *[stiffest + 2]formula
	lo, hi   int
	bad      error // of the orders, for Reset
	dim      int
	newton

	t, h     float64 // the state is at t, its differences over h
	k, order int     // the order to try next, and that of the last accepted step
	have     int     // accepted steps in the past
	equal    int     // of them so many last ones at this step and order
	last     float64 // length of the last accepted step
	past     []history
	low      []float64 // what rounding took off the state,
	step     []float64 // and the step to the state tried, which is in y
	scaled   []history // past over another step, for the Try that asks for it
	unknown  bool      // the first difference is not yet set
	tried    struct {
		h    float64
		k    int
		past []history
	}
	failures int
	proposed float64 // what Choose returned last
}

func newBackward(fs *[stiffest + 2]formula, lo, hi int, f integrators.Field, dim int, l integrators.Linearisation) (*backward, error) {
	blocks, padded := pad(dim)
	s := &backward{formulas: fs, lo: lo, hi: hi, dim: dim}
	linear, err := integrators.NewLinear(f, dim, l)
	if err != nil {
		return s, err
	}
	s.newton = newton{Linear: linear, lu: jacobian.NewLU[float64](linear.Pattern)}
	take := vectors(9, padded)
	s.p, s.psi, s.d, s.y, s.r, s.f, s.weights = take(), take(), take(), take(), take(), take(), take()
	s.low, s.step = take(), take()
	s.past, s.scaled = make([]history, blocks), make([]history, blocks)
	return s, nil
}

func (s *backward) Counts() integrators.Counts { return s.newton.Counts }

func (s *backward) Reset(t float64, y []float64) error {
	if len(y) != s.dim {
		panic(fmt.Sprintf("multistep: state of %d numbers, want %d", len(y), s.dim))
	}
	if s.bad != nil {
		return s.bad
	}
	clear(s.past)
	clear(s.low)
	for i, v := range y {
		s.past[i>>2][0][i&3] = v
	}
	s.t, s.k, s.order, s.have, s.equal, s.last = t, 1, 0, 0, 0, 0
	s.unknown, s.failures, s.proposed = true, 0, 0
	s.reset()
	return nil
}

// Carry lends what rounding took off the state.
func (s *backward) Carry() []float64 { return s.low[:s.dim] }

func (s *backward) Try(dst, estimate []float64, h float64) error {
	k := max(s.k, min(s.lo, s.have+1))
	from := s.past
	switch s.patient = s.unknown; {
	case s.unknown:
		if err := s.start(h); err != nil {
			return err
		}
		from = s.scaled
	case !same(h, s.h, s.t):
		s.rescale(h/s.h, k)
		from = s.scaled
	}
	s.tried.h, s.tried.k, s.tried.past = h, k, from
	f := &s.formulas[k]
	for b := range from {
		d, p, psi, step := &from[b], (*[4]float64)(s.p[4*b:]), (*[4]float64)(s.psi[4*b:]), (*[4]float64)(s.step[4*b:])
		var p0, p1, p2, p3, q0, q1, q2, q3 float64
		for j := k; j > 0; j-- {
			c, v := f.past[j], &d[j]
			p0, p1, p2, p3 = p0+v[0], p1+v[1], p2+v[2], p3+v[3]
			q0, q1, q2, q3 = q0+c*v[0], q1+c*v[1], q2+c*v[2], q3+c*v[3]
		}
		v := &d[0]
		p[0], p[1], p[2], p[3] = p0+v[0], p1+v[1], p2+v[2], p3+v[3]
		step[0], step[1], step[2], step[3] = p0, p1, p2, p3
		psi[0], psi[1], psi[2], psi[3] = q0, q1, q2, q3
	}
	if err := s.solve(s.t+h, f.beta*h, f.err); err != nil {
		return err
	}
	for b := range from {
		y, d := (*[4]float64)(s.y[4*b:]), (*[4]float64)(s.d[4*b:])
		low, step := (*[4]float64)(s.low[4*b:]), (*[4]float64)(s.step[4*b:])
		for l, v := range from[b][0] {
			sum := step[l] + d[l] + low[l]
			y[l] = v + sum
			step[l] = sum - (y[l] - v)
		}
	}
	copy(dst, s.y)
	for i := range estimate {
		estimate[i] = f.err * s.d[i]
	}
	return nil
}

// start sets scaled to y and h y'. Where M is not the identity the latter is that
// of the linearly implicit method of Euler, (M/h − J)⁻¹ f(t+h, y), which is so for
// the algebraic components too and brings them back where they were off.
func (s *backward) start(h float64) error {
	for b := range s.past {
		copy(s.y[4*b:], s.past[b][0][:])
	}
	y, f, t := s.y[:s.dim], s.f[:s.dim], s.t
	if s.Mass != nil {
		t += h
	}
	if err := s.Eval(f, t, y); err != nil {
		return err
	}
	scale := h
	if s.Mass != nil {
		if err := s.Linearise(t, y, f); err != nil {
			return err
		}
		if err := s.factor(h); err != nil {
			return err
		}
		s.lu.Solve(f)
		scale = 1
	}
	for b := range s.past {
		s.scaled[b] = history{s.past[b][0]}
	}
	for i, v := range f {
		s.scaled[i>>2][1][i&3] = scale * v
	}
	return nil
}

func (s *backward) Accept() {
	k := s.tried.k
	for b := range s.past {
		from, to, d := &s.tried.past[b], &s.past[b], (*[4]float64)(s.d[4*b:])
		s0, s1, s2, s3 := d[0], d[1], d[2], d[3]
		v := &from[k+1]
		to[k+2] = [4]float64{s0 - v[0], s1 - v[1], s2 - v[2], s3 - v[3]}
		to[k+1] = *d
		for j := k; j > 0; j-- {
			v, o := &from[j], &to[j]
			s0, s1, s2, s3 = s0+v[0], s1+v[1], s2+v[2], s3+v[3]
			o[0], o[1], o[2], o[3] = s0, s1, s2, s3
		}
		to[0] = [4]float64(s.y[4*b:])
	}
	s.low, s.step = s.step, s.low
	if &s.tried.past[0] != &s.past[0] {
		s.equal = 0
	}
	if k != s.order {
		s.equal = 0
	}
	s.equal++
	s.have++
	s.unknown, s.trial = false, false
	s.t += s.tried.h
	s.h, s.last, s.order, s.k = s.tried.h, s.tried.h, k, k
	s.tried.past = s.past
}

// Interpolate is the polynomial of degree k through the last k+1 states,
//
//	y(t_n + s h) = Σ_j ∇ʲ y_n s(s+1)...(s+j−1)/j!
func (s *backward) Interpolate(dst []float64, theta float64) error {
	if s.order == 0 {
		for i := range dst {
			dst[i] = s.past[i>>2][0][i&3]
		}
		return nil
	}
	at := (theta - 1) * (s.last / s.h)
	var c [stiffest + 1]float64
	c[0] = 1
	for j := 1; j <= s.order; j++ {
		c[j] = c[j-1] * (at + float64(j-1)) / float64(j)
	}
	for i := range dst {
		d, l, sum := &s.past[i>>2], i&3, 0.0
		for j := s.order; j >= 0; j-- {
			sum += c[j] * d[j][l]
		}
		dst[i] = sum
	}
	return nil
}

// equalChange is the matrix of the change to the same step: its own inverse.
var equalChange = change(1, stiffest)

// change has the entries R_(ij)(ρ) = Π_(1≤m≤i) (m−1−jρ)/m of the change of a
// polynomial's values at steps of length ρ: Shampine, Reichelt (1997), section 2.
func change(rho float64, k int) (r [stiffest + 1][stiffest + 1]float64) {
	for j := 1; j <= k; j++ {
		c := 1.0
		for i := 1; i <= k; i++ {
			c *= (float64(i-1) - float64(j)*rho) / float64(i)
			r[i][j] = c
		}
	}
	return r
}

// rescale sets scaled to the differences ∇ʲ, j ≤ k, of the polynomial of degree
// k over steps ρh; those above are as of powers.
func (s *backward) rescale(rho float64, k int) {
	r := change(rho, k)
	var m [stiffest + 1][stiffest + 1]float64
	for i := 1; i <= k; i++ {
		for j := 1; j <= k; j++ {
			for l := 1; l <= j; l++ {
				m[i][j] += r[i][l] * equalChange[l][j]
			}
		}
	}
	top := math.Pow(rho, float64(k+1))
	for b := range s.past {
		from, to := &s.past[b], &s.scaled[b]
		to[0] = from[0]
		for j := 1; j <= k; j++ {
			var v [4]float64
			for i := 1; i <= k; i++ {
				c, d := m[i][j], &from[i]
				v[0], v[1], v[2], v[3] = v[0]+c*d[0], v[1]+c*d[1], v[2]+c*d[2], v[3]+c*d[3]
			}
			to[j] = v
		}
		for l, v := range from[k+1] {
			to[k+1][l] = top * v
		}
	}
}
