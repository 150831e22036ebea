package fokkerplanck

import (
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// Comparison tells how well particles agree with a density. A p-value is the
// probability of as large a statistic if the particles were drawn from it.
type Comparison struct {
	KS, KSP     float64 // the Kolmogorov–Smirnov distance; zero in the plane
	Chi2, Chi2P float64
	Bins        int // of χ², whose degrees of freedom are one less
}

// leastExpected is the mean number of particles in a bin of χ². Cells are joined
// to have it; Cochran (1954) asks for 5.
const leastExpected = 10

// Compare tests particles x, independent draws, against the density p, scaled to
// mass 1. Within cells mass is spread evenly. The error of p counts as deviation:
// it goes unseen while it is well below 1/√n. The p-value of the distance is that
// of Kolmogorov's limit with the correction of Vrbik (2018), good to 1e-3 from 20
// particles on.
//
// The error wraps ErrProblem: for less than 20 particles, one off the grid, and a
// p that is no density.
func Compare(g Grid, p, x []float64) (Comparison, error) {
	if err := checkDensity(g, p); err != nil {
		return Comparison{}, err
	}
	n, mass := float64(len(x)), g.Mass(p)
	if len(x) < 20 || !(mass > 0) {
		return Comparison{}, fmt.Errorf("%w: %d particles against a density of mass %v; want 20 or more, and mass", ErrProblem, len(x), mass)
	}
	x = append([]float64(nil), x...)
	sort.Float64s(x)
	lo, hi := g.edges[0], g.edges[len(g.edges)-1]
	if !(x[0] >= lo) || !(x[len(x)-1] <= hi) {
		return Comparison{}, fmt.Errorf("%w: particles from %v to %v on a grid from %v to %v; take a wider grid", ErrProblem, x[0], x[len(x)-1], lo, hi)
	}
	var c Comparison
	expected, counts := make([]float64, len(p)), make([]float64, len(p))
	cell, below := 0, 0.0
	for i := range p {
		expected[i] = p[i] * g.Width(i) / mass * n
	}
	for k, v := range x {
		for cell < len(p)-1 && v >= g.edges[cell+1] {
			below += expected[cell]
			cell++
		}
		counts[cell]++
		f := (below + expected[cell]*(v-g.edges[cell])/g.Width(cell)) / n
		c.KS = math.Max(c.KS, math.Max(f-float64(k)/n, float64(k+1)/n-f))
	}
	z := math.Sqrt(n) * c.KS
	c.KSP = kolmogorov(z + 1/(6*math.Sqrt(n)) + (z-1)/(4*n))
	c.chi2(expected, counts)
	return c, nil
}

// ComparePlane tests particles, pairs (x, y) one after the other, as [Compare]
// does, by χ² alone, whose bins are runs of cells along x.
func ComparePlane(g Plane, p, xy []float64) (Comparison, error) {
	if err := checkPlaneDensity(g, p); err != nil {
		return Comparison{}, err
	}
	mass := g.Mass(p)
	if len(xy) < 40 || len(xy)%2 != 0 || !(mass > 0) || math.IsInf(mass, 1) {
		return Comparison{}, fmt.Errorf("%w: %d numbers of particles against a density of mass %v; want 20 pairs or more, and mass", ErrProblem, len(xy), mass)
	}
	expected, counts := make([]float64, len(p)), make([]float64, len(p))
	for i, v := range p {
		expected[i] = v * g.area(i) / mass * float64(len(xy)/2)
	}
	for k := 0; k < len(xy); k += 2 {
		i, okx := g.X.Cell(xy[k])
		j, oky := g.Y.Cell(xy[k+1])
		if !okx || !oky {
			return Comparison{}, fmt.Errorf("%w: particle %d at (%v, %v) is off the grid; take a wider one", ErrProblem, k/2, xy[k], xy[k+1])
		}
		counts[i+j*g.X.Cells()]++
	}
	var c Comparison
	c.chi2(expected, counts)
	return c, nil
}

// chi2 joins neighbours to bins of at least leastExpected.
func (c *Comparison) chi2(expected, counts []float64) {
	var e, o []float64
	var sumE, sumO float64
	for i, v := range expected {
		sumE += v
		sumO += counts[i]
		if sumE >= leastExpected {
			e, o = append(e, sumE), append(o, sumO)
			sumE, sumO = 0, 0
		}
	}
	if len(e) == 0 {
		e, o = []float64{0}, []float64{0}
	}
	e[len(e)-1] += sumE // what is left at the end
	o[len(o)-1] += sumO
	for i, v := range e {
		c.Chi2 += (o[i] - v) * (o[i] - v) / v
	}
	c.Bins, c.Chi2P = len(e), 1
	if c.Bins > 1 {
		c.Chi2P = distuv.ChiSquared{K: float64(c.Bins - 1)}.Survival(c.Chi2)
	}
}

// kolmogorov is 1 − K(z), K(z) = Σ_k (−1)^k e^(−2k²z²) over all integers
// = √(2π)/z Σ_(k>0) e^(−(2k−1)²π²/8z²). Kolmogorov (1933).
func kolmogorov(z float64) float64 {
	if z < 1 {
		var s float64
		for k := 1.0; k < 8; k += 2 {
			s += math.Exp(-k * k * math.Pi * math.Pi / (8 * z * z))
		}
		return 1 - math.Sqrt(2*math.Pi)/z*s
	}
	var s, sign float64 = 0, 2
	for k := 1.0; k < 8; k++ {
		s += sign * math.Exp(-2*k*k*z*z)
		sign = -sign
	}
	return s
}
