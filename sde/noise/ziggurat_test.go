package noise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

func f(x float64) float64 { return math.Exp(-x * x / 2) }

// upper is P(Z > x).
func upper(x float64) float64 { return math.Erfc(x/math.Sqrt2) / 2 }

// All layers have the area V, and the base strip with the tail has it too; the
// widths times the heights amplify half a unit in the last place of f ~ 1.
func TestLayersHaveEqualArea(t *testing.T) {
	r := layers[0].edge
	v := r*f(r) + math.Sqrt(2*math.Pi)*upper(r)
	require.InEpsilon(t, v, layers[0].scale*0x1p53*f(r), 4e-16)
	for i := 1; i < 256; i++ {
		x, e := layers[i].scale*0x1p53, layers[i].edge
		require.Equal(t, layers[i-1].edge, x)
		require.Greater(t, x, e)
		require.InDelta(t, f(x), density[i], 2e-16*f(x)*(1+x*x))
		require.InDelta(t, v, x*(density[i+1]-density[i]), x*2e-16, "layer %d", i)
	}
	require.Zero(t, layers[255].edge)
	require.Equal(t, 1.0, density[256])
}

// The partial sums decide as the exponential does wherever y and f(x) differ by
// more than rounding, and both ways next to the curve.
func TestUnder(t *testing.T) {
	s := NewStream(Address{Use: Test, Seed: 3})
	for i := 1; i < 256; i++ {
		e, x1 := layers[i].edge, layers[i].scale*0x1p53
		for range 200 {
			x := e + s.Uniform()*(x1-e)
			y := density[i] + s.Uniform()*(density[i+1]-density[i])
			if math.Abs(y-f(x)) > 1e-15 {
				require.Equal(t, y < f(x), under(y, x, i), "layer %d x %v y %v", i, x, y)
			}
			require.True(t, under(f(x)-1e-15, x, i))
			require.False(t, under(f(x)+1e-15, x, i))
		}
	}
}

// A point x of layer i's wedge is accepted with probability (f(x) − f_i)/(f_{i+1}
// − f_i), counted over all layers for four places between x_{i+1} and x_i: 6.5
// standard deviations, false alarm 8e-11 each.
func TestWedges(t *testing.T) {
	const trials = 500
	s := NewStream(Address{Use: Test, Seed: 4})
	for place := range 4 {
		var accepted, mean, variance float64
		for i := 1; i < 256; i++ {
			e, x1 := layers[i].edge, layers[i].scale*0x1p53
			x := e + (x1-e)*(0.125+0.25*float64(place))
			p := (f(x) - density[i]) / (density[i+1] - density[i])
			mean += trials * p
			variance += trials * p * (1 - p)
			for k := range trials {
				signed := math.Copysign(x, float64(k%2)-0.5)
				if s.reject(uint64(i), signed) == signed {
					accepted++
				}
			}
		}
		require.InDelta(t, mean, accepted, 6.5*math.Sqrt(variance), "place %d", place)
	}
}

// The tail beyond r and the exponentials of which it is made, by the
// Kolmogorov–Smirnov distance on a grid: exceeds 3.2/√n with probability at most
// 2exp(−2·3.2²) = 3e-9 (Massart 1990).
func TestTailAndExponential(t *testing.T) {
	const n, cells = 2_000_000, 1000
	r := layers[0].edge
	for name, c := range map[string]struct {
		draw func(*Stream) float64
		cdf  func(x float64) float64
	}{
		"tail":        {(*Stream).tail, func(x float64) float64 { return 1 - upper(x)/upper(r) }},
		"exponential": {(*Stream).exponential, func(x float64) float64 { return -math.Expm1(-x) }},
	} {
		s := NewStream(Address{Use: Test, Seed: 8})
		var count [cells + 1]int
		for range n {
			u := c.cdf(c.draw(&s))
			require.False(t, u < 0 || u > 1)
			count[int(u*cells)]++
		}
		var ks float64
		sum := 0
		for i, k := range count[:cells] {
			sum += k
			ks = max(ks, math.Abs(float64(sum)/n-float64(i+1)/cells))
		}
		require.Less(t, ks*math.Sqrt(n), 3.2, name)
	}
}

// TestStudyLayers counts numbers between the edges of the layers, each gap cut
// into four, of either sign, and in the tail between r, 4, 4.5 and 5. The
// boundaries are where a wrong wedge, tail or table shows: χ², false alarm 1e-9.
func TestStudyLayers(t *testing.T) {
	n := studySize(t)
	edges := []float64{0}
	for i := 255; i > 0; i-- {
		e, x := layers[i].edge, layers[i-1].edge
		for q := 1; q <= 4; q++ {
			edges = append(edges, e+(x-e)*float64(q)/4)
		}
	}
	for _, e := range []float64{4, 4.5, 5} {
		if float64(n)*upper(e) > 10 {
			edges = append(edges, e)
		}
	}
	// A table of the first edge at or above each of 2^16 points of [0, 8) makes
	// the search short.
	const points = 1 << 16
	start := make([]int, points)
	for i, k := 0, 0; i < points; i++ {
		for k+1 < len(edges) && edges[k+1] <= float64(i)*8/points {
			k++
		}
		start[i] = k
	}
	count := make([][2]int, len(edges))
	s := NewStream(Address{Seed: 6, Use: Test})
	x := make([]float64, 4096)
	for range n / len(x) {
		s.Fill(x)
		for _, v := range x {
			a := math.Abs(v)
			k := start[min(points-1, int(a*points/8))]
			for k+1 < len(edges) && edges[k+1] <= a {
				k++
			}
			count[k][int(math.Float64bits(v)>>63)]++
		}
	}
	var chi2 float64
	for i, e := range edges {
		p := upper(e)
		if i+1 < len(edges) {
			p -= upper(edges[i+1])
		}
		want := p * float64(n)
		for _, c := range count[i] {
			chi2 += (float64(c) - want) * (float64(c) - want) / want
		}
	}
	dof := float64(2*len(edges) - 1)
	require.Greater(t, distuv.ChiSquared{K: dof}.Survival(chi2), 1e-9, "χ² %v of %v", chi2, dof)
	require.Greater(t, distuv.ChiSquared{K: dof}.CDF(chi2), 1e-9, "χ² %v of %v, too even", chi2, dof)
}
