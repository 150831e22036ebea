package multistep_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/multistep"
	"github.com/ito-sde/ito/validation"
)

// stiffest is the highest order of NDF and BDF.
const stiffest = 5

// formula returns the stepper of one order.
func formula(ndf bool, k int, f integrators.Field, dim int) integrators.Stepper {
	if ndf {
		return multistep.NDF{MinOrder: k, MaxOrder: k}.Stepper(f, dim)
	}
	return multistep.BDF{MinOrder: k, MaxOrder: k}.Stepper(f, dim)
}

// residual is the formula of order k on y' = λy with y_n = rⁿ, z = λh, over
// r^(n+1): ∇ = 1 − 1/r, and κ_k ∇^(k+1) more than BDF.
func residual(kappa float64, k int, r, z complex128) complex128 {
	nabla := 1 - 1/r
	var sum complex128
	gamma, power := 0.0, complex128(1)
	for j := 1; j <= k; j++ {
		power *= nabla
		gamma += 1 / float64(j)
		sum += power / complex(float64(j), 0)
	}
	return sum - complex(kappa*gamma, 0)*power*nabla - z
}

var kappas = map[bool][]float64{
	false: {0, 0, 0, 0, 0, 0},
	true:  {0, -0.1850, -1. / 9, -0.0823, -0.0415, 0},
}

// On y' = λy with equal steps y_n = rⁿ with a root r of the formula's
// characteristic equation, which is solved here on its own. Newton's iteration
// runs to rounding.
func TestBackwardLinear(t *testing.T) {
	const lambda, h = -0.7, 0.1
	for _, ndf := range []bool{false, true} {
		for k := 1; k <= stiffest; k++ {
			r := math.Exp(lambda * h)
			at := func(r float64) float64 { return real(residual(kappas[ndf][k], k, complex(r, 0), lambda*h)) }
			for range 50 {
				const d = 1e-6
				r -= at(r) * 2 * d / (at(r+d) - at(r-d))
			}
			s := formula(ndf, k, func(d []float64, _ float64, y []float64) error { d[0] = lambda * y[0]; return nil }, 1)
			y := []float64{1}
			require.NoError(t, s.Reset(0, y))
			var past [][]float64
			for j := range k + 1 {
				past = append(past, []float64{math.Pow(r, -float64(j))})
			}
			multistep.RememberStates(s, h, past)
			for n := 1; n <= 20; n++ {
				require.NoError(t, s.Try(y, nil, h))
				s.Accept()
				// The root is known to rounding over the slope of the equation, 1/h.
				require.InEpsilon(t, math.Pow(r, float64(n)), y[0], float64(n)*1e-14, "NDF %v, order %d", ndf, k)
			}
		}
	}
}

// The angles of the sectors of stability: Shampine, Reichelt (1997), table 1,
// and Hairer, Wanner (1996), table V.2.1. The boundary of the region is where
// |r| = 1.
func TestBackwardStability(t *testing.T) {
	want := map[bool][]float64{false: {0, 90, 90, 86.03, 73.35, 51.84}, true: {0, 90, 90, 80, 66, 51}}
	for ndf, angles := range want {
		for k := 1; k <= stiffest; k++ {
			leading, _, _ := multistep.Formula(ndf, k)
			gamma := 0.0
			for j := 1; j <= k; j++ {
				gamma += 1 / float64(j)
			}
			kappa := 1 - leading/gamma
			require.InDelta(t, kappas[ndf][k], kappa, 1e-15)
			angle := 90.0
			for phi := 0.001; phi < math.Pi; phi += 0.001 {
				z := residual(kappa, k, cmplx.Exp(complex(0, phi)), 0)
				if real(z) < -1e-9 {
					angle = math.Min(angle, 180-math.Abs(cmplx.Phase(z))*180/math.Pi)
				}
			}
			// The table of NDF has whole degrees.
			require.InDelta(t, angles[k], angle, 1, "NDF %v, order %d", ndf, k)
		}
	}
}

// Polynomials in t of degree k solve the formula of order k over equal and
// unequal steps, one of degree k+1 does not. A strong pull to the solution makes
// the start forgotten.
func TestBackwardPolynomials(t *testing.T) {
	for _, ndf := range []bool{false, true} {
		for _, equal := range []bool{false, true} {
			for k := 1; k <= stiffest; k++ {
				for degree := 0; degree <= k+1; degree++ {
					m := float64(degree)
					exact := func(t float64) float64 { return math.Pow(t, m) }
					f := func(d []float64, t float64, y []float64) error {
						d[0] = -1e4 * (y[0] - exact(t))
						if degree > 0 {
							d[0] += m * math.Pow(t, m-1)
						}
						return nil
					}
					s := formula(ndf, k, f, 1)
					random := rand.New(rand.NewPCG(5, uint64(k)))
					at, h, y, missed := 0.5, 0.02, []float64{exact(0.5)}, 0.0
					require.NoError(t, s.Reset(at, y))
					for n := range 60 {
						require.NoError(t, s.Try(y, nil, h))
						s.Accept()
						if at += h; n >= 40 {
							missed = math.Max(missed, math.Abs(y[0]-exact(at))/exact(at))
						}
						if !equal && n%3 == 0 {
							h = 0.02 * math.Exp2(random.Float64()-0.5)
						}
					}
					// Rounding in the differences of y is that of y, a few times over.
					if degree <= k {
						require.Less(t, missed, 1e-13, "NDF %v, order %d, degree %d", ndf, k, degree)
					} else {
						require.Greater(t, missed, 1e-12, "NDF %v, order %d, degree %d", ndf, k, degree)
					}
				}
			}
		}
	}
}

// decay is a solution that the formulas follow along a stable slope.
var decay = closed{
	"decay", func(d []float64, t float64, y []float64) error { d[0] = -y[0] * y[0] * (1 + t/4); return nil },
	func(y []float64, t float64) { y[0] = 1 / (1 + t + t*t/8) }, 1, 4,
}

// At order k with exact states in the past the error falls by the power k of
// the step, that of the dense output too, at worst.
func TestBackwardOrder(t *testing.T) {
	for _, ndf := range []bool{false, true} {
		for k := 1; k <= stiffest; k++ {
			for _, p := range []closed{decay, spiral} {
				for _, dense := range []bool{false, true} {
					got, err := validation.FitOrder(100, 3000, 1e-12, func(steps int) (float64, error) {
						s := formula(ndf, k, p.f, p.dim)
						var past [][]float64
						for j := range k + 1 {
							y := make([]float64, p.dim)
							p.exact(y, -float64(j)*p.end/float64(steps))
							past = append(past, y)
						}
						if err := s.Reset(0, past[0]); err != nil {
							return 0, err
						}
						multistep.RememberStates(s, p.end/float64(steps), past)
						return march(s, p, steps, dense)
					})
					require.NoError(t, err)
					require.InDelta(t, float64(k), got.Slope, 0.1, "NDF %v, order %d, %s, dense %v: %v", ndf, k, p.name, dense, got)
				}
			}
		}
	}
}
