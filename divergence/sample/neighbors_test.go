package sample

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/validity"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/sde/statistics"
)

// Four points by hand: distances to the nearest 1, 1, 2, 4.
func TestEntropyByHand(t *testing.T) {
	got, err := Entropy(background, []float64{0, 1, 3, 7}, 1, 1, Config{})
	require.NoError(t, err)
	// ψ(4) − ψ(1) = 1 + ½ + ⅓; the unit ball of the line has length 2.
	require.InDelta(t, 11.0/6+math.Log(2)+math.Log(8)/4, got.Value, 1e-14)
	require.True(t, math.IsNaN(got.Error))
	require.InDelta(t, math.Log(4*math.Pi/3), logBall(3), 1e-14)
}

func TestEntropyCovers(t *testing.T) {
	for _, dim := range []int{1, 2} {
		truth := float64(dim) * (0.5*(1+math.Log(2*math.Pi)) + math.Log(3))
		validity.Covers(t, 200, truth, func(r int) statistics.Estimate {
			e, err := Entropy(background, affine(validity.Normals(1500*dim, r, dim), 1, 3), dim, 3, Config{})
			require.NoError(t, err)
			return e
		})
	}
}

// KL( N(0, 1) ‖ N(½, 1.2²) ), where the tails of q cover those of p.
func TestKLCovers(t *testing.T) {
	s2 := 1.44
	truth := 0.5 * (0.25/s2 + math.Log(s2) + 1/s2 - 1)
	validity.Covers(t, 200, truth, func(r int) statistics.Estimate {
		e, err := KL(background, validity.Normals(2000, r, 0), affine(validity.Normals(1600, r, 1), 0.5, 1.2), 1, 4, Config{})
		require.NoError(t, err)
		return e.Estimate
	})
}

func correlated(n, r int, rho float64) (x, y []float64) {
	x, y = validity.Normals(n, r, 0), validity.Normals(n, r, 1)
	for i, v := range x {
		y[i] = rho*v + math.Sqrt(1-rho*rho)*y[i]
	}
	return x, y
}

// For a mean, half samples give the standard error from the means of the 16 groups.
func TestHalves(t *testing.T) {
	x := validity.Normals(160, 1, 1)
	got, err := halves(len(x), 1, func(index []int) (float64, error) {
		var sum float64
		for _, i := range index {
			sum += x[i]
		}
		return sum / float64(len(index)), nil
	})
	require.NoError(t, err)
	means := make([]float64, 16)
	for i, v := range x {
		means[i%16] += v / 10
	}
	require.InEpsilon(t, widened(stat.StdDev(means, nil)/4, 15), got, 1e-12)
	got, err = halves(49, 1, nil)
	require.NoError(t, err)
	require.True(t, math.IsNaN(got))
}

// −½ ln(1 − ρ²).
func TestMutualInformationCovers(t *testing.T) {
	for _, rho := range []float64{0, 0.6} {
		validity.Covers(t, 40, -0.5*math.Log(1-rho*rho), func(r int) statistics.Estimate {
			x, y := correlated(2000, r, rho)
			e, err := MutualInformation(background, x, 1, y, 1, 3, Config{})
			require.NoError(t, err)
			return e.Estimate
		})
	}
}

// A second coordinate that is noise tells nothing more: four dimensions through
// trees, one through bisection, both within the error.
func TestMutualInformationInSpace(t *testing.T) {
	x, y := correlated(4000, 1, 0.9)
	u, v := validity.Normals(4000, 2, 2), validity.Normals(4000, 2, 3)
	var xu, yv []float64
	for i := range x {
		xu, yv = append(xu, x[i], u[i]), append(yv, y[i], v[i])
	}
	got, err := MutualInformation(background, xu, 2, yv, 2, 3, Config{Workers: 1})
	require.NoError(t, err)
	require.InDelta(t, -0.5*math.Log(1-0.81), got.Value, 0.1)
	again, err := MutualInformation(background, xu, 2, yv, 2, 3, Config{Workers: 3})
	require.NoError(t, err)
	require.Equal(t, got.Estimate, again.Estimate)
}

func TestNeighborsUniform(t *testing.T) {
	validity.Uniform(t, 200, 39, func(r int) float64 {
		got, err := KL(background, validity.Normals(2*30, r, 0), validity.Normals(2*25, r, 1), 2, 2, Config{Permutations: 39, Seed: uint64(r)})
		require.NoError(t, err)
		return got.P
	})
	validity.Uniform(t, 200, 39, func(r int) float64 {
		x, y := correlated(40, r, 0)
		got, err := MutualInformation(background, x, 1, y, 1, 3, Config{Permutations: 39, Seed: uint64(r)})
		require.NoError(t, err)
		return got.P
	})
	x, y := correlated(200, 0, 0.8)
	got, err := MutualInformation(background, x, 1, y, 1, 3, Config{Permutations: 39})
	require.NoError(t, err)
	require.Equal(t, 1.0/40, got.P)
}

func TestNeighborsBadInput(t *testing.T) {
	x := []float64{1, 2, 4}
	kl := func(x, y []float64, dim, k int) error { _, err := KL(background, x, y, dim, k, Config{}); return err }
	require.ErrorIs(t, kl(x, x, 1, 3), divergence.ErrSamples)
	require.ErrorIs(t, kl(x, x, 1, 0), divergence.ErrSamples)
	require.ErrorIs(t, kl(x, nil, 1, 1), divergence.ErrSamples)
	require.ErrorIs(t, kl(x, x, 2, 1), divergence.ErrDimension)
	require.ErrorIs(t, kl([]float64{1, math.NaN(), 2}, x, 1, 1), divergence.ErrNotFinite)
	require.ErrorIs(t, kl([]float64{1, 1, 2}, x, 1, 1), divergence.ErrTies)
	_, err := Entropy(background, x, 1, 3, Config{})
	require.ErrorIs(t, err, divergence.ErrSamples)
	got, err := MutualInformation(background, x, 1, x[:2], 1, 1, Config{})
	require.ErrorIs(t, err, divergence.ErrDimension)
	require.True(t, math.IsNaN(got.Value) && math.IsNaN(permutation.Failed.P))
}

func BenchmarkNeighbors(b *testing.B) {
	const n, dim = 100_000, 8
	x, y := validity.Normals(n*dim, 0, 0), validity.Normals(n*dim, 0, 1)
	b.Run("entropy", func(b *testing.B) {
		for b.Loop() {
			if _, err := Entropy(background, x, dim, 4, Config{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("kl", func(b *testing.B) {
		for b.Loop() {
			if _, err := KL(background, x, y, dim, 4, Config{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
