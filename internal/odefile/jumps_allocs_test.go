//go:build !race

// The race detector empties pools at random.

package odefile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde/noise"
)

func TestJumpsAllocateNothing(t *testing.T) {
	s := parseStochastic(t, "equations: {x: 0, y: 0}\ndiffusion: {x: 1}\njumps: {rate: 1, action: {x: x + normal}}\n"+tail)
	y, stream := []float64{1, 2}, noise.NewStream(noise.Address{Use: noise.Jump})
	require.Zero(t, testing.AllocsPerRun(20, func() { _ = s.Jumps.Apply(0.5, y, &stream) }))
}
