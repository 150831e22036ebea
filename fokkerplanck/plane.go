package fokkerplanck

import (
	"fmt"
	"math"
)

// Plane divides a rectangle into cells; cell (i, j), at index i + j X.Cells(),
// is that of cell i of X and cell j of Y.
type Plane struct{ X, Y Grid }

// Cells is the number of cells.
func (g Plane) Cells() int { return g.X.Cells() * g.Y.Cells() }

// Averages returns the cell averages of a density by the product of Simpson's
// rules.
func (g Plane) Averages(p func(x, y float64) float64) []float64 {
	out := make([]float64, 0, g.Cells())
	for j := range g.Y.Cells() {
		y := [3]float64{g.Y.edges[j], g.Y.Centre(j), g.Y.edges[j+1]}
		for i := range g.X.Cells() {
			x := [3]float64{g.X.edges[i], g.X.Centre(i), g.X.edges[i+1]}
			var s float64
			for k, w := range [3]float64{1, 4, 1} {
				s += w * (p(x[0], y[k]) + 4*p(x[1], y[k]) + p(x[2], y[k])) / 36
			}
			out = append(out, s)
		}
	}
	return out
}

// Mass is the integral of a density of cell averages.
func (g Plane) Mass(p []float64) float64 {
	var m float64
	for k, v := range p {
		m += v * g.area(k)
	}
	return m
}

func (g Plane) area(k int) float64 {
	n := g.X.Cells()
	return g.X.Width(k%n) * g.Y.Width(k/n)
}

// Marginals are the cell averages of the densities of x and of y alone.
func (g Plane) Marginals(p []float64) (x, y []float64) {
	n := g.X.Cells()
	x, y = make([]float64, n), make([]float64, g.Y.Cells())
	for k, v := range p {
		x[k%n] += v * g.Y.Width(k/n)
		y[k/n] += v * g.X.Width(k%n)
	}
	return x, y
}

// PlaneProblem is a diffusion in the plane, in the sense of Itô: the two parts of
// its drift and the tensor D = ½ b bᵀ ≥ 0.
type PlaneProblem struct {
	Drift                    func(x, y, t float64) (ax, ay float64)
	Diffusion                func(x, y, t float64) (dxx, dxy, dyy float64)
	Left, Right, Bottom, Top Wall
	Steady                   bool // drift and diffusion do not depend on t
}

func (pr PlaneProblem) check(g Plane) error {
	if pr.Drift == nil || pr.Diffusion == nil {
		return fmt.Errorf("%w: drift or diffusion is missing", ErrProblem)
	}
	any := func(float64, float64) float64 { return 0 }
	if err := (Problem{Drift: any, Diffusion: any, Left: pr.Left, Right: pr.Right}).check(g.X); err != nil {
		return fmt.Errorf("x: %w", err)
	}
	if err := (Problem{Drift: any, Diffusion: any, Left: pr.Bottom, Right: pr.Top}).check(g.Y); err != nil {
		return fmt.Errorf("y: %w", err)
	}
	return nil
}

func (pr PlaneProblem) drift(x, y, t float64) (ax, ay float64, err error) {
	ax, ay = pr.Drift(x, y, t)
	if s := ax + ay; math.IsNaN(s) || math.IsInf(s, 0) {
		err = fmt.Errorf("%w: drift at (%v, %v), t = %v is (%v, %v); keep grid and times where it is finite", ErrProblem, x, y, t, ax, ay)
	}
	return ax, ay, err
}

func (pr PlaneProblem) diffusion(x, y, t float64) (d tensor, err error) {
	d.xx, d.xy, d.yy = pr.Diffusion(x, y, t)
	// A determinant that is negative by rounding is that of a singular D.
	if !(d.xx >= 0 && d.yy >= 0) || !(d.xy*d.xy <= d.xx*d.yy*(1+1e-12)) || math.IsInf(d.xx+d.yy, 1) {
		err = fmt.Errorf("%w: diffusion at (%v, %v), t = %v is [%v %v; %v %v]; want it finite and positive semidefinite", ErrProblem, x, y, t, d.xx, d.xy, d.xy, d.yy)
	}
	return d, err
}

func checkPlaneDensity(g Plane, p []float64) error {
	if len(p) != g.Cells() {
		return fmt.Errorf("%w: %d averages on %d cells; want one on each", ErrProblem, len(p), g.Cells())
	}
	for k, v := range p {
		if !(v >= 0) || math.IsInf(v, 0) {
			n := g.X.Cells()
			return fmt.Errorf("%w: density in cell (%d, %d) is %v; want it finite and not negative", ErrProblem, k%n, k/n, v)
		}
	}
	return nil
}
