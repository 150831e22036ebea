package fokkerplanck_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/fokkerplanck"
	"github.com/ito-sde/ito/sde/noise"
)

func normals(n int, seed uint64) []float64 {
	z := make([]float64, n)
	noise.Gaussian{}.Normal(z, 1, noise.Address{Seed: seed, Use: noise.Data})
	return z
}

// p-values are uniform where the particles follow the density: the
// Kolmogorov–Smirnov distance of 1000 of them to the uniform law, which exceeds
// 2/√1000 with probability 7e-4. χ² is discrete in its counts, with 300 particles
// by far less than that.
func TestPValuesAreUniform(t *testing.T) {
	g, err := fokkerplanck.Uniform(-9, 9, 900)
	require.NoError(t, err)
	p := exactAverages(g, 0, 1)
	unit, err := fokkerplanck.Uniform(0, 1, 3)
	require.NoError(t, err)
	small, err := fokkerplanck.Uniform(-9, 9, 45)
	require.NoError(t, err)
	plane := fokkerplanck.Plane{X: small, Y: small}
	q := exactAverages(small, 0, 1)
	both := make([]float64, plane.Cells())
	for k := range both {
		both[k] = q[k%45] * q[k/45]
	}
	var ks, chi, chi2 []float64
	for k := range 1000 {
		c, err := fokkerplanck.Compare(g, p, normals(300, uint64(k)))
		require.NoError(t, err)
		ks, chi = append(ks, c.KSP), append(chi, c.Chi2P)
		c, err = fokkerplanck.ComparePlane(plane, both, normals(600, uint64(k+5000)))
		require.NoError(t, err)
		chi2 = append(chi2, c.Chi2P)
	}
	for name, values := range map[string][]float64{"KS": ks, "χ²": chi, "plane": chi2} {
		c, err := fokkerplanck.Compare(unit, []float64{1, 1, 1}, values)
		require.NoError(t, err)
		require.Less(t, c.KS, 2/math.Sqrt(1000), name)
	}
}

// The p-values of 20 particles, whose law is not the limit's: their frequencies
// within 4 standard errors of 60,000 repeats. The limit alone is off by 0.02.
func TestFewParticles(t *testing.T) {
	unit, err := fokkerplanck.Uniform(0, 1, 3)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(5, 6))
	levels, below := []float64{0.05, 0.3, 0.5, 0.8}, make([]float64, 4)
	x := make([]float64, 20)
	const repeats = 60000
	for range repeats {
		for i := range x {
			x[i] = r.Float64()
		}
		c, err := fokkerplanck.Compare(unit, []float64{1, 1, 1}, x)
		require.NoError(t, err)
		for i, l := range levels {
			if c.KSP < l {
				below[i]++
			}
		}
	}
	for i, l := range levels {
		require.InDelta(t, l, below[i]/repeats, 4*math.Sqrt(l*(1-l)/repeats)+1e-3, "level %v", l)
	}
}

// A mean off by 0.1 moves the distribution function by 0.04, four times 1/√n of
// 1e4 particles.
func TestComparisonSeesAShift(t *testing.T) {
	g, err := fokkerplanck.Uniform(-9, 9, 900)
	require.NoError(t, err)
	z := normals(10000, 3)
	right, err := fokkerplanck.Compare(g, exactAverages(g, 0, 1), z)
	require.NoError(t, err)
	wrong, err := fokkerplanck.Compare(g, exactAverages(g, 0.1, 1), z)
	require.NoError(t, err)
	require.Greater(t, math.Min(right.KSP, right.Chi2P), 1e-3)
	require.Less(t, wrong.KSP, 1e-4)
	wide, err := fokkerplanck.Compare(g, exactAverages(g, 0, 1.2), z)
	require.NoError(t, err)
	require.Less(t, wide.Chi2P, 1e-6)
	for _, x := range [][]float64{nil, append(normals(30, 1), 10), append(normals(30, 1), math.NaN())} {
		_, err := fokkerplanck.Compare(g, exactAverages(g, 0, 1), x)
		require.ErrorIs(t, err, fokkerplanck.ErrProblem)
		_, err = fokkerplanck.ComparePlane(fokkerplanck.Plane{X: g, Y: g}, make([]float64, 900*900), append(x, x...))
		require.ErrorIs(t, err, fokkerplanck.ErrProblem)
	}
}

// 10,000 particles of dx = −x dt + √2 dw after t = ½ against the density.
func ExampleCompare() {
	g, _ := fokkerplanck.Uniform(-7, 7, 1400)
	p, _ := fokkerplanck.Solve(context.Background(), ou, g, g.Averages(normal(1, 0.25)), 0, 0.5, fokkerplanck.Config{Steps: 200})
	x := normals(10000, 7)
	for i, z := range x {
		x[i] = math.Exp(-0.5) + math.Sqrt(1-0.75*math.Exp(-1))*z
	}
	c, err := fokkerplanck.Compare(g, p, x)
	fmt.Println(c.KSP > 0.01, c.Chi2P > 0.01, err)
	// Output: true true <nil>
}

// Particles of a plane in which x and y are independent but tested as one cloud.
func ExampleComparePlane() {
	x, _ := fokkerplanck.Uniform(-6, 6, 40)
	g := fokkerplanck.Plane{X: x, Y: x}
	p := g.Averages(func(x, y float64) float64 { return math.Exp(-0.5*(x*x+y*y)) / (2 * math.Pi) })
	xy := normals(20000, 11)
	same, err := fokkerplanck.ComparePlane(g, p, xy)
	for k := 0; k < len(xy); k += 2 {
		xy[k+1] = 0.3*xy[k] + math.Sqrt(1-0.09)*xy[k+1] // of the same marginals
	}
	other, _ := fokkerplanck.ComparePlane(g, p, xy)
	fmt.Println(same.Chi2P > 0.01, other.Chi2P < 1e-9, err)
	// Output: true true <nil>
}
