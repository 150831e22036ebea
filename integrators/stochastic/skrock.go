package stochastic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// SKROCK is the stabilised explicit method of weak order 1 with the longest reach: with
// Chebyshev's polynomials T_i, ω_0 = 1 + 1/(20 s²), ω_1 = T_s(ω_0)/T'_s(ω_0) and Q =
// b(t, y) Δw,
//
//	K_1 = y + (ω_1/ω_0) h a(y + ½sω_1 Q) + (sω_1/ω_0) Q,
//	K_i = 2ω_1 (T_(i−1)/T_i) h a(K_(i−1)) + 2ω_0 (T_(i−1)/T_i) K_(i−1) − (T_(i−2)/T_i) K_(i−2),
//	y_1 = K_s,
//
// K_0 = y and times alike. On dy = λy dt + μy dw, λ ≤ 0, it is stable in mean square
// where the equation is, |μ|² < −2λ, up to h|λ| = 1.93 s²; a step takes the least
// number of stages that it needs.
//
// Itô, any noise, strong order ½ (1 for additive noise), weak order 1, s evaluations
// of a and one of b.
//
// Abdulle, Almuslimani, Vilmart (2018), "Optimal explicit stabilized integrator of
// weak order 1 for stiff and ergodic stochastic differential equations", eq. 3.1.
type SKROCK struct {
	// Radius is a bound on the eigenvalues' size of ∂a/∂y.
	Radius float64
}

// Calculus returns Ito.
func (SKROCK) Calculus() Calculus { return Ito }

// Structure returns General.
func (SKROCK) Structure() Structure { return General }

// Orders returns ½, or 1 for additive noise, and 1.
func (SKROCK) Orders(on Structure) (strong, weak float64) { return EulerMaruyama{}.Orders(on) }

func (m SKROCK) fits(*System) string {
	if !(m.Radius >= 0) || math.IsInf(m.Radius, 0) {
		return "give SKROCK a finite Radius that is not negative"
	}
	return ""
}

// mostStages is where rounding begins to tell: it grows as s².
const mostStages = 10000

// Stages returns how many stages a step of length h takes, at least 2, and 0 if that
// were more than 10,000.
func (m SKROCK) Stages(h float64) int {
	s := math.Ceil(math.Sqrt(math.Abs(h) * m.Radius / 1.93))
	if !(s <= mostStages) {
		return 0
	}
	return max(2, int(s))
}

// Stepper returns a stepper for up to rows rows of s.
func (m SKROCK) Stepper(s *System, rows int) Stepper {
	c := newScratch(s, rows)
	return &skrock{c, m, make([]float64, len(c.a)), make([]float64, len(c.a)), make([]float64, len(c.a))}
}

type skrock struct {
	scratch
	m           SKROCK
	q, k, older []float64
}

func (st *skrock) Step(dst []float64, t, h float64, y, dw []float64) error {
	st.check(dst, y, dw)
	stages := st.m.Stages(h)
	if stages == 0 {
		return fmt.Errorf("%w: Radius %v times the step %v; take steps below %.3g", ErrStages, st.m.Radius, h, 1.93*mostStages*mostStages/st.m.Radius)
	}
	n, s := len(y), float64(stages)
	q, k, older, a := st.q[:n], st.k[:n], st.older[:n], st.a[:n]
	b, err := st.diffusion(st.b, t, y)
	if err != nil {
		return err
	}
	clear(q)
	st.addNoise(q, 1, b, dw)

	omega0 := 1 + 0.05/(s*s)
	// T_s = cosh sθ and T'_s = s sinh(sθ)/sinh θ at cosh θ = ω_0.
	theta := math.Acosh(omega0)
	omega1 := math.Sinh(theta) / (s * math.Tanh(s*theta))
	floats.AddScaledTo(k, y, 0.5*s*omega1, q)
	if err := st.s.Drift(a, t, k); err != nil {
		return err
	}
	copy(older, y)
	for i, v := range y {
		k[i] = v + omega1/omega0*h*a[i] + s*omega1/omega0*q[i]
	}
	at, before := t+omega1/omega0*h, t
	last, present := 1.0, omega0 // T_0, T_1
	for range stages - 1 {
		next := 2*omega0*present - last
		mu, nu, kappa := 2*omega1*present/next, 2*omega0*present/next, last/next
		if err := st.s.Drift(a, at, k); err != nil {
			return err
		}
		for i, v := range a {
			k[i], older[i] = mu*h*v+nu*k[i]-kappa*older[i], k[i]
		}
		at, before = mu*h+nu*at-kappa*before, at
		last, present = present, next
	}
	copy(dst, k)
	return nil
}
