package problems

import "math"

var fivePlanets = Problem{
	Name: "detest-c5",
	Doc:  "Jupiter, Saturn, Uranus, Neptune and Pluto about the sun: places, then speeds, in astronomical units and 100 days. " + detestSource + "C5",
	F:    planetsF, Jacobian: planetsJacobian, T1: 20,
	Y0: []float64{
		3.42947415189, 3.35386959711, 1.35494901715,
		6.64145542550, 5.97156957878, 2.18231499728,
		11.2630437207, 14.6952576794, 6.27960525067,
		-30.1552268759, 1.65699966404, 1.43785752721,
		-21.1238353380, 28.4465098142, 15.3882659679,
		-.557160570446, .505696783289, .230578543901,
		-.415570776342, .365682722812, .169143213293,
		-.325325669158, .189706021964, .0877265322780,
		-.0240476254170, -.287659532608, -.117219543175,
		-.176860753121, -.216393453025, -.0148647893090,
	},
}

// The constant of gravitation and the masses; the sun's holds the inner planets.
const (
	gravitation = 2.95912208286
	sun         = 1.00000597682
)

var planetMasses = [5]float64{0.000954786104043, 0.000285583733151, 0.0000437273164546, 0.0000517759138449, 0.00000277777777778}

// planetsF is, relative to the sun,
//
//	y_j'' = g (−(m_0 + m_j) y_j/|y_j|³ + Σ_{k≠j} m_k ((y_k − y_j)/|y_k − y_j|³ − y_k/|y_k|³)).
func planetsF(dst []float64, _ float64, y []float64) error {
	d, s := (*[30]float64)(dst), (*[30]float64)(y)
	*(*[15]float64)(d[:15]) = *(*[15]float64)(s[15:])
	// The sun falls toward all of them.
	var x, z, u, ax, az, au float64
	for j := range 5 {
		x, z, u = s[3*j], s[3*j+1], s[3*j+2]
		w := gravitation / cube(x, z, u)
		d[15+3*j], d[16+3*j], d[17+3*j] = -sun*w*x, -sun*w*z, -sun*w*u
		w *= planetMasses[j]
		ax, az, au = ax+w*x, az+w*z, au+w*u
	}
	for j := range 5 {
		d[15+3*j] -= ax
		d[16+3*j] -= az
		d[17+3*j] -= au
		for k := range j {
			x, z, u = s[3*k]-s[3*j], s[3*k+1]-s[3*j+1], s[3*k+2]-s[3*j+2]
			w := gravitation / cube(x, z, u)
			a, b := w*planetMasses[k], w*planetMasses[j]
			d[15+3*j] += a * x
			d[16+3*j] += a * z
			d[17+3*j] += a * u
			d[15+3*k] -= b * x
			d[16+3*k] -= b * z
			d[17+3*k] -= b * u
		}
	}
	return nil
}

func cube(x, y, z float64) float64 {
	r := x*x + y*y + z*z
	return r * math.Sqrt(r)
}

func planetsJacobian(set func(i, j int, v float64), _ float64, y []float64) {
	var a [15][15]float64
	// The derivative of x/|x|³ is I/|x|³ − 3 x xᵀ/|x|⁵; add puts it, times c, at
	// the place of planet k in the equation of planet j.
	add := func(j, k int, c, x0, x1, x2 float64) {
		x := [3]float64{x0, x1, x2}
		r := x0*x0 + x1*x1 + x2*x2
		w := gravitation * c / (r * math.Sqrt(r))
		for p := range 3 {
			a[3*j+p][3*k+p] += w
			for q := range 3 {
				a[3*j+p][3*k+q] -= 3 * w / r * x[p] * x[q]
			}
		}
	}
	for j := range 5 {
		at := func(k int) (x, z, u float64) { return y[3*k], y[3*k+1], y[3*k+2] }
		x, z, u := at(j)
		add(j, j, -(sun + planetMasses[j]), x, z, u)
		for k := range 5 {
			if k != j {
				p, q, r := at(k)
				add(j, k, planetMasses[k], p-x, q-z, r-u)
				add(j, j, -planetMasses[k], p-x, q-z, r-u)
				add(j, k, -planetMasses[k], p, q, r)
			}
		}
	}
	for i := range 15 {
		set(i, 15+i, 1)
		for j := range 15 {
			set(15+i, j, a[i][j])
		}
	}
}
