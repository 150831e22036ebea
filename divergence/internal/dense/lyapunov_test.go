package dense

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// Against the solution in the axes of M, which have other roundings: ε·κ apart.
func TestLyapunov(t *testing.T) {
	for _, n := range sizes {
		m, d := definite(n, 6), definite(n, 7)
		for i := range n {
			d[i*n+i] -= 1
		}
		values, rows, ok := Eigen(m, n)
		require.True(t, ok)
		var c, y, y2, y4 mat.Dense
		c.Mul(full(rows, n), full(d, n))
		c.Mul(&c, full(rows, n).T())
		y.CloneFrom(&c)
		var energy float64
		for i := range n {
			for j := range n {
				y.Set(i, j, c.At(i, j)/(values[i]+values[j]))
				energy += 0.5 * y.At(i, j) * c.At(i, j)
			}
		}
		y2.Mul(&y, &y)
		y4.Mul(&y2, &y2)
		var fourth float64
		for i, v := range values {
			fourth += v * y4.At(i, i)
		}
		gotEnergy, gotFourth, gotSquare, ok := Lyapunov(m, d, n)
		require.True(t, ok)
		require.InEpsilon(t, energy, gotEnergy, 1000*float64(n+4)*u0)
		require.InEpsilon(t, fourth, gotFourth, 1e-6)
		require.InEpsilon(t, mat.Trace(&y2), gotSquare, 1e-6)
		m[n*n-1] = -1
		_, _, _, ok = Lyapunov(m, d, n)
		require.False(t, ok)
	}
}

// The bound holds over the interval, and one number fewer would nearly always break it by the
// factor that it gains; pairs multiply to the product of the ends.
func TestShifts(t *testing.T) {
	require.InDeltaSlice(t, []float64{2}, shifts(1, 4, 3.9), 1e-8) // √(1·4), to what is summed
	for _, ratio := range []float64{1.001, 3, 30, 1e3, 1e6} {
		for _, tolerance := range []float64{1e-3, 1e-8} {
			p := shifts(2, 2*ratio, tolerance)
			var worst float64
			for k := range 2001 {
				x, r := 2*math.Pow(ratio, float64(k)/2000), 1.0
				for _, v := range p {
					r *= (x - v) / (x + v)
				}
				worst = max(worst, r*r)
			}
			require.LessOrEqual(t, worst, tolerance*(1+1e-9), "ratio %v", ratio)
			if ratio >= 30 {
				require.Greater(t, worst, tolerance*math.Exp(-1.1*math.Pi*math.Pi/math.Log(4*ratio)))
			}
			for j, v := range p {
				require.InEpsilon(t, 4*ratio/max(1, 2/ratio), v*p[len(p)-1-j], 1e-8)
			}
		}
	}
}
