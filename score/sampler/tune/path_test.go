package tune

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Any numbers make a rising λ between the bounds, and the numbers of the grid
// made are those that it was made of, up to a common constant.
func TestNumbersAndGrids(t *testing.T) {
	for _, e := range sde.Catalogue {
		rapid.Check(t, func(rt *rapid.T) {
			cutoff, end := e.Process.Horizon()
			a, b := e.Process.At(end).Lambda(), e.Process.At(cutoff).Lambda()
			p := &path{process: e.Process, steps: rapid.IntRange(1, 12).Draw(rt, "steps"), first: fixed(a), last: fixed(b), rule: sampler.DDIM{}}
			if rapid.Bool().Draw(rt, "free") {
				p.first, p.last = Range{a, a + 1}, Range{b - 2, b}
			}
			x := rapid.SliceOfN(rapid.Float64Range(-5, 5), p.dim(), p.dim()).Draw(rt, "x")
			c, _, err := p.config(x)
			require.NoError(rt, err)
			times := c.Grid.Times(nil)
			require.Len(rt, times, p.steps+1)
			if !p.first.free() {
				require.Equal(rt, end, times[0])
				require.Equal(rt, cutoff, times[p.steps])
			}
			back := p.numbers(c.Grid)
			require.Len(rt, back, len(x))
			shift := back[0] - x[0]
			for i := range p.steps {
				// λ loses digits where time and level are near 0 or 1, of which a
				// step of e^(−10) of the range keeps few.
				require.InDelta(rt, x[i], back[i]-shift, 1e-5)
			}
			for i := p.steps; i < len(x); i++ {
				require.InDelta(rt, x[i], back[i], 1e-5)
			}
			require.InDelta(rt, p.roughness(x), p.roughness(back), 1e-3)
		})
	}
}

// Steps that grow by a factor are smooth; a step out of line by d costs
// (1 + 4 + 1) d² over the three differences that see it.
func TestRoughness(t *testing.T) {
	p := &path{steps: 7}
	x := make([]float64, 7)
	for i := range x {
		x[i] = 0.3 * float64(i)
	}
	require.InDelta(t, 0, p.roughness(x), 1e-28)
	x[3] += 0.5
	require.InDelta(t, 6*0.25/5, p.roughness(x), 1e-14)
	require.Zero(t, (&path{steps: 1}).roughness([]float64{3}))
}

func TestRange(t *testing.T) {
	r := Range{-2, 4}
	for _, x := range []float64{-6, -0.5, 0, 3} {
		require.InDelta(t, x, r.inverse(r.at(x)), 1e-9)
	}
	require.Equal(t, 1.0, r.at(0))
	require.Less(t, math.Abs(r.inverse(-100)), 7.0, "an end is a point inside")
	require.Less(t, r.inverse(100), 7.0)
}

// The derivatives that a descent adds are those of the roughness: a quadratic form,
// whose differences are exact.
func TestAddRoughness(t *testing.T) {
	p := &path{steps: 6, last: Range{0, 1}}
	x := []float64{0.3, -1, 0.7, 2, 0.1, -0.4, 9}
	hessian, gradient := mat.NewSymDense(7, nil), mat.NewVecDense(7, nil)
	p.addRoughness(hessian, gradient, x, 3)
	moved := func(i, j int, a, b float64) float64 {
		y := append([]float64(nil), x...)
		y[i] += a
		y[j] += b
		return 3 * p.roughness(y)
	}
	for i := range x {
		require.InDelta(t, (moved(i, i, 0.5, 0) - moved(i, i, -0.5, 0)), gradient.AtVec(i), 1e-12)
		for j := range x {
			second := moved(i, j, 0.5, 0.5) - moved(i, j, 0.5, -0.5) - moved(i, j, -0.5, 0.5) + moved(i, j, -0.5, -0.5)
			require.InDelta(t, second, hessian.At(i, j), 1e-12)
		}
	}
}
