package models

import (
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
)

// HestonLog is Milstein's method without areas for (ln x, v) of a Heston model,
//
//	x ← x exp((μ − v/2) h + √v Δw_1 + ¼ρσ (Δw_1² − |h|) + ¼ √(1−ρ²) σ Δw_1 Δw_2),
//
// and for v the step of CIR, on the System's rows (x, v). x stays positive and is
// exact for constant v, so that few long steps come much nearer than those of
// Milstein or Euler, for the cost of an exponential.
type HestonLog struct{ Model Heston }

// Calculus returns Ito.
func (HestonLog) Calculus() stochastic.Calculus { return stochastic.Ito }

// Structure returns General.
func (HestonLog) Structure() stochastic.Structure { return stochastic.General }

// Orders returns ½ and 1.
func (HestonLog) Orders(stochastic.Structure) (strong, weak float64) { return 0.5, 1 }

// Stepper returns a stepper. It panics unless s has the shape of the model's
// System.
func (m HestonLog) Stepper(s *sde.System, _ int) stochastic.Stepper {
	shape(m.Model.System(), s)
	return inPlace(m.Model.logMilstein)
}

func (m Heston) logMilstein(y []float64, h, scale float64, z []float64) {
	length := math.Abs(h)
	a, c := m.Kappa*h, m.Kappa*h*m.Theta-m.Sigma*m.Sigma*length/4
	b1, b2 := m.Sigma*m.Rho/2*scale, m.Sigma*m.other()/2*scale
	drift := m.Mu*h - m.Sigma*m.Rho/4*length
	z = z[:len(y)]
	for i := 0; i+1 < len(y); i += 2 {
		v := truncate(y[i+1])
		root := math.Sqrt(v)
		w1 := scale * z[i]
		w := float64(b1*z[i]) + float64(b2*z[i+1])
		y[i] *= math.Exp(drift - float64(v*h/2) + float64(w1*(root+w/2)))
		y[i+1] += c - float64(a*v) + float64(w*(2*root+w))
	}
}
