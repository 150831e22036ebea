package sensitivity

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// linear evaluates the derivatives of a System, and counts the calls of Field.
type linear struct {
	System
	p           []float64
	calls       int
	fy, fp      *mat.Dense // as of the last at; fp is nil where there are no parameters
	unit, moved []float64
	plus, minus []float64
	q           []float64 // moved parameters
}

func newLinear(s System, n int, p []float64) *linear {
	l := &linear{System: s, p: p, q: make([]float64, len(p))}
	mem := make([]float64, 4*n)
	l.unit, l.moved, l.plus, l.minus = mem[:n], mem[n:2*n], mem[2*n:3*n], mem[3*n:]
	return l
}

// field is Field at p.
func (l *linear) field(dst []float64, t float64, y []float64) error {
	l.calls++
	return l.Field(dst, t, y, l.p)
}

// at sets fy and fp at (t, y).
func (l *linear) at(t float64, y []float64) error {
	if l.fy == nil { // only here, as a system with a VJP may be too large for it
		l.fy = mat.NewDense(len(y), len(y), nil)
		if len(l.p) > 0 {
			l.fp = mat.NewDense(len(y), len(l.p), nil)
		}
	}
	if l.Jacobian != nil {
		l.fy.Zero()
		if l.fp != nil {
			l.fp.Zero()
		}
		return l.Jacobian(l.fy, l.fp, t, y, l.p)
	}
	for j := range y {
		l.unit[j] = 1
		err := l.along(l.plus, t, y, l.unit)
		l.unit[j] = 0
		if err != nil {
			return err
		}
		l.fy.SetCol(j, l.plus)
	}
	for j := range l.p {
		if err := l.byParameter(l.plus, t, y, j); err != nil {
			return err
		}
		l.fp.SetCol(j, l.plus)
	}
	return nil
}

// along sets dst = (∂f/∂y) u by a central difference along u.
func (l *linear) along(dst []float64, t float64, y, u []float64) error {
	size := floats.Norm(u, math.Inf(1))
	if size == 0 {
		clear(dst)
		return nil
	}
	h := increment(floats.Norm(y, math.Inf(1))) / size
	floats.AddScaledTo(l.moved, y, -h, u)
	if err := l.field(l.minus, t, l.moved); err != nil {
		return err
	}
	floats.AddScaledTo(l.moved, y, h, u)
	if err := l.field(dst, t, l.moved); err != nil {
		return err
	}
	quotient(dst, l.minus, 2*h)
	return nil
}

// byParameter sets dst = ∂f/∂p_j by a central difference.
func (l *linear) byParameter(dst []float64, t float64, y []float64, j int) error {
	h := increment(math.Abs(l.p[j]))
	copy(l.q, l.p)
	l.calls += 2
	l.q[j] = l.p[j] - h
	if err := l.Field(l.minus, t, y, l.q); err != nil {
		return err
	}
	width := -l.q[j]
	l.q[j] = l.p[j] + h
	if err := l.Field(dst, t, y, l.q); err != nil {
		return err
	}
	quotient(dst, l.minus, width+l.q[j]) // 2h as far as the additions left it
	return nil
}

func quotient(plus, minus []float64, d float64) {
	for i := range plus {
		plus[i] = (plus[i] - minus[i]) / d
	}
}

// increment balances the truncation h² and the rounding ε/h of a central
// difference.
func increment(size float64) float64 {
	const root = 0x1p-17 // near the cube root of ε = 2⁻⁵²
	if size == 0 {
		return root
	}
	return root * size
}

// tangent sets dst = (∂f/∂y) u, and adds ∂f/∂p_j if j ≥ 0. With a Jacobian, at
// must have been called for (t, y).
func (l *linear) tangent(dst []float64, t float64, y, u []float64, j int) error {
	if l.Jacobian != nil {
		for i := range dst {
			dst[i] = floats.Dot(l.fy.RawRowView(i), u)
			if j >= 0 {
				dst[i] += l.fp.At(i, j)
			}
		}
		return nil
	}
	if err := l.along(dst, t, y, u); err != nil || j < 0 {
		return err
	}
	if err := l.byParameter(l.plus, t, y, j); err != nil {
		return err
	}
	floats.Add(dst, l.plus)
	return nil
}

// cotangent sets wy = (∂f/∂y)ᵀ v and wp = (∂f/∂p)ᵀ v.
func (l *linear) cotangent(wy, wp []float64, t float64, y, v []float64) error {
	if l.VJP != nil {
		return l.VJP(wy, wp, t, y, l.p, v)
	}
	if err := l.at(t, y); err != nil {
		return err
	}
	clear(wy)
	clear(wp)
	for i, x := range v {
		floats.AddScaled(wy, x, l.fy.RawRowView(i))
		if len(wp) > 0 {
			floats.AddScaled(wp, x, l.fp.RawRowView(i))
		}
	}
	return nil
}
