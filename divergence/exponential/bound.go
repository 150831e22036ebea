package exponential

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/divergence"
)

// Bound is a lower bound on the logarithm of an integral.
type Bound struct {
	Log      float64 // ≤ ln ∫ e^−V
	Mean, SD float64 // of the Gaussian that gives it
}

// hermitePoints integrate polynomials of degree 127 against a Gaussian exactly.
const hermitePoints = 64

// Extremum returns the best lower bound on ln ∫ e^{−V(x)} dx by a Gaussian,
//
//	ln ∫ e^−V ≥ max_{m,s} ½ ln 2πe s² − E V(m + sZ),   Z ~ N(0, 1),
//
// which is Jensen's inequality for E_q e^{−V − ln q} (Gibbs, Bogoliubov; Feynman 1972,
// section 3.4), and ln p(x) ≥ ELBO where e^−V is p(x, z). It is equal for V quadratic.
// For V = x² + εx⁴ it is ½ ln(2π/(c+1)) + 3ε/(c+1)² with c = √(12ε + 1), which is m = 0,
// s² = 1/(c+1).
//
// The maximum is sought from N(mean, sd²) by Newton's method in (m, ln s), damped,
// with expectations at 64 points of Gauss and Hermite: exact for polynomials up to
// degree 125. It is local where V has several wells.
//
// Errors: divergence.ErrNotFinite for a start or a V that is not finite, or sd ≤ 0;
// ErrConvergence where there is no maximum, as for a V that does not grow.
func Extremum(v func(x float64) float64, mean, sd float64) (Bound, error) {
	if !(sd > 0) || math.IsInf(sd, 1) || math.IsNaN(mean) || math.IsInf(mean, 0) {
		return Bound{}, fmt.Errorf("%w: start N(%v, %v²)", divergence.ErrNotFinite, mean, sd)
	}
	e := newExpectation(v)
	at := [2]float64{mean, math.Log(sd)}
	now := e.at(at)
	for range 500 {
		if math.IsNaN(now.value) || math.IsInf(now.value, 0) {
			return Bound{}, fmt.Errorf("%w: potential near %v ± %v", divergence.ErrNotFinite, at[0], math.Exp(at[1]))
		}
		s := math.Exp(at[1])
		if math.Abs(now.gradient[0])*s+math.Abs(now.gradient[1]) <= 1e-13*(1+math.Abs(now.energy)) {
			return Bound{Log: now.value, Mean: at[0], SD: s}, nil
		}
		step := now.step(s)
		slope := step[0]*now.gradient[0] + step[1]*now.gradient[1]
		moved := false
		for t := 1.0; t > 1e-12; t /= 2 {
			next := [2]float64{at[0] + t*step[0], at[1] + t*step[1]}
			if then := e.at(next); then.value >= now.value+1e-4*t*slope || t == 1 && slope < 1e-13*(1+math.Abs(now.energy)) {
				at, now, moved = next, then, true
				break
			}
		}
		if !moved || math.Abs(at[1]) > 300 {
			break
		}
	}
	return Bound{}, fmt.Errorf("%w: a bound by N(%v, %v²) is not the largest", divergence.ErrConvergence, at[0], math.Exp(at[1]))
}

type expectation struct {
	v    func(float64) float64
	z, w []float64 // points and weights of N(0, 1)
}

func newExpectation(v func(float64) float64) *expectation {
	e := &expectation{v: v, z: make([]float64, hermitePoints), w: make([]float64, hermitePoints)}
	quad.Hermite{}.FixedLocations(e.z, e.w, math.Inf(-1), math.Inf(1))
	for i := range e.z {
		e.w[i] /= math.Sqrt(math.Pi) // from ∫ e^{−z²} f dz
		e.z[i] *= math.Sqrt2
	}
	return e
}

// evaluation is the bound at (m, ln s) with its derivatives, by Stein's identities
// E V' = E[V z]/s and E V″ = E[V (z² − 1)]/s².
type evaluation struct {
	value, energy float64
	gradient      [2]float64
	curvature     [3]float64 // mm, m ln s, ln s ln s
}

func (e *expectation) at(p [2]float64) evaluation {
	s := math.Exp(p[1])
	var h [5]float64 // E V He_k
	for i, z := range e.z {
		v := e.w[i] * e.v(p[0]+s*z)
		z2 := z * z
		h[0] += v
		h[1] += v * z
		h[2] += v * (z2 - 1)
		h[3] += v * z * (z2 - 3)
		h[4] += v * (z2*z2 - 6*z2 + 3)
	}
	return evaluation{
		value: 0.5*math.Log(2*math.Pi*math.E) + p[1] - h[0], energy: h[0],
		gradient: [2]float64{-h[1] / s, 1 - h[2]},
		// s ∂_s E[V He_k] = E[V He_{k+2}] + k E[V He_k] for V(m + sz).
		curvature: [3]float64{-h[2] / (s * s), -h[3] / s, -h[4] - 2*h[2]},
	}
}

// step is Newton's where the bound is concave, and along the gradient, in the units of
// the Gaussian, where it is not.
func (e evaluation) step(s float64) [2]float64 {
	a, b, c := -e.curvature[0], -e.curvature[1], -e.curvature[2]
	g := e.gradient
	if det := a*c - b*b; a > 0 && det > 1e-10*a*math.Abs(c) {
		return [2]float64{(c*g[0] - b*g[1]) / det, (a*g[1] - b*g[0]) / det}
	}
	return [2]float64{max(-s, min(s, g[0]*s*s)), max(-1, min(1, g[1]))}
}
