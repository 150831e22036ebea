package noise

import (
	"math"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

// Points of scipy.stats.qmc.Sobol(1024, scramble=False), whose point n is that of
// n ⊕ ⌊n/2⌋ here.
func TestSobolPoints(t *testing.T) {
	rows := []uint64{1, 2, 3, 5, 100, 777, 8191}
	for d, want := range map[int][]float64{
		0:    {0.5, 0.75, 0.25, 0.875, 0.4140625, 0.6923828125, 0.0001220703125},
		1:    {0.5, 0.25, 0.75, 0.875, 0.2578125, 0.9365234375, 0.5333251953125},
		2:    {0.5, 0.25, 0.75, 0.125, 0.7734375, 0.1630859375, 0.5015869140625},
		9:    {0.5, 0.75, 0.25, 0.125, 0.6953125, 0.3232421875, 0.7567138671875},
		99:   {0.5, 0.75, 0.25, 0.375, 0.8828125, 0.5107421875, 0.7947998046875},
		511:  {0.5, 0.75, 0.25, 0.875, 0.5234375, 0.7978515625, 0.5177001953125},
		1023: {0.5, 0.75, 0.25, 0.375, 0.9453125, 0.4521484375, 0.9530029296875},
	} {
		for i, n := range rows {
			require.Equal(t, want[i], float64(point(&directions()[d], n^n>>1))*0x1p-64, "dimension %d, point %d", d, n)
		}
	}
}

// In every dimension any 2^k points in a row, from a multiple of 2^k, fall one into
// each of 2^k equal parts of the line; and of the first two dimensions 2^10 fall one
// into each box of that area: Sobol's first two are a (0, m, 2)-net.
func TestSobolIsANet(t *testing.T) {
	const k = 10
	for d := range SobolDimensions {
		seen := [1 << k]bool{}
		for r := uint64(5 << k); r < 6<<k; r++ {
			seen[point(&directions()[d], r)>>(64-k)] = true
		}
		require.NotContains(t, seen, false, "dimension %d", d)
	}
	for first := range k + 1 {
		seen := [1 << k]bool{}
		for r := uint64(0); r < 1<<k; r++ {
			x := point(&directions()[0], r) >> (64 - first)
			if first == 0 {
				x = 0
			}
			y := point(&directions()[1], r) >> (64 - (k - first))
			if first == k {
				y = 0
			}
			seen[x<<(k-first)|y] = true
		}
		require.NotContains(t, seen, false, "%d digits of the first", first)
	}
}

// Scrambled numbers agree in as many first digits as before, and differ in the next
// one, and a digit is as often changed as not.
func TestScrambleIsNested(t *testing.T) {
	s := NewStream(Address{Seed: 3, Use: Test})
	changed := [64]int{}
	const tries = 4000
	for k := range tries {
		p := Sobol{}.scramble(Address{Seed: uint64(k), Use: Test}, k%7)
		x := s.Uint64()
		digit := k % 64
		y := x ^ 1<<(63-digit) ^ s.Uint64()>>1>>digit // another from that digit on
		require.Equal(t, digit, bits.LeadingZeros64(p.of(x)^p.of(y)))
		for i := range changed {
			changed[i] += int((x ^ p.of(x)) >> (63 - i) & 1)
		}
	}
	require.NotEqual(t, Sobol{}.scramble(Address{Seed: 1}, 1), Sobol{}.scramble(Address{Seed: 1}, 2))
	for i, n := range changed { // six standard errors: 64 chances of 2e-9
		require.InDelta(t, tries/2, n, 6*math.Sqrt(tries)/2, "digit %d", i)
	}
}

// pathErrors are those of the mean over 2^k rows of exp of the mean of a path of steps
// steps, over seeds: exp(variance/2), the variance of Σ_k W_k/n, W_k = Σ_{j≤k} z_j/√n,
// being Σ_j ((n−j)/n)²/n.
func pathErrors(source Source, steps, k, seeds int) float64 {
	n := float64(steps)
	variance := 0.0
	for j := range steps {
		variance += math.Pow((n-float64(j))/n, 2) / n
	}
	rows := 1 << k
	square := 0.0
	z, w, mean := make([]float64, rows), make([]float64, rows), make([]float64, rows)
	for seed := range seeds {
		clear(w)
		clear(mean)
		for step := range steps {
			source.Normal(z, 1, Address{Seed: uint64(seed), Use: Test, Step: uint64(step)})
			for i, v := range z {
				w[i] += v / math.Sqrt(n)
				mean[i] += w[i] / n
			}
		}
		sum := 0.0
		for _, m := range mean {
			sum += math.Exp(m)
		}
		square += math.Pow(sum/float64(rows)-math.Exp(variance/2), 2)
	}
	return math.Sqrt(square / float64(seeds))
}

// Errors of quasi-random paths fall as 1/rows or nearly so, those of random ones as
// its root; and the bridge makes them smaller.
func TestSobolPathsConvergeFaster(t *testing.T) {
	const steps, seeds = 32, 24
	slope := func(source Source) (slope, last float64) {
		var logN, logE []float64
		for k := 5; k <= 10; k++ {
			last = pathErrors(source, steps, k, seeds)
			logN, logE = append(logN, float64(k)), append(logE, math.Log2(last))
		}
		_, slope = stat.LinearRegression(logN, logE, nil, false)
		return slope, last
	}
	random, gaussian := slope(Gaussian{})
	plain, sobol := slope(Sobol{Steps: steps})
	bridged, bridge := slope(Bridged{Sobol{Steps: steps}, steps})
	t.Logf("slopes %.2f %.2f %.2f, last %.2g %.2g %.2g", random, plain, bridged, gaussian, sobol, bridge)
	require.InDelta(t, -0.5, random, 0.15)
	require.Less(t, plain, -0.7)
	require.Less(t, bridged, -0.85)
	require.Less(t, bridge, gaussian/8)
	require.Less(t, bridge, sobol)
}

// Every number of a path has a dimension of its own, the last one being that before
// Dimensions.
func TestSobolDimensionsAreApart(t *testing.T) {
	const steps = 5
	s := Sobol{Steps: steps}
	for dim := 1; dim < 6; dim++ {
		for _, f := range []Functionals{0, SpaceTime, SpaceTimeTime, Area, Area | SpaceTimeTime, TwoPoint, TwoPoint | Area | SpaceTimeTime} {
			seen := map[int]bool{}
			pairs := dim * (dim - 1) / 2
			for functional, n := range []int{dim, dim, dim, pairs, pairs} {
				if want := []bool{true, f.Has(SpaceTime), f.Has(SpaceTimeTime), f.Has(Area), f.Has(TwoPoint)}; !want[functional] {
					continue
				}
				for k := range steps {
					for j := range n {
						d := s.first(uint64(functional), uint64(k), n) + j
						require.False(t, seen[d], "dimension %d of functional %d twice", d, functional)
						require.Less(t, d, s.Dimensions(f, dim))
						seen[d] = true
					}
				}
			}
			require.True(t, seen[s.Dimensions(f, dim)-1], "%d of %d", f, dim)
		}
	}
}

// Randomisations of a seed are independent: the products of two errors of the mean of
// exp, each without bias, have mean 0 to five standard errors (false alarms 6e-7), in
// a dimension of Sobol's and beyond them.
func TestRandomisationsAreIndependent(t *testing.T) {
	const n = 4000
	off := func(z []float64) (sum float64) {
		for _, v := range z {
			sum += math.Exp(v) / float64(len(z))
		}
		return sum - math.Exp(0.5)
	}
	a, b := make([]float64, 16), make([]float64, 16)
	products := make([]float64, n)
	for _, step := range []uint64{1, SobolDimensions} {
		for k := range uint64(n) {
			at := Address{Seed: 9, Use: Test, Step: step}
			Sobol{Steps: 2000, Randomisation: 2 * k}.Normal(a, 1, at)
			Sobol{Steps: 2000, Randomisation: 2*k + 1}.Normal(b, 1, at)
			products[k] = off(a) * off(b)
		}
		mean, sd := stat.MeanStdDev(products, nil)
		require.Less(t, math.Abs(mean), 5*sd/math.Sqrt(n))
	}
}

// A batch cut anywhere has the same bits.
func TestQuasiRandomRowsAreAddressed(t *testing.T) {
	for _, source := range []Source{Sobol{Steps: 8}, Bridged{Sobol{Steps: 8}, 7}, Matched{Gaussian{}, 50}, Sobol{Steps: 600}} {
		const rows, dim = 333, 3
		at := Address{Seed: 4, Use: Test, Row: 19, Step: 5}
		whole := make([]float64, rows*dim)
		source.Normal(whole, dim, at)
		for r := 0; r < rows; r += 37 {
			n := min(37, rows-r)
			part := make([]float64, n*dim)
			at := at
			at.Row += uint64(r)
			source.Normal(part, dim, at)
			require.Equal(t, whole[r*dim:(r+n)*dim], part, "%T", source)
		}
		other := make([]float64, rows*dim)
		at.Seed++
		source.Normal(other, dim, at)
		require.NotEqual(t, whole, other, "another seed")
		require.Zero(t, testing.AllocsPerRun(10, func() { source.Normal(whole, dim, at) }), "%T", source)
	}
}

// Rows of all seeds together are normal, in Sobol's dimensions and beyond, where
// they are Gaussian's; functionals have dimensions of their own.
func TestSobolDimensions(t *testing.T) {
	z, g := make([]float64, 4), make([]float64, 4)
	at := Address{Seed: 1, Use: Test, Row: 3, Step: 400}
	Sobol{Steps: 600}.Normal(z, 4, at)
	Gaussian{}.Normal(g, 4, at)
	require.Equal(t, g, z)
	at.Step = 511
	edge := make([]float64, 3)
	Sobol{Steps: 600}.Normal(edge[:2], 2, at)
	Gaussian{}.Normal(g[:2], 2, at)
	require.NotEqual(t, g[:2], edge[:2], "the last two dimensions")
	at.Step = 341
	Sobol{Steps: 600}.Normal(edge, 3, at)
	Gaussian{}.Normal(g[:3], 3, at)
	require.NotEqual(t, g[0], edge[0], "dimension 1023")
	require.Equal(t, g[1:3], edge[1:], "and two beyond")
	at.Step, at.Stage = 1, 7
	Sobol{Steps: 2}.Normal(z, 4, at)
	Gaussian{}.Normal(g, 4, at)
	require.Equal(t, g, z, "a stage that is none of Draw's")
	at.Stage = plane(0, 1)
	Sobol{Steps: 2}.Normal(z, 4, at)
	at.Step, at.Stage = 3, 0
	Sobol{Steps: 4}.Normal(g, 4, at)
	require.Equal(t, g, z, "H of step 1 of 2 after both increments")

	// Moments over seeds: five standard errors, false alarms of 6e-7 each.
	const n = 4000
	var m1, m2, m4 float64
	for seed := range n {
		Sobol{Steps: 2}.Normal(z[:1], 1, Address{Seed: uint64(seed), Use: Test, Row: 6, Step: 1})
		v := z[0]
		m1, m2, m4 = m1+v/n, m2+v*v/n, m4+v*v*v*v/n
	}
	require.InDelta(t, 0, m1, 5*math.Sqrt(1./n))
	require.InDelta(t, 1, m2, 5*math.Sqrt(2./n))
	require.InDelta(t, 3, m4, 5*math.Sqrt(96./n))
}

// Blocks have the moments to rounding, and a row the fourth moment of its law: z'² of
// n rows is n times a Beta(½, (n−2)/2) number.
func TestMatched(t *testing.T) {
	const rows, blocks = 8, 4000
	z := make([]float64, rows*blocks)
	Matched{Gaussian{}, rows}.Normal(z, 1, Address{Seed: 2, Use: Test})
	fourth := make([]float64, blocks)
	for b := range blocks {
		block := z[b*rows : (b+1)*rows]
		require.InDelta(t, 0, stat.Mean(block, nil), 1e-15)
		require.InDelta(t, 1, stat.MomentAbout(2, block, 0, nil), 1e-14)
		fourth[b] = stat.MomentAbout(4, block, 0, nil)
	}
	mean, dev := stat.MeanStdDev(fourth, nil)
	require.InDelta(t, 3.*(rows-1)/(rows+1), mean, 5*dev/math.Sqrt(blocks))
}

func TestQuasiRandomMisusePanics(t *testing.T) {
	v := make([]float64, 3)
	require.Panics(t, func() { Sobol{Steps: 2}.Normal(v, 2, Address{}) })
	require.Panics(t, func() { Sobol{Steps: 2}.Normal(v, 1, Address{Step: 2}) })
	require.Panics(t, func() { Sobol{}.Normal(v, 1, Address{}) })
	require.Panics(t, func() { Bridged{Gaussian{}, 2}.Normal(v, 1, Address{Step: 2}) })
	require.Panics(t, func() { Bridged{}.Normal(v, 1, Address{}) })
	require.Panics(t, func() { Bridged{}.All(v, 1, Address{}) })
	require.Panics(t, func() { Bridged{Gaussian{}, 2}.All(v, 1, Address{}) })
	require.Panics(t, func() { Bridged{Gaussian{}, 3}.All(v, 1, Address{Step: 1}) })
	require.Panics(t, func() { Matched{Gaussian{}, 1}.Normal(v, 1, Address{}) })
	require.Panics(t, func() { Matched{Gaussian{}, 4}.Normal(v, 2, Address{}) })
}
