package esdirk

import "github.com/ito-sde/ito/internal/vec"

// extrapolation is the polynomial through slopes of the step before and this one,
// its weights those of Lagrange: with the ratio of both steps they change.
type extrapolation struct {
	c     []float64
	nodes []float64
	terms vec.Terms // with c as coefficients
}

// newExtrapolation takes the places of the slopes.
func newExtrapolation(pad int, places ...int) extrapolation {
	e := extrapolation{c: make([]float64, len(places)), nodes: make([]float64, len(places))}
	off := make([]int, len(places))
	for i, p := range places {
		off[i] = p * pad
	}
	e.terms = vec.NewTerms(e.c, off)
	return e
}

// at sets the weights for stage i, where the slopes are those at the start and at
// stage middle of a step before that was ratio times as long, and those of the
// stages up to i − 1 of this one.
func (e *extrapolation) at(c []float64, middle, i int, ratio float64) *vec.Terms {
	e.nodes[0], e.nodes[1] = -ratio, (c[middle]-1)*ratio
	copy(e.nodes[2:], c)
	x := c[i]
	for j, a := range e.nodes {
		w := 1.0
		for k, b := range e.nodes {
			if k != j {
				w *= (x - b) / (a - b)
			}
		}
		e.c[j] = w
	}
	return &e.terms
}

// remember keeps slopes of the accepted step before they are overwritten.
func (s *stepper) remember() {
	copy(s.past[0], s.slopes[0])
	copy(s.past[1], s.slopes[s.middle])
}
