package multistep

import (
	"fmt"

	"github.com/ito-sde/ito/integrators"
)

// NDF are the numerical differentiation formulas of orders 1 to 5 for stiff
// problems M y' = f(t, y), with steps that stay equal for a while. With backward
// differences ∇ʲ y_n over steps h and γ_j = Σ_(i≤j) 1/i a step at order k solves
//
//	y_(n+1) = p + d,   p = Σ_(j≤k) ∇ʲ y_n
//	(1−κ_k) γ_k M d + M Σ_(1≤j≤k) γ_j ∇ʲ y_n = h f(t_(n+1), p + d)
//
// for d = ∇^(k+1) y_(n+1); the error estimate is (κ_k γ_k + 1/(k+1)) d. κ_k < 0
// allows longer steps than [BDF] for the same error, by 26 percent at orders 1 to
// 3 and 12 at order 4, for a narrower sector of stability at orders 3 and 4: α =
// 90°, 90°, 80°, 66°, 51°.
//
// A factorisation of M − h/((1−κ_k) γ_k) J serves until the step or order changes
// by much, a Jacobian for some twenty steps or until Newton's iteration is slow,
// so that NDF suits large systems; M may be singular where the problem is of index
// 1. Where eigenvalues of large modulus lie near the imaginary axis, MaxOrder 2
// takes longer steps. With fixed steps the error at the start is that of order 1.
// Shampine, Reichelt (1997), sections 2 and 3.
type NDF struct {
	// MinOrder and MaxOrder bound k, from 1 to 5; 0: no bound. MinOrder holds
	// once there are as many steps in the past; steps of a length that nobody
	// asked Choose for are taken at this order.
	MinOrder, MaxOrder int
}

// BDF are the backward differentiation formulas of orders 1 to 5: [NDF] with
// κ_k = 0, stable in sectors of α = 90°, 90°, 86°, 73°, 51°. Their steps are
// shorter at the same error; they do better where eigenvalues lie near the
// imaginary axis and the order is 3 or 4. Gear (1971); Hairer, Wanner (1996),
// section V.1.
type BDF struct {
	// MinOrder and MaxOrder are as in NDF.
	MinOrder, MaxOrder int
}

// stiffest is the highest order of the differentiation formulas: those of order
// 6 are hardly stable, and none above is.
const stiffest = 5

// kappa are Shampine and Reichelt's κ_k, table 1.
var kappa = [stiffest + 1]float64{1: -37. / 200, -1. / 9, -0.0823, -0.0415, 0}

// formula are the coefficients of the formula of one order.
type formula struct {
	beta float64               // h f enters y_(n+1) as beta h f
	past [stiffest + 1]float64 // γ_j/((1−κ_k) γ_k)
	err  float64               // κ_k γ_k + 1/(k+1)
}

// formulas are those of orders 1 to 5 and, for its error alone, 6.
func formulas(kappa [stiffest + 1]float64) *[stiffest + 2]formula {
	var fs [stiffest + 2]formula
	var gamma [stiffest + 2]float64
	for k := 1; k < len(fs); k++ {
		gamma[k] = gamma[k-1] + 1/float64(k)
		f := &fs[k]
		f.err = 1 / float64(k+1)
		if k > stiffest {
			continue
		}
		f.err += kappa[k] * gamma[k]
		f.beta = 1 / ((1 - kappa[k]) * gamma[k])
		for j := 1; j <= k; j++ {
			f.past[j] = gamma[j] * f.beta
		}
	}
	return &fs
}

var (
	ndfFormulas = formulas(kappa)
	bdfFormulas = formulas([stiffest + 1]float64{})
)

// Order returns the highest order, of which the estimate is one too.
func (m NDF) Order() (order, estimate int) {
	_, hi, _ := orders(m.MinOrder, m.MaxOrder, stiffest)
	return hi, hi
}

// String names the method.
func (m NDF) String() string {
	lo, hi, _ := orders(m.MinOrder, m.MaxOrder, stiffest)
	return fmt.Sprintf("NDF of orders %d to %d", lo, hi)
}

// Stepper returns a stepper for f on states of dim numbers, with dense Jacobians
// by differences. Orders that do not exist are an error of its Reset.
func (m NDF) Stepper(f integrators.Field, dim int) integrators.Stepper {
	return plain(ndfFormulas, m.MinOrder, m.MaxOrder, f, dim)
}

// Implicit returns a stepper for M y' = f(t, y). The error wraps ErrOrder or
// integrators.ErrLinearisation.
func (m NDF) Implicit(f integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
	return implicit(ndfFormulas, m.MinOrder, m.MaxOrder, f, dim, l)
}

// Order returns the highest order, of which the estimate is one too.
func (m BDF) Order() (order, estimate int) { return NDF(m).Order() }

// String names the method.
func (m BDF) String() string { return "B" + NDF(m).String()[1:] }

// Stepper returns a stepper for f on states of dim numbers, with dense Jacobians
// by differences. Orders that do not exist are an error of its Reset.
func (m BDF) Stepper(f integrators.Field, dim int) integrators.Stepper {
	return plain(bdfFormulas, m.MinOrder, m.MaxOrder, f, dim)
}

// Implicit returns a stepper for M y' = f(t, y). The error wraps ErrOrder or
// integrators.ErrLinearisation.
func (m BDF) Implicit(f integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
	return implicit(bdfFormulas, m.MinOrder, m.MaxOrder, f, dim, l)
}

func plain(fs *[stiffest + 2]formula, lo, hi int, f integrators.Field, dim int) integrators.Stepper {
	lo, hi, bad := orders(lo, hi, stiffest)
	s, err := newBackward(fs, lo, hi, f, dim, integrators.Linearisation{})
	if err != nil {
		bad = err
	}
	s.bad = bad
	return s
}

func implicit(fs *[stiffest + 2]formula, lo, hi int, f integrators.Field, dim int, l integrators.Linearisation) (integrators.Stepper, error) {
	lo, hi, err := orders(lo, hi, stiffest)
	if err != nil {
		return nil, err
	}
	s, err := newBackward(fs, lo, hi, f, dim, l)
	if err != nil {
		return nil, err
	}
	return s, nil
}
