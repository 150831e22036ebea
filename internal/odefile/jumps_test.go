package odefile

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde/noise"
)

// An action sees the state before it, and the three marks in the order of their draws.
func TestJumps(t *testing.T) {
	s := parseStochastic(t, `
parameters: {k: 3}
define: {twice: 2*x}
equations: {x: 0, y: 0}
diffusion: {x: 1}
jumps: {rate: k/2, action: {y: x + normal, x: twice + 10*y*uniform + 100*exponential + t}}`+tail)
	require.Equal(t, 1.5, s.Jumps.Rate)
	at := noise.Address{Seed: 3, Use: noise.Jump}
	draws := noise.NewStream(at)
	normal, uniform := draws.Normal(), draws.Uniform()
	exponential := -math.Log(draws.Uniform())
	y, stream := []float64{1, 2}, noise.NewStream(at)
	require.NoError(t, s.Jumps.Apply(0.5, y, &stream))
	require.InDeltaSlice(t, []float64{2 + 20*uniform + 100*exponential + 0.5, 1 + normal}, y, 1e-13)

	none := parseStochastic(t, "equations: {x: 0, y: 0}\ndiffusion: {x: 1}\njumps: {rate: 0, action: {x: 1}}\n"+tail)
	require.Zero(t, none.Jumps.Rate)
	require.Nil(t, none.Jumps.Apply)
}

func TestJumpErrors(t *testing.T) {
	for text, want := range map[string]string{
		"jumps: 3":                                                   "mapping",
		"jumps: {rate: 1}":                                           "want a rate per unit of time and an action",
		"jumps: {rate: x, action: {x: 1}}":                           "changes with time",
		"jumps: {rate: -1, action: {x: 1}}":                          "not negative",
		"jumps: {rate: 1, action: {z: 1}}":                           "no state",
		"jumps: {rate: 1, action: {normal: 1}}":                      "no state",
		"jumps: {rate: 1, action: [1]}":                              "mapping",
		"jumps: {rate: 1, action: {x: gamma}}":                       "unknown name",
		"jumps: {rate: 1, size: 1, action: {x: 1}}":                  "unknown setting",
		"jumps: {rate: 1, action: {x: normal > 0}}":                  "want a number",
		"define: {normal: x}\njumps: {rate: 1, action: {x: 1}}":      `"normal" is a random number of jumps`,
		"parameters: {uniform: 1}\njumps: {rate: 1, action: {x: 1}}": `"uniform" is a random number of jumps`,
		"define: {z: normal}":                                        "unknown name",
	} {
		_, err := ParseStochastic("f.yaml", []byte("equations: {x: -x, y: 1}\ndiffusion: {x: 1}\n"+text+tail), nil)
		require.ErrorContains(t, err, want, text)
		require.ErrorContains(t, err, "f.yaml:", text)
	}
}
