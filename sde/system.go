package sde

import "github.com/ito-sde/ito/integrators/stochastic"

// System is a stochastic differential equation dy = a(t, y) dt + b(t, y) dw for
// rows of Dim numbers, in the sense of Itô or of Stratonovich. Its fields and
// layouts are those of [stochastic.System].
type System = stochastic.System

// The calculi of a [System].
const (
	Ito          = stochastic.Ito
	Stratonovich = stochastic.Stratonovich
)

// The structures of a [System]'s noise.
const (
	General          = stochastic.General
	Commutative      = stochastic.Commutative
	Diagonal         = stochastic.Diagonal
	Additive         = stochastic.Additive
	AdditiveDiagonal = stochastic.AdditiveDiagonal
)

// Forward returns a process as a system of rows of dim numbers,
//
//	dx = f(t) x dt + g(t) dw,
//
// for any method of [Solve]; [Transition] has its law in closed form. It panics
// if dim < 1.
func Forward(p Process, dim int) System {
	if dim < 1 {
		panic("sde: a process of no dimension")
	}
	return System{
		Dim: dim, Structure: AdditiveDiagonal,
		Drift: func(dst []float64, t float64, x []float64) error {
			f, _ := p.Coefficients(t)
			for i, v := range x {
				dst[i] = f * v
			}
			return nil
		},
		Diffusion: func(dst []float64, t float64, _ []float64) error {
			_, g := p.Coefficients(t)
			for i := range dst {
				dst[i] = g
			}
			return nil
		},
	}
}
