package problems

import (
	"math"
	"math/cmplx"
)

var stiffE = []Problem{
	{
		Name: "stiff-e1", Doc: "a control system of fourth order, Γ = 100. " + stiffSource + "E1",
		Stiff: true, T1: 1, Y0: []float64{0, 0, 0, 0}, AbsScale: 1e-8, Floor: 1e-8,
		F: func(dst []float64, _ float64, y []float64) error {
			d, s := (*[4]float64)(dst), (*[4]float64)(y)
			d[0], d[1], d[2] = s[1], s[2], s[3]
			d[3] = (s[0]*s[0]-math.Sin(s[0])-1e8)*s[0] + (s[1]*s[2]/(s[0]*s[0]+1)-4e6)*s[1] +
				(1-6e4)*s[2] + (10*math.Exp(-s[3]*s[3])-400)*s[3] + 1
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 1, 1)
			set(1, 2, 1)
			set(2, 3, 1)
			a, b, c := y[0], y[1], y[2]
			q := 1 / (a*a + 1)
			set(3, 0, 3*a*a-math.Sin(a)-a*math.Cos(a)-1e8-2*a*b*b*c*q*q)
			set(3, 1, 2*b*c*q-4e6)
			set(3, 2, b*b*q+1-6e4)
			set(3, 3, 10*math.Exp(-y[3]*y[3])*(1-2*y[3]*y[3])-400)
		},
	},
	{
		Name: "stiff-e2", Doc: "y'' = 5(1 − y²)y' − y, before the jump. Van der Pol (1926); " + stiffSource + "E2",
		Stiff: true, T1: 1, Y0: []float64{2, 0}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			dst[0], dst[1] = y[1], 5*(1-y[0]*y[0])*y[1]-y[0]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 1, 1)
			set(1, 0, -10*y[0]*y[1]-1)
			set(1, 1, 5*(1-y[0]*y[0]))
		},
	},
	{
		Name: "stiff-e3", Doc: "a reactor, fast and slow by turns. " + stiffSource + "E3",
		Stiff: true, T1: 500, Y0: []float64{1, 1, 0}, Floor: 1,
		F: func(dst []float64, _ float64, y []float64) error {
			dst[0], dst[1], dst[2] = -(55+y[2])*y[0]+65*y[1], 0.0785*(y[0]-y[1]), 0.1*y[0]
			return nil
		},
		Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
			set(0, 0, -55-y[2])
			set(0, 1, 65)
			set(0, 2, -y[0])
			set(1, 0, 0.0785)
			set(1, 1, -0.0785)
			set(2, 0, 0.1)
		},
	},
	stiffE4,
	{
		Name: "stiff-e5", Doc: "pyrolysis, four substances. Datta (1967); " + stiffSource + "E5",
		Stiff: true, T1: 1000, Y0: []float64{1.76e-3, 0, 0, 0}, AbsScale: 1e-10, Floor: 1e-10,
		F: pyrolysis, Jacobian: pyrolysisJacobian, Invariants: pyrolysisInvariants,
	},
}

// stiffE4 is y = U z, U = ½(1 1ᵀ) − I, with the equations
//
//	w' = (10 − 10i) w + w²/2,  z₃' = −1000 z₃ + z₃²,  z₄' = −0.01 z₄ + z₄²
//
// for w = z₁ + i z₂. At first the eigenvalues of w are to the right of the axis.
var stiffE4 = Problem{
	Name: "stiff-e4", Doc: "four equations of Bernoulli's, mixed. Krogh (1973); " + stiffSource + "E4",
	Stiff: true, T1: 1000, Y0: []float64{0, -2, -1, -1}, Floor: 1,
	F: func(dst []float64, _ float64, y []float64) error {
		z := mixed([4]float64(y))
		a, b := z[0], z[1]
		d := mixed([4]float64{
			10*a + 10*b + (a*a-b*b)/2, -10*a + 10*b + a*b,
			(z[2] - 1000) * z[2], (z[3] - 0.01) * z[3],
		})
		copy(dst, d[:])
		return nil
	},
	Jacobian: func(set func(i, j int, v float64), _ float64, y []float64) {
		z := mixed([4]float64(y))
		var j [4][4]float64 // in z, then its columns and rows mixed
		j[0] = mixed([4]float64{10 + z[0], 10 - z[1], 0, 0})
		j[1] = mixed([4]float64{-10 + z[1], 10 + z[0], 0, 0})
		j[2] = mixed([4]float64{0, 0, 2*z[2] - 1000, 0})
		j[3] = mixed([4]float64{0, 0, 0, 2*z[3] - 0.01})
		for k := range 4 {
			for i, v := range mixed([4]float64{j[0][k], j[1][k], j[2][k], j[3][k]}) {
				set(i, k, v)
			}
		}
	},
	Exact: func(dst []float64, t float64) {
		// u' = λu + κu² has 1/u = (1/u₀ + κ/λ) e^(−λt) − κ/λ. The exponential that
		// does not overflow is used.
		bernoulli := func(u, lambda, kappa complex128) complex128 {
			q := kappa / lambda
			if real(lambda) > 0 {
				return 1 / ((1/u+q)*cmplx.Exp(-lambda*complex(t, 0)) - q)
			}
			e := cmplx.Exp(lambda * complex(t, 0))
			return e / (1/u + q - q*e)
		}
		w := bernoulli(-2, 10-10i, 0.5)
		y := mixed([4]float64{real(w), imag(w), real(bernoulli(-1, -1000, 1)), real(bernoulli(-1, -0.01, 1))})
		copy(dst, y[:])
	},
}

// mixed is U z; U is its own inverse.
func mixed(z [4]float64) [4]float64 {
	h := (z[0] + z[1] + z[2] + z[3]) / 2
	return [4]float64{h - z[0], h - z[1], h - z[2], h - z[3]}
}
