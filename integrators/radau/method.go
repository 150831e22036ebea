package radau

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/internal/vec"
)

// Method is a Radau IIA method with one number of stages, or one that chooses
// among several. It is immutable and safe to share.
//
// The error estimate is that of Hairer and Wanner (1996), eqs. IV.8.17–19, for
// any s:
//
//	e = (γ/h M − J)⁻¹ (f(t, y) − M u'(t)),
//
// γ the real eigenvalue of A⁻¹, of order s, and bounded for h J → ∞; where it
// rejects the first step or a repeated one, e is filtered a second time, with
// f(t, y + e) in place of f(t, y). A companion of order s says too much of a
// method of order 2s−1. So with tolerances given e is scaled: e/RTol becomes
//
//	e / (0.1 RTol^((s+1)/(2s)))
//
// as in the authors' codes. RTol = 0: ATol in its place.
//
// That is right for smooth components alone. A stiff one that is driven, |λh| > 1,
// follows the companion's order, and its error would come near the scaled tolerance:
// 5e-8 for 1e-11 at s = 7. With y' = λ(y − g) + g', g a power t^(s+1), a
// step's error is e ρ(z), z = λh, where
//
//	0.45 |P|^(s−1) ≤ |ρ(z)| ≤ s |P|^(s−1),   P = z/(γ−z),   Re z ≤ 0,
//
// ρ ~ z^(s−1) at 0 and ρ(−∞) = ±s. So the estimate is the larger in norm of
//
//	e scaled   and   P^(s−1) e,   P = (γ/h M − J)⁻¹ J = (γ/h M − J)⁻¹ γ/h M − 1,
//
// the latter if it exceeds what a rounding of y makes of P y. It takes s − 1 real
// solves, fewer where e is small. On the stiff problems of package
// validation/problems it costs up to a tenth more steps.
type Method struct {
	name        string
	least, most int // stages
}

var (
	_ integrators.Implicit     = (*Method)(nil)
	_ integrators.Chooser      = (*stepper)(nil)
	_ integrators.Interpolator = (*stepper)(nil)
	_ integrators.Compensated  = (*stepper)(nil)
)

// String returns the name.
func (m *Method) String() string { return m.name }

// Order returns 2s − 1 and s for the least number of stages s.
func (m *Method) Order() (order, estimate int) { return 2*m.least - 1, m.least }

// Stepper returns a stepper for y' = f(t, y) with J by differences.
func (m *Method) Stepper(f integrators.Field, dim int) integrators.Stepper {
	if dim < 1 {
		panic(fmt.Sprintf("radau: a state of %d numbers", dim))
	}
	s, err := m.Implicit(f, dim, integrators.Linearisation{})
	if err != nil {
		panic("radau: " + err.Error()) // a zero Linearisation suits every positive dim
	}
	return s
}

// Implicit returns a stepper for M y' = f(t, y), M singular or not. It is an
// [integrators.Interpolator] and an [integrators.Chooser].
func (m *Method) Implicit(f integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
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
	s := &stepper{lin: lin, dim: dim, pad: (dim + 3) &^ 3, real: jacobian.NewLU[float64](lin.Pattern)}
	for k := range formulas {
		if n := len(formulas[k].C); n >= m.least && n <= m.most {
			s.levels = append(s.levels, newLevel(&formulas[k], s.pad, l))
		}
	}
	s.level = s.levels[0]
	for range m.most / 2 {
		s.pairs = append(s.pairs, jacobian.NewLU[complex128](lin.Pattern))
	}
	s.rhs = make([]complex128, dim)
	mem := make([]float64, (11+5*m.most)*s.pad)
	for _, v := range []*[]float64{&s.y, &s.next, &s.low, &s.step, &s.start, &s.stage, &s.f0, &s.e, &s.lastE, &s.inverse, &s.rounding} {
		*v, mem = mem[:s.pad:s.pad], mem[s.pad:]
	}
	for _, v := range []*[]float64{&s.r, &s.z, &s.last, &s.f, &s.g} {
		n := m.most * s.pad
		*v, mem = mem[:n:n], mem[n:]
	}
	for i := range dim {
		s.rounding[i] = math.Copysign(8*0x1p-52, math.Sin(float64(i*i+1)))
	}
	return s, nil
}

// level is a formula with what a stepper needs of it.
type level struct {
	*formula
	integrals  []vec.Terms // rows of A
	rows, back []vec.Terms // of T and T⁻¹
	slopes     vec.Terms
	coef       []float64
	sum        vec.Terms // with coef as coefficients

	rtol, atol float64 // of the weights of Newton's norm
	scale      float64 // of the error estimate
	enough     float64 // ends the iteration
	noise      float64 // a norm that may be rounding
	most       int     // iterations
	exact      bool    // no tolerances
}

func newLevel(f *formula, pad int, lin integrators.Linearisation) *level {
	s := len(f.C)
	off := make([]int, s)
	for i := range off {
		off[i] = i * pad
	}
	l := &level{formula: f, coef: make([]float64, s), slopes: vec.NewTerms(f.slope, off)}
	l.sum = vec.NewTerms(l.coef, off)
	for i := range f.T {
		l.integrals = append(l.integrals, vec.NewTerms(f.A[i], off))
		l.rows, l.back = append(l.rows, vec.NewTerms(f.T[i], off)), append(l.back, vec.NewTerms(f.TI[i], off))
	}
	const ulp = 0x1p-52
	tol := lin.RTol
	if tol == 0 {
		tol = lin.ATol
	}
	if tol == 0 {
		l.rtol, l.scale, l.enough, l.most, l.exact = 4*ulp, 1, 1, 50, true
		l.noise = 0x1p-36 / l.rtol
		return l
	}
	power := float64(s+1) / float64(2*s)
	t := 0.1 * math.Pow(tol, power)
	l.rtol, l.atol, l.scale = t/tol*lin.RTol, t/tol*lin.ATol, tol/t
	l.enough = math.Max(ulp/4/t, math.Min(0.03, math.Pow(t, 1/power-1)))
	l.noise = 0x1p-36 / t
	l.most = 7 + max(0, 5*(s-3)/2)
	return l
}
