package vec

import "math"

// expFlush is where e^x is taken for zero: ln of the least normal float32.
const expFlush = -87.33654

// logistic returns σ(|x|) and σ(−|x|), neither by a subtraction.
func logistic(x float32) (large, small float32) {
	var e float32
	if t := -float32(math.Abs(float64(x))); !(t < expFlush) {
		e = float32(math.Exp(float64(t)))
	}
	large = 1 / (1 + e)
	return large, e * large
}

func siluPortable(dst, x []float32) {
	for i, x := range x {
		s, small := logistic(x)
		if x < 0 {
			s = small
		}
		dst[i] = x * s
	}
}

// The conversions to float32 forbid a compiler to fuse.

func siluGradPortable(dst, x, dy []float32) {
	for i, x := range x {
		s, t := logistic(x)
		if x < 0 {
			s, t = t, s
		}
		dst[i] = dy[i] * float32(s*(1+float32(x*t)))
	}
}

func adamPortable(w, g, m, v []float32, c *adamConstants) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for i, g := range g {
		m[i] += float32(c.a1 * (g - m[i]))
		v[i] += float32(c.a2 * (float32(g*g) - v[i]))
		root := float32(math.Sqrt(float64(float32(c.c2 * v[i]))))
		step := float32(c.c1*m[i])/(root+c.eps) + float32(c.decay*w[i])
		w[i] -= float32(c.lr * step)
	}
}

func lerpPortable(dst, src []float32, t float32) {
	for i, s := range src {
		dst[i] += float32(t * (s - dst[i]))
	}
}

func narrowPortable(dst []float32, x []float64, scale float64) {
	for i, v := range x {
		dst[i] = float32(v * scale)
	}
}

func widenPortable(dst []float64, x []float32, scale float64) {
	for i, v := range x {
		dst[i] = float64(v) * scale
	}
}
