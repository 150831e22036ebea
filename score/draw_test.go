package score_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
)

// The mean of n rows is within 6 standard errors, false alarm 2e-9 a number, and
// so is every second moment, whose standard error comes from the sample itself.
func TestSampleMoments(t *testing.T) {
	const dim, n = 4, 40_000
	for name, m := range map[string]interface {
		Sample(n int, seed uint64) []float64
		Mean() []float64
		Cov() *mat.SymDense
	}{"gaussian": randomGaussian(t, 4, dim), "mixture": randomMixture(t, 5, dim, 3), "mixed": mixed(t, dim)} {
		x := m.Sample(n, 7)
		mean, cov := m.Mean(), m.Cov()
		for j := range dim {
			for k := range dim + 1 { // k = dim: the mean itself
				product := make([]float64, n)
				want := 0.0
				for i := range product {
					product[i] = x[i*dim+j] - mean[j]
					if k < dim {
						product[i] *= x[i*dim+k] - mean[k]
						want = cov.At(j, k)
					}
				}
				got, sd := stat.MeanStdDev(product, nil)
				require.InDelta(t, want, got, 6*sd/math.Sqrt(n), "%s %d %d", name, j, k)
			}
		}
		require.Equal(t, x[:100*dim], m.Sample(100, 7))
		require.NotEqual(t, x[:100*dim], m.Sample(100, 8))
	}
}

func TestSampleOfAtoms(t *testing.T) {
	a, err := score.NewIsotropic([]float64{1, 2}, 0)
	require.NoError(t, err)
	b, err := score.NewIsotropic([]float64{3, 4}, 0)
	require.NoError(t, err)
	m, err := score.NewMixture([]float64{0.25, 0.75}, []*score.Gaussian{a, b})
	require.NoError(t, err)
	const n = 10_000
	first := 0
	for x := m.Sample(n, 1); len(x) > 0; x = x[2:] {
		if x[0] == 1 {
			require.Equal(t, 2.0, x[1])
			first++
		} else {
			require.Equal(t, []float64{3, 4}, x[:2])
		}
	}
	// Binomial(n, ¼): 6 standard deviations are 260, false alarm 2e-9.
	require.InDelta(t, n/4, first, 260)
}
