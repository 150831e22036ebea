package noise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// A batch cut anywhere has the same bits, for every Source.
func TestSourcesAreFunctionsOfTheRow(t *testing.T) {
	sources := map[string]Source{
		"Gaussian": Gaussian{}, "Signs": Signs{}, "Zero": Zero{},
		"Impulse":    Impulse{At: Address{Use: Test, Row: 90, Step: 1}, Coordinate: 0},
		"Antithetic": Antithetic{Gaussian{}}, "twice antithetic": Antithetic{Antithetic{Signs{}}},
	}
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				dim := rapid.IntRange(1, 70).Draw(t, "dim")
				rows := rapid.IntRange(0, 150).Draw(t, "rows")
				at := Address{Seed: 4, Use: Test, Row: rapid.Uint64Range(0, 200).Draw(t, "row"), Step: 1}
				whole := make([]float64, rows*dim)
				source.Normal(whole, dim, at)
				for lo := 0; lo < rows; {
					n := rapid.IntRange(1, rows-lo).Draw(t, "piece")
					piece := make([]float64, n*dim)
					from := at
					from.Row += uint64(lo)
					source.Normal(piece, dim, from)
					require.Equal(t, whole[lo*dim:(lo+n)*dim], piece)
					lo += n
				}
			})
		})
	}
}

func TestAntitheticPairs(t *testing.T) {
	x, z := make([]float64, 400), make([]float64, 200)
	at := Address{Seed: 2, Use: Test, Row: 10}
	Antithetic{Gaussian{}}.Normal(x, 4, at)
	at.Row = 5
	Gaussian{}.Normal(z, 4, at)
	for k := range 50 {
		for i := range 4 {
			require.Equal(t, z[4*k+i], x[8*k+i])
			require.Equal(t, -z[4*k+i], x[8*k+4+i])
		}
	}
}

// Gaussian and Signs use the stream of their block from its beginning.
func TestBlocksAreStreams(t *testing.T) {
	at := Address{Seed: 2, Use: Test, Row: 2 * BlockRows, Step: 3}
	got, want := make([]float64, 3*BlockRows), make([]float64, 3*BlockRows)
	s := NewStream(at)
	s.Fill(want)
	Gaussian{}.Normal(got, 3, at)
	require.Equal(t, want, got)
	s = NewStream(at)
	for i := range want {
		require.Equal(t, want[i], s.Normal(), "Normal is Fill")
	}
	s = NewStream(at)
	s.Rademacher(want)
	Signs{}.Normal(got, 3, at)
	require.Equal(t, want, got)
}

func TestSourcesRefuse(t *testing.T) {
	for _, s := range []Source{Gaussian{}, Signs{}, Impulse{}, Antithetic{Gaussian{}}} {
		require.Panics(t, func() { s.Normal(make([]float64, 5), 2, Address{}) })
		require.Panics(t, func() { s.Normal(make([]float64, 5), 0, Address{}) })
		require.NotPanics(t, func() { s.Normal(nil, 2, Address{Row: 1}) })
	}
}

func TestSourcesDoNotAllocate(t *testing.T) {
	dst := make([]float64, 640)
	signs, gaussian, antithetic := Source(Signs{}), Source(Gaussian{}), Source(Antithetic{Gaussian{}})
	require.Zero(t, testing.AllocsPerRun(10, func() {
		gaussian.Normal(dst, 10, Address{Row: 17})
		signs.Normal(dst, 10, Address{Row: 17})
		antithetic.Normal(dst, 10, Address{Row: 17})
		s := NewStream(Address{Row: 17})
		s.Fill(dst)
		dst[0] = s.Normal() + s.Uniform() + float64(s.Index(10))
	}))
}

// The ends of Uniform's range are inside the open interval, exactly.
func TestUniformIsOpen(t *testing.T) {
	least, most := Stream{}, Stream{a: math.MaxUint64}
	require.Equal(t, 0x1p-53, least.Uniform())
	require.Equal(t, 1-0x1p-53, most.Uniform())
}

// Uniform and Index by χ²: false alarm 1e-9 each.
func TestUniformAndIndexAreEven(t *testing.T) {
	const n = 700_000
	s := NewStream(Address{Seed: 1, Use: Test})
	for _, cells := range []int{1, 2, 7, 1000} {
		uniform, index := make([]int, cells), make([]int, cells)
		for range n {
			uniform[int(s.Uniform()*float64(cells))]++
			index[s.Index(cells)]++
		}
		for name, count := range map[string][]int{"Uniform": uniform, "Index": index} {
			want := float64(n) / float64(cells)
			var chi2 float64
			for _, c := range count {
				chi2 += (float64(c) - want) * (float64(c) - want) / want
			}
			if cells == 1 {
				require.Zero(t, chi2)
				continue
			}
			require.Greater(t, distuv.ChiSquared{K: float64(cells - 1)}.Survival(chi2), 1e-9, "%s of %d", name, cells)
		}
	}
	require.Panics(t, func() { s.Index(0) })
}

// Of a range of 3·2⁶¹ the top word of a product alone would hit each third number
// by 2 of 8 draws instead of 8/3. 6 standard deviations, false alarm 2e-9 each.
func TestIndexHasNoBias(t *testing.T) {
	if math.MaxInt < math.MaxInt64 {
		t.Skip("needs 64-bit int")
	}
	const n = 100_000
	span := uint64(3) << 61
	s := NewStream(Address{Seed: 2, Use: Test})
	var residue [3]float64
	for range n {
		i := s.Index(int(span))
		require.Less(t, uint64(i), span)
		residue[i%3]++
	}
	for _, c := range residue {
		require.InDelta(t, n/3., c, 6*math.Sqrt(n*2/9.))
	}
}
