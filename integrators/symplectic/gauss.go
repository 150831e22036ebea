package symplectic

import (
	"math"

	"github.com/ito-sde/ito/integrators"
)

// Gauss is a Gauss–Legendre method, the implicit Runge–Kutta method of s stages
//
//	k_i = f(t + C_i h, y + h Σ_j A_ij k_j),   y' = y + h Σ_i B_i k_i
//
// that collocates at the zeros of Legendre's polynomial on [0, 1]. Its order is
// 2s, the highest there is. As B_i A_ij + B_j A_ji = B_i B_j, it is symplectic for
// every Hamiltonian, separable or not, and keeps every quadratic invariant of any
// f, not only of mechanics (Cooper 1987; Sanz-Serna 1988). It is symmetric, and
// A-stable, though only as far as its stages can be found:
//
// they are solved by fixed-point iteration until rounding stops it, which a
// drift-free energy needs (Hairer, McLachlan, Razakarivony 2008) and which
// converges for |h ∂f/∂y| up to about 2. It starts from the polynomial of the step
// before. Where the iteration fails the error wraps [ErrConvergence]: for stiff
// problems choose an implicit method with Newton's iteration. The rounding error
// of y is always carried on, as by [Composition].Compensated.
//
// A *Gauss is an [integrators.Method]. Hairer, Nørsett, Wanner (1993), section
// II.7; Hairer, Lubich, Wanner (2006), sections II.1.3, IV.2 and VI.4.
type Gauss struct {
	Name string
	A    [][]float64
	B, C []float64
}

// Order returns 2s, and 0: there is no estimate.
func (m *Gauss) Order() (order, estimate int) { return 2 * len(m.B), 0 }

// String is the method's name.
func (m *Gauss) String() string { return m.Name }

// Stepper returns a stepper for f on states of dim numbers. Counts().Iterations
// is of sweeps over all stages. It panics if dim is not positive
// or A, B and C do not fit together.
func (m *Gauss) Stepper(f integrators.Field, dim int) integrators.Stepper {
	return newCollocation(m, f, dim)
}

// ImplicitMidpoint is Gauss's method of one stage,
//
//	y' = y + h f(t + h/2, (y + y')/2).
//
// Second order, symplectic, symmetric. Hairer, Lubich, Wanner (2006), section
// II.1.3.
var ImplicitMidpoint = &Gauss{Name: "implicit-midpoint", A: [][]float64{{1. / 2}}, B: []float64{1}, C: []float64{1. / 2}}

// Gauss4 is the method of two stages, of order 4: Hammer, Hollingsworth (1955).
//
//	C = ½ ∓ √3/6,   A = (¼, ¼−√3/6; ¼+√3/6, ¼),   B = (½, ½).
var Gauss4 = &Gauss{
	Name: "gauss4",
	A:    [][]float64{{1. / 4, 1./4 - math.Sqrt(3)/6}, {1./4 + math.Sqrt(3)/6, 1. / 4}},
	B:    []float64{1. / 2, 1. / 2},
	C:    []float64{1./2 - math.Sqrt(3)/6, 1./2 + math.Sqrt(3)/6},
}

// Gauss6 is the method of three stages, of order 6: Kuntzmann (1961), Butcher
// (1964).
//
//	C = (½−√15/10, ½, ½+√15/10),   B = (5, 8, 5)/18,
//
// with A as in Hairer, Nørsett, Wanner (1993), table II.7.4.
var Gauss6 = func() *Gauss {
	r := math.Sqrt(15)
	return &Gauss{
		Name: "gauss6",
		A: [][]float64{
			{5. / 36, 2./9 - r/15, 5./36 - r/30},
			{5./36 + r/24, 2. / 9, 5./36 - r/24},
			{5./36 + r/30, 2./9 + r/15, 5. / 36},
		},
		B: []float64{5. / 18, 4. / 9, 5. / 18},
		C: []float64{1./2 - r/10, 1. / 2, 1./2 + r/10},
	}
}()
