package system

import (
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/validation/problems/internal/dd"
)

// Taylor integrates to T by Taylor series of the given order. The steps are
// those of Jorba, Zou, Exp. Math. 14 (2005): the last two terms of the series
// are at most tol of the state in the maximum norm, or of 0.001 if that is larger.
func (s *System) Taylor(order int, tol float64) ([]dd.Real, error) {
	if s.Mass != nil {
		return nil, fmt.Errorf("system: Taylor series with a mass matrix")
	}
	c := make([][]dd.Real, len(s.nodes)) // coefficients of the nodes
	for i := range c {
		c[i] = make([]dd.Real, order+1)
	}
	y := make([][]dd.Real, s.Dim()) // and of the state
	for i := range y {
		y[i] = make([]dd.Real, order+1)
		y[i][0] = s.Y0[i]
	}
	jumps := slices.ContainsFunc(s.nodes, func(n node) bool { return n.op == floor })
	var t dd.Real
	for steps := 0; t.Hi < s.T.Hi; steps++ {
		if steps == 1e6 {
			return nil, fmt.Errorf("system: more than %d steps", steps)
		}
		for k := range order {
			s.coefficients(c, y, k, t)
			for i, f := range s.f {
				y[i][k+1] = c[f][k].Div(dd.From(float64(k + 1)))
			}
		}
		scale := math.Max(size(y, 0), 1e-3)
		h := math.Inf(1)
		for k := order - 1; k <= order; k++ {
			h = math.Min(h, math.Pow(tol*scale/size(y, k), 1/float64(k)))
		}
		step, end := dd.From(h), s.T
		if next := math.Floor(t.Hi) + 1; jumps && next < end.Hi {
			end = dd.From(next)
		}
		if left := end.Sub(t); h < left.Hi {
			t = t.Add(step)
		} else {
			step, t = left, end
		}
		for i := range y {
			sum := y[i][order]
			for k := order - 1; k >= 0; k-- {
				sum = sum.Mul(step).Add(y[i][k])
			}
			y[i][0] = sum
			if sum.IsNaN() {
				return nil, fmt.Errorf("system: not a number at t = %v", t.Hi)
			}
		}
	}
	end := make([]dd.Real, len(y))
	for i := range end {
		end[i] = y[i][0]
	}
	return end, nil
}

func size(y [][]dd.Real, k int) float64 {
	m := 0.0
	for i := range y {
		m = math.Max(m, math.Abs(y[i][k].Hi))
	}
	return m
}

// coefficients sets c[·][k] from those of lower k. Knuth, The Art of Computer
// Programming 2, section 4.7.
func (s *System) coefficients(c, y [][]dd.Real, k int, t dd.Real) {
	for i, n := range s.nodes {
		v := c[i]
		a, b := c[n.a], c[n.b]
		if k == 0 && n.op >= add {
			v[0] = n.op.of(a[0], b[0])
			continue
		}
		switch n.op {
		case constant:
			if k == 0 {
				v[0] = n.c
			}
		case clock:
			v[k] = dd.Real{}
			switch k {
			case 0:
				v[0] = t
			case 1:
				v[1] = dd.From(1)
			}
		case state:
			v[k] = y[n.a][k]
		case add:
			v[k] = a[k].Add(b[k])
		case sub:
			v[k] = a[k].Sub(b[k])
		case mul:
			switch {
			case s.nodes[n.a].op == constant:
				v[k] = a[0].Mul(b[k])
			case s.nodes[n.b].op == constant:
				v[k] = a[k].Mul(b[0])
			default:
				v[k] = convolve(a, b, 0, k, k)
			}
		case div:
			v[k] = a[k].Sub(convolve(v, b, 0, k-1, k)).Div(b[0])
		case floor:
			v[k] = dd.Real{}
		case sqrt:
			v[k] = a[k].Sub(convolve(v, v, 1, k-1, k)).Div(v[0].Scale(2))
		case exp:
			v[k] = weighted(a, v, k, k)
		case log:
			v[k] = a[k].Sub(weighted(v, a, k-1, k)).Div(a[0])
		case sin:
			v[k] = weighted(a, c[i+1], k, k)
		case cos:
			v[k] = weighted(a, c[i-1], k, k).Neg()
		}
	}
}

// convolve is Σ a_j b_{k−j} over j from the first to the last.
func convolve(a, b []dd.Real, first, last, k int) (sum dd.Real) {
	for j := first; j <= last; j++ {
		sum = sum.Add(a[j].Mul(b[k-j]))
	}
	return sum
}

// weighted is Σ j a_j b_{k−j} / k over j from 1 to the last.
func weighted(a, b []dd.Real, last, k int) (sum dd.Real) {
	for j := 1; j <= last; j++ {
		sum = sum.Add(a[j].Mul(b[k-j]).Scale(float64(j)))
	}
	return sum.Div(dd.From(float64(k)))
}
