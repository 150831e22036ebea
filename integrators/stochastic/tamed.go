package stochastic

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// TamedEuler is Euler–Maruyama with a drift whose step never exceeds 1,
//
//	y_1 = y + a h/(1 + |h| ‖a‖) + b Δw,   ‖·‖ the Euclidean norm of a row.
//
// On drifts that grow faster than linearly but only push inwards (one-sided
// Lipschitz, such as y − y³) Euler–Maruyama's moments tend to infinity as h
// tends to 0; here they stay bounded and the strong order holds.
//
// Itô, any noise, strong order ½ (1 for additive noise), weak order 1, one
// evaluation of each.
//
// Hutzenthaler, Jentzen, Kloeden (2012), "Strong convergence of an explicit
// numerical method for SDEs with nonglobally Lipschitz continuous coefficients".
type TamedEuler struct{}

// Calculus returns Ito.
func (TamedEuler) Calculus() Calculus { return Ito }

// Structure returns General.
func (TamedEuler) Structure() Structure { return General }

// Orders returns ½, or 1 for additive noise, and 1.
func (TamedEuler) Orders(on Structure) (strong, weak float64) { return EulerMaruyama{}.Orders(on) }

// Stepper returns a stepper for up to rows rows of s.
func (TamedEuler) Stepper(s *System, rows int) Stepper { return &tamedEuler{newScratch(s, rows)} }

type tamedEuler struct{ scratch }

func (e *tamedEuler) Step(dst []float64, t, h float64, y, dw []float64) error {
	e.check(dst, y, dw)
	a, n := e.a[:len(y)], e.s.Dim
	if err := e.s.Drift(a, t, y); err != nil {
		return err
	}
	b, err := e.diffusion(e.b, t, y)
	if err != nil {
		return err
	}
	for r := 0; r < len(y); r += n {
		norm := math.Abs(a[r])
		if n > 1 {
			norm = floats.Norm(a[r:r+n], 2)
		}
		scale := h / (1 + math.Abs(h)*norm)
		for i := r; i < r+n; i++ {
			dst[i] = y[i] + scale*a[i]
		}
	}
	e.addNoise(dst, 1, b, dw)
	return nil
}
