package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

// strongProblem is an equation whose solution at time 1 is a function of the
// Brownian path's increment over [0, 1] and, where f has it, of its Lévy area.
type strongProblem struct {
	name, doc string
	system    stochastic.System
	initial   []float64
	f         noise.Functionals
	exact     func(dst []float64, p noise.Parts, row int)
}

// coordinatewise lifts a function of a coordinate to rows; additive noise is asked
// without a state.
func coordinatewise(f func(t, y float64) float64) integrators.Field {
	return func(dst []float64, t float64, y []float64) error {
		for i := range dst {
			v := 0.0
			if y != nil {
				v = y[i]
			}
			dst[i] = f(t, v)
		}
		return nil
	}
}

// strongProblems have noise of every kind, in both calculi. Kloeden, Platen
// (1992), section 4.4; the last is the simplest that does not commute.
var strongProblems = []strongProblem{
	linearProblem("linear", "dx = x/2 dt + x/2 dw", stochastic.Ito),
	linearProblem("linear-stratonovich", "dx = x/2 dt + x/2 ∘ dw", stochastic.Stratonovich),
	boundedProblem(),
	additiveProblem(),
	areaProblem(),
}

// linearProblem has x = exp((a − b²/2) + b w), without −b²/2 in Stratonovich's
// sense.
func linearProblem(name, doc string, c stochastic.Calculus) strongProblem {
	const a, b = 0.5, 0.5
	drift := a
	if c == stochastic.Ito {
		drift -= b * b / 2
	}
	return strongProblem{
		name: name, doc: doc, initial: []float64{1},
		system: stochastic.System{
			Dim: 1, Calculus: c, Structure: stochastic.Diagonal,
			Drift:               coordinatewise(func(_, y float64) float64 { return a * y }),
			Diffusion:           coordinatewise(func(_, y float64) float64 { return b * y }),
			DiffusionDerivative: coordinatewise(func(_, _ float64) float64 { return b }),
		},
		exact: func(dst []float64, p noise.Parts, row int) { dst[0] = math.Exp(drift + b*p.W[row]) },
	}
}

// boundedProblem stays between −1 and 1.
func boundedProblem() strongProblem {
	const alpha, beta, y0 = 0.5, 0.6, 0.2
	return strongProblem{
		name: "bounded", doc: "dx = −(α + β²x)(1 − x²) dt + β(1 − x²) dw", initial: []float64{y0},
		system: stochastic.System{
			Dim: 1, Structure: stochastic.Diagonal,
			Drift:               coordinatewise(func(_, y float64) float64 { return -(alpha + beta*beta*y) * (1 - y*y) }),
			Diffusion:           coordinatewise(func(_, y float64) float64 { return beta * (1 - y*y) }),
			DiffusionDerivative: coordinatewise(func(_, y float64) float64 { return -2 * beta * y }),
		},
		exact: func(dst []float64, p noise.Parts, row int) {
			e := math.Exp(-2*alpha + 2*beta*p.W[row])
			dst[0] = ((1+y0)*e + y0 - 1) / ((1+y0)*e - y0 + 1)
		},
	}
}

// additiveProblem has x = (x_0 + β(t + αw))/√(1+t).
func additiveProblem() strongProblem {
	const alpha, beta = 0.4, 0.5
	return strongProblem{
		name: "additive", doc: "dx = (β/√(1+t) − x/(2(1+t))) dt + αβ/√(1+t) dw", initial: []float64{1},
		system: stochastic.System{
			Dim: 1, Structure: stochastic.AdditiveDiagonal,
			Drift:     coordinatewise(func(t, y float64) float64 { return beta/math.Sqrt(1+t) - y/(2*(1+t)) }),
			Diffusion: coordinatewise(func(t, _ float64) float64 { return alpha * beta / math.Sqrt(1+t) }),
		},
		exact: func(dst []float64, p noise.Parts, row int) {
			dst[0] = (1 + beta*(1+alpha*p.W[row])) / math.Sqrt2
		},
	}
}

// areaProblem is dx = dw_1, dy = dw_2, dz = ½(x dw_2 − y dw_1), z the Lévy area.
func areaProblem() strongProblem {
	return strongProblem{
		name: "area", doc: "the Lévy area of two Brownian motions", initial: []float64{0, 0, 0}, f: noise.Area,
		system: stochastic.System{
			Dim: 3, NoiseDim: 2, Structure: stochastic.General,
			Drift: func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil },
			Diffusion: func(dst []float64, _ float64, y []float64) error {
				for i := 0; i < len(y); i += 3 {
					copy(dst[2*i:], []float64{1, 0, 0, 1, -y[i+1] / 2, y[i] / 2})
				}
				return nil
			},
		},
		exact: func(dst []float64, p noise.Parts, row int) {
			dst[0], dst[1], dst[2] = p.W[2*row], p.W[2*row+1], p.A[row]
		},
	}
}

func strongProblemByName(name string) (strongProblem, error) {
	var names []string
	for _, p := range strongProblems {
		if p.name == name {
			return p, nil
		}
		names = append(names, p.name)
	}
	return strongProblem{}, fmt.Errorf("--problems: no problem %q; known: all, %s", name, strings.Join(names, ", "))
}
