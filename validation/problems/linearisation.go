package problems

import (
	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// Linearisation is what implicit methods are to be told: the Jacobian within its
// bands and M. It belongs to one solve at a time, and its calls do not allocate.
func (p Problem) Linearisation() integrators.Linearisation {
	n := len(p.Y0)
	l := integrators.Linearisation{Pattern: jacobian.Dense(n)}
	if p.Lower+p.Upper < n-1 {
		l.Pattern = jacobian.Banded(n, p.Lower, p.Upper)
	}
	var matrix *jacobian.Matrix
	set := func(i, j int, v float64) { matrix.Set(i, j, v) }
	l.Jacobian = func(dst *jacobian.Matrix, t float64, y []float64) error {
		matrix = dst
		p.Jacobian(set, t, y)
		return nil
	}
	switch {
	case p.MassMatrix != nil:
		l.Mass = l.Pattern.New()
		p.MassMatrix(l.Mass.Set)
	case p.Mass != nil:
		l.Mass = jacobian.Diagonal(p.Mass)
	}
	return l
}
