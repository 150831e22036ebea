package multistep

import (
	"fmt"

	"github.com/ito-sde/ito/integrators"
)

// Adams is the predictor–corrector pair of Adams, Bashforth and Moulton of
// variable order and step. With the modified divided differences φ_i of f and
// δ = f(t_(n+1), p) − Σ_(i<k) φ*_i, a step at order k is
//
//	φ*_i    = beta_i φ_i,   i < k
//	p       = y_n + h Σ_(i<k) g_i φ*_i
//	y_(n+1) = p + h g_k δ
//
// and a second evaluation of f, at y_(n+1), makes the new differences. Sums of
// steps are compensated, so that many short steps round off no more than few. The
// error estimate h (g_k − g_(k−1)) δ is that of the formula of order k, while
// y_(n+1) is of order k+1 (local extrapolation). Two evaluations a step at any
// order make it the method for expensive right-hand sides that are not stiff and
// for tight tolerances; orders and steps are chosen as in Shampine, Gordon
// (1975), chapter 7. Formulas: Hairer, Nørsett, Wanner (1993), section III.5.
type Adams struct {
	// MinOrder and MaxOrder bound k, from 1 to 12; 0: no bound. MinOrder holds
	// once there are as many steps in the past; steps of a length that nobody
	// asked Choose for are taken at this order.
	MinOrder, MaxOrder int
}

// Order returns the highest order of the solution and that of the estimate.
func (a Adams) Order() (order, estimate int) {
	_, hi, _ := orders(a.MinOrder, a.MaxOrder, highest)
	return hi + 1, hi
}

// String names the method.
func (a Adams) String() string {
	lo, hi, _ := orders(a.MinOrder, a.MaxOrder, highest)
	return fmt.Sprintf("Adams of orders %d to %d", lo, hi)
}

// differences are φ_0, φ_1, ... of four components. Sums over them run through
// a block at once.
type differences [highest + 2][4]float64

// adams is the stepper.
type adams struct {
	lo, hi int
	bad    error // of the orders, for Reset
	f      integrators.Field
	dim    int
	counts integrators.Counts

	t, h            float64 // the last accepted step ended at t; h is that tried last
	k, tried        int     // the order to try next, and that of the last Try
	have            int     // accepted steps in the past
	equal           int     // of them so many last ones of length past[0]
	nowEqual        int     // the same with the step tried
	past            [highest + 2]float64
	now             coefficients
	y, next, start  []float64
	low, step       []float64 // what rounding took off y, and the step to next
	fy, delta, jump []float64
	phi, predicted  []differences
	unknown         bool  // f at y is not yet evaluated
	failed          error // of the evaluation in Accept
	order           int   // of the last accepted step

	chooser
	dense [highest + 2]float64
}

// Stepper returns a stepper for f on states of dim numbers. Orders that do not
// exist are an error of its Reset.
func (a Adams) Stepper(f integrators.Field, dim int) integrators.Stepper {
	blocks, padded := pad(dim)
	s := &adams{f: f, dim: dim}
	s.lo, s.hi, s.bad = orders(a.MinOrder, a.MaxOrder, highest)
	take := vectors(8, padded)
	s.y, s.next, s.start, s.low, s.step = take(), take(), take(), take(), take()
	s.fy, s.delta, s.jump = take(), take(), take()
	s.phi, s.predicted = make([]differences, blocks), make([]differences, blocks)
	return s
}

func (s *adams) Counts() integrators.Counts { return s.counts }

func (s *adams) Reset(t float64, y []float64) error {
	if len(y) != s.dim {
		panic(fmt.Sprintf("multistep: state of %d numbers, want %d", len(y), s.dim))
	}
	s.t, s.k, s.order, s.have, s.equal, s.unknown, s.failed = t, 1, 0, 0, 0, true, nil
	s.chooser = chooser{starting: true}
	copy(s.y, y)
	copy(s.start, y)
	clear(s.low)
	clear(s.phi)
	clear(s.past[:])
	return s.bad
}

// Carry lends what rounding took off the state.
func (s *adams) Carry() []float64 { return s.low[:s.dim] }

func (s *adams) eval(t float64, y []float64) error {
	s.counts.Evaluations++
	return s.f(s.fy[:s.dim], t, y[:s.dim])
}

func (s *adams) Try(dst, estimate []float64, h float64) error {
	if s.failed != nil {
		return s.failed
	}
	if s.unknown {
		if err := s.eval(s.t, s.y); err != nil {
			return err
		}
		for b := range s.phi {
			s.phi[b][0] = [4]float64(s.fy[4*b:])
		}
		s.unknown = false
	}
	k := max(s.k, min(s.lo, s.have+1))
	s.nowEqual = 1
	if s.have > 0 && same(h, s.past[0], s.t) {
		s.nowEqual = s.equal + 1
	}
	s.now.compute(h, k, s.nowEqual, &s.past)
	s.h, s.tried = h, k
	s.predict()
	if err := s.eval(s.t+h, s.next); err != nil {
		return err
	}
	c := h * s.now.g[k]
	for b := range s.phi {
		sum := &s.predicted[b][0]
		y, next, step := (*[4]float64)(s.y[4*b:]), (*[4]float64)(s.next[4*b:]), (*[4]float64)(s.step[4*b:])
		delta, fy := (*[4]float64)(s.delta[4*b:]), (*[4]float64)(s.fy[4*b:])
		for l := range next {
			d := fy[l] - sum[l]
			delta[l] = d
			v := step[l] + c*d
			next[l] = y[l] + v
			step[l] = v - (next[l] - y[l])
		}
	}
	copy(dst, s.next)
	if estimate != nil {
		c := h * (s.now.g[k] - s.now.g[k-1])
		for i, d := range s.delta[:len(estimate)] {
			estimate[i] = c * d
		}
	}
	return nil
}

// predict sets next = p, step = p − y_n and predicted_i = Σ_(i≤j<k) φ*_j, which are the
// differences at the end of the step if f there is what is predicted.
func (s *adams) predict() {
	k, beta, g := s.tried, &s.now.beta, &s.now.g
	for b := range s.phi {
		phi, out := &s.phi[b], &s.predicted[b]
		var s0, s1, s2, s3, p0, p1, p2, p3 float64
		for i := k - 1; i >= 0; i-- {
			b, g, v, o := beta[i], g[i], &phi[i], &out[i]
			v0, v1, v2, v3 := b*v[0], b*v[1], b*v[2], b*v[3]
			s0, s1, s2, s3 = s0+v0, s1+v1, s2+v2, s3+v3
			p0, p1, p2, p3 = p0+g*v0, p1+g*v1, p2+g*v2, p3+g*v3
			o[0], o[1], o[2], o[3] = s0, s1, s2, s3
		}
		y, next := (*[4]float64)(s.y[4*b:]), (*[4]float64)(s.next[4*b:])
		low, step := (*[4]float64)(s.low[4*b:]), (*[4]float64)(s.step[4*b:])
		p0, p1, p2, p3 = s.h*p0+low[0], s.h*p1+low[1], s.h*p2+low[2], s.h*p3+low[3]
		step[0], step[1], step[2], step[3] = p0, p1, p2, p3
		next[0], next[1], next[2], next[3] = y[0]+p0, y[1]+p1, y[2]+p2, y[3]+p3
	}
}

func (s *adams) Accept() {
	k := s.tried
	s.failed = s.eval(s.t+s.h, s.next)
	c, last := s.h*s.now.g[k], s.now.beta[k]
	if s.have < k {
		last = 0 // the past does not reach to φ*_k
	}
	for b := range s.phi {
		phi, in := &s.phi[b], &s.predicted[b]
		fy, delta, jump := (*[4]float64)(s.fy[4*b:]), (*[4]float64)(s.delta[4*b:]), (*[4]float64)(s.jump[4*b:])
		var d [4]float64
		for l := range d {
			d[l] = fy[l] - in[0][l]
			jump[l] = c * (d[l] - delta[l])
			phi[k+1][l] = d[l] - last*phi[k][l]
		}
		phi[k] = d
		for i := range k {
			p, v := &phi[i], &in[i]
			p[0], p[1], p[2], p[3] = v[0]+d[0], v[1]+d[1], v[2]+d[2], v[3]+d[3]
		}
	}
	s.start, s.y, s.next = s.y, s.next, s.start
	s.low, s.step = s.step, s.low
	s.past, s.equal = s.now.psi, s.nowEqual
	s.t += s.h
	s.have++
	s.k, s.order = k, k
}

// Interpolate integrates the polynomial through the last k+1 values of f, that
// at the end included, back from there. What it misses the start by, which is of
// the order of the error of the step, is taken up by a cubic without slope at
// either end, so that the whole solution is continuous with its derivative.
func (s *adams) Interpolate(dst []float64, theta float64) error {
	if s.failed != nil {
		return s.failed
	}
	if s.order == 0 {
		copy(dst, s.y)
		return nil
	}
	// The last Try may have been at another length: past[0] is the accepted one.
	back, n := (theta-1)*s.past[0], s.order+1
	integral(&s.dense, &s.past, back, n)
	lost := (1 - theta) * (1 - theta) * (1 + 2*theta)
	for i := range dst {
		phi := &s.phi[i>>2]
		sum := 0.0
		for j := n - 1; j >= 0; j-- {
			sum += s.dense[j] * phi[j][i&3]
		}
		dst[i] = s.y[i] + back*sum + lost*s.jump[i]
	}
	return nil
}
