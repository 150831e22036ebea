package stochastic

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// φ_1 and φ_2 beside Σ (−x)^j/(j+k)! in 200 bits.
func TestPhi(t *testing.T) {
	series := func(x float64, k int64) float64 {
		sum, term := new(big.Float).SetPrec(200), new(big.Float).SetPrec(200).SetInt64(1)
		for j := int64(2); j <= k; j++ {
			term.Quo(term, new(big.Float).SetInt64(j))
		}
		for j := int64(1); j < 80; j++ {
			sum.Add(sum, term)
			term.Mul(term, big.NewFloat(-x))
			term.Quo(term, new(big.Float).SetInt64(j+k))
		}
		v, _ := sum.Float64()
		return v
	}
	for _, x := range []float64{0, 1e-300, 1e-17, 1e-9, -1e-9, 1e-3, 0.1, -0.1, 0.5, 0.999, 1.001, -0.999, -1.001, 3, -3} {
		// A few units of rounding; (expm1(−x) + x)/x² loses a factor of 3 at 1.
		require.InEpsilon(t, series(x, 1), phi1(-x), 4*0x1p-52, "φ1(%v)", -x)
		require.InEpsilon(t, series(x, 2), phi2(-x), 8*0x1p-52, "φ2(%v)", -x)
	}
	require.InDelta(t, 0.5-math.Sqrt(3)/6, gaussLeft, 1e-16)
}
