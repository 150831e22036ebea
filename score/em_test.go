package score_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Three well-separated components: weights, means and covariances come back
// within six standard errors of the maximum-likelihood estimate of each (the
// overlap is below 1e-6, so that each is an ordinary Gaussian fit), and the ridge.
func TestFitMixtureRecovers(t *testing.T) {
	const dim, n = 2, 20_000
	want := threeBlobs(t)
	got, report, err := score.FitMixture(context.Background(), want.Sample(n, 3), dim, 3, score.EMConfig{Seed: 1, Floor: 1e-6, Restarts: 3})
	require.NoError(t, err)
	require.True(t, report.Converged)
	for i, w := range want.Weights() {
		found := false
		for j, v := range got.Weights() {
			a, b := want.Component(i), got.Component(j)
			if floats.Distance(a.Mean(), b.Mean(), 2) > 1 {
				continue
			}
			found = true
			require.InDelta(t, w, v, 6*math.Sqrt(w*(1-w)/n))
			rows := w * n
			for r := range dim {
				require.InDelta(t, a.Mean()[r], b.Mean()[r], 6*math.Sqrt(a.Cov().At(r, r)/rows))
				for c := range dim {
					variance := a.Cov().At(r, r)*a.Cov().At(c, c) + math.Pow(a.Cov().At(r, c), 2)
					require.InDelta(t, a.Cov().At(r, c), b.Cov().At(r, c), 6*math.Sqrt(variance/rows)+report.Ridge)
				}
			}
		}
		require.True(t, found)
	}
	// The reported likelihood is that of the model returned.
	x := want.Sample(n, 3)
	lp := make([]float64, n)
	require.NoError(t, got.LogDensity(lp, x, sde.Level{Alpha: 1}))
	require.InDelta(t, floats.Sum(lp)/n, report.LogLikelihood, 1e-10)
}

func threeBlobs(t testing.TB) *score.Mixture {
	var parts []*score.Gaussian
	for i, mean := range [][]float64{{-10, 0}, {10, 0}, {0, 12}} {
		g, err := score.NewGaussian(mean, randomCov(uint64(i), 2, 3))
		require.NoError(t, err)
		parts = append(parts, g)
	}
	m, err := score.NewMixture([]float64{0.2, 0.3, 0.5}, parts)
	require.NoError(t, err)
	return m
}

// The objective never decreases, on data where components overlap, and the same
// bits come from any number of workers.
func TestFitMixtureIsMonotoneAndDeterministic(t *testing.T) {
	const dim = 3
	x := randomMixture(t, 1, dim, 4).Sample(1500, 2)
	var first *score.Mixture
	for _, workers := range []int{1, 2, 8} {
		last := math.Inf(-1)
		restart := 0
		m, report, err := score.FitMixture(context.Background(), x, dim, 5, score.EMConfig{
			Seed: 4, MaxIter: 60, Tol: 1e-12, Restarts: 2, Floor: 0.05, Workers: workers,
			Observer: func(p score.EMProgress) {
				if p.Restart > restart {
					restart, last = p.Restart, math.Inf(-1)
				}
				require.GreaterOrEqual(t, p.Objective, last-1e-13*math.Abs(last), "iteration %d", p.Iter)
				require.GreaterOrEqual(t, p.LogLikelihood, p.Objective)
				last = p.Objective
			},
		})
		require.NoError(t, err)
		require.Equal(t, 60, report.Iter)
		if first == nil {
			first = m
		}
		require.Equal(t, first.Weights(), m.Weights())
		for k := range m.Len() {
			require.Equal(t, first.Component(k).Mean(), m.Component(k).Mean())
			require.Equal(t, first.Component(k).Cov(), m.Component(k).Cov())
		}
	}
}

// One component: the sample's own moments with divisor n, plus the ridge.
func TestFitMixtureOfOne(t *testing.T) {
	x := []float64{0, 0, 2, 0, 0, 4, 2, 4}
	m, report, err := score.FitMixture(context.Background(), x, 2, 1, score.EMConfig{Floor: 0.1})
	require.NoError(t, err)
	require.InDelta(t, 0.25, report.Ridge, 1e-15) // a tenth of (1 + 4)/2
	require.InDeltaSlice(t, []float64{1, 2}, m.Mean(), 1e-15)
	require.True(t, mat.EqualApprox(mat.NewSymDense(2, []float64{1.25, 0, 0, 4.25}), m.Cov(), 1e-14))
}

func TestFitMixtureOfDegenerateData(t *testing.T) {
	constant := normals(1, 3*60)
	for i := range 60 {
		constant[3*i+1] = 7
	}
	twins := append(normals(2, 3*10), normals(2, 3*10)...)
	for name, x := range map[string][]float64{
		"constant column": constant,
		"each row twice":  twins,
		"all rows equal":  {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3},
		"huge":            {1e9, 1e9, 1e9, 1e9 + 1, 1e9, 1e9, 1e9, 1e9 + 1, 1e9, -1e9, 0, 0},
	} {
		m, report, err := score.FitMixture(context.Background(), x, 3, 4, score.EMConfig{Seed: 1})
		require.NoError(t, err, name)
		require.Positive(t, report.Ridge, name)
		require.False(t, math.IsNaN(report.LogLikelihood), name)
		d := make([]float64, len(x))
		require.NoError(t, m.Denoise(d, x, sde.Level{Alpha: 1}), name)
		for i := range x {
			require.InDelta(t, x[i], d[i], 1e-9*(1+math.Abs(x[i])), name)
		}
	}
}

func TestFitMixtureErrors(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		x      []float64
		dim, k int
		cfg    score.EMConfig
		want   error
	}{
		{[]float64{1, 2, 3}, 1, 4, score.EMConfig{}, score.ErrSamples},
		{[]float64{1, 2, 3}, 1, 0, score.EMConfig{}, score.ErrSamples},
		{nil, 1, 1, score.EMConfig{}, score.ErrSamples},
		{[]float64{1, 2, 3}, 2, 1, score.EMConfig{}, score.ErrDimension},
		{[]float64{1, math.NaN(), 3}, 1, 1, score.EMConfig{}, score.ErrNotFinite},
		{[]float64{1, 2, 3}, 1, 1, score.EMConfig{Floor: -1}, score.ErrConfig},
	} {
		_, _, err := score.FitMixture(ctx, c.x, c.dim, c.k, c.cfg)
		require.ErrorIs(t, err, c.want)
	}
	// Cancelled in the third iteration: the best mixture so far comes back.
	ctx, cancel := context.WithCancel(ctx)
	m, report, err := score.FitMixture(ctx, randomMixture(t, 1, 2, 3).Sample(500, 1), 2, 3, score.EMConfig{
		Tol: 1e-300, Observer: func(p score.EMProgress) {
			if p.Iter == 2 {
				cancel()
			}
		},
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 3, m.Len())
	require.Equal(t, 2, report.Iter)
}

func ExampleFitMixture() {
	// Two tight pairs of rows.
	x := []float64{0.9, 1.1, 4.9, 5.1}
	m, _, err := score.FitMixture(context.Background(), x, 1, 2, score.EMConfig{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	means := []float64{m.Component(0).Mean()[0], m.Component(1).Mean()[0]}
	fmt.Printf("%.3f %.3f\n", math.Min(means[0], means[1]), math.Max(means[0], means[1]))
	// Output: 1.000 5.000
}

// The handwritten digits, where the data set is at hand.
func BenchmarkFitMixtureDigits(b *testing.B) {
	x := digits(b)
	for b.Loop() {
		_, report, err := score.FitMixture(context.Background(), x, 64, 20, score.EMConfig{Seed: 1, Floor: 0.01, Workers: 1})
		require.NoError(b, err)
		b.ReportMetric(float64(report.Iter), "iterations")
		b.ReportMetric(report.LogLikelihood, "nats/row")
	}
}

func digits(b *testing.B) []float64 {
	file, err := os.Open("../internal/dataset/digits.csv.gz")
	if err != nil {
		b.Skip(err)
	}
	defer func() { require.NoError(b, file.Close()) }()
	unzipped, err := gzip.NewReader(file)
	require.NoError(b, err)
	rows, err := csv.NewReader(unzipped).ReadAll()
	require.NoError(b, err)
	var x []float64
	for _, row := range rows {
		for _, field := range row[:64] {
			v, err := strconv.ParseFloat(field, 64)
			require.NoError(b, err)
			x = append(x, v/16)
		}
	}
	return x
}
