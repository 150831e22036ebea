package noise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// The known-answer vectors published with Random123 for philox4x64-10.
func TestPhiloxKnownAnswers(t *testing.T) {
	all := ^uint64(0)
	for _, c := range []struct {
		ctr  [4]uint64
		key  [2]uint64
		want [4]uint64
	}{
		{[4]uint64{}, [2]uint64{}, [4]uint64{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}},
		{[4]uint64{all, all, all, all}, [2]uint64{all, all}, [4]uint64{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}},
		{
			[4]uint64{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
			[2]uint64{0x452821e638d01377, 0xbe5466cf34e90c6c},
			[4]uint64{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6},
		},
	} {
		var got [4]uint64
		got[0], got[1], got[2], got[3] = philox(c.ctr[0], c.ctr[1], c.ctr[2], c.ctr[3], c.key[0], c.key[1])
		require.Equal(t, c.want, got)
	}
}

// SFC64 by its definition, step by step, and a golden sequence: the bits that a
// seed promises.
func TestStreamSequence(t *testing.T) {
	s := NewStream(Address{Seed: 1, Use: Test, Row: 70, Step: 2, Stage: 3})
	a, b, c, n := philox(1, 2, 3, 0, 1, uint64(Test))
	for range 100 {
		want := a + b + n
		n++
		a, b, c = b^(b>>11), c+(c<<3), (c<<24|c>>40)+want
		require.Equal(t, want, s.Uint64())
	}
	// To the last bits, which math.Exp and math.Log of other architectures move.
	x := make([]float64, 4)
	Gaussian{}.Normal(x, 4, Address{Seed: 42, Use: Sampler})
	require.InDeltaSlice(t, []float64{-0.4619368721408879, -0.40962761346057147, -0.04436842691007609, 0.6952939534626793}, x, 1e-14)
}

// Rows are the same numbers however they are asked for.
func TestGaussianChunking(t *testing.T) {
	for _, dim := range []int{1, 2, 3, 64} {
		at := Address{Seed: 9, Use: Sampler, Row: 5, Step: 3, Stage: 1}
		const rows = 300
		want := make([]float64, rows*dim)
		Gaussian{}.Normal(want, dim, at)
		for _, chunk := range []int{1, 7, 64, 100} {
			got := make([]float64, 0, len(want))
			for lo := 0; lo < rows; lo += chunk {
				part := make([]float64, min(chunk, rows-lo)*dim)
				from := at
				from.Row += uint64(lo)
				Gaussian{}.Normal(part, dim, from)
				got = append(got, part...)
			}
			require.Equal(t, want, got, "dim %d by %d rows", dim, chunk)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	dst := make([]float64, 640)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		Gaussian{}.Normal(dst, 10, Address{Row: 17})
		Impulse{}.Normal(dst, 10, Address{})
	}))
}

func TestImpulse(t *testing.T) {
	p := Impulse{At: Address{Use: Sampler, Row: 6, Step: 2, Stage: 1}, Coordinate: 1}
	dst := make([]float64, 12)
	p.Normal(dst, 3, Address{Use: Sampler, Row: 5, Step: 2, Stage: 1})
	require.Equal(t, []float64{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, dst)
	for _, at := range []Address{{Use: Prior, Row: 5, Step: 2, Stage: 1}, {Use: Sampler, Row: 7, Step: 2, Stage: 1},
		{Use: Sampler, Row: 2, Step: 2, Stage: 1}, {Use: Sampler, Row: 5, Step: 1, Stage: 1}, {Use: Sampler, Row: 5, Step: 2}} {
		p.Normal(dst, 3, at)
		require.Equal(t, make([]float64, 12), dst)
	}
}

func TestRademacherIsFair(t *testing.T) {
	s := NewStream(Address{Use: Probe})
	x := make([]float64, 100_001)
	s.Rademacher(x)
	var sum float64
	for _, v := range x {
		require.Equal(t, 1.0, math.Abs(v))
		sum += v
	}
	// 5.5 standard deviations: a false alarm with probability 4e-8.
	require.Less(t, math.Abs(sum), 5.5*math.Sqrt(float64(len(x))))
}
