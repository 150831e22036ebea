//go:build !noasm

package noise

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/simd"
)

// The seeds of eight blocks are those that NewStream gives one by one.
func TestPhiloxLanes(t *testing.T) {
	if simd.Best() != simd.AVX512 {
		t.Skip("no AVX-512 here")
	}
	r := NewStream(Address{Seed: 9, Use: Test})
	for range 100 {
		at := Address{Seed: r.Uint64(), Use: Use(r.Uint64()), Row: r.Uint64() >> 8 / BlockRows * BlockRows, Step: r.Uint64(), Stage: r.Uint64()}
		var l lanes
		philoxLanesAVX512(&l, at.Row/BlockRows, at.Step, at.Stage, at.Seed, uint64(at.Use))
		for j := range l.a {
			require.Equal(t, NewStream(at), Stream{l.a[j], l.b[j], l.c[j], l.n[j]})
			at.Row += BlockRows
		}
	}
}
