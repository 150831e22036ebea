package symplectic

import (
	"fmt"

	"github.com/ito-sde/ito/integrators"
)

// DiscreteLagrangian is mechanics without a differential equation: the action of
// a path q_0, q_1, … q_N at times t_k = t + k h, for unit masses and a potential V,
//
//	S = Σ_k L(q_k, q_{k+1}),
//	L(a, b) = h ( |b − a|²/2h² − (1−ϑ) V(a) − ϑ V(b) ),
//
// the integral of T − V with straight lines for the velocity and, for the
// potential, the trapezoidal rule at ϑ = ½, the left-hand rule at ϑ = 0 and the
// right-hand one at ϑ = 1. By Hamilton's principle the motion between fixed ends
// makes S stationary, ∂S/∂q_k = 0 at every point between:
//
//	∂₂L(q_{k−1}, q_k) + ∂₁L(q_k, q_{k+1})
//	  = −(q_{k+1} − 2q_k + q_{k−1})/h − h ∇V(q_k) = 0,
//
// the discrete Euler–Lagrange equation. For every ϑ it is the Störmer–Verlet
// recursion q_{k+1} − 2q_k + q_{k−1} = h² F(q_k), F = −∇V. The rules differ in the
// momenta, which L defines as its own derivatives, a discrete Legendre transform:
//
//	p_k = −∂₁L(q_k, q_{k+1}) = (q_{k+1} − q_k)/h − (1−ϑ) h F(q_k)
//	    =  ∂₂L(q_{k−1}, q_k) = (q_k − q_{k−1})/h + ϑ h F(q_k).
//
// Solved for (q_{k+1}, p_{k+1}) the two are a step of a one-step method: a kick of
// (1−ϑ) h, a drift of h, a kick of ϑ h,
//
//	p½ = p_k + (1−ϑ) h F(q_k),   q_{k+1} = q_k + h p½,   p_{k+1} = p½ + ϑ h F(q_{k+1}),
//
// which is [Verlet] for ϑ = ½, [SymplecticEuler] for ϑ = 0 and
// [SymplecticEulerAdjoint] for ϑ = 1. From the action comes all else. The step is
// symplectic: on stationary paths dS = p_N dq_N − p_0 dq_0, and d(dS) = 0. And a
// symmetry of L is a momentum that is exactly constant (Noether). Veselov (1988);
// Marsden, West (2001), sections 1.3 and 2.6; Hairer, Lubich, Wanner (2006),
// section VI.6.
type DiscreteLagrangian struct {
	// Potential is V(q, t).
	Potential func(t float64, q []float64) float64
	// Force is −∇V(q, t).
	Force integrators.Field
	// Right is ϑ, the share of the right-hand end in the potential.
	Right float64
}

// Action returns S of a path of rows of dim numbers, one a time. It panics if
// path is not two whole rows or more, or dim or h not positive.
func (l DiscreteLagrangian) Action(path []float64, dim int, t, h float64) float64 {
	rows := checkPath(path, dim, h)
	s := 0.0
	for k := range rows {
		q := path[k*dim : (k+1)*dim]
		w := h
		switch k {
		case 0:
			w *= 1 - l.Right
		case rows - 1:
			w *= l.Right
		}
		s -= w * l.Potential(t+float64(k)*h, q)
		if k > 0 {
			for i, v := range q {
				d := v - path[(k-1)*dim+i]
				s += d * d / (2 * h)
			}
		}
	}
	return s
}

// Gradient sets dst = ∂S/∂q_k for the rows k = 1 … N−1 between the ends, so dst
// is two rows shorter than path: zero on the motion. It panics as Action does and
// where lengths differ, and passes on an error of Force.
func (l DiscreteLagrangian) Gradient(dst, path []float64, dim int, t, h float64) error {
	rows := checkPath(path, dim, h)
	checkRows(dst, (rows-2)*dim)
	for k := 1; k < rows-1; k++ {
		q := path[k*dim : (k+1)*dim]
		g := dst[(k-1)*dim : k*dim]
		if err := l.Force(g, t+float64(k)*h, q); err != nil {
			return err
		}
		for i, v := range q {
			second := (path[(k+1)*dim+i] - v) - (v - path[(k-1)*dim+i])
			g[i] = h*g[i] - second/h
		}
	}
	return nil
}

// Momenta sets dst = p_k for all rows of path, by −∂₁L and for the last row by
// ∂₂L; between the ends the two are equal on the motion. It panics and fails as
// Gradient does; dst is as long as path.
func (l DiscreteLagrangian) Momenta(dst, path []float64, dim int, t, h float64) error {
	rows := checkPath(path, dim, h)
	checkRows(dst, len(path))
	for k := range rows {
		p := dst[k*dim : (k+1)*dim]
		if err := l.Force(p, t+float64(k)*h, path[k*dim:(k+1)*dim]); err != nil {
			return err
		}
		left, share := k, l.Right-1
		if k == rows-1 {
			left, share = k-1, l.Right
		}
		for i := range p {
			p[i] = (path[(left+1)*dim+i]-path[left*dim+i])/h + share*h*p[i]
		}
	}
	return nil
}

func checkRows(dst []float64, want int) {
	if len(dst) != want {
		panic(fmt.Sprintf("symplectic: room for %d numbers, want %d", len(dst), want))
	}
}

// checkPath returns the number of rows, at least 2.
func checkPath(path []float64, dim int, h float64) int {
	if dim < 1 || len(path)%dim != 0 || len(path) < 2*dim || !(h > 0) {
		panic(fmt.Sprintf("symplectic: a path of %d numbers in rows of %d, h = %v", len(path), dim, h))
	}
	return len(path) / dim
}
