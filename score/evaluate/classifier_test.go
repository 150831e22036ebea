package evaluate_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/score/evaluate"
)

// N(0, 1) against N(δ, 1): no classifier is right more often than Φ(δ/2) of the cases, and
// this one nearly so. The Jensen–Shannon bound lies below the divergence, at most ln 2.
func TestClassifierOfAShift(t *testing.T) {
	const n = 3000
	for _, delta := range []float64{0, 1, 3} {
		x, y := moved(normals(n, 1), delta, 1), normals(n, 2)
		got, err := evaluate.Classifier(background, x, y, 1, evaluate.ClassifierConfig{Hidden: 32, Steps: 400})
		require.NoError(t, err)
		best := distuv.UnitNormal.CDF(delta / 2)
		sd := math.Sqrt(best * (1 - best) / n)
		require.Less(t, got.Accuracy.Value, best+6*sd) // false alarm 1e-9
		require.Greater(t, got.Accuracy.Value, best-0.02-6*sd)
		require.Equal(t, n, got.Rows)
		require.True(t, got.Low < got.Accuracy.Value && got.Accuracy.Value < got.High)
		require.InDelta(t, 2*1.96*got.Accuracy.Error, got.High-got.Low, 0.1*(got.High-got.Low))
		require.Less(t, got.JensenShannon.Value, math.Ln2)
		if delta == 0 {
			require.Greater(t, got.P, 1e-7)
		} else {
			require.Less(t, got.P, 1e-20)
			require.Greater(t, got.JensenShannon.Value, 0.05)
		}
	}
}

// A ring against the normal law of its moments, in the plane among six columns: what no
// mean or covariance can tell. The bits are the same for any number of workers.
func TestClassifierOfARing(t *testing.T) {
	if testing.Short() {
		t.Skip("trains two networks")
	}
	const n, dim = 1200, 6
	x, y := normals(n*dim, 1), normals(n*dim, 2)
	for i := 0; i < len(x); i += dim {
		r := math.Hypot(x[i], x[i+1]) / math.Sqrt2
		x[i], x[i+1] = x[i]/r, x[i+1]/r
		x[i+5], y[i+5] = 3, 3 // a column that says nothing
	}
	c := evaluate.ClassifierConfig{Hidden: 64, Steps: 800, Workers: 1}
	got, err := evaluate.Classifier(background, x, y, dim, c)
	require.NoError(t, err)
	// The band of 0.7 to 1.3 of the radius √2 holds the ring and e^−0.49 − e^−1.69 = 0.43 of
	// the normal law: an accuracy of 0.79. From 480 rows of each 0.7 is to be had.
	require.Greater(t, got.Accuracy.Value, 0.7)
	c.Workers = 4
	again, err := evaluate.Classifier(background, x, y, dim, c)
	require.NoError(t, err)
	require.Equal(t, got, again)
}

// The interval and p-value are exact: of nothing but constants every answer is undecided,
// and half of them right; of rows far apart all are right.
func TestClassifierEnds(t *testing.T) {
	same := make([]float64, 60)
	got, err := evaluate.Classifier(background, same, same, 1, evaluate.ClassifierConfig{})
	require.NoError(t, err)
	require.Equal(t, 0.5, got.Accuracy.Value)
	require.Zero(t, got.JensenShannon.Value)
	require.InDelta(t, 1-got.Low, got.High, 1e-9)
	// 30 of 60: published tables have 0.368 to 0.632; P(K ≥ 30) = ½ + ½ C(60, 30)/2⁶⁰.
	require.InDelta(t, 0.368, got.Low, 5e-4)
	require.InDelta(t, 0.5+0.5*0.10257, got.P, 1e-4)

	x := normals(400, 1)
	far, err := evaluate.Classifier(background, x, moved(x, 50, 1), 1, evaluate.ClassifierConfig{Rate: 1e-2, Steps: 200, Hidden: 16})
	require.NoError(t, err)
	require.Equal(t, 1.0, far.Accuracy.Value)
	require.Equal(t, 1.0, far.High)
	require.InDelta(t, math.Pow(0.025, 1./400), far.Low, 1e-9)
	require.InDelta(t, 400*math.Log(0.5), math.Log(far.P), 1e-6)
	require.Greater(t, far.JensenShannon.Value, 0.5)
}

// Two laws that no classifier tells apart.
func ExampleClassifier() {
	r, err := evaluate.Classifier(context.Background(), normals(2000, 1), normals(2000, 2), 1, evaluate.ClassifierConfig{Hidden: 16, Steps: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Low < 0.5 && 0.5 < r.High)
	// Output: true
}
