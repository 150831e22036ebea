package evaluate_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score/evaluate"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

var background = context.Background()

// normals are n numbers N(0, 1) of a use of the test.
func normals(n int, seed uint64) []float64 {
	x := make([]float64, n)
	noise.Gaussian{}.Normal(x, n, noise.Address{Seed: 11, Use: noise.Test, Step: seed})
	return x
}

// moved is a + b x.
func moved(x []float64, a, b float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = a + b*v
	}
	return out
}

// covers requires that ±1.96 errors have the truth in 95 ± 3 per cent of the repeats, up to
// 5.3 deviations of the count: false alarm 1e-7.
func covers(t *testing.T, truth float64, all []statistics.Estimate) {
	t.Helper()
	hits, n := 0.0, float64(len(all))
	for _, e := range all {
		if math.Abs(e.Deviations(truth)) <= 1.96 {
			hits++
		}
	}
	t.Logf("coverage %.3f", hits/n)
	require.InDelta(t, 0.95, hits/n, 0.03+5.3*math.Sqrt(0.95*0.05/n))
}

// A shift by δ in dim coordinates is at dim δ², to rounding.
func TestFrechetOfAShift(t *testing.T) {
	x := normals(3*500, 1)
	got, err := evaluate.Frechet(background, x, moved(x, 0.7, 1), 3, evaluate.FrechetConfig{})
	require.NoError(t, err)
	require.InDelta(t, 3*0.49, got.Squared.Value, 1e-12)
	same, err := evaluate.Frechet(background, x, x, 3, evaluate.FrechetConfig{})
	require.NoError(t, err)
	require.InDelta(t, 0, same.Squared.Value, 1e-12)
}

// N(0, I) against N(1, 4 I) in the plane: 2 + 2. The interval has it; for one law the plain
// distance is biased by an order of magnitude more than the corrected one.
func TestFrechetOfGaussians(t *testing.T) {
	const rows, dim, repeats = 300, 2, 150
	var apart []statistics.Estimate
	var plain, corrected []float64
	for r := range uint64(repeats) {
		x, y, z := normals(rows*dim, 3*r), normals(rows*dim, 3*r+1), normals(rows*dim, 3*r+2)
		got, err := evaluate.Frechet(background, x, moved(y, 1, 2), dim, evaluate.FrechetConfig{})
		require.NoError(t, err)
		apart = append(apart, got.Corrected)
		if got, err = evaluate.Frechet(background, x, z, dim, evaluate.FrechetConfig{Seed: r}); err != nil {
			require.NoError(t, err)
		}
		plain, corrected = append(plain, got.Squared.Value), append(corrected, got.Corrected.Value)
	}
	covers(t, 4, apart)
	bias, _ := stat.MeanStdDev(plain, nil)
	left, sd := stat.MeanStdDev(corrected, nil)
	// Means: 2 dim/N; covariances, in the plane: 3 variances of order 2/(4N)·2.
	require.Greater(t, bias, 2*dim/float64(rows))
	require.InDelta(t, 0, left, 6*sd/math.Sqrt(repeats))
	require.Less(t, math.Abs(left), bias/4)
}

// With k = (xy + 1)³ on the line MMD² = 3 Δ₁² + 3 Δ₂² + Δ₃² of the raw moments: for N(0, 1)
// against N(½, 1), 3/4 + 3/16 + (13/8)². Without bias and with an honest error, also at 0.
func TestKernel(t *testing.T) {
	const rows, repeats = 400, 300
	var apart, same []statistics.Estimate
	for r := range uint64(repeats) {
		x, y := normals(rows, 2*r), normals(rows+17, 2*r+1)
		got, err := evaluate.Kernel(background, x, moved(y, 0.5, 1), 1, evaluate.KernelConfig{Block: 10})
		require.NoError(t, err)
		apart = append(apart, got)
		got, err = evaluate.Kernel(background, x, y, 1, evaluate.KernelConfig{Block: 10})
		require.NoError(t, err)
		same = append(same, got)
	}
	mean := func(all []statistics.Estimate) (float64, float64) {
		v := make([]float64, repeats)
		for i, e := range all {
			v[i] = e.Value
		}
		m, sd := stat.MeanStdDev(v, nil)
		return m, sd / math.Sqrt(repeats)
	}
	truth := 0.75 + 3./16 + 169./64
	m, e := mean(apart)
	require.InDelta(t, truth, m, 6*e)
	require.Less(t, e, 0.2)
	m, e = mean(same)
	require.InDelta(t, 0, m, 6*e)
	// In more coordinates the products are means: two equal ones are one.
	x, y := normals(100, 1), moved(normals(100, 2), 0.5, 1)
	one, err := evaluate.Kernel(background, x, y, 1, evaluate.KernelConfig{})
	require.NoError(t, err)
	two, err := evaluate.Kernel(background, double(x), double(y), 2, evaluate.KernelConfig{Workers: 3})
	require.NoError(t, err)
	require.InDelta(t, one.Value, two.Value, 1e-12)
	// Uniform numbers have light tails, with which 40 blocks are near normal.
	flat := apart[:0]
	for r := range uint64(repeats) {
		s := noise.NewStream(noise.Address{Seed: r, Use: noise.Test})
		x, y := make([]float64, rows), make([]float64, rows)
		for i := range x {
			x[i], y[i] = s.Uniform(), s.Uniform()
		}
		got, err := evaluate.Kernel(background, x, y, 1, evaluate.KernelConfig{Block: 10})
		require.NoError(t, err)
		flat = append(flat, got)
	}
	covers(t, 0, flat)
}

func double(x []float64) []float64 {
	out := make([]float64, 0, 2*len(x))
	for _, v := range x {
		out = append(out, v, v)
	}
	return out
}

// Samples of the law: ½, ½ and 1; copies: 1, 1 and 0; a fifth of copies is found.
func TestMemorisation(t *testing.T) {
	const n, dim = 600, 4
	samples, training, held := normals(n*dim, 1), normals(n*dim, 2), normals(n*dim/2, 3)
	got, err := evaluate.Memorisation(background, samples, training, held, dim, 1, 0)
	require.NoError(t, err)
	require.Less(t, math.Abs(got.Nearer.Deviations(0.5)), 5.3)
	require.Less(t, math.Abs(got.Copying.Deviations(0.5)), 5.3)
	require.Less(t, math.Abs(got.Ratio.Deviations(1)), 5.3)
	require.Less(t, got.Ratio.Error, 0.1)

	copies, err := evaluate.Memorisation(background, training, training, held, dim, 1, 0)
	require.NoError(t, err)
	require.InDelta(t, 0.75, copies.Nearer.Value, 0.1) // half of the training rows are compared
	require.Equal(t, 1.0, copies.Copying.Value)
	require.Zero(t, copies.Ratio.Value)

	some := append(append([]float64(nil), samples...), moved(training[:n*dim/4], 1e-3, 1)...)
	found, err := evaluate.Memorisation(background, some, training, append(held, normals(n*dim/2, 5)...), dim, 1, 0)
	require.NoError(t, err)
	require.Greater(t, found.Nearer.Deviations(0.5), 3.0)
	require.Greater(t, found.Copying.Deviations(0.5), 3.0)
	wide, err := evaluate.Memorisation(background, moved(samples, 0, 3), training, held, dim, 1, 0)
	require.NoError(t, err)
	require.Less(t, wide.Copying.Value, 0.2)
	require.Less(t, math.Abs(wide.Nearer.Deviations(0.5)), 5.3)
	require.Greater(t, wide.Ratio.Value, 1.5)
	_, err = evaluate.Memorisation(background, samples, training, training, dim, 1, 0)
	require.ErrorIs(t, err, evaluate.ErrConfig)
}

// The errors are those of repetitions, also where few rows of training and held-out data
// are each the nearest of many samples. 60 repetitions know a deviation to 9 per cent: three
// deviations, and a sixth for the ratio, whose quantiles are of whole ranks.
func TestMemorisationErrors(t *testing.T) {
	const dim, repeats = 4, 60
	var values, errors [3][]float64
	for r := range uint64(repeats) {
		m, err := evaluate.Memorisation(background, normals(600*dim, 3*r), normals(120*dim, 3*r+1), normals(120*dim, 3*r+2), dim, 1, 0)
		require.NoError(t, err)
		for i, e := range []statistics.Estimate{m.Nearer, m.Copying, m.Ratio} {
			values[i], errors[i] = append(values[i], e.Value), append(errors[i], e.Error)
		}
	}
	for i, truth := range []float64{0.5, 0.5, 1} {
		mean, sd := stat.MeanStdDev(values[i], nil)
		require.InDelta(t, truth, mean, 6*sd/math.Sqrt(repeats)+0.01*float64(i/2))
		t.Logf("%d: %.4f %.4f", i, sd, stat.Mean(errors[i], nil))
		require.InEpsilon(t, sd, stat.Mean(errors[i], nil), 0.3+0.17*float64(i/2), "%d", i)
	}
}

func TestErrors(t *testing.T) {
	x := normals(40, 1)
	bad := append([]float64(nil), x...)
	bad[7] = math.NaN()
	done, cancel := context.WithCancel(background)
	cancel()
	for name, f := range map[string]func(ctx context.Context, x, y []float64, dim int) error{
		"frechet": func(ctx context.Context, x, y []float64, dim int) error {
			_, err := evaluate.Frechet(ctx, x, y, dim, evaluate.FrechetConfig{})
			return err
		},
		"kernel": func(ctx context.Context, x, y []float64, dim int) error {
			_, err := evaluate.Kernel(ctx, x, y, dim, evaluate.KernelConfig{})
			return err
		},
		"neighbours": func(ctx context.Context, x, y []float64, dim int) error {
			_, err := evaluate.Neighbours(ctx, x, y, dim, evaluate.NeighboursConfig{K: 3})
			return err
		},
		"memory": func(ctx context.Context, x, y []float64, dim int) error {
			_, err := evaluate.Memorisation(ctx, x, y, y, dim, 0, 0)
			return err
		},
		"classifier": func(ctx context.Context, x, y []float64, dim int) error {
			_, err := evaluate.Classifier(ctx, x, y, dim, evaluate.ClassifierConfig{})
			return err
		},
	} {
		require.ErrorIs(t, f(background, x, x, 0), divergence.ErrDimension, name)
		require.ErrorIs(t, f(background, x, x[:39], 2), divergence.ErrDimension, name)
		require.ErrorIs(t, f(background, x, nil, 2), divergence.ErrSamples, name)
		require.ErrorIs(t, f(background, x[:2], x, 2), divergence.ErrSamples, name)
		err := f(background, x, bad, 2)
		require.ErrorIs(t, err, divergence.ErrNotFinite, name)
		require.ErrorContains(t, err, "sample 2, row 3, column 1", name)
		require.ErrorIs(t, f(done, x, x[:40], 2), context.Canceled, name)
	}
	_, err := evaluate.Frechet(background, x, x, 1, evaluate.FrechetConfig{Blocks: 21})
	require.ErrorIs(t, err, evaluate.ErrConfig)
	_, err = evaluate.Kernel(background, x, x, 1, evaluate.KernelConfig{Block: 21})
	require.ErrorIs(t, err, evaluate.ErrConfig)
	_, err = evaluate.Neighbours(background, x, x, 1, evaluate.NeighboursConfig{K: -1})
	require.ErrorIs(t, err, evaluate.ErrConfig)
	_, err = evaluate.Neighbours(background, x, x, 1, evaluate.NeighboursConfig{Halves: 1})
	require.ErrorIs(t, err, evaluate.ErrConfig)
	for _, c := range []evaluate.ClassifierConfig{{Hidden: -1}, {Steps: -1}, {Rate: math.NaN()}, {Hidden: 1 << 20}} {
		_, err = evaluate.Classifier(background, x, x, 1, c)
		require.ErrorIs(t, err, evaluate.ErrConfig)
	}
}

// A sample and itself, moved by ½.
func ExampleFrechet() {
	x := normals(1000, 1)
	d, err := evaluate.Frechet(context.Background(), x, moved(x, 0.5, 1), 1, evaluate.FrechetConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", d.Squared.Value)
	// Output: 0.25
}

// Copies of training rows.
func ExampleMemorisation() {
	training := normals(1000, 1)
	m, err := evaluate.Memorisation(context.Background(), training, training, normals(1000, 2), 1, 0, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Nearer.Value, m.Copying.Value, m.Ratio.Value)
	// Output: 1 1 0
}
