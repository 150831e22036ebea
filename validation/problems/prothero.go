package problems

import "math"

// prothero has the solution sin(t + π/4) for every λ: methods of low stage order
// lose their order on it.
var prothero = Problem{
	Name: "prothero", Doc: "y' = λ(y − φ) + φ', φ = sin(t + π/4), λ = −1e6. Prothero, Robinson, Math. Comp. 28 (1974)",
	Stiff: true, T1: 10, Y0: []float64{math.Sqrt2 / 2},
	F: func(dst []float64, t float64, y []float64) error {
		sin, cos := math.Sincos(t + math.Pi/4)
		dst[0] = -1e6*(y[0]-sin) + cos
		return nil
	},
	Jacobian: func(set func(i, j int, v float64), _ float64, _ []float64) { set(0, 0, -1e6) },
	Exact:    func(dst []float64, t float64) { dst[0] = math.Sin(t + math.Pi/4) },
}

var curtiss = Problem{
	Name: "curtiss", Doc: "y' = −50(y − cos t). Curtiss, Hirschfelder (1952); Hairer, Wanner (1996), eq. IV.1.1",
	Stiff: true, T1: 1.5, Y0: []float64{0},
	F: func(dst []float64, t float64, y []float64) error {
		dst[0] = -50 * (y[0] - math.Cos(t))
		return nil
	},
	Jacobian: func(set func(i, j int, v float64), _ float64, _ []float64) { set(0, 0, -50) },
	Exact: func(dst []float64, t float64) {
		sin, cos := math.Sincos(t)
		dst[0] = (2500*cos + 50*sin - 2500*math.Exp(-50*t)) / 2501
	},
}
