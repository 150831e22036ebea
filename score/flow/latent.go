package flow

import (
	"fmt"
	"math"
)

// Turn writes a cos θ + b sin θ to dst, which may be a or b: the mixture of two
// independent latents N(0, s² I) that is such a latent itself, for every θ. A
// linear one, (1−u) a + u b, has the variance ((1−u)² + u²) s², down to half of it
// at the middle, and decodes to data that is too tame. θ from 0 to π/2 leads from
// a to b. It panics if lengths differ.
func Turn(dst, a, b []float64, theta float64) {
	mustMatch(dst, a, b)
	s, c := math.Sincos(theta)
	for i, v := range a {
		dst[i] = c*v + s*b[i]
	}
}

// Slerp interpolates between the rows of a and b, of dim numbers, along the great
// circle, its fraction u of the way:
//
//	sin((1−u)Ω)/sin Ω a + sin(uΩ)/sin Ω b,   cos Ω = a·b/(|a||b|).
//
// For long rows Ω is near π/2 and Slerp near [Turn]; rows of one length keep it
// exactly. Where the rows are parallel, or one is zero, it is linear; where they
// are opposite, and no circle is the shortest, the error wraps [ErrConfig]. dst
// may be a or b. It panics if lengths differ or are not rows.
//
// Shoemake (1985), "Animating rotation with quaternion curves", section 3.3; for
// latents White (2016), "Sampling generative networks", section 2.1.
func Slerp(dst, a, b []float64, dim int, u float64) error {
	mustMatch(dst, a, b)
	if dim < 1 || len(a)%dim != 0 {
		panic(fmt.Sprintf("flow: %d numbers are no rows of %d", len(a), dim))
	}
	for i := 0; i < len(a); i += dim {
		omega := angle(a[i:i+dim], b[i:i+dim])
		if omega > math.Pi-1e-7 {
			return fmt.Errorf("%w: rows %d point in opposite directions, between which there is no one way; Turn takes any two", ErrConfig, i/dim)
		}
		p, q := 1-u, u
		if omega > 1e-8 { // below it the sines are their arguments to rounding
			p, q = math.Sin((1-u)*omega)/math.Sin(omega), math.Sin(u*omega)/math.Sin(omega)
		}
		for j := i; j < i+dim; j++ {
			dst[j] = p*a[j] + q*b[j]
		}
	}
	return nil
}

// angle is that between two vectors, 0 if one is zero, without the cancellation of
// the arc cosine: 2 atan(|â − b̂|/|â + b̂|) (Kahan 2006).
func angle(a, b []float64) float64 {
	var na, nb float64
	for i, v := range a {
		na, nb = math.Hypot(na, v), math.Hypot(nb, b[i])
	}
	if na == 0 || nb == 0 {
		return 0
	}
	var minus, plus float64
	for i, v := range a {
		minus, plus = math.Hypot(minus, v/na-b[i]/nb), math.Hypot(plus, v/na+b[i]/nb)
	}
	return 2 * math.Atan2(minus, plus)
}

func mustMatch(dst, a, b []float64) {
	if len(dst) != len(a) || len(b) != len(a) {
		panic(fmt.Sprintf("flow: lengths %d, %d and %d differ", len(dst), len(a), len(b)))
	}
}
