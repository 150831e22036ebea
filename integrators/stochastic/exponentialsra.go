package stochastic

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde/noise"
)

// ExponentialSRA is a stochastic exponential Runge–Kutta method: SRA1 with the
// linear part of [Semilinear] exact. With χ = H + ½ΔW, z = Ah, c = ¾, f_1 = f(t, y)
// and φ_2(z) = (e^z − 1 − z)/z²,
//
//	Y   = e^(cz) y + ch φ_1(cz) f_1 + (3/2) b(t) χ,   f_2 = f(t + ch, Y),
//	y_1 = e^z y + h (φ_1(z) f_1 + φ_2(z) (f_2 − f_1)/c)
//	      + φ_1(z) (b(t+h) (ΔW − χ) + b(t) χ) + ψ(z) b(t) H,   ψ = 6φ_1 − 12φ_2,
//
// φ_1 ΔW + ψH being the mean of ∫ e^(A(h−s)) dw given ΔW and H. Where A and b are
// diagonal ψ² is the rest of the variance, 12 ((e^(2z) − 1)/(2z) − φ_1²), so that the
// Ornstein–Uhlenbeck process has its exact law at every h.
//
// Itô and Stratonovich, additive noise, strong order 1½, weak order 2, two
// evaluations of f and of b. Memory and time for functions of A as
// [ExponentialEuler].
//
// Cox, Matthews (2002), "Exponential time differencing for stiff systems", eq. 22;
// Rößler (2010), section 6, for SRA1; Jentzen, Kloeden (2009) for exact noise.
type ExponentialSRA struct{}

// Calculus returns Ito, which for additive noise is Stratonovich too.
func (ExponentialSRA) Calculus() Calculus { return Ito }

// Structure returns Additive.
func (ExponentialSRA) Structure() Structure { return Additive }

// Orders returns 1½ and 2.
func (ExponentialSRA) Orders(Structure) (strong, weak float64) { return 1.5, 2 }

// Needs returns SpaceTime.
func (ExponentialSRA) Needs(Structure) noise.Functionals { return noise.SpaceTime }

func (ExponentialSRA) fits(s *System) string { return fitsSemilinear(s) }

// Stepper returns a stepper for up to rows rows of s. It panics if s is not made by
// [Semilinear].
func (ExponentialSRA) Stepper(s *System, rows int) Stepper {
	c := newScratch(s, rows)
	n := len(c.a)
	return &exponentialSRA{
		exponential: newExponential(c, s), late: make([]float64, len(c.b)),
		f1: make([]float64, n), f2: make([]float64, n), noise: make([]float64, n), chi: make([]float64, rows*s.Noises()),
	}
}

type exponentialSRA struct {
	exponential
	late               []float64 // b(t+h)
	f1, f2, noise, chi []float64
}

func (e *exponentialSRA) Step(dst []float64, t, h float64, y, dw []float64) error {
	const c = 0.75
	path := e.parts(noise.SpaceTime, dst, y, dw)
	part, whole := e.propagators(&e.kept, c*h), e.propagators(&e.kept, h)
	n := len(y)
	stage, f1, f2, moved, chi := e.a[:n], e.f1[:n], e.f2[:n], e.noise[:n], e.chi[:len(path.W)]
	for i, w := range path.W {
		chi[i] = path.H[i] + 0.5*w
	}
	if err := e.f.Drift(f1, t, y); err != nil {
		return err
	}
	b, err := e.diffusion(e.b, t, y)
	if err != nil {
		return err
	}
	late, err := e.diffusion(e.late, t+h, y)
	if err != nil {
		return err
	}
	part.exp.put(stage, y)
	part.phi1.add(stage, c*h, f1)
	e.addNoise(stage, 1.5, b, chi)
	if err := e.f.Drift(f2, t+c*h, stage); err != nil {
		return err
	}
	clear(moved)
	e.addNoise(moved, 1, late, path.W)
	e.addNoise(moved, -1, late, chi)
	e.addNoise(moved, 1, b, chi)
	floats.AddScaled(moved, h, f1)
	floats.Sub(f2, f1)

	whole.exp.put(dst, y)
	whole.phi1.add(dst, 1, moved)
	whole.phi2.add(dst, h/c, f2)
	clear(moved)
	e.addNoise(moved, 1, b, path.H)
	if e.diagonal != nil && e.s.Structure == AdditiveDiagonal {
		for i, v := range moved {
			dst[i] += math.Sqrt(12) * bend(e.diagonal[i%e.s.Dim]*h) * v
		}
		return nil
	}
	whole.phi1.add(dst, 6, moved)
	whole.phi2.add(dst, -12, moved)
	return nil
}

// bend is ±√((e^(2z) − 1)/(2z) − φ_1(z)²), with the sign of z: z/√12 near 0.
func bend(z float64) float64 {
	if math.Abs(z) > 0.5 {
		p := phi1(z)
		return math.Copysign(math.Sqrt(phi1(2*z)-p*p), z)
	}
	// z² Σ_{k≥2} (2^k (k−2) + 2)/(k+2)! z^(k−2)
	sum, power, factorial := 0.0, 1.0, 24.0
	for k := 2; k < 22; k++ {
		sum += (math.Ldexp(float64(k-2), k) + 2) / factorial * power
		power *= z
		factorial *= float64(k + 3)
	}
	return z * math.Sqrt(sum)
}
