package fokkerplanck

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/radau"
	"github.com/ito-sde/ito/ode"
)

// Adaptive says how Evolve steps.
type Adaptive struct {
	// Tolerance is that of a step, relative in a cell that holds its share or
	// more of the mass, and relative to that share in others. Required, unless
	// Step is given.
	Tolerance float64
	// Step is the length of fixed steps instead.
	Step float64
	// Method is an implicit method of package ode; nil: radau.Variable.
	Method integrators.Implicit
	// At lists times at which densities are wanted, rising.
	At []float64
}

// Evolution is the outcome of Evolve.
type Evolution struct {
	T        float64
	Density  []float64   // at T
	Absorbed [2]float64  // the mass that the left and the right wall have absorbed by T
	At       [][]float64 // densities at Adaptive.At, as far as reached
	// Corrected is the most mass that was moved, in any of the densities, to
	// make them positive and of the mass of p0 again; of the size of the error.
	Corrected float64
	Stats     ode.Stats
}

// Evolve carries the density p0 like [Solve], with steps that are chosen by
// their error, by an implicit method of package ode with the banded Jacobian L,
// which is exact. What such a method leaves negative, or loses of the mass to
// rounding, is within its error; every density is clipped at 0 and scaled to the
// mass of p0, which at most doubles that error in L1, as the exact one has
// neither. So mass is conserved to rounding, absorbed mass included, and nothing
// is negative.
//
// Errors are those of Solve and those of [ode.Solve], with the density as far as
// it was carried.
func Evolve(ctx context.Context, pr Problem, g Grid, p0 []float64, t0, t1 float64, c Adaptive) (Evolution, error) {
	if err := pr.check(g); err != nil {
		return Evolution{}, err
	}
	if err := checkDensity(g, p0); err != nil {
		return Evolution{}, err
	}
	if !(t1 >= t0) || math.IsInf(t1-t0, 0) {
		return Evolution{}, fmt.Errorf("%w: from t = %v to %v; want forwards", ErrProblem, t0, t1)
	}
	o := newOrdered(newChain(pr, g))
	y0 := make([]float64, o.dim)
	mass := 0.0
	for i, v := range p0 {
		y0[o.place(i)] = v * g.Width(i)
		mass += v * g.Width(i)
	}
	if c.Method == nil {
		c.Method = radau.Variable
	}
	r, err := ode.Solve(ctx, c.Method, o.field, t0, t1, y0, ode.Config{
		RTol: c.Tolerance, ATol: c.Tolerance * share(mass, len(p0)), Step: c.Step, At: c.At,
		Linearisation: integrators.Linearisation{Jacobian: o.jacobian, Pattern: jacobian.Banded(o.dim, o.band, o.band)},
	})
	e := Evolution{T: r.T, Stats: r.Stats}
	e.Density, e.Absorbed = o.density(r.Y, mass, &e.Corrected)
	for _, y := range r.At {
		p, _ := o.density(y, mass, &e.Corrected)
		e.At = append(e.At, p)
	}
	return e, err
}

// ordered is a chain as a field whose Jacobian is banded: between what the walls
// absorb, or for a ring folded so that neighbours are two places apart at most.
type ordered struct {
	*chain
	dim, band, offset int
	at                float64
	known             bool
}

func newOrdered(c *chain) *ordered {
	n := len(c.left)
	o := &ordered{chain: c, dim: n, band: 1}
	switch {
	case c.pr.Left == Periodic:
		o.band = 2
	case c.pr.Left == Absorbing || c.pr.Right == Absorbing:
		o.dim, o.offset = n+2, 1
	}
	return o
}

// place is where cell i is in the state.
func (o *ordered) place(i int) int {
	if o.pr.Left != Periodic {
		return i + o.offset
	}
	if n := len(o.left); 2*i >= n {
		return 2*(n-1-i) + 1
	}
	return 2 * i
}

func (o *ordered) rates(t float64) error {
	if o.known && t == o.at {
		return nil
	}
	o.known = false
	if err := o.assemble(t); err != nil {
		return err
	}
	o.at, o.known = t, true
	return nil
}

// each calls f for every rate that does not vanish, from one place to another.
func (o *ordered) each(f func(from, to int, rate float64)) {
	n := len(o.left)
	for i := range n {
		p := o.place(i)
		if i > 0 {
			f(p, o.place(i-1), o.left[i])
		}
		if i < n-1 {
			f(p, o.place(i+1), o.right[i])
		}
	}
	switch {
	case o.pr.Left == Periodic:
		f(o.place(0), o.place(n-1), o.left[0])
		f(o.place(n-1), o.place(0), o.right[n-1])
	case o.offset == 1:
		f(1, 0, o.left[0])
		f(n, n+1, o.right[n-1])
	}
}

func (o *ordered) field(dst []float64, t float64, y []float64) error {
	if err := o.rates(t); err != nil {
		return err
	}
	clear(dst)
	o.each(func(from, to int, rate float64) {
		j := rate * y[from]
		dst[from] -= j
		dst[to] += j
	})
	return nil
}

func (o *ordered) jacobian(dst *jacobian.Matrix, t float64, _ []float64) error {
	if err := o.rates(t); err != nil {
		return err
	}
	o.each(func(from, to int, rate float64) {
		dst.Add(from, from, -rate)
		dst.Add(to, from, rate)
	})
	return nil
}

// density is that of a state, made positive and of the given mass.
func (o *ordered) density(y []float64, mass float64, moved *float64) (p []float64, absorbed [2]float64) {
	kept := positive(y, mass, moved)
	p = make([]float64, len(o.left))
	for i := range p {
		p[i] = kept[o.place(i)] / o.g.Width(i)
	}
	if o.offset == 1 {
		absorbed = [2]float64{kept[0], kept[len(kept)-1]}
	}
	return p, absorbed
}

// positive returns masses without what is negative, scaled to the sum mass, and
// notes the most that this moved.
func positive(y []float64, mass float64, moved *float64) []float64 {
	kept := make([]float64, len(y))
	for i, v := range y {
		kept[i] = math.Max(v, 0)
	}
	if sum := floats.Sum(kept); sum > 0 {
		floats.Scale(mass/sum, kept)
	}
	*moved = math.Max(*moved, floats.Distance(kept, y, 1))
	return kept
}

// share is that of a cell in the mass, or in 1 where there is none.
func share(mass float64, cells int) float64 {
	if mass == 0 {
		mass = 1
	}
	return mass / float64(cells)
}
