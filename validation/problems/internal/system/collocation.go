package system

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/validation/problems/internal/dd"
)

// newton is where Newton's iteration ends: the change, relative to the state.
const newton = 1e-27

// Collocation integrates to T by Radau's collocation with so many stages. The
// stages are equations in 106 bits that a Newton's method with matrices in 53
// bits solves. In a step the polynomial of the step before may miss the new
// end by at most tol, relative in every component that is larger than floor,
// so that the error of the method, of twice the order, is near tol².
func (s *System) Collocation(stages int, tol, floor float64) ([]dd.Real, error) {
	r, err := newRadauStepper(s, stages, floor)
	if err != nil {
		return nil, err
	}
	var t dd.Real
	h := math.Min(1e-10, 1e-10*s.T.Hi)
	for steps := 0; t.Hi < s.T.Hi; steps++ {
		if steps == 1e6 {
			return nil, fmt.Errorf("system: more than %d steps, at t = %g", steps, t.Hi)
		}
		step, end := dd.From(h), t.Add(dd.From(h))
		if left := s.T.Sub(t); !(h < left.Hi) {
			step, end = left, s.T
		}
		miss, ok := r.try(t, step)
		if !ok || miss > 10*tol {
			h = 0.4 * step.Hi
			if t.Hi+h == t.Hi {
				return nil, fmt.Errorf("system: steps of %g at t = %g", h, t.Hi)
			}
			continue
		}
		r.accept(step)
		t = end
		h = step.Hi * math.Min(2, math.Max(0.3, 0.9*math.Pow(tol/miss, 1/float64(stages+1))))
	}
	return r.y, nil
}

// radauStepper has the stages z_i = y(t + c_i h) − y(t) as rows.
type radauStepper struct {
	*System
	c     []dd.Real
	a     [][]dd.Real
	floor float64

	y        []dd.Real
	z, f     [][]dd.Real // of the stages
	old      [][]dd.Real // stages of the last step
	last     dd.Real     // its length; 0 before the first
	values   []dd.Real
	bar      []float64
	mass     []Entry
	matrix   *jacobian.Matrix
	lu       *jacobian.LU[float64]
	residual []float64
}

func newRadauStepper(s *System, stages int, floor float64) (*radauStepper, error) {
	n := s.Dim()
	r := &radauStepper{System: s, floor: floor, y: append([]dd.Real(nil), s.Y0...), mass: s.Mass,
		values: make([]dd.Real, len(s.nodes)), bar: make([]float64, len(s.nodes)), residual: make([]float64, n*stages)}
	r.c, r.a = radau(stages)
	r.z, r.f, r.old = rows(stages, n), rows(stages, n), rows(stages, n)
	if r.mass == nil {
		for i := range n {
			r.mass = append(r.mass, Entry{i, i, dd.From(1)})
		}
	}
	// Stage i of component m is unknown m·stages + i, which keeps bands.
	var entries [][2]int
	width := 0
	block := func(i, j int) {
		width = max(width, i-j, j-i)
		for p := range stages {
			for q := range stages {
				entries = append(entries, [2]int{i*stages + p, j*stages + q})
			}
		}
	}
	for _, e := range r.mass {
		block(e.I, e.J)
	}
	for i, below := range s.below {
		for _, k := range below {
			if s.nodes[k].op == state {
				block(i, s.nodes[k].a)
			}
		}
	}
	p := jacobian.Banded(n*stages, (width+1)*stages-1, (width+1)*stages-1)
	if 4*width > n {
		var err error
		if p, err = jacobian.Sparse(n*stages, entries); err != nil {
			return nil, err
		}
	}
	r.matrix, r.lu = p.New(), jacobian.NewLU[float64](p)
	return r, nil
}

func rows(m, n int) [][]dd.Real {
	r := make([][]dd.Real, m)
	for i := range r {
		r[i] = make([]dd.Real, n)
	}
	return r
}

// try solves for the stages of a step from t and returns by how much the
// polynomial of the last step misses its end.
func (r *radauStepper) try(t, h dd.Real) (miss float64, ok bool) {
	r.predict(h)
	end := r.z[len(r.z)-1]
	guess := append([]dd.Real(nil), end...)
	if err := r.factor(t, h); errors.Is(err, jacobian.ErrSingular) {
		return 0, false
	}
	before := math.Inf(1)
	for i := range 60 {
		change := r.iterate(t, h)
		switch {
		case !(change < 1e6):
			return 0, false
		case change < newton, i > 3 && change >= before && change < 1e3*newton: // converged, to rounding
			miss = 1e-300
			for m := range guess {
				if r.last.Hi > 0 {
					miss = math.Max(miss, math.Abs(end[m].Sub(guess[m]).Hi)/r.scale(m))
				}
			}
			return miss, true
		case i > 3 && change > 0.9*before:
			return 0, false
		}
		before = change
	}
	return 0, false
}

// scale is the size of component m at either end of the step.
func (r *radauStepper) scale(m int) float64 {
	y := r.y[m].Hi
	return math.Max(math.Max(math.Abs(y), math.Abs(y+r.z[len(r.z)-1][m].Hi)), r.floor)
}

// predict continues the polynomial through 0 and the stages of the last step.
func (r *radauStepper) predict(h dd.Real) {
	if r.last.Hi == 0 {
		for i := range r.z {
			clear(r.z[i])
		}
		return
	}
	nodes := append([]dd.Real{{}}, r.c...)
	shift := r.old[len(r.old)-1]
	for i := range r.z {
		x := dd.From(1).Add(r.c[i].Mul(h).Div(r.last))
		for m := range r.z[i] {
			r.z[i][m] = shift[m].Neg()
		}
		for j := range r.c {
			l := lagrange(nodes, j+1, x)
			for m := range r.z[i] {
				r.z[i][m] = r.z[i][m].Add(l.Mul(r.old[j][m]))
			}
		}
	}
}

// factor makes the matrix M ⊗ I − h ∂f/∂y ⊗ A at the begin of the step.
func (r *radauStepper) factor(t, h dd.Real) error {
	s := len(r.c)
	r.matrix.Zero()
	r.eval(r.values, t, r.y)
	// Factor negates.
	r.jacobian(r.values, r.bar, func(i, j int, d float64) {
		for p := range s {
			for q := range s {
				r.matrix.Add(i*s+p, j*s+q, h.Hi*r.a[p][q].Hi*d)
			}
		}
	})
	for _, e := range r.mass {
		for p := range s {
			r.matrix.Add(e.I*s+p, e.J*s+p, -e.V.Hi)
		}
	}
	return r.lu.Factor(0, nil, r.matrix)
}

// iterate does one step of Newton's method on M z_i = h Σ_j a_ij f(y + z_j) and
// returns the largest change.
func (r *radauStepper) iterate(t, h dd.Real) float64 {
	n, s := r.Dim(), len(r.c)
	y := make([]dd.Real, n)
	for j := range s {
		for m := range y {
			y[m] = r.y[m].Add(r.z[j][m])
		}
		r.eval(r.values, t.Add(r.c[j].Mul(h)), y)
		for m, k := range r.System.f {
			r.f[j][m] = r.values[k].Mul(h)
		}
	}
	left := make([]dd.Real, n)
	for i := range s {
		clear(left)
		for _, e := range r.mass {
			left[e.I] = left[e.I].Sub(e.V.Mul(r.z[i][e.J]))
		}
		for m := range left {
			for j := range s {
				left[m] = left[m].Add(r.a[i][j].Mul(r.f[j][m]))
			}
			r.residual[m*s+i] = left[m].Hi
		}
	}
	r.lu.Solve(r.residual)
	change := 0.0
	for m := range n {
		for i := range s {
			r.z[i][m] = r.z[i][m].Add(dd.From(r.residual[m*s+i]))
		}
		for _, d := range r.residual[m*s : m*s+s] {
			change = max(change, math.Abs(d)/r.scale(m)) // NaN stays
		}
	}
	return change
}

// accept moves to the end of the step.
func (r *radauStepper) accept(h dd.Real) {
	end := r.z[len(r.z)-1]
	for m := range r.y {
		r.y[m] = r.y[m].Add(end[m])
	}
	r.z, r.old, r.last = r.old, r.z, h
}
