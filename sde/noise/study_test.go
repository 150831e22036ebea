package noise

import (
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

// studySize is 4e6 numbers, or ITO_NOISE_N ("make noise-study": 1e8).
func studySize(t *testing.T) int {
	n := 4_000_000
	if s := os.Getenv("ITO_NOISE_N"); s != "" {
		v, err := strconv.Atoi(s)
		require.NoError(t, err)
		n = v
	} else if testing.Short() {
		n = 400_000
	}
	return n - n%4096
}

// Every statistic below is compared with 6 of its standard deviations, which a
// correct generator exceeds with probability 2e-9 each; there are fewer
// than 400 of them, so that the whole study gives a false alarm with probability
// 8e-7 at most. Counts state their own.
const sigmas = 6

// TestStudyMoments checks the first six moments, Var z^k = E z^2k − (E z^k)².
// Beyond the sixth a sum is too skewed for six standard deviations to mean 2e-9.
func TestStudyMoments(t *testing.T) {
	n := studySize(t)
	s := NewStream(Address{Seed: 1, Use: Test})
	x := make([]float64, 4096)
	var sum [7]float64
	for range n / len(x) {
		s.Fill(x)
		for _, v := range x {
			p := v
			for k := 1; k <= 6; k++ {
				sum[k] += p
				p *= v
			}
		}
	}
	moment := func(k int) float64 { // (k−1)!! for even k
		if k%2 == 1 {
			return 0
		}
		m := 1.0
		for j := k - 1; j > 1; j -= 2 {
			m *= float64(j)
		}
		return m
	}
	for k := 1; k <= 6; k++ {
		se := math.Sqrt((moment(2*k) - moment(k)*moment(k)) / float64(n))
		require.InDelta(t, moment(k), sum[k]/float64(n), sigmas*se, "moment %d", k)
	}
}

// TestStudyDistribution counts numbers in 4096 cells of equal probability and in
// the tails beyond 3, 4 and 5: χ², the Kolmogorov–Smirnov distance on the cells'
// edges, and binomial counts.
func TestStudyDistribution(t *testing.T) {
	n := studySize(t)
	s := NewStream(Address{Seed: 2, Use: Test})
	const cells = 4096
	count := make([]int, cells)
	var tail [6][2]int
	x := make([]float64, 4096)
	for range n / len(x) {
		s.Fill(x)
		for _, v := range x {
			count[min(cells-1, int(0.5*math.Erfc(-v/math.Sqrt2)*cells))]++
			for k := 3; k <= 5; k++ {
				if v > float64(k) {
					tail[k][0]++
				} else if v < -float64(k) {
					tail[k][1]++
				}
			}
		}
	}
	want := float64(n) / cells
	var chi2, ks float64
	run := 0
	for i, c := range count {
		chi2 += (float64(c) - want) * (float64(c) - want) / want
		run += c
		ks = max(ks, math.Abs(float64(run)/float64(n)-float64(i+1)/cells))
	}
	require.Greater(t, distuv.ChiSquared{K: cells - 1}.Survival(chi2), 1e-9, "χ² %v", chi2)
	require.Less(t, ks*math.Sqrt(float64(n)), 3.3) // 2e^(−2·3.3²) = 7e-10
	for k := 3; k <= 5; k++ {
		p := 0.5 * math.Erfc(float64(k)/math.Sqrt2)
		for _, c := range tail[k] {
			// A rare count is Poisson: its probability from either side.
			mean := distuv.Poisson{Lambda: p * float64(n)}
			require.Greater(t, mean.CDF(float64(c)), 1e-9, "tail %d", k)
			require.Greater(t, 1-mean.CDF(float64(c)-1), 1e-9, "tail %d", k)
		}
	}
}

// TestStudyCorrelation looks for correlation of numbers and of their squares
// within a stream at lags 1 to 16 and between streams of neighbouring addresses.
func TestStudyCorrelation(t *testing.T) {
	n := studySize(t)
	base := Address{Seed: 3, Use: Test, Row: 640, Step: 10, Stage: 1}
	streams := map[string]Stream{"itself": NewStream(base)}
	for name, edit := range map[string]func(*Address){
		"block": func(a *Address) { a.Row += BlockRows }, "step": func(a *Address) { a.Step++ },
		"stage": func(a *Address) { a.Stage++ }, "seed": func(a *Address) { a.Seed++ },
		"use": func(a *Address) { a.Use++ }, "far seed": func(a *Address) { a.Seed ^= 1 << 63 },
		"far block": func(a *Address) { a.Row ^= 1 << 62 }, "step for stage": func(a *Address) { a.Step, a.Stage = a.Stage, a.Step },
		"seed for use": func(a *Address) { a.Seed, a.Use = uint64(a.Use), Use(a.Seed) }, "step and stage": func(a *Address) { a.Step++; a.Stage-- },
	} {
		a := base
		edit(&a)
		streams[name] = NewStream(a)
	}
	const lags, block = 16, 4096
	for name, other := range streams {
		own := NewStream(base)
		x, y := make([]float64, block), make([]float64, block)
		var sum, square [lags + 1]float64
		for range n / block {
			own.Fill(x)
			other.Fill(y)
			for lag := 0; lag <= lags; lag++ {
				if name == "itself" && lag == 0 {
					continue
				}
				for i := lags; i < block; i++ {
					a, b := x[i], y[i-lag]
					sum[lag] += a * b
					square[lag] += (a*a - 1) * (b*b - 1)
				}
			}
		}
		m := float64(n / block * (block - lags))
		for lag := 0; lag <= lags; lag++ {
			require.Less(t, math.Abs(sum[lag]), sigmas*math.Sqrt(m), "%s, lag %d", name, lag)
			require.Less(t, math.Abs(square[lag]), sigmas*math.Sqrt(4*m), "squares, %s, lag %d", name, lag)
		}
	}
}

// The first numbers of many addresses are as good as the numbers of one stream.
func TestStudyFirstNumbers(t *testing.T) {
	n := studySize(t) / 16
	var sum, square, product, last float64
	var x [1]float64
	for i := range n {
		Gaussian{}.Normal(x[:], 1, Address{Seed: 4, Use: Test, Row: uint64(i%997) * BlockRows, Step: uint64(i / 997)})
		sum += x[0]
		square += x[0]*x[0] - 1
		product += x[0] * last
		last = x[0]
	}
	require.Less(t, math.Abs(sum), sigmas*math.Sqrt(float64(n)))
	require.Less(t, math.Abs(square), sigmas*math.Sqrt(2*float64(n)))
	require.Less(t, math.Abs(product), sigmas*math.Sqrt(float64(n)))
}
