package sample

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/validity"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/sde/statistics"
)

var background = context.Background()

// affine returns shift + scale·x.
func affine(x []float64, shift, scale float64) []float64 {
	y := slices.Clone(x)
	for i := range y {
		y[i] = shift + scale*y[i]
	}
	return y
}

// direct is the U-statistic by its definition.
func direct(x, y []float64, dim int, k func(d2 float64) float64) float64 {
	mean := func(a, b []float64, same bool) float64 {
		var sum, count float64
		for i := 0; i < len(a); i += dim {
			for j := 0; j < len(b); j += dim {
				if same && i == j {
					continue
				}
				var d2 float64
				for l := range dim {
					d2 += (a[i+l] - b[j+l]) * (a[i+l] - b[j+l])
				}
				sum += k(d2)
				count++
			}
		}
		return sum / count
	}
	return mean(x, x, true) + mean(y, y, true) - 2*mean(x, y, false)
}

// The sizes are no multiples of a block.
func TestAgainstDefinition(t *testing.T) {
	for _, dim := range []int{1, 3, 6} {
		x, y := validity.Normals(301*dim, 0, 0), affine(validity.Normals(150*dim, 0, 1), 0.3, 1.2)
		c := Config{Permutations: 19, Workers: 1}
		e, err := Energy(background, x, y, dim, c)
		require.NoError(t, err)
		energy := func(d2 float64) float64 { return -math.Sqrt(d2) }
		require.InEpsilon(t, direct(x, y, dim, energy), e.Value, 1e-10)
		g, err := MMD(background, x, y, dim, 1.5, c)
		require.NoError(t, err)
		gauss := func(d2 float64) float64 { return math.Exp(-d2 / 4.5) }
		require.InEpsilon(t, direct(x, y, dim, gauss), g.Value, 1e-10)

		// The permuted statistics, by dealing rows.
		z := slices.Concat(x, y)
		index := make([]int, 451)
		var all []float64
		for b := range c.Permutations + 1 {
			permutation.Deal(index, c.Seed, b)
			var dealt []float64
			for _, i := range index {
				dealt = append(dealt, z[i*dim:(i+1)*dim]...)
			}
			all = append(all, direct(dealt[:len(x)], dealt[len(x):], dim, gauss))
		}
		require.Equal(t, permutation.P(all), g.P)
		c.Workers = 3
		again, err := MMD(background, x, y, dim, 1.5, c)
		require.NoError(t, err)
		require.Equal(t, g, again)
	}
}

// X − Y is N(δ, s²): E|X − Y| is that of the folded normal law.
func folded(delta, s float64) float64 {
	return s*math.Sqrt(2/math.Pi)*math.Exp(-delta*delta/(2*s*s)) + delta*math.Erf(delta/(s*math.Sqrt2))
}

func TestEnergyCovers(t *testing.T) {
	truth := 2*folded(1, math.Sqrt(5)) - folded(0, math.Sqrt2) - folded(0, math.Sqrt(8))
	validity.Covers(t, 300, truth, func(r int) statistics.Estimate {
		e, err := Energy(background, validity.Normals(200, r, 0), affine(validity.Normals(150, r, 1), 1, 2), 1, Config{})
		require.NoError(t, err)
		return e.Estimate
	})
}

func TestMMDCovers(t *testing.T) {
	// E exp(−(X − Y)²/(2h²)) with h = 1.
	mean := func(delta, s2 float64) float64 { return math.Exp(-delta*delta/(2*(1+s2))) / math.Sqrt(1+s2) }
	truth := mean(0, 2) + mean(0, 8) - 2*mean(1, 5)
	validity.Covers(t, 300, truth, func(r int) statistics.Estimate {
		e, err := MMD(background, validity.Normals(200, r, 0), affine(validity.Normals(150, r, 1), 1, 2), 1, 1, Config{})
		require.NoError(t, err)
		return e.Estimate
	})
}

func TestUniform(t *testing.T) {
	for name, f := range map[string]func(x, y []float64, c Config) (permutation.Result, error){
		"energy": func(x, y []float64, c Config) (permutation.Result, error) { return Energy(background, x, y, 2, c) },
		"mmd":    func(x, y []float64, c Config) (permutation.Result, error) { return MMD(background, x, y, 2, 0, c) },
	} {
		t.Run(name, func(t *testing.T) {
			validity.Uniform(t, 300, 99, func(r int) float64 {
				got, err := f(validity.Normals(2*30, r, 0), validity.Normals(2*20, r, 1), Config{Permutations: 99, Seed: uint64(r)})
				require.NoError(t, err)
				return got.P
			})
		})
	}
}

// Ten standard errors away: the least p-value.
func TestPower(t *testing.T) {
	got, err := MMD(background, validity.Normals(200, 0, 0), affine(validity.Normals(200, 0, 1), 1.5, 1), 1, 0, Config{Permutations: 99})
	require.NoError(t, err)
	require.Equal(t, 0.01, got.P)
	require.Greater(t, got.Value, 5*got.Error)
}

func TestMedianDistance(t *testing.T) {
	got, err := MedianDistance([]float64{0, 1}, []float64{3, 7}, 1, 0)
	require.NoError(t, err)
	// Distances 1, 2, 3, 4, 6, 7; squares averaged in the middle.
	require.Equal(t, math.Sqrt((9.0+16)/2), got)
}

func TestDiscrepancyBadInput(t *testing.T) {
	two := []float64{1, 2}
	for _, c := range []struct {
		x, y []float64
		dim  int
		want error
	}{
		{two, two[:1], 1, divergence.ErrSamples},
		{two, nil, 1, divergence.ErrSamples},
		{[]float64{1, 2, 3}, two, 2, divergence.ErrDimension},
		{two, two, 0, divergence.ErrDimension},
		{[]float64{1, math.NaN()}, two, 1, divergence.ErrNotFinite},
	} {
		_, err := Energy(background, c.x, c.y, c.dim, Config{})
		require.ErrorIs(t, err, c.want)
		_, err = MMD(background, c.x, c.y, c.dim, 1, Config{})
		require.ErrorIs(t, err, c.want)
	}
	_, err := MMD(background, two, two, 1, -1, Config{})
	require.ErrorIs(t, err, divergence.ErrNotFinite)
	_, err = MMD(background, []float64{1, 1, 1}, []float64{1, 1}, 1, 0, Config{})
	require.ErrorIs(t, err, divergence.ErrTies)
	_, err = Energy(background, two, two, 1, Config{Permutations: -1})
	require.ErrorIs(t, err, divergence.ErrDimension)
	ended, cancel := context.WithCancel(background)
	cancel()
	_, err = Energy(ended, two, two, 1, Config{})
	require.ErrorIs(t, err, context.Canceled)
}

func BenchmarkDiscrepancy(b *testing.B) {
	const dim, n = 64, 10000
	x, y := validity.Normals(n*dim, 0, 0), validity.Normals(n*dim, 0, 1)
	for _, permutations := range []int{0, 199} {
		c := Config{Permutations: permutations}
		name := []string{"", "-p"}[min(permutations, 1)]
		b.Run("energy"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Energy(background, x, y, dim, c); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("mmd"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := MMD(background, x, y, dim, 0, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
