package score_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// normalQuantiles are n numbers that stand for N(0, 1): the means of equal shares.
func normalQuantiles(n int) []float64 {
	x := make([]float64, n)
	edge := func(i int) float64 { // the density at the edge of share i
		if i == 0 || i == n {
			return 0
		}
		return distuv.UnitNormal.Prob(distuv.UnitNormal.Quantile(float64(i) / float64(n)))
	}
	for i := range x {
		x[i] = float64(n) * (edge(i) - edge(i+1))
	}
	return x
}

// The best quantisers of a Gaussian (Max 1960, table I): two atoms at ±√(2/π) with a
// distortion of 1 − 2/π, four at ±0.4528 and ±1.5104 with 0.1175. Shares of 1/n miss
// their own spread, of order 1/n.
func TestQuantiseGaussian(t *testing.T) {
	const n = 4000
	x := normalQuantiles(n)
	b, err := score.Quantise(context.Background(), x, 1, 2, score.QuantiseConfig{})
	require.NoError(t, err)
	atoms := b.Atoms()
	slices.Sort(atoms)
	// At rest the border may be some shares off the middle, and each moves an atom by
	// twice its number over n/2.
	require.InDeltaSlice(t, []float64{-math.Sqrt(2 / math.Pi), math.Sqrt(2 / math.Pi)}, atoms, 2e-3)
	history, settled := b.Distortion()
	require.True(t, settled)
	require.InDelta(t, 1-2/math.Pi, history[len(history)-1], 2e-3)

	b, err = score.Quantise(context.Background(), x, 1, 4, score.QuantiseConfig{Restarts: 3})
	require.NoError(t, err)
	atoms = b.Atoms()
	slices.Sort(atoms)
	require.InDeltaSlice(t, []float64{-1.5104, -0.4528, 0.4528, 1.5104}, atoms, 5e-3)
	history, _ = b.Distortion()
	require.InDelta(t, 0.1175, history[len(history)-1], 1e-3)
	for i := 1; i < len(history); i++ {
		require.LessOrEqual(t, history[i], history[i-1]+1e-15)
	}
}

// Every atom is the mean of the rows that are nearest to it, codes go there and back,
// and the model of the atoms is exact: its samples are atoms, and with as many atoms as
// rows it is the empirical one.
func TestCodebook(t *testing.T) {
	mixture := threeBlobs(t)
	x := mixture.Sample(300, 5)
	b, err := score.Quantise(context.Background(), x, 2, 3, score.QuantiseConfig{Seed: 1, Restarts: 4, Workers: 2})
	require.NoError(t, err)
	require.Equal(t, 3, b.Len())
	codes, back := make([]int, 300), make([]float64, 600)
	b.Encode(codes, x)
	b.Decode(back, codes)
	var sum, mean [3][2]float64
	var count [3]float64
	square := 0.0
	for i, j := range codes {
		count[j]++
		for c := range 2 {
			sum[j][c] += x[2*i+c]
			d := x[2*i+c] - back[2*i+c]
			square += d * d / 300
		}
	}
	for j := range mean {
		require.InDelta(t, count[j]/300, b.Weights()[j], 1e-14)
		for c := range 2 {
			require.InDelta(t, sum[j][c]/count[j], b.Atoms()[2*j+c], 1e-12)
		}
	}
	history, _ := b.Distortion()
	require.InDelta(t, square, history[len(history)-1], 1e-12)
	alone, err := score.Quantise(context.Background(), x, 2, 3, score.QuantiseConfig{Seed: 1, Restarts: 4, Workers: 1})
	require.NoError(t, err)
	require.Equal(t, alone.Atoms(), b.Atoms())

	model, err := b.Model()
	require.NoError(t, err)
	for _, v := range model.Sample(20, 1) {
		require.Contains(t, b.Atoms(), v)
	}

	few := x[:20]
	all, err := score.Quantise(context.Background(), few, 2, 10, score.QuantiseConfig{})
	require.NoError(t, err)
	model, err = all.Model()
	require.NoError(t, err)
	empirical, err := score.NewEmpirical(few, 2)
	require.NoError(t, err)
	at := sde.Level{Alpha: 0.8, Sigma: 2}
	got, want := make([]float64, 20), make([]float64, 20)
	require.NoError(t, model.Denoise(got, x[20:40], at))
	require.NoError(t, empirical.Denoise(want, x[20:40], at))
	require.InDeltaSlice(t, want, got, 1e-10)
}

// A row of weight 3 is three rows.
func TestRowWeights(t *testing.T) {
	x := threeBlobs(t).Sample(60, 8)
	weights := make([]float64, 60)
	var repeated []float64
	for i := range weights {
		weights[i] = float64(i % 4)
		for range i % 4 {
			repeated = append(repeated, x[2*i:2*i+2]...)
		}
	}
	// k-means++ draws other rows to begin with, so that only minima are compared.
	c := score.QuantiseConfig{Restarts: 10, Weights: weights}
	b, err := score.Quantise(context.Background(), x, 2, 3, c)
	require.NoError(t, err)
	c.Weights = nil
	d, err := score.Quantise(context.Background(), repeated, 2, 3, c)
	require.NoError(t, err)
	require.InDeltaSlice(t, sorted(d.Atoms()), sorted(b.Atoms()), 1e-12)
	require.InDeltaSlice(t, sorted(d.Weights()), sorted(b.Weights()), 1e-14)

	e := score.EMConfig{Restarts: 4, Weights: weights, Tol: 1e-13, MaxIter: 1000}
	m, report, err := score.FitMixture(context.Background(), x, 2, 3, e)
	require.NoError(t, err)
	e.Weights = nil
	n, other, err := score.FitMixture(context.Background(), repeated, 2, 3, e)
	require.NoError(t, err)
	require.InDelta(t, other.LogLikelihood, report.LogLikelihood, 1e-10)
	require.InDelta(t, other.Ridge, report.Ridge, 1e-14)
	require.InDeltaSlice(t, sorted(n.Weights()), sorted(m.Weights()), 1e-5)
	require.InDeltaSlice(t, n.Mean(), m.Mean(), 1e-8)

	for _, bad := range [][]float64{{1}, append([]float64{-1}, weights[1:]...), append([]float64{math.NaN()}, weights[1:]...), make([]float64, 60)} {
		_, _, err = score.FitMixture(context.Background(), x, 2, 3, score.EMConfig{Weights: bad})
		require.ErrorIs(t, err, score.ErrWeights)
		_, err = score.Quantise(context.Background(), x, 2, 3, score.QuantiseConfig{Weights: bad})
		require.ErrorIs(t, err, score.ErrWeights)
	}
}

func sorted(v []float64) []float64 {
	slices.Sort(v)
	return v
}

func TestQuantiseErrors(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		x      []float64
		dim, k int
		want   error
	}{
		{nil, 1, 1, score.ErrSamples}, {[]float64{1}, 0, 1, score.ErrDimension}, {[]float64{1, math.NaN()}, 1, 1, score.ErrNotFinite},
		{[]float64{1, 2}, 1, 3, score.ErrSamples}, {[]float64{1, 2}, 1, 0, score.ErrSamples},
	} {
		_, err := score.Quantise(ctx, c.x, c.dim, c.k, score.QuantiseConfig{})
		require.ErrorIs(t, err, c.want)
	}
	_, err := score.Quantise(ctx, []float64{1, 2}, 1, 1, score.QuantiseConfig{MaxIter: -1})
	require.ErrorIs(t, err, score.ErrConfig)
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	_, err = score.Quantise(stopped, []float64{1, 2}, 1, 1, score.QuantiseConfig{})
	require.ErrorIs(t, err, context.Canceled)
	b, err := score.Quantise(ctx, []float64{1, 1, 1}, 1, 2, score.QuantiseConfig{}) // fewer different rows than atoms
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0, 1}, sorted(b.Weights()), 0)
	require.Panics(t, func() { b.Encode(make([]int, 2), []float64{1}) })
	require.Panics(t, func() { b.Decode(make([]float64, 2), []int{1}) })
}

// Six numbers and two atoms, whose noised density has an exact score.
func ExampleQuantise() {
	b, err := score.Quantise(context.Background(), []float64{1, 2, 3, 11, 12, 13}, 1, 2, score.QuantiseConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	history, _ := b.Distortion()
	fmt.Printf("%.0f distortion %.4f\n", sorted(b.Atoms()), history[len(history)-1])
	model, err := b.Model()
	if err != nil {
		fmt.Println(err)
		return
	}
	d := make([]float64, 1)
	if err := model.Denoise(d, []float64{7}, sde.Level{Alpha: 1, Sigma: 1}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("half-way: %.0f\n", d)
	// Output:
	// [2 12] distortion 0.6667
	// half-way: [7]
}

// A row of weight 3 counts as three rows: the mean is 4 and the variance 12.
func ExampleEMConfig() {
	m, _, err := score.FitMixture(context.Background(), []float64{2, 10}, 1, 1, score.EMConfig{Weights: []float64{3, 1}, Floor: 1e-12})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f %.3f\n", m.Mean()[0], m.Cov().At(0, 0))
	// Output: 4.000 12.000
}
