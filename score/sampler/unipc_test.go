package sampler_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score/sampler"
)

// UniPC over six steps by the paper's linear systems, in both forms, with both
// B, with and without corrector.
func TestUniPCFormula(t *testing.T) {
	c := newScalar(t, "vp", 0.6, 0.52, 0.45, 0.35, 0.28, 0.2, 0.15)
	for order := 1; order <= 4; order++ {
		for k := range 8 {
			r := sampler.UniPC{Order: order, B1: k&1 > 0, Noise: k&2 > 0, Predictor: k&4 > 0}
			require.InDelta(t, unipcByHand(t, c, r), c.run(r), 1e-11, "%+v", r)
		}
	}
}

func unipcByHand(t testing.TB, c scalar, r sampler.UniPC) float64 {
	model := data
	if r.Noise {
		model = noisy
	}
	m := []float64{model(startAt, c.at[0])}
	x := startAt
	for i := range len(c.at) - 1 {
		s, e := c.at[i], c.at[i+1]
		h := e.Lambda() - s.Lambda()
		H, C, base := -h, e.Alpha, e.Sigma/s.Sigma*x-e.Alpha*(math.Exp(-h)-1)*m[i]
		if r.Noise {
			H, C, base = h, e.Sigma, e.Alpha/s.Alpha*x-e.Sigma*(math.Exp(h)-1)*m[i]
		}
		B := math.Exp(H) - 1
		if r.B1 {
			B = H
		}
		// solve returns Σ a_k Δ_k over the nodes rk.
		solve := func(rk, delta []float64) float64 {
			n := len(rk)
			if n == 0 {
				return 0
			}
			if n == 1 {
				return 0.5 * delta[0]
			}
			R, b := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
			g, f := (math.Exp(H)-1)/H-1, 1.0
			for row := range n {
				for col := range n {
					R.Set(row, col, math.Pow(rk[col], float64(row)))
				}
				b.SetVec(row, f*g/B)
				f *= float64(row + 2)
				g = g/H - 1/f
			}
			var a mat.VecDense
			require.NoError(t, a.SolveVec(R, b))
			return mat.Dot(&a, mat.NewVecDense(n, delta))
		}
		var rk, delta []float64
		for k := 1; k < min(r.Order, i+1); k++ {
			rk = append(rk, (c.at[i-k].Lambda()-s.Lambda())/h)
			delta = append(delta, (m[i-k]-m[i])/rk[k-1])
		}
		predicted := base - C*B*solve(rk, delta)
		x = predicted
		if i == len(c.at)-2 {
			break
		}
		m = append(m, model(predicted, e))
		if !r.Predictor {
			x = base - C*B*solve(append(rk, 1), append(delta, m[i+1]-m[i]))
		}
	}
	return x
}
