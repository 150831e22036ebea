package models

import (
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
)

// MilsteinModel is a Model with the Milstein step of its own.
type MilsteinModel interface {
	Model
	milstein(y []float64, h, scale float64, z []float64)
	strongMilstein() float64
}

// Milstein is Milstein's method for a model's System with the Lévy areas left
// out,
//
//	y ← y + a h + b Δw + Σ_jk ½ (∂b_j/∂y) b_k (Δw_j Δw_k − δ_jk |h|),
//
// in place and in one pass, for no other system than its model's. For one noise
// its strong order is 1; for more it is ½, but the mean of two paths, the second
// with the increments of neighbouring steps exchanged, is to first order one with
// areas, which is what multilevel.Paths.Antithetic is for. Milstein (1974); Giles,
// Szpruch (2014), section 3.
type Milstein[M MilsteinModel] struct{ Model M }

// Calculus returns Ito.
func (Milstein[M]) Calculus() stochastic.Calculus { return stochastic.Ito }

// Structure returns General.
func (Milstein[M]) Structure() stochastic.Structure { return stochastic.General }

// Orders returns 1, or ½ where Lévy areas are missing, and 1.
func (m Milstein[M]) Orders(stochastic.Structure) (strong, weak float64) {
	return m.Model.strongMilstein(), 1
}

// Stepper returns a stepper. It panics unless s has the shape of the model's
// System.
func (m Milstein[M]) Stepper(s *sde.System, _ int) stochastic.Stepper {
	shape(m.Model.System(), s)
	return inPlace(m.Model.milstein)
}

func (m GBM) milstein(y []float64, h, scale float64, z []float64) {
	b, c := m.Sigma*scale, m.Sigma*m.Sigma*scale*scale/2
	a := 1 + m.Mu*h - m.Sigma*m.Sigma*math.Abs(h)/2
	z = z[:len(y)]
	for i, v := range y {
		w := z[i]
		y[i] = v * (a + float64(w*(b+float64(c*w))))
	}
}

func (GBM) strongMilstein() float64 { return 1 }

// milstein has b b' = σ²/2 at any x, which makes the step
// (√x + ½σΔw)² + (κ(θ−x) − ¼σ²) h.
func (m CIR) milstein(y []float64, h, scale float64, z []float64) {
	a, b := m.Kappa*h, m.Sigma*scale/2
	c := m.Kappa*h*m.Theta - m.Sigma*m.Sigma*math.Abs(h)/4
	z = z[:len(y)]
	for i, v := range y {
		x := truncate(v)
		w := b * z[i]
		y[i] = v - float64(a*x) + c + float64(w*(2*math.Sqrt(x)+w))
	}
}

func (CIR) strongMilstein() float64 { return 1 }

// milstein has for x, with terms in Δw_1² and Δw_1 Δw_2 and no area,
//
//	½ x (v + ½ρσ)(Δw_1² − h) + ¼ x √(1−ρ²) σ Δw_1 Δw_2,
//
// and for v the step of CIR.
func (m Heston) milstein(y []float64, h, scale float64, z []float64) {
	drift, a := m.Mu*h, m.Kappa*h
	length := math.Abs(h)
	c := m.Kappa*h*m.Theta - m.Sigma*m.Sigma*length/4
	b1, b2 := m.Sigma*m.Rho/2*scale, m.Sigma*m.other()/2*scale
	half := m.Sigma * m.Rho / 2
	z = z[:len(y)]
	for i := 0; i+1 < len(y); i += 2 {
		v := truncate(y[i+1])
		root := math.Sqrt(v)
		w1 := scale * z[i]
		cross := float64(b2 * z[i+1])
		w := float64(b1*z[i]) + cross
		y[i] *= 1 + drift + float64(root*w1) + float64(0.5*(v+half)*(w1*w1-length)) + float64(0.5*w1*cross)
		y[i+1] += c - float64(a*v) + float64(w*(2*root+w))
	}
}

func (Heston) strongMilstein() float64 { return 0.5 }
