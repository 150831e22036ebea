package fokkerplanck

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Extrapolate combines the densities of one problem on a grid and on one with
// every cell halved into averages on the first, of fourth order where all is
// smooth, by Richardson's rule
//
//	p = (4 p_fine − p_coarse)/3.
//
// Where that is negative it is clipped, and the rest scaled, so that the mass is
// extrapolated too. The error wraps ErrProblem for grids that do not nest and
// averages that are no densities.
func Extrapolate(coarse Grid, pc []float64, fine Grid, pf []float64) ([]float64, error) {
	n := coarse.Cells()
	if fine.Cells() != 2*n {
		return nil, fmt.Errorf("%w: %d cells and %d; want every cell halved", ErrProblem, n, fine.Cells())
	}
	for i := range n + 1 {
		if math.Abs(fine.edges[2*i]-coarse.edges[i]) > 1e-9*coarse.Width(min(i, n-1)) {
			return nil, fmt.Errorf("%w: edge %d of the coarse grid, %v, is not edge %d of the fine one", ErrProblem, i, coarse.edges[i], 2*i)
		}
	}
	if err := checkDensity(coarse, pc); err != nil {
		return nil, err
	}
	if err := checkDensity(fine, pf); err != nil {
		return nil, err
	}
	p, kept := make([]float64, n), make([]float64, n)
	for i := range n {
		m := pf[2*i]*fine.Width(2*i) + pf[2*i+1]*fine.Width(2*i+1)
		p[i] = m + (m-pc[i]*coarse.Width(i))/3
		kept[i] = math.Max(p[i], 0)
	}
	scale := 1.0
	if sum := floats.Sum(kept); sum > 0 {
		scale = math.Max(floats.Sum(p), 0) / sum
	}
	for i, v := range kept {
		p[i] = v * scale / coarse.Width(i)
	}
	return p, nil
}
