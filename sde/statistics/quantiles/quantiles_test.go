package quantiles_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/sde/statistics/quantiles"
)

// Quantiles of a sample, positive, negative and zero, are within the accuracy of
// the order statistic; the interval holds the truth.
func TestQuantiles(t *testing.T) {
	const accuracy = 0.005
	q, err := quantiles.New(1, 0, accuracy)
	require.NoError(t, err)
	x := make([]float64, 10001)
	for i := range x {
		x[i] = math.Pow(float64(i-5000)/1000, 3)
	}
	q.Add(x)
	for _, p := range []float64{0, 0.01, 0.3, 0.5, 0.6, 0.99, 1} {
		want := x[int(math.Round(p*10000))]
		require.InDelta(t, want, q.Quantile(p), accuracy*math.Abs(want)*(1+1e-9), "%v", p)
		lo, hi := q.Interval(p, 0.99)
		require.LessOrEqual(t, lo, q.Quantile(p))
		require.GreaterOrEqual(t, hi, q.Quantile(p))
	}
	require.True(t, math.IsNaN(q.Quantile(1.1)))
	lo, hi := q.Interval(0.9, 0.95) // ranks 9000 ∓ 1.96·30
	require.InEpsilon(t, x[8941], lo, 2*accuracy)
	require.InEpsilon(t, x[9059], hi, 2*accuracy)
	q.Add([]float64{1e-320, math.Inf(1), math.MaxFloat64, -math.MaxFloat64})
	require.EqualValues(t, 10005, q.Count())
	require.Greater(t, q.Quantile(1), 1e300)
}

func FuzzStates(f *testing.F) {
	q, _ := quantiles.New(1, 0, 0.1)
	q.Add([]float64{-1, 0, 2})
	b, _ := q.AppendBinary(nil)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := quantiles.New(1, 0, 0.1)
		require.NoError(t, err)
		if q.UnmarshalBinary(b) == nil {
			_ = q.Quantile(0.5)
		}
	})
}

func ExampleSketch() {
	s, err := quantiles.New(1, 0, 0.01)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 1001 {
		s.Add([]float64{float64(i)})
	}
	fmt.Println(math.Abs(s.Quantile(0.9)/900-1) <= 0.01)
	// Output: true
}
