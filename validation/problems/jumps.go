package problems

import "math"

// jumps is the non-stiff class F of Enright and Pryce, whose f jumps or has a
// kink at whole t. F5, with branch points there, is left out.
var jumps = []Problem{
	oscillator("jump-f1", "growing oscillations with a force that changes its sign, y'' = 0.2 y' − (π² + 0.01) y ± 1. "+chemicalSource+"F1",
		func(t, y, v float64) float64 { return 2*growth*v - (math.Pi*math.Pi+growth*growth)*y + turns(t) },
		func(_, _, _ float64) (dy, dv float64) { return -(math.Pi*math.Pi + growth*growth), 2 * growth },
		forced),
	{
		Name: "jump-f2", Doc: "a decay of two rates by turns, y' = 55 − 3y/2 and 55 − y/2. " + chemicalSource + "F2",
		T1: 20, Y0: []float64{110}, Breaks: whole,
		F: func(dst []float64, t float64, y []float64) error {
			dst[0] = 55 - (1+turns(t)/2)*y[0]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), t float64, _ []float64) { set(0, 0, -1-turns(t)/2) },
		Exact: func(dst []float64, t float64) {
			y := 110.
			for s := 0.; s < t; s++ {
				r := 1 + turns(s)/2
				y = 55/r + (y-55/r)*math.Exp(-r*math.Min(1, t-s))
			}
			dst[0] = y
		},
	},
	oscillator("jump-f3", "Van der Pol's equation with a force that has kinks, y'' = 0.01 (1 − y²) y' − y − |sin πt|. "+chemicalSource+"F3",
		func(t, y, v float64) float64 { return 0.01*v*(1-y*y) - y - math.Abs(math.Sin(math.Pi*t)) },
		func(_, y, v float64) (dy, dv float64) { return -0.02*v*y - 1, 0.01 * (1 - y*y) },
		nil),
	{
		Name: "jump-f4", Doc: "a change of regime at t = 10. " + chemicalSource + "F4",
		T1: 20, Y0: []float64{1}, Breaks: []float64{10},
		F: func(dst []float64, t float64, y []float64) error {
			if s := t - 5; t < 10 {
				dst[0] = -2./21 - 120*s/(1+4*s*s)
			} else {
				dst[0] = -2 * y[0]
			}
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), t float64, _ []float64) {
			if t < 10 {
				set(0, 0, 0)
			} else {
				set(0, 0, -2)
			}
		},
		Exact: func(dst []float64, t float64) {
			if s := t - 5; t < 10 {
				dst[0] = 1 - 2*t/21 - 15*math.Log((1+4*s*s)/101)
			} else {
				dst[0] = math.Exp(-2*(t-10)) / 21
			}
		},
	},
}

// whole lists the times of jumps.
var whole = func() (list []float64) {
	for t := 1.; t < 20; t++ {
		list = append(list, t)
	}
	return list
}()

// turns is 1 in [0, 1), −1 in [1, 2), 1 in [2, 3) and so on.
func turns(t float64) float64 { return 1 - 2*math.Mod(math.Floor(t), 2) }

func oscillator(name, doc string, f func(t, y, v float64) float64, df func(t, y, v float64) (dy, dv float64), exact func(t float64) (y, v float64)) Problem {
	p := second(name, doc, 0, 0, f, df, exact)
	p.Breaks = whole
	return p
}

const growth = 0.1

// forced is the solution of jump-f1: between jumps it is ±1/(π² + a²) and a
// solution of the eigenvalues a ± iπ without force.
func forced(t float64) (y, v float64) {
	const a, q = growth, math.Pi*math.Pi + growth*growth
	for s := 0.; s < t; s++ {
		h := math.Min(1, t-s)
		sin, cos := math.Sincos(math.Pi * h)
		rest := turns(s) / q
		u, e := y-rest, math.Exp(a*h)
		y = rest + e*(u*cos+(v-a*u)/math.Pi*sin)
		v = e * (v*cos + (a*v-q*u)/math.Pi*sin)
	}
	return y, v
}
