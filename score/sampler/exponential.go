package sampler

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde"
)

// mostNodes is the largest number of predictions that a rule combines.
const mostNodes = 5

// moments fills m with those of the exponential kernel,
//
//	m_k = ∫₀¹ e^((1−θ)z) θ^k dθ = k! φ_{k+1}(z),   z m_k = k m_{k−1} − 1 (k > 0),   z m_0 = e^z − 1.
//
// The recursion is stable upwards for large |z| only; below 2 the last moment
// comes from its series and the recursion runs down.
func moments(m []float64, z float64) {
	n := len(m)
	if math.Abs(z) > 2 {
		m[0] = math.Expm1(z) / z
		for k := 1; k < n; k++ {
			m[k] = (float64(k)*m[k-1] - 1) / z
		}
		return
	}
	// m_k = Σ_j z^j k!/(j+k+1)!; 30 terms leave 2^30/30! = 4e-24.
	term, sum := 1/float64(n), 0.0
	for j := 1; j <= 30; j++ {
		sum += term
		term *= z / float64(n+j)
	}
	m[n-1] = sum
	for k := n - 1; k > 0; k-- {
		m[k-1] = (z*m[k] + 1) / float64(k)
	}
}

// lagrange sets w_j = ∫ ℓ_j, the integral of the j-th Lagrange polynomial over
// the nodes theta, under the kernel with moments m. The rule Σ w_j f(θ_j) is
// exact for polynomials f of degree below len(theta).
func lagrange(w, theta, m []float64) {
	for j, at := range theta {
		c := [mostNodes + 1]float64{1} // coefficients of ℓ_j, from the constant up
		degree := 0
		for i, other := range theta {
			if i == j {
				continue
			}
			scale := 1 / (at - other)
			for k := degree + 1; k > 0; k-- {
				c[k] = (c[k-1] - other*c[k]) * scale
			}
			c[0] *= -other * scale
			degree++
		}
		w[j] = 0
		for k := range len(theta) {
			w[j] += c[k] * m[k]
		}
	}
}

// adams sets w to the weights of the exponential Adams rule in λ,
//
//	∫₀¹ e^((1−θ)z) f(θ) dθ ≈ Σ w_j f(θ_j).
func adams(w, theta []float64, z float64) {
	var m [mostNodes]float64
	moments(m[:len(theta)], z)
	lagrange(w, theta, m[:len(theta)])
}

// past collects up to most predictions, this step's first, with their positions
// in λ in units of this step: θ_0 = 0, θ_j = (λ_j − λ_t)/h < 0.
func past(s *Step, now []float64, most int, v *[mostNodes][]float64, theta *[mostNodes]float64) int {
	v[0], theta[0] = now, 0
	h, lambda := s.H(), s.From.Lambda()
	n := 1
	for ; n < most; n++ {
		d, at, ok := s.Earlier(n)
		if !ok {
			break
		}
		v[n], theta[n] = d, (at.Lambda()-lambda)/h
	}
	return n
}

// mix sets dst = a x + Σ w_j v_j; dst may be x.
func mix(dst []float64, a float64, x, w []float64, v ...[]float64) {
	x = x[:len(dst)]
	for len(v) > 1 {
		b, c, p, q := w[0], w[1], v[0][:len(dst)], v[1][:len(dst)]
		for i, y := range x {
			dst[i] = a*y + b*p[i] + c*q[i]
		}
		a, x, w, v = 1, dst, w[2:], v[2:]
	}
	if len(v) == 1 {
		b, p := w[0], v[0][:len(dst)]
		for i, y := range x {
			dst[i] = a*y + b*p[i]
		}
	}
}

// between returns the level at the fraction r of the step in λ.
func between(s *Step, r float64) sde.Level {
	return s.Process.At(s.Process.TimeOf(s.From.Lambda() + r*s.H()))
}

// excess is (e^z − 1)/z − 1 = z φ₂(z), without the cancellation at small z.
func excess(z float64) float64 {
	var m [2]float64
	moments(m[:], z)
	return z * m[1]
}

// stage checks the position of an intermediate stage; 0 is taken as ½.
func stage(r float64) (float64, error) {
	if r == 0 {
		return 0.5, nil
	}
	if !(r > 0 && r <= 1) {
		return 0, fmt.Errorf("%w: R = %v; a stage stands within (0, 1] of the step", ErrRule, r)
	}
	return r, nil
}

// orderWithin checks a rule's order, or another parameter, against the values
// that make sense.
func orderWithin[T int | float64](what string, v, lo, hi T) error {
	if sound := v >= lo && v <= hi; !sound {
		return fmt.Errorf("%w: %s = %v; want %v to %v", ErrRule, what, v, lo, hi)
	}
	return nil
}
