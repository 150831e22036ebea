package problems

import "math"

const detestSource = "Hull, Enright, Fellen, Sedgwick, SIAM J. Numer. Anal. 9 (1972), problem "

// scalar is one equation y' = f with df = ∂f/∂y up to t = 20.
func scalar(name, doc string, y0 float64, f, df func(t, y float64) float64, exact func(t float64) float64) Problem {
	p := Problem{
		Name: name, Doc: doc, T1: 20, Y0: []float64{y0},
		F:        func(dst []float64, t float64, y []float64) error { dst[0] = f(t, y[0]); return nil },
		Jacobian: func(set func(i, j int, v float64), t float64, y []float64) { set(0, 0, df(t, y[0])) },
	}
	if exact != nil {
		p.Exact = func(dst []float64, t float64) { dst[0] = exact(t) }
	}
	return p
}

var detestA = []Problem{
	scalar("detest-a1", "decay y' = −y. "+detestSource+"A1", 1,
		func(_, y float64) float64 { return -y },
		func(_, _ float64) float64 { return -1 },
		func(t float64) float64 { return math.Exp(-t) }),
	scalar("detest-a2", "a special case of Riccati's equation, y' = −y³/2. "+detestSource+"A2", 1,
		func(_, y float64) float64 { return -y * y * y / 2 },
		func(_, y float64) float64 { return -1.5 * y * y },
		func(t float64) float64 { return 1 / math.Sqrt(1+t) }),
	scalar("detest-a3", "oscillation y' = y cos t. "+detestSource+"A3", 1,
		func(t, y float64) float64 { return y * math.Cos(t) },
		func(t, _ float64) float64 { return math.Cos(t) },
		func(t float64) float64 { return math.Exp(math.Sin(t)) }),
	scalar("detest-a4", "logistic growth y' = y/4 (1 − y/20). "+detestSource+"A4", 1,
		func(_, y float64) float64 { return y / 4 * (1 - y/20) },
		func(_, y float64) float64 { return (1 - y/10) / 4 },
		func(t float64) float64 { return 20 / (1 + 19*math.Exp(-t/4)) }),
	scalar("detest-a5", "a spiral, y' = (y − t)/(y + t). "+detestSource+"A5", 4,
		func(t, y float64) float64 { return (y - t) / (y + t) },
		func(t, y float64) float64 { return 2 * t / ((y + t) * (y + t)) }, nil),
}
