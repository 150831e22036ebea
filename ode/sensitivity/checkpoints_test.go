package sensitivity

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// With N steps about √N states are kept, and as many made again at a time; and
// each is the one that a step started from.
func TestCheckpoints(t *testing.T) {
	for _, steps := range []int{1, 2, 3, 7, 100, 4095, 4096, 4097, 100_000} {
		c := newCheckpoints(1, 0, 0)
		for i := range steps {
			c.add(float64(i+1), 1, []float64{float64(i)})
		}
		require.Len(t, c.t, steps+1)
		all := float64(c.saved() + c.every)
		require.LessOrEqual(t, all*all, 9*float64(steps)+9, "%d steps: %d states kept, each %d-th", steps, c.saved(), c.every)
		require.Equal(t, (steps+c.every-1)/c.every, c.saved())
		for i := range c.saved() {
			require.Equal(t, float64(i*c.every), c.state(i)[0])
		}
	}
	c := newCheckpoints(2, 5, 0)
	for i := range 11 {
		c.add(float64(i+1), 1, []float64{float64(i), 0})
	}
	require.Equal(t, 3, c.saved())
	require.Equal(t, 10.0, c.state(2)[0])
}
