package score

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/sde"
)

// Reverse returns the equation that runs a process backwards,
//
//	dx = [f x − ½ (g² + ς²) ∇ log p_t(x)] dt + ς dw̄,   ς = noise·g,
//
// for rows of x and any method of [sde.Solve], to be solved from the process's
// end down to its cut-off. For any noise ≥ 0 its marginals are those of p:
// noise 1 is the reverse SDE (Anderson 1982; Song et al. 2021, eq. 6), noise 0
// the probability flow, whose diffusion is 0. The drift is [ReverseDrift], with
// its errors. It panics if noise is negative or not finite.
func Reverse(p sde.Process, m Model, noise float64) sde.System {
	return sde.System{
		Dim: m.Dim(), Structure: sde.AdditiveDiagonal,
		Drift: ReverseDrift(p, m, noise),
		Diffusion: func(dst []float64, t float64, _ []float64) error {
			_, g := p.Coefficients(t)
			for i := range dst {
				dst[i] = noise * g
			}
			return nil
		},
	}
}

// ReverseDrift returns the drift of the family of reverse-time equations that
// share the marginals of p,
//
//	dx = [f x − ½ (g² + ς²) ∇ log p_t(x)] dt + ς dw̄,   ς = noise·g,
//
// for rows of x, t running from the process's end down to its cut-off (dt < 0).
// noise 1 is the reverse SDE (Anderson 1982; Song et al. 2021, eq. 6), noise 0
// the probability-flow ODE (eq. 13), and between or beyond them the interpolating
// family (Zhang, Chen 2023, eq. 5; Karras et al. 2022, eq. 6). With
// c = ½ g² (1 + noise²) the drift is evaluated as
//
//	(f + c/σ²) x − (cα/σ²) D(x),
//
// whose rounding errors add up to no more than ε|x| ln(σ_end/σ_cutoff) over an
// integration. The field is safe for concurrent use and allocates nothing.
//
// Errors of the field: those of m, [ErrLevel] at σ = 0 and where f or g diverges.
// It panics if noise is negative or not finite.
func ReverseDrift(p sde.Process, m Model, noise float64) integrators.Field {
	if !(noise >= 0) || math.IsInf(noise, 1) {
		panic(fmt.Sprintf("score: noise level %v of a reverse equation; want a finite number ≥ 0", noise))
	}
	return func(dst []float64, t float64, x []float64) error {
		at := p.At(t)
		a, b, err := driftCoefficients(p, at, t, noise)
		if err != nil {
			return err
		}
		if err := m.Denoise(dst, x, at); err != nil {
			return err
		}
		for i, v := range x {
			dst[i] = a*v + b*dst[i]
		}
		return nil
	}
}

// DriftCoefficients returns the a and b of the drift a x + b D(x) of
// [ReverseDrift] at time t. Errors: [ErrLevel].
func DriftCoefficients(p sde.Process, t, noise float64) (a, b float64, err error) {
	return driftCoefficients(p, p.At(t), t, noise)
}

func driftCoefficients(p sde.Process, at sde.Level, t, noise float64) (a, b float64, err error) {
	f, g := p.Coefficients(t)
	k := 0.5 * (1 + noise*noise) * (g / at.Sigma) * (g / at.Sigma)
	a, b = f+k, -k*at.Alpha
	if math.IsNaN(a) || math.IsInf(a, 0) {
		return 0, 0, fmt.Errorf("%w: the reverse drift diverges at t = %v (α = %v, σ = %v); keep within the process's horizon", ErrLevel, t, at.Alpha, at.Sigma)
	}
	return a, b, nil
}
