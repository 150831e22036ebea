package odefile

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
)

func parseStochastic(t *testing.T, text string) *Stochastic {
	t.Helper()
	s, err := ParseStochastic("f.yaml", []byte(text), nil)
	require.NoError(t, err)
	require.NoError(t, s.SDE.Validate())
	return s
}

const tail = "\ny0: {x: 1, y: 2}\nt1: 1\n"

// What a file's noise is follows from its expressions.
func TestStructure(t *testing.T) {
	const two = "equations: {x: -x, y: x*y}\n"
	for diffusion, c := range map[string]struct {
		want   stochastic.Structure
		noises int
		b      []float64 // at x = 3, y = 5, t = 2
	}{
		"{x: 2*x, y: y^2}":                 {stochastic.Diagonal, 2, []float64{6, 25}},
		"{y: t}":                           {stochastic.AdditiveDiagonal, 2, []float64{0, 2}},
		"{x: y}":                           {stochastic.General, 2, []float64{5, 0, 0, 0}},
		"{x: [x, y], y: [1, 0]}":           {stochastic.General, 2, []float64{3, 5, 1, 0}},
		"{x: [t, 1, 2]}":                   {stochastic.Additive, 3, []float64{2, 1, 2, 0, 0, 0}},
		"{x: [x], y: [y]}":                 {stochastic.Commutative, 1, []float64{3, 5}},
		"{x: \"x > 0 ? x : t\", y: 1 + 0}": {stochastic.Diagonal, 2, []float64{3, 1}},
	} {
		s := parseStochastic(t, two+"diffusion: "+diffusion+tail)
		require.Equal(t, c.want, s.SDE.Structure, diffusion)
		require.Equal(t, c.noises, s.SDE.Noises(), diffusion)
		y := []float64{3, 5}
		if c.want.IsAdditive() {
			y = nil
		}
		b := make([]float64, s.SDE.DiffusionLen(1))
		require.NoError(t, s.SDE.Diffusion(b, 2, y))
		require.Equal(t, c.b, b, diffusion)
		require.NoError(t, s.SDE.Verify(2, []float64{3, 5}), "with its derivative: %s", diffusion)
	}
	s := parseStochastic(t, two+"diffusion: {x: x^3, y: 4}"+tail)
	d := make([]float64, 4)
	require.NoError(t, s.SDE.DiffusionDerivative(d, 0, []float64{2, 1, 3, 1}))
	require.Equal(t, []float64{12, 0, 27, 0}, d)
	require.Equal(t, stochastic.Stratonovich, parseStochastic(t, two+"diffusion: {x: 1}\ncalculus: stratonovich"+tail).SDE.Calculus)
}

// Rows by blocks are the single rows of the program's own machine, for every
// operation, and calls may be concurrent.
func TestRows(t *testing.T) {
	const all = `
equations:
  x: "x + y - x*y/(1 + x^2) + (x < y ? sin(x) : -y) + max(x, y)"
  y: "(x <= y and not (x == 1)) or t > 1 ? exp(x % 2) : atan2(x, y)"
diffusion: {x: 1}`
	s := parseStochastic(t, all+tail)
	const rows = 3*block + 7
	y, got, want := make([]float64, 2*rows), make([]float64, 2*rows), make([]float64, 2*rows)
	for i := range y {
		y[i] = 2 * math.Sin(float64(i*i))
	}
	y[0] = 1
	require.NoError(t, s.SDE.Drift(got, 0.5, y))
	for r := range rows {
		require.NoError(t, s.F(want[2*r:2*r+2], 0.5, y[2*r:2*r+2]))
	}
	require.Equal(t, want, got)
	require.Zero(t, testing.AllocsPerRun(20, func() { _ = s.SDE.Drift(got, 0.5, y) }))
	done := make(chan []float64)
	for range 4 {
		go func() {
			own := make([]float64, 2*rows)
			for range 200 {
				_ = s.SDE.Drift(own, 0.5, y)
			}
			done <- own
		}()
	}
	for range 4 {
		require.Equal(t, want, <-done)
	}
}

func TestBarriersAndQuantities(t *testing.T) {
	s := parseStochastic(t, `
parameters: {k: 3}
equations: {x: 0, y: 0}
diffusion: {x: 1}
steps: 20
quantities: {sum: x + k*y, square: x^2}
barriers: [{state: y, level: k/2, name: top}, {state: x, level: 0, discrete: true}]`+tail)
	require.Equal(t, 20, s.Steps)
	require.Equal(t, []string{"sum", "square"}, s.Quantities)
	q := make([]float64, 4)
	s.Quantity(q, 0, []float64{1, 2, 3, 4})
	require.Equal(t, []float64{7, 1, 15, 9}, q)
	require.Equal(t, []Barrier{{"top", 1, 1.5, false}, {"barrier 2", 0, 0, true}}, s.Barriers)
}

func TestStochasticErrors(t *testing.T) {
	const head = "equations: {x: -x, y: 1}\n"
	for text, want := range map[string]string{
		"":                                                                 "diffusion: missing",
		"diffusion: {z: 1}":                                                "no state",
		"diffusion: {x: [1, 2], y: [1]}":                                   "equally long",
		"diffusion: {x: [1], y: 1}":                                        "beside lists",
		"diffusion: {x: []}":                                               "want",
		"diffusion: {x: {a: 1}}":                                           "want an expression",
		"diffusion: {x: foo}":                                              "unknown name",
		"diffusion: {x: [1, foo]}":                                         "unknown name",
		"diffusion: 3":                                                     "mapping",
		"diffusion: {x: 1}\ncalculus: fox":                                 "ito or stratonovich",
		"diffusion: {x: 1}\nsteps: 0":                                      "whole number",
		"diffusion: {x: 1}\nrtol: 1":                                       "unknown setting",
		"diffusion: {x: 1}\nquantities: {x: 1}":                            "a state already",
		"diffusion: {x: 1}\nquantities: {q: z}":                            "unknown name",
		"diffusion: {x: 1}\nbarriers: {a: 1}":                              "want a list",
		"diffusion: {x: 1}\nbarriers: [{state: x}]":                        "level: missing",
		"diffusion: {x: 1}\nbarriers: [{level: 1}]":                        "state: missing",
		"diffusion: {x: 1}\nbarriers: [{state: z, level: 1}]":              "no state",
		"diffusion: {x: 1}\nbarriers: [{state: x, level: x}]":              "changes with time",
		"diffusion: {x: 1}\nbarriers: [{state: x, level: 1, up: 1}]":       "unknown setting",
		"diffusion: {x: 1}\nbarriers: [{state: x, level: 1, discrete: 7}]": "true or false",
	} {
		_, err := ParseStochastic("f.yaml", []byte(head+text+tail), nil)
		require.ErrorContains(t, err, want, text)
		require.True(t, strings.HasPrefix(err.Error(), "f.yaml"), err)
	}
	_, err := LoadStochastic(t.TempDir(), nil)
	require.ErrorContains(t, err, "folder")
}
