package permutation

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDeal(t *testing.T) {
	index := make([]int, 5)
	Deal(index, 1, 0)
	require.Equal(t, []int{0, 1, 2, 3, 4}, index)
	// Each of the 120 orders is as likely: χ² of 119 degrees of freedom, whose
	// probability beyond 220 is below 1e-7.
	const n = 12000
	counts := map[string]int{}
	for b := 1; b <= n; b++ {
		Deal(index, 1, b)
		counts[fmt.Sprint(index)]++
	}
	var chi2 float64
	for _, c := range counts {
		d := float64(c) - n/120
		chi2 += d * d / (n / 120)
	}
	require.Len(t, counts, 120)
	require.Less(t, chi2, 220.0)
}

func TestP(t *testing.T) {
	require.True(t, math.IsNaN(P([]float64{1})))
	require.Equal(t, 0.25, P([]float64{3, 1, 2, 0}))
	require.Equal(t, 0.75, P([]float64{2, 2, 3, 1}), "ties count")
	require.Equal(t, 1.0, P([]float64{1, 1 - 1e-14}), "rounding is a tie")
}

// The least p-value of three permutations.
func ExampleP() {
	fmt.Println(P([]float64{9, 1, 2, 3}))
	// Output: 0.25
}
