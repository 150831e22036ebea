package stochastic_test

import (
	"math"
	"math/cmplx"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/stochastic"
)

// problem is a system whose solution is a function of t, w(t) and the Lévy areas
// of w up to t, which come after w(t).
type problem struct {
	name  string
	sys   stochastic.System
	y0    []float64
	exact func(dst []float64, t float64, w []float64)
}

// each turns a function of a coordinate into a field on rows of dim.
func each(dim int, f func(i int, t, y float64) float64) integrators.Field {
	return func(dst []float64, t float64, y []float64) error {
		for i := range dst {
			v := math.NaN() // additive noise must not look at the state
			if y != nil {
				v = y[i]
			}
			dst[i] = f(i%dim, t, v)
		}
		return nil
	}
}

// linear is dy_i = a_i y_i dt + b_i y_i dw_i: y_0 e^((a−b²/2)t + bw) in Itô's
// sense, y_0 e^(at+bw) in Stratonovich's.
func linear(c stochastic.Calculus) problem {
	a, b := []float64{0.6, -0.4}, []float64{0.5, -0.4}
	return problem{"linear", stochastic.System{
		Dim: 2, Calculus: c, Structure: stochastic.Diagonal,
		Drift:               each(2, func(i int, _, y float64) float64 { return a[i] * y }),
		Diffusion:           each(2, func(i int, _, y float64) float64 { return b[i] * y }),
		DiffusionDerivative: each(2, func(i int, _, _ float64) float64 { return b[i] }),
	}, []float64{1, 2}, func(dst []float64, t float64, w []float64) {
		for i := range dst {
			k := a[i]
			if c == stochastic.Ito {
				k -= b[i] * b[i] / 2
			}
			dst[i] = float64(i+1) * math.Exp(k*t+b[i]*w[i])
		}
	}}
}

// bounded is dy = −α(1−y²) dt + β(1−y²) ∘ dw, or in Itô's sense with the drift
// −(α+β²y)(1−y²).
func bounded(c stochastic.Calculus) problem {
	const alpha, beta, y0 = 0.5, 0.6, 0.2
	return problem{"bounded", stochastic.System{
		Dim: 1, Calculus: c, Structure: stochastic.Diagonal,
		Drift: each(1, func(_ int, _, y float64) float64 {
			if c == stochastic.Ito {
				return -(alpha + beta*beta*y) * (1 - y*y)
			}
			return -alpha * (1 - y*y)
		}),
		Diffusion:           each(1, func(_ int, _, y float64) float64 { return beta * (1 - y*y) }),
		DiffusionDerivative: each(1, func(_ int, _, y float64) float64 { return -2 * beta * y }),
	}, []float64{y0}, func(dst []float64, t float64, w []float64) {
		e := math.Exp(-2*alpha*t + 2*beta*w[0])
		dst[0] = ((1+y0)*e + y0 - 1) / ((1+y0)*e - y0 + 1)
	}}
}

// arctan is Itô's dy = −p² sin y cos³y dt + p cos²y dw.
func arctan() problem {
	const p, y0 = 0.7, 0.3
	return problem{"arctan", stochastic.System{
		Dim: 1, Structure: stochastic.Diagonal,
		Drift: each(1, func(_ int, _, y float64) float64 {
			s, c := math.Sincos(y)
			return -p * p * s * c * c * c
		}),
		Diffusion:           each(1, func(_ int, _, y float64) float64 { return p * math.Cos(y) * math.Cos(y) }),
		DiffusionDerivative: each(1, func(_ int, _, y float64) float64 { return -p * math.Sin(2*y) }),
	}, []float64{y0}, func(dst []float64, _ float64, w []float64) {
		dst[0] = math.Atan(p*w[0] + math.Tan(y0))
	}}
}

// additive is dy = (β/√(1+t) − y/(2(1+t))) dt + αβ/√(1+t) dw, in both senses.
func additive(c stochastic.Calculus) problem {
	const alpha, beta, y0 = 1.5, 0.5, 1.0
	return problem{"additive", stochastic.System{
		Dim: 1, Calculus: c, Structure: stochastic.AdditiveDiagonal,
		Drift:     each(1, func(_ int, t, y float64) float64 { return beta/math.Sqrt(1+t) - y/(2*(1+t)) }),
		Diffusion: each(1, func(_ int, t, _ float64) float64 { return alpha * beta / math.Sqrt(1+t) }),
	}, []float64{y0}, func(dst []float64, t float64, w []float64) {
		dst[0] = (y0 + beta*(t+alpha*w[0])) / math.Sqrt(1+t)
	}}
}

// mixed is additive noise whose matrix is not square: the same equation driven
// by (3 w_1 + 4 w_2)/5, beside y_2 = w_1 with an error of 0.
func mixed(c stochastic.Calculus) problem {
	p := additive(c)
	drift, b := p.sys.Drift, p.sys.Diffusion
	exact := p.exact
	return problem{"mixed", stochastic.System{
		Dim: 2, NoiseDim: 2, Calculus: c, Structure: stochastic.Additive,
		Drift: func(dst []float64, t float64, y []float64) error {
			for r := 0; r < len(y); r += 2 {
				if err := drift(dst[r:r+1], t, y[r:r+1]); err != nil {
					return err
				}
				dst[r+1] = 0
			}
			return nil
		},
		Diffusion: func(dst []float64, t float64, y []float64) error {
			err := b(dst[:1], t, y)
			g := dst[0]
			copy(dst, []float64{0.6 * g, 0.8 * g, 1, 0})
			return err
		},
	}, []float64{1, 0}, func(dst []float64, t float64, w []float64) {
		exact(dst[:1], t, []float64{0.6*w[0] + 0.8*w[1]})
		dst[1] = w[0]
	}}
}

// planar is dz = A z dt + B_1 z dw_1 + B_2 z dw_2 with complex z, A, B, which
// commute: z_0 exp((A − ½ΣB²)t + ΣBw), or exp(At + ΣBw).
func planar(c stochastic.Calculus) problem {
	drift, b := complex(-0.3, 1), []complex128{complex(0.3, 0.4), complex(-0.2, 0.5)}
	k := drift
	if c == stochastic.Ito {
		k -= (b[0]*b[0] + b[1]*b[1]) / 2
	}
	return problem{"planar", stochastic.System{
		Dim: 2, NoiseDim: 2, Calculus: c, Structure: stochastic.Commutative,
		Drift: func(dst []float64, _ float64, y []float64) error {
			for r := 0; r < len(y); r += 2 {
				z := drift * complex(y[r], y[r+1])
				dst[r], dst[r+1] = real(z), imag(z)
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, y []float64) error {
			for r := 0; r < len(y); r += 2 {
				z := complex(y[r], y[r+1])
				for k, v := range b {
					dst[2*r+k], dst[2*r+2+k] = real(v*z), imag(v*z)
				}
			}
			return nil
		},
	}, []float64{1, 0}, func(dst []float64, t float64, w []float64) {
		z := cmplx.Exp(k*complex(t, 0) + b[0]*complex(w[0], 0) + b[1]*complex(w[1], 0))
		dst[0], dst[1] = real(z), imag(z)
	}}
}

// area is dx = dw_1, dy = dw_2, dz = ½(x dw_2 − y dw_1), which does not commute
// and has the same meaning in both senses.
func area(c stochastic.Calculus) stochastic.System {
	return stochastic.System{
		Dim: 3, NoiseDim: 2, Calculus: c, Structure: stochastic.General,
		Drift: func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error {
			for ; len(y) > 0; y, dst = y[3:], dst[6:] {
				copy(dst, []float64{1, 0, 0, 1, -y[1] / 2, y[0] / 2})
			}
			return nil
		},
	}
}

// triple is general noise of three Brownian motions in the plane, for layouts of
// pairs.
func triple(c stochastic.Calculus) stochastic.System {
	return stochastic.System{
		Dim: 2, NoiseDim: 3, Calculus: c, Structure: stochastic.General,
		Drift: func(dst []float64, t float64, y []float64) error {
			for i, v := range y {
				dst[i] = math.Sin(v + t)
			}
			return nil
		},
		Diffusion: func(dst []float64, t float64, y []float64) error {
			for ; len(y) > 0; y, dst = y[2:], dst[6:] {
				copy(dst, []float64{math.Cos(y[1]), 0.3 * y[0], 1, 0.5, math.Sin(y[0] - t), 0.2 * y[1]})
			}
			return nil
		},
	}
}

// group is problem 12 in the coordinates u = sinh x, v = sinh y, r = sinh z,
//
//	du = √(1+u²) ∘ dw_1,   dv = √(1+v²) ∘ dw_2,
//	dr = ½ √(1+r²) (asinh u ∘ dw_2 − asinh v ∘ dw_1),
//
// so that r = sinh A with the area A of w. Itô's drift is ½ (u, v, ¼ r (asinh²u +
// asinh²v)). It does not commute.
func group(c stochastic.Calculus) problem {
	slope := func(u float64) float64 { return math.Sqrt(1 + u*u) }
	return problem{"group", stochastic.System{
		Dim: 3, NoiseDim: 2, Calculus: c, Structure: stochastic.General,
		Drift: func(dst []float64, _ float64, y []float64) error {
			clear(dst)
			if c == stochastic.Stratonovich {
				return nil
			}
			for r := 0; r < len(y); r += 3 {
				u, v := math.Asinh(y[r]), math.Asinh(y[r+1])
				dst[r], dst[r+1], dst[r+2] = y[r]/2, y[r+1]/2, y[r+2]*(u*u+v*v)/8
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, y []float64) error {
			for ; len(y) > 0; y, dst = y[3:], dst[6:] {
				u, v, r := y[0], y[1], y[2]
				dst[0], dst[1], dst[2], dst[3] = slope(u), 0, 0, slope(v)
				dst[4], dst[5] = -slope(r)*math.Asinh(v)/2, slope(r)*math.Asinh(u)/2
			}
			return nil
		},
	}, []float64{0, 0, 0}, func(dst []float64, _ float64, w []float64) {
		for i := range dst {
			dst[i] = math.Sinh(w[i])
		}
	}}
}

// power is dy = 6 y^⅔ dt + y^⅔ ∘ dw, or in Itô's sense with ⅓ y^⅓ more of drift:
// (1 + 2t + w/3)³ from 1. Its derivatives are singular at 0, so it is for paths
// from 1 alone, which reach 0 with a chance below 1e-15.
func power(c stochastic.Calculus) problem {
	return problem{"power", stochastic.System{
		Dim: 1, Calculus: c, Structure: stochastic.Diagonal,
		Drift: each(1, func(_ int, _, y float64) float64 {
			root := math.Cbrt(y)
			if c == stochastic.Ito {
				return 6*root*root + root/3
			}
			return 6 * root * root
		}),
		Diffusion:           each(1, func(_ int, _, y float64) float64 { return math.Cbrt(y) * math.Cbrt(y) }),
		DiffusionDerivative: each(1, func(_ int, _, y float64) float64 { return 2 / (3 * math.Cbrt(y)) }),
	}, []float64{1}, func(dst []float64, t float64, w []float64) {
		x := 1 + 2*t + w[0]/3
		dst[0] = x * x * x
	}}
}

// timed is dy = √(1+y²) asinh(y)/(1+t) dt + β(1+t) √(1+y²) ∘ dw, or in Itô's sense with
// ½β²(1+t)² y more of drift: sinh(β(1+t)(w + c)). It sees the times at which a method
// takes b.
func timed(c stochastic.Calculus) problem {
	const beta, shift = 0.3, 0.5
	slope := func(y float64) float64 { return math.Sqrt(1 + y*y) }
	return problem{"timed", stochastic.System{
		Dim: 1, Calculus: c, Structure: stochastic.Diagonal,
		Drift: each(1, func(_ int, t, y float64) float64 {
			a := slope(y) * math.Asinh(y) / (1 + t)
			if c == stochastic.Ito {
				a += 0.5 * beta * beta * (1 + t) * (1 + t) * y
			}
			return a
		}),
		Diffusion:           each(1, func(_ int, t, y float64) float64 { return beta * (1 + t) * slope(y) }),
		DiffusionDerivative: each(1, func(_ int, t, y float64) float64 { return beta * (1 + t) * y / slope(y) }),
	}, []float64{math.Sinh(beta * shift)}, func(dst []float64, t float64, w []float64) {
		dst[0] = math.Sinh(beta * (1 + t) * (w[0] + shift))
	}}
}

func problems() []problem {
	const i, s = stochastic.Ito, stochastic.Stratonovich
	return []problem{linear(i), linear(s), bounded(i), bounded(s), arctan(), additive(i), additive(s), mixed(i), mixed(s), planar(i), planar(s), group(i), group(s)}
}
