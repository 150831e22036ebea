package simd

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAvailable(t *testing.T) {
	all := Available()
	require.Equal(t, Portable, all[0])
	require.Equal(t, Best(), all[len(all)-1])
	require.IsIncreasing(t, all)
	t.Log("best:", Best())
}
