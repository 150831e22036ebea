package noise

import (
	"math"
	"math/bits"
)

//go:generate sh -c "go run ./gen > tables.go"

// Normals come from a ziggurat: under f(x) = exp(−x²/2) lie 255 horizontal
// layers and a base strip, all of area V. Layer i spans 0 ≤ x ≤ x_i between the
// heights f(x_i) and f(x_{i+1}); with r = x_1,
//
//	x_0 = V/f(r),   x_{i+1} = f⁻¹(f(x_i) + V/x_i),   x_256 = 0,
//	V = r f(r) + ∫_r^∞ f,
//
// which fixes r = 3.6541…. A draw picks a layer and a point x = ±u x_i of it;
// |x| < x_{i+1} lies under f for certain (98.8% of draws). Otherwise the point
// gets a height in the layer's wedge and is compared with f, or in the base
// strip the tail beyond r is drawn. Marsaglia, Tsang (2000), "The ziggurat
// method for generating random variables".
//
// The pitfalls known from other ziggurats:
//   - The layer comes from bits 0–7 and the point from bits 11–63 of the same
//     draw. They share no bit, so that neighbouring points of a layer are not
//     correlated with it. Doornik (2005), "An improved ziggurat method to
//     generate normal random samples", section 3.
//   - The point is an odd 54-bit integer with a sign, so it is symmetric, never
//     zero, exact in float64, and costs no branch for the sign.
//   - The tables are correctly rounded float64 (package gen makes them with
//     200-bit arithmetic; its test compares the file).

// layer holds what the common case reads, side by side in one cache line.
type layer struct {
	scale float64 // x_i 2⁻⁵³
	edge  float64 // x_{i+1}
}

// Fill fills dst with independent standard normal numbers. Two calls give the
// numbers of one call of the joint length.
func (s *Stream) Fill(dst []float64) {
	a, b, c, n := s.a, s.b, s.c, s.n // registers: Uint64 would store each time
	for i := range dst {
		u := a + b + n
		n++
		a = b ^ b>>11
		b = c + c<<3
		c = bits.RotateLeft64(c, 24) + u
		l := &layers[u&0xff]
		x := float64(float64(int64(u)>>10|1) * l.scale)
		if math.Abs(x) >= l.edge {
			s.a, s.b, s.c, s.n = a, b, c, n
			x = s.reject(u, x)
			a, b, c, n = s.a, s.b, s.c, s.n
		}
		dst[i] = x
	}
	s.a, s.b, s.c, s.n = a, b, c, n
}

// Normal returns a standard normal number, the next one that Fill would give.
func (s *Stream) Normal() float64 {
	u := s.Uint64()
	l := &layers[u&0xff]
	x := float64(float64(int64(u)>>10|1) * l.scale)
	if math.Abs(x) >= l.edge {
		x = s.reject(u, x)
	}
	return x
}

// reject settles the point x of draw u that is not certain to lie under f.
//
//go:noinline
func (s *Stream) reject(u uint64, x float64) float64 {
	for {
		i := int(u & 0xff)
		if i == 0 {
			return math.Copysign(s.tail(), x)
		}
		// The sum is rounded after the product: no fused multiply-add.
		y := density[i] + float64(s.Uniform()*(density[i+1]-density[i]))
		if under(y, math.Abs(x), i) {
			return x
		}
		u = s.Uint64()
		l := &layers[u&0xff]
		x = float64(float64(int64(u)>>10|1) * l.scale)
		if math.Abs(x) < l.edge {
			return x
		}
	}
}

// under reports whether y < f(x) for x_{i+1} ≤ x ≤ x_i. With e = x_{i+1} and
// d = (x² − e²)/2 < 1,
//
//	f(x) = f(e) exp(−d) = f(e) (1 − d + d²/2! − d³/3! + …),
//
// whose partial sums are lower and upper bounds in turn, so that two terms
// decide nearly always and no exponential is taken.
func under(y, x float64, i int) bool {
	e := layers[i].edge
	d := (x - e) * (x + e) / 2
	term, sum := density[i+1], density[i+1]
	for k := 1.0; ; k += 2 {
		term = term * d / k
		sum -= term
		if y < sum {
			return true
		}
		term = term * d / (k + 1)
		sum += term
		if y >= sum {
			return false
		}
		if term < 0x1p-60 {
			return y < sum
		}
	}
}

// tail returns |x| given |x| > r: with exponential E and E', r + E/r has density
// proportional to f if 2E' > (E/r)². Marsaglia (1964), "Generating a variable
// from the tail of the normal distribution".
func (s *Stream) tail() float64 {
	r := layers[0].edge
	for {
		x := s.exponential() / r
		if 2*s.exponential() > x*x {
			return r + x
		}
	}
}

// exponential returns a standard exponential number without a logarithm: the
// run u_1 > u_2 > … > u_m ≤ u_{m+1} has odd length with probability e^(−u_1)
// given u_1, which is then the fractional part; each run of even length adds
// one to the whole part. Von Neumann (1951), "Various techniques used in
// connection with random digits", section 4.
func (s *Stream) exponential() float64 {
	for whole := 0.0; ; whole++ {
		first := s.Uniform()
		last, odd := first, true
		for {
			u := s.Uniform()
			if u >= last {
				break
			}
			last, odd = u, !odd
		}
		if odd {
			return whole + first
		}
	}
}
