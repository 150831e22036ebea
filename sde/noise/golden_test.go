package noise

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func digest(x []float64) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for _, v := range x {
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(v))
		_, _ = h.Write(b[:]) // never fails
	}
	return h.Sum64()
}

// The bits that an address promises, on every architecture, with fused
// multiply-adds (GOAMD64=v3, arm64) or without (amd64, 386). They are never
// edited to pass. A million normals hold some 12,000 from wedges and 250 from
// the tail.
func TestGolden(t *testing.T) {
	at := Address{Seed: 42, Use: Sampler, Row: 3, Step: 5, Stage: 1}
	x := make([]float64, 1_000_002)
	Gaussian{}.Normal(x, 3, at)
	require.Equal(t, []float64{-0.7991257473622154, -0.07010015083725334, -0.4513095568748871}, x[:3])
	require.Equal(t, uint64(0xb7dde05aa2d70739), digest(x), "Gaussian")
	Signs{}.Normal(x, 3, at)
	require.Equal(t, uint64(0x1541291cbb344245), digest(x), "Signs")
	s := NewStream(at)
	for i := range x[:1000] {
		x[i] = s.Uniform() + float64(s.Index(1000))
	}
	require.Equal(t, uint64(0x55c8f3f13c0608ed), digest(x[:1000]), "Uniform and Index")

	tree, err := NewTree(42, 7, 2, -1, 2, 1e-3)
	require.NoError(t, err)
	for i := range 500 {
		tree.At(x[2*i:2*i+2], -1+3*float64(i*i%499)/499)
	}
	require.Equal(t, uint64(0x29cadac029610ca9), digest(x[:1000]), "Tree")
	grid, err := NewGrid(Gaussian{}, at, 0.1, 5, 10, 2)
	require.NoError(t, err)
	for k := range uint64(50) {
		grid.Increment(x[20*k:20*k+20], 5, k)
	}
	require.Equal(t, uint64(0x3c671c4d8c6195e7), digest(x[:1000]), "Grid")
}

// SFC64 against published sequences. NumPy's test set seeds it with
// SeedSequence(0xdeadbeaf), of which these are the words, and warms up with 12
// rounds; so does, with the words 1, 2, 3, an implementation after PractRand.
func TestSFC64Published(t *testing.T) {
	for _, c := range []struct {
		seed Stream
		want []uint64
	}{
		{Stream{5778446405158232650, 4639759349701729399, 13222832537653397986, 1}, []uint64{0xa475f55fbb6bc638}},
		{Stream{1, 2, 3, 1}, []uint64{0x43f18723cbd74146, 0x0274759cf623808d, 0x709cc2d648942177, 0x410445d3d048b085}},
	} {
		for range 12 {
			c.seed.Uint64()
		}
		for _, want := range c.want {
			require.Equal(t, want, c.seed.Uint64())
		}
	}
}

// Every bit of the address turns half of the bits of the first draws: of 64·4
// output bits over 400 addresses each turns with probability ½. Each of the
// 320·256 counts is binomial(400, ½); 8 standard deviations (80 from 200) have
// probability 1e-15 each, 1e-10 together. Row counts from its block's bits up.
func TestAvalanche(t *testing.T) {
	const trials = 400
	r := NewStream(Address{Seed: 5, Use: Test})
	first := func(at Address) (w [4]uint64) {
		s := NewStream(at)
		for i := range w {
			w[i] = s.Uint64()
		}
		return w
	}
	for word := range 5 {
		for bit := range 64 {
			if word == 2 && bit < 6 {
				continue
			}
			var turned [256]int
			for range trials {
				// Small words, as addresses have.
				at := [5]uint64{r.Uint64() >> 50, r.Uint64() >> 60, r.Uint64() >> 40, r.Uint64() >> 54, r.Uint64() >> 62}
				a := first(Address{at[0], Use(at[1]), at[2], at[3], at[4]})
				at[word] ^= 1 << bit
				b := first(Address{at[0], Use(at[1]), at[2], at[3], at[4]})
				for i := range turned {
					turned[i] += int((a[i/64] ^ b[i/64]) >> (i % 64) & 1)
				}
			}
			for i, n := range turned {
				if n < 120 || n > 280 {
					t.Fatalf("bit %d of address word %d turned output bit %d in %d of %d trials", bit, word, i, n, trials)
				}
			}
		}
	}
}
