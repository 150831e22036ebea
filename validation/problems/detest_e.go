package problems

import "math"

// second is y” = f(t, y, y') up to t = 20, with the derivatives of f by y and y'.
func second(name, doc string, y0, v0 float64, f func(t, y, v float64) float64, df func(t, y, v float64) (dy, dv float64), exact func(t float64) (y, v float64)) Problem {
	p := Problem{
		Name: name, Doc: doc, T1: 20, Y0: []float64{y0, v0},
		F: func(dst []float64, t float64, y []float64) error {
			dst[0], dst[1] = y[1], f(t, y[0], y[1])
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), t float64, y []float64) {
			dy, dv := df(t, y[0], y[1])
			set(0, 1, 1)
			set(1, 0, dy)
			set(1, 1, dv)
		},
	}
	if exact != nil {
		p.Exact = func(dst []float64, t float64) { dst[0], dst[1] = exact(t) }
	}
	return p
}

// bessel is J_½(x) = √(2/πx) sin x at x = t + 1, and its derivative.
func bessel(t float64) (y, v float64) {
	x := t + 1
	sin, cos := math.Sincos(x)
	w := math.Sqrt(2 / (math.Pi * x))
	return w * sin, w * (cos - sin/(2*x))
}

var detestE = func() []Problem {
	j0, j1 := bessel(0)
	return []Problem{
		second("detest-e1", "Bessel's equation of order one half, from x = 1. "+detestSource+"E1", j0, j1,
			func(t, y, v float64) float64 { x := t + 1; return -v/x - (1-0.25/(x*x))*y },
			func(t, _, _ float64) (dy, dv float64) { x := t + 1; return 0.25/(x*x) - 1, -1 / x },
			bessel),
		second("detest-e2", "y'' = (1 − y²)y' − y. Van der Pol (1926); "+detestSource+"E2", 2, 0,
			func(_, y, v float64) float64 { return (1-y*y)*v - y },
			func(_, y, v float64) (dy, dv float64) { return -2*y*v - 1, 1 - y*y }, nil),
		second("detest-e3", "forced oscillations y'' = y³/6 − y + 2 sin 2.78535 t. Duffing (1918); "+detestSource+"E3", 0, 0,
			func(t, y, _ float64) float64 { return y*y*y/6 - y + 2*math.Sin(2.78535*t) },
			func(_, y, _ float64) (dy, dv float64) { return y*y/2 - 1, 0 }, nil),
		second("detest-e4", "a fall through air, y'' = 0.032 − 0.4 y'². "+detestSource+"E4", 30, 0,
			func(_, _, v float64) float64 { return 0.032 - 0.4*v*v },
			func(_, _, v float64) (dy, dv float64) { return 0, -0.8 * v },
			func(t float64) (y, v float64) {
				x := math.Sqrt(0.0128) * t
				return 30 + 2.5*math.Log(math.Cosh(x)), math.Sqrt(0.08) * math.Tanh(x)
			}),
		second("detest-e5", "a pursuit along a line, y'' = √(1 + y'²)/(25 − t). "+detestSource+"E5", 0, 0,
			func(t, _, v float64) float64 { return math.Sqrt(1+v*v) / (25 - t) },
			func(t, _, v float64) (dy, dv float64) { return 0, v / (math.Sqrt(1+v*v) * (25 - t)) },
			func(t float64) (y, v float64) {
				x := 1 - t/25
				return -(25*math.Log(x) + t - t*t/50) / 2, (1/x - x) / 2
			}),
	}
}()
