package stochastic_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
)

// Hand-checked: y = 2, a = 3y, b = y/2, h = 0.1, Δw = 0.4.
func TestOneStepByHand(t *testing.T) {
	for name, want := range map[string]float64{
		"em":          2 + 0.6 + 0.4,
		"milstein":    2 + 0.6 + 0.4 + 0.25*(0.16-0.1),                                        // ½·b·b' = ½·1·½
		"platen":      2 + 0.6 + 0.4 + 0.5*(0.6+math.Sqrt(0.1))*(0.16-0.1)/(2*math.Sqrt(0.1)), // b(ŷ) − b = ½ (0.6 + √0.1)
		"eulerheun":   2 + 0.6 + 0.5*(1+1.2)*0.4,                                              // ỹ = 2.4
		"heun":        2 + 0.5*0.1*(6+9) + 0.5*0.4*(1+1.5),                                    // ỹ = 3
		"midpoint":    2 + 0.1*7.5 + 0.4*1.25,                                                 // ỹ = 2.5
		"tamed":       2 + 0.6/1.6 + 0.4,
		"implicit":    2.4 / 0.7,                       // x = 2.4 + 0.3x
		"theta":       (2 + 0.3 + 0.4) / 0.85,          // x = 2 + 0.15·2 + 0.4 + 0.15x
		"impmidpoint": 2 * 1.25 / 0.75,                 // x = 2 + (0.3 + 0.2)(2+x)/2
		"milsteincom": 2 + 0.6 + 0.4 + 0.25*(0.16-0.1), // differences of a linear b are exact
		"milsteingen": 2 + 0.6 + 0.4 + 0.25*(0.16-0.1),
	} {
		m, err := stochastic.ByName(name)
		require.NoError(t, err)
		s := stochastic.System{
			Dim: 1, Calculus: m.Calculus(), Structure: stochastic.Diagonal,
			Drift:               each(1, func(_ int, _, y float64) float64 { return 3 * y }),
			Diffusion:           each(1, func(_ int, _, y float64) float64 { return y / 2 }),
			DiffusionDerivative: each(1, func(int, float64, float64) float64 { return 0.5 }),
		}
		dst := make([]float64, 1)
		path := make([]float64, stochastic.Needs(m, s.Structure).Len(1))
		path[0] = 0.4
		require.NoError(t, m.Stepper(&s, 1).Step(dst, 0, 0.1, []float64{2}, path))
		require.InDelta(t, want, dst[0], 1e-15*4, name)
	}
}

// A step of every method of Itô's on dy = 3y dt + ½y dw from 2, h = 0.1,
// Δw = 0.4. Milstein adds ½ b b'(Δw² − h) = ¼·0.06.
func ExampleMethod() {
	s := stochastic.System{
		Dim: 1, Structure: stochastic.Diagonal,
		Drift:               func(dst []float64, _ float64, y []float64) error { dst[0] = 3 * y[0]; return nil },
		Diffusion:           func(dst []float64, _ float64, y []float64) error { dst[0] = y[0] / 2; return nil },
		DiffusionDerivative: func(dst []float64, _ float64, _ []float64) error { dst[0] = 0.5; return nil },
	}
	dst := make([]float64, 1)
	for _, e := range stochastic.Catalogue {
		if stochastic.Check(e.Method, &s) != nil {
			continue
		}
		path := make([]float64, stochastic.Needs(e.Method, s.Structure).Len(1)) // Δw, and H = 0 where it is needed
		path[0] = 0.4
		if err := e.Method.Stepper(&s, 1).Step(dst, 0, 0.1, []float64{2}, path); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %.4f\n", e.Name, dst[0])
	}
	// Output:
	// em: 3.0000
	// milstein: 3.0150
	// platen: 3.0435
	// tamed: 2.7750
	// implicit: 3.4286
	// theta: 3.1765
	// milsteincom: 3.0150
	// milsteingen: 3.0150
	// sri1: 3.2171
	// sosri: 3.2428
	// platenweak: 3.2250
	// dri1: 3.2383
	// ri5: 3.2320
	// ri6: 3.2250
	// skrock: 3.0705
	// srock2: 3.2644
}
