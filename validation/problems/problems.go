// Package problems holds classical initial value problems y' = f(t, y) with
// their solutions: what the solvers of package ode are measured on.
//
// A Reference is the solution of the problem as its source states it, with its
// decimals exact, not as they are rounded in F and Y0. Command gen computes it
// in double-double arithmetic (106 bits) from formulas of its own and writes
// references.go; it prints by how much two settings of its tolerance differ.
package problems

//go:generate go run ./internal/gen --out references.go

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
)

// Problem is y' = f(t, y), or M y' = f(t, y), from y(T0) = Y0 to T1.
type Problem struct {
	Name string
	Doc  string // what it is; its source with the year
	// Stiff problems have the Error of the worst component.
	Stiff bool
	// F is the right-hand side. It keeps nothing and allocates nothing, so that
	// it may be shared; its errors are all nil.
	F integrators.Field
	// Jacobian sets all entries of ∂f/∂y that are not always zero, each once.
	Jacobian     func(set func(i, j int, v float64), t float64, y []float64)
	Lower, Upper int // bandwidths of ∂f/∂y; n−1 where it is dense
	// Mass is the diagonal of M, nil for the identity. A zero makes its
	// equation an algebraic one.
	Mass []float64
	// MassMatrix sets the entries of a constant M that is not diagonal; nil else.
	MassMatrix func(set func(i, j int, v float64))
	T0, T1     float64
	Y0         []float64
	// Breaks lists, in order, the times between T0 and T1 at which f jumps.
	Breaks []float64
	// Exact sets dst to the solution at t; nil where there is no closed form.
	Exact func(dst []float64, t float64)
	// Reference is the solution at T1.
	Reference []float64
	// AbsScale is the absolute tolerance that suits the problem, as a multiple
	// of the relative one.
	AbsScale float64
	// Floor is the size below which components of stiff problems are measured by
	// their absolute error, as a multiple of Floor; 0: never.
	Floor float64
	// Invariants are functions of the state that stay constant along solutions.
	Invariants []func(y []float64) float64
}

// Error tells how far y is from Reference: the relative error in the 2-norm,
//
//	‖y − r‖ / ‖r‖,
//
// and for stiff problems, whose components differ by orders of magnitude, the
// largest relative error of a component, max |y_i − r_i| / max(|r_i|, Floor). A
// reference of zero makes it absolute. It is NaN if y is.
func (p Problem) Error(y []float64) float64 {
	r := p.Reference
	if len(y) != len(r) {
		panic(fmt.Sprintf("problems: %d numbers to compare with the %d of %s", len(y), len(r), p.Name))
	}
	var worst, num, den float64
	for i, v := range y {
		d := v - r[i]
		num, den = math.Hypot(num, d), math.Hypot(den, r[i])
		worst = math.Max(worst, relative(math.Abs(d), math.Max(math.Abs(r[i]), p.Floor)))
	}
	if p.Stiff {
		return worst
	}
	return relative(num, den)
}

func relative(d, r float64) float64 {
	if r == 0 {
		return d
	}
	return d / r
}
