package evaluate_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score/evaluate"
	"github.com/ito-sde/ito/sde/statistics"
)

// By hand, k = 1: data at 0, 1, 3, 10 with balls of 1, 1, 2, 7; samples at 0.5, 4, −5 with
// balls of 3.5, 3.5, 5.5.
func TestNeighboursByHand(t *testing.T) {
	samples, data := []float64{0.5, 4, -5}, []float64{0, 1, 3, 10}
	got, err := evaluate.Neighbours(background, samples, data, 1, evaluate.NeighboursConfig{K: 1, Halves: -1})
	require.NoError(t, err)
	require.InDelta(t, 2./3, got.Precision.Value, 1e-15)   // all but −5
	require.InDelta(t, 3./4, got.Recall.Value, 1e-15)      // all but 10
	require.InDelta(t, (2.+2)/3, got.Density.Value, 1e-15) // 0.5: of 0 and 1; 4: of 3 and 10
	require.InDelta(t, 1, got.Coverage.Value, 1e-15)
	require.InDelta(t, 1-3./6, got.ExpectedCoverage, 1e-15)
	// k = 2: balls of data 3, 2, 3, 9: that of 1 has 0.5; of 0 too, of 3 has 0.5 and 4, of 10
	// 4; samples' 5.5, 9, 9.
	got, err = evaluate.Neighbours(background, samples, data, 1, evaluate.NeighboursConfig{K: 2, Halves: -1})
	require.NoError(t, err)
	require.InDelta(t, (3.+2)/2/3, got.Density.Value, 1e-15) // 0.5: of 0, 1, 3; 4: of 3 and 10
	require.InDelta(t, 1, got.Recall.Value, 1e-15)
}

// Of one law, in any dimension: E density = 1 and E coverage as predicted, by exchanging
// rows; of laws apart all are 0; of the same rows 1.
func TestNeighboursOfOneLaw(t *testing.T) {
	const n, m, dim, k, repeats = 60, 40, 3, 5, 200
	var density, coverage []float64
	var expected float64
	for r := range uint64(repeats) {
		got, err := evaluate.Neighbours(background, normals(n*dim, 2*r), normals(m*dim, 2*r+1), dim, evaluate.NeighboursConfig{Halves: -1})
		require.NoError(t, err)
		density, coverage, expected = append(density, got.Density.Value), append(coverage, got.Coverage.Value), got.ExpectedCoverage
	}
	mean, sd := stat.MeanStdDev(density, nil)
	require.InDelta(t, 1, mean, 6*sd/math.Sqrt(repeats)) // false alarm 2e-9
	mean, sd = stat.MeanStdDev(coverage, nil)
	require.InDelta(t, expected, mean, 6*sd/math.Sqrt(repeats))

	x := normals(200*dim, 7)
	far, err := evaluate.Neighbours(background, moved(x, 100, 1), x, dim, evaluate.NeighboursConfig{})
	require.NoError(t, err)
	for _, e := range []statistics.Estimate{far.Precision, far.Recall, far.Density, far.Coverage} {
		require.Zero(t, e.Value)
	}
	self, err := evaluate.Neighbours(background, x, x, dim, evaluate.NeighboursConfig{K: k, Workers: 3})
	require.NoError(t, err)
	for _, e := range []statistics.Estimate{self.Precision, self.Recall, self.Coverage} {
		require.Equal(t, 1.0, e.Value)
	}
	require.InDelta(t, float64(k+1)/k, self.Density.Value, 1e-12) // a row is in its own ball
	// A mode that is missing costs recall, a wide law precision.
	two := append(normals(100*dim, 8), moved(normals(100*dim, 9), 20, 1)...)
	half, err := evaluate.Neighbours(background, x, two, dim, evaluate.NeighboursConfig{})
	require.NoError(t, err)
	require.InDelta(t, 0.5, half.Recall.Value, 0.1)
	require.Greater(t, half.Precision.Value, 0.8)
	wide, err := evaluate.Neighbours(background, moved(x, 0, 4), two[:100*dim], dim, evaluate.NeighboursConfig{})
	require.NoError(t, err)
	require.Less(t, wide.Precision.Value, 0.5)
}

// The errors of half samples are the deviation of repetitions, of one law and of two, or a
// little more: balls in half of the rows are larger. 60 repetitions know a deviation to 9
// per cent, and the mean of their errors to less: three deviations below, and half above.
func TestNeighboursErrors(t *testing.T) {
	const n, dim, repeats = 200, 4, 60
	for _, shift := range []float64{0, 0.7} {
		var values, errors [4][]float64
		for r := range uint64(repeats) {
			m, err := evaluate.Neighbours(background, moved(normals(n*dim, 2*r), shift, 1), normals(n*dim, 2*r+1), dim, evaluate.NeighboursConfig{Seed: r})
			require.NoError(t, err)
			for i, e := range []statistics.Estimate{m.Precision, m.Recall, m.Density, m.Coverage} {
				values[i], errors[i] = append(values[i], e.Value), append(errors[i], e.Error)
			}
		}
		for i := range values {
			_, sd := stat.MeanStdDev(values[i], nil)
			e := stat.Mean(errors[i], nil)
			t.Logf("shift %v, figure %d: deviation %.4f, error %.4f", shift, i, sd, e)
			require.Greater(t, e, 0.73*sd)
			require.Less(t, e, 1.8*sd)
		}
	}
}

// Two laws with nothing in common.
func ExampleNeighbours() {
	m, err := evaluate.Neighbours(context.Background(), []float64{10, 11, 12}, []float64{0, 1, 2}, 1, evaluate.NeighboursConfig{K: 1, Halves: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Precision.Value, m.Recall.Value, m.Density.Value, m.Coverage.Value)
	// Output: 0 0 0 0
}
