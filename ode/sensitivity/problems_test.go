package sensitivity_test

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
)

var background = context.Background()

func tolerance(t float64) ode.Config { return ode.Config{RTol: t, ATol: t} }

// lotka is x' = x (p0 − p1 y), y' = y (p2 x − p3), forced by sin t so that time
// matters.
var lotka = sensitivity.System{
	Field: func(d []float64, t float64, y, p []float64) error {
		d[0] = y[0]*(p[0]-p[1]*y[1]) + 0.1*math.Sin(t)
		d[1] = y[1] * (p[2]*y[0] - p[3])
		return nil
	},
	Jacobian: func(fy, fp *mat.Dense, _ float64, y, p []float64) error {
		fy.Set(0, 0, p[0]-p[1]*y[1])
		fy.Set(0, 1, -p[1]*y[0])
		fy.Set(1, 0, p[2]*y[1])
		fy.Set(1, 1, p[2]*y[0]-p[3])
		if fp != nil {
			fp.Set(0, 0, y[0])
			fp.Set(0, 1, -y[0]*y[1])
			fp.Set(1, 2, y[0]*y[1])
			fp.Set(1, 3, -y[1])
		}
		return nil
	},
	VJP: func(wy, wp []float64, _ float64, y, p, v []float64) error {
		wy[0] = (p[0]-p[1]*y[1])*v[0] + p[2]*y[1]*v[1]
		wy[1] = -p[1]*y[0]*v[0] + (p[2]*y[0]-p[3])*v[1]
		wp[0], wp[1] = y[0]*v[0], -y[0]*y[1]*v[0]
		wp[2], wp[3] = y[0]*y[1]*v[1], -y[1]*v[1]
		return nil
	},
}

var (
	lotkaP = []float64{1.5, 1, 1, 3}
	lotka0 = []float64{1, 2}
)

// linear is y' = A y + B p, not normal, in three states with two parameters.
var (
	linearA = mat.NewDense(3, 3, []float64{-1, 2, 0.5, 0, -0.3, 1, -2, 0.1, 0.2})
	linearB = mat.NewDense(3, 2, []float64{1, 0, -1, 2, 0.5, 0.25})
	linear0 = []float64{1, -1, 0.5}
	linearP = []float64{0.7, -0.4}
	linear  = sensitivity.System{
		Field: func(d []float64, _ float64, y, p []float64) error {
			for i := range d {
				d[i] = 0
				for j, v := range y {
					d[i] += linearA.At(i, j) * v
				}
				for j, v := range p {
					d[i] += linearB.At(i, j) * v
				}
			}
			return nil
		},
		Jacobian: func(fy, fp *mat.Dense, _ float64, _, _ []float64) error {
			fy.Copy(linearA)
			fp.Copy(linearB)
			return nil
		},
	}
)

// linearSolution returns ∂y(t)/∂y0 = e^(At) and ∂y(t)/∂p = ∫ e^(As) ds B, both
// blocks of one exponential (Van Loan 1978).
func linearSolution(t float64) (y0, p *mat.Dense) {
	var m, e mat.Dense
	m.CloneFrom(mat.NewDense(5, 5, nil))
	m.Slice(0, 3, 0, 3).(*mat.Dense).Scale(t, linearA)
	m.Slice(0, 3, 3, 5).(*mat.Dense).Scale(t, linearB)
	e.Exp(&m)
	return mat.DenseCopyOf(e.Slice(0, 3, 0, 3)), mat.DenseCopyOf(e.Slice(0, 3, 3, 5))
}

// without returns the system without derivatives of its own.
func without(s sensitivity.System) sensitivity.System { return sensitivity.System{Field: s.Field} }

// distance is the largest difference of entries, relative to the largest entry.
func distance(a, b mat.Matrix) float64 {
	var d mat.Dense
	d.Sub(a, b)
	most := func(m mat.Matrix) float64 { return math.Max(mat.Max(m), -mat.Min(m)) }
	return most(&d) / most(b)
}
