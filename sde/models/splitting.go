package models

import (
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
)

// SplitModel is a Model with the splitting step of its own.
type SplitModel interface {
	Model
	split(y []float64, h, scale float64, z []float64)
}

// Splitting is the method of Ninomiya and Victoir for a model of one noise per
// square-root process: the exact flow of the drift in Stratonovich's sense over
// half a step, that of the noise, and that of the drift again,
//
//	v ← e + (v − e) e^{−κh/2},   √v ← |√v + ½σΔw|,   v ← e + (v − e) e^{−κh/2},
//	e = θ − σ²/(4κ),
//
// of weak order 2 and strong order 1 on increments alone. v stays positive where
// σ² ≤ 4κθ; otherwise its negative part is cut off and the orders are those of
// Euler–Maruyama. Ninomiya, Victoir (2008), "Weak approximation of stochastic
// differential equations and application to derivative pricing", section 4.2; Alfonsi
// (2010), "High order discretization schemes for the CIR process".
type Splitting[M SplitModel] struct{ Model M }

// Calculus returns Ito, that of the model's System.
func (Splitting[M]) Calculus() stochastic.Calculus { return stochastic.Ito }

// Structure returns General.
func (Splitting[M]) Structure() stochastic.Structure { return stochastic.General }

// Orders returns 1 and 2.
func (Splitting[M]) Orders(stochastic.Structure) (strong, weak float64) { return 1, 2 }

// Stepper returns a stepper. It panics unless s has the shape of the model's
// System.
func (m Splitting[M]) Stepper(s *sde.System, _ int) stochastic.Stepper {
	shape(m.Model.System(), s)
	return inPlace(m.Model.split)
}

// flows are the constants of a splitting step of a square-root process.
type flows struct{ decay, gain, b float64 }

func (m CIR) flows(h, scale float64) flows {
	return flows{
		decay: math.Exp(-m.Kappa * h / 2),
		gain:  -math.Expm1(-m.Kappa*h/2) * (m.Theta - m.Sigma*m.Sigma/(4*m.Kappa)),
		b:     m.Sigma * scale / 2,
	}
}

// step carries v on a normal number.
func (f flows) step(v, z float64) float64 {
	root := math.Sqrt(truncate(float64(f.decay*truncate(v))+f.gain)) + float64(f.b*z)
	return float64(f.decay*(root*root)) + f.gain
}

func (m CIR) split(y []float64, h, scale float64, z []float64) {
	f := m.flows(h, scale)
	z = z[:len(y)]
	for i, v := range y {
		y[i] = f.step(v, z[i])
	}
}
