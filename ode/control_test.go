package ode

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

var filters = map[string]Filter{"I": I, "PI": PI, "PI34": PI34, "Predictive": Predictive, "PID": PID, "H211PI": H211PI, "H211b": H211b, "H312PID": H312PID, "H312b": H312b}

// On the model e = C h^k every filter settles where h' = h, that is at
// e^(Σβ) = safety^k, from above and from below.
func TestFiltersSettle(t *testing.T) {
	const k = 5
	for name, f := range filters {
		sum := f.Beta[0] + f.Beta[1] + f.Beta[2]
		for _, h := range []float64{0.01, 1} {
			c := newController(f, k, State{})
			for range 400 {
				if e := math.Pow(h, k); e > 1 {
					h *= c.reject(e * e)
				} else {
					h *= c.accept(e * e)
				}
			}
			require.InDelta(t, math.Pow(f.filled().Safety, 1/sum), h, 2e-3, name)
		}
	}
}

// One step of each by its formula.
func TestFilterFormula(t *testing.T) {
	const k = 4
	e := [3]float64{0.3, 0.02, 0.1}
	h := [3]float64{1.1, 1, 1.3}
	for name, f := range filters {
		f.Most = 100
		c := newController(f, k, State{Errors: [2]float64{math.Log2(e[1]), math.Log2(e[2])}, Ratios: [2]float64{math.Log2(h[0] / h[1]), math.Log2(h[1] / h[2])}})
		safety := f.filled().Safety
		want := safety
		for i, b := range f.Beta {
			want *= math.Pow(1/e[i], b/k)
		}
		for i, a := range f.Alpha {
			want *= math.Pow(h[i]/h[i+1], -a)
		}
		if f.Cautious {
			want = min(want, safety*math.Pow(e[0], -1./k))
		}
		require.InEpsilon(t, want, c.accept(e[0]*e[0]), 2e-3, name)
		require.InEpsilon(t, safety*math.Pow(8, -1./k), c.reject(64), 2e-3)
		require.LessOrEqual(t, c.accept(1e-20), 1.0, "no growth after a rejection")
		require.LessOrEqual(t, c.accept(0), 100*(1+1e-3))
		require.InEpsilon(t, 0.2, c.reject(math.Inf(1)), 2e-3)
	}
}

func TestLogarithms(t *testing.T) {
	for x := -999.3; x < 1000; x += 0.37 {
		// The remainders of the two series.
		require.InEpsilon(t, math.Exp2(x), exp2(x), 8e-4)
		require.InDelta(t, x, log2(math.Exp2(x)), 1e-2)
	}
	require.Equal(t, 0.0, log2(1))
	require.Equal(t, 1.0, exp2(0))
	require.True(t, math.IsInf(log2(0), -1))
	require.True(t, math.IsInf(log2(math.Inf(1)), 1))
	require.InDelta(t, -1060, log2(0x1p-1060), 1e-9)
}
