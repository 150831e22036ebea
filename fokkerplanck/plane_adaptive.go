package fokkerplanck

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/ode"
)

// EvolvePlane carries the density p0 like [SolvePlane], without splitting and
// with steps that are chosen by their error, by an implicit method of package ode
// with the sparse Jacobian L, which is exact; c.Method nil is esdirk.Kvaerno5,
// which factors seldom. Densities are made positive and of the mass of p0 as by
// [Evolve]; Evolution.Absorbed[0] is what all walls have absorbed. It serves for
// accuracy on some 10⁴ cells: a factorisation takes about n^1.5 operations.
//
// Errors are those of SolvePlane and of [ode.Solve].
func EvolvePlane(ctx context.Context, pr PlaneProblem, g Plane, p0 []float64, t0, t1 float64, c Adaptive) (Evolution, error) {
	if err := pr.check(g); err != nil {
		return Evolution{}, err
	}
	if err := checkPlaneDensity(g, p0); err != nil {
		return Evolution{}, err
	}
	if !(t1 >= t0) || math.IsInf(t1-t0, 0) {
		return Evolution{}, fmt.Errorf("%w: from t = %v to %v; want forwards", ErrProblem, t0, t1)
	}
	f := &planeField{bonds: newBonds(pr, g)}
	pattern, err := f.pattern(t0, t1)
	if err != nil {
		return Evolution{}, err
	}
	n := g.Cells()
	y0, mass := make([]float64, n+1), 0.0 // the last is what walls absorb
	for i, v := range p0 {
		y0[i] = v * g.area(i)
		mass += y0[i]
	}
	if c.Method == nil {
		c.Method = esdirk.Kvaerno5
	}
	r, err := ode.Solve(ctx, c.Method, f.field, t0, t1, y0, ode.Config{
		RTol: c.Tolerance, ATol: c.Tolerance * share(mass, n), Step: c.Step, At: c.At,
		Linearisation: integrators.Linearisation{Jacobian: f.jacobian, Pattern: pattern},
	})
	e := Evolution{T: r.T, Stats: r.Stats}
	density := func(y []float64) []float64 {
		kept := positive(y, mass, &e.Corrected)
		for i := range n {
			kept[i] /= g.area(i)
		}
		e.Absorbed[0] = kept[n]
		return kept[:n:n]
	}
	for _, y := range r.At {
		e.At = append(e.At, density(y))
	}
	e.Density = density(r.Y)
	return e, err
}

// planeField is the chain as a field.
type planeField struct {
	*bonds
	at      float64
	known   bool
	vectors map[int2]bool // within the pattern; nil: all
}

func (f *planeField) rates(t float64) error {
	if f.known && (f.pr.Steady || t == f.at) {
		return nil
	}
	f.known = false
	if err := f.assemble(t); err != nil {
		return err
	}
	f.at, f.known = t, true
	return nil
}

// each calls do for every rate, from place to place.
func (b *bonds) each(do func(from, to int, rate float64)) {
	for _, d := range b.directions {
		b.along(d, do)
	}
}

func (b *bonds) along(d *direction, do func(from, to int, rate float64)) {
	for i, on := range d.fwd {
		if back := d.bwd[i]; on > 0 || back > 0 {
			j, _ := b.next(i, d.e)
			do(i, j, on)
			do(j, i, back)
		}
	}
	for i, v := range d.kill {
		if v > 0 {
			do(i, len(d.fwd), v)
		}
	}
}

// next is the cell e away from i, and whether it is on the grid.
func (b *bonds) next(i int, e int2) (int, bool) {
	c := int2{i%b.nx + e[0], i/b.nx + e[1]}
	b.wrap(&c)
	return c[0] + b.nx*c[1], b.inside(c)
}

// pattern has every bond of a steady problem. Where the tensor may turn it has
// those that all vectors make which are met at 17 times; bonds along further ones
// are left out of the Jacobian, which iterations or shorter steps make up for.
func (f *planeField) pattern(t0, t1 float64) (*jacobian.Pattern, error) {
	var entries [][2]int
	n := f.nx * f.ny
	if f.pr.Steady {
		if err := f.rates(t0); err != nil {
			return nil, err
		}
		f.each(func(from, to int, _ float64) { entries = append(entries, [2]int{to, from}) })
		return jacobian.Sparse(n+1, entries)
	}
	f.vectors = map[int2]bool{}
	for k := range 17 {
		if err := f.assemble(t0 + (t1-t0)*float64(k)/16); err != nil {
			return nil, err
		}
	}
	for _, d := range f.directions {
		f.vectors[d.e] = true
		for i := range n {
			if j, ok := f.next(i, d.e); ok {
				entries = append(entries, [2]int{i, j}, [2]int{j, i})
			} else {
				entries = append(entries, [2]int{n, i})
			}
			if _, ok := f.next(i, int2{-d.e[0], -d.e[1]}); !ok {
				entries = append(entries, [2]int{n, i})
			}
		}
	}
	return jacobian.Sparse(n+1, entries)
}

func (f *planeField) field(dst []float64, t float64, y []float64) error {
	if err := f.rates(t); err != nil {
		return err
	}
	clear(dst)
	f.each(func(from, to int, rate float64) {
		j := rate * y[from]
		dst[from] -= j
		dst[to] += j
	})
	return nil
}

func (f *planeField) jacobian(dst *jacobian.Matrix, t float64, _ []float64) error {
	if err := f.rates(t); err != nil {
		return err
	}
	for _, d := range f.directions {
		if f.vectors == nil || f.vectors[d.e] {
			f.along(d, func(from, to int, rate float64) {
				dst.Add(from, from, -rate)
				dst.Add(to, from, rate)
			})
		}
	}
	return nil
}
