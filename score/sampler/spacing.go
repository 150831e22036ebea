package sampler

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde"
)

// Spacing places the times of a grid between a process's end and its cut-off.
type Spacing interface {
	// Time returns the time at the fraction u of the way, from the prior
	// (u = 0) to the cut-off (u = 1).
	Time(p sde.Process, u float64) float64
}

// Times makes a grid of the given number of steps.
func Times(p sde.Process, s Spacing, steps int, denoise bool) (Grid, error) {
	if steps < 1 {
		return Grid{}, fmt.Errorf("%w: %d steps; want at least one", ErrGrid, steps)
	}
	if shift, ok := s.(Shifted); ok {
		if err := shift.check(); err != nil {
			return Grid{}, err
		}
	}
	cutoff, end := p.Horizon()
	times := make([]float64, steps+1)
	for i := range times {
		times[i] = s.Time(p, float64(i)/float64(steps))
		if math.IsNaN(times[i]) && p.At(end).Alpha == 0 {
			return Grid{}, fmt.Errorf("%w: %T on a process whose end is pure noise, λ = −∞; choose a spacing in time or in σ", ErrGrid, s)
		}
	}
	// Both ends are exact, whatever the inversion of λ rounds to.
	times[0], times[steps] = end, cutoff
	return NewGrid(p, times, denoise)
}

// UniformTime spaces times evenly: t = (1−u) t_end + u t_cutoff.
type UniformTime struct{}

// Time interpolates t.
func (UniformTime) Time(p sde.Process, u float64) float64 {
	cutoff, end := p.Horizon()
	return end + u*(cutoff-end)
}

// UniformLambda spaces λ = ln(α/σ) evenly, the natural grid of exponential
// rules. Lu, Zhou, Bao, Chen, Li, Zhu (2022), "DPM-Solver", section 3.3.
type UniformLambda struct{}

// Time interpolates λ.
func (UniformLambda) Time(p sde.Process, u float64) float64 {
	cutoff, end := p.Horizon()
	a, b := p.At(end).Lambda(), p.At(cutoff).Lambda()
	return p.TimeOf(a + u*(b-a))
}

// Quadratic spaces √t evenly, so that steps shrink towards the data:
// √t = (1−u)√t_end + u√t_cutoff. Song, Meng, Ermon (2021), appendix D.2.
type Quadratic struct{}

// Time interpolates √t.
func (Quadratic) Time(p sde.Process, u float64) float64 {
	cutoff, end := p.Horizon()
	r := math.Sqrt(end) + u*(math.Sqrt(cutoff)-math.Sqrt(end))
	return r * r
}

// Karras spaces ρ^(1/Exponent) evenly in the noise level ρ = σ/α:
//
//	ρ(u) = ((1−u) ρ_max^(1/e) + u ρ_min^(1/e))^e.
//
// Exponent = 0 is taken as 7, the source's value; 1 is uniform in ρ, and a large
// one tends to UniformLambda. Karras, Aittala, Aila, Laine (2022), eq. 5.
type Karras struct{ Exponent float64 }

// Time interpolates ρ^(1/e).
func (k Karras) Time(p sde.Process, u float64) float64 {
	e := k.Exponent
	if e == 0 {
		e = 7
	}
	cutoff, end := p.Horizon()
	a, b := math.Pow(p.At(end).Rho(), 1/e), math.Pow(p.At(cutoff).Rho(), 1/e)
	return p.TimeOf(-e * math.Log(a+u*(b-a)))
}

// UniformSigma spaces σ evenly: σ = (1−u) σ_max + u σ_min.
type UniformSigma struct{}

// Time interpolates σ and finds its time by bisection: σ grows with time in every
// process.
func (UniformSigma) Time(p sde.Process, u float64) float64 {
	lo, hi := p.Horizon()
	a, b := p.At(hi).Sigma, p.At(lo).Sigma
	sigma := a + u*(b-a)
	for range 200 {
		mid := 0.5 * (lo + hi)
		if mid <= lo || mid >= hi {
			break
		}
		if p.At(mid).Sigma < sigma {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

// Shifted moves the points of another spacing towards the noise, as models of
// large pictures want it:
//
//	1 − u' = S (1−u)/(1 + (S−1)(1−u)),
//
// which leaves both ends where they are. Over UniformTime of a rectified flow
// this is the shift of the log-SNR by −2 ln S at every time, up to the cut-offs.
// S > 0; 1 changes nothing. A shift of a shift is an error of Times: it is the
// accident of a list that was shifted already.
//
// Esser et al. (2024), "Scaling rectified flow transformers", eq. 23; Hoogeboom,
// Heek, Salimans (2023), "Simple diffusion", eq. 3.
type Shifted struct {
	Spacing Spacing
	S       float64
}

// Time shifts u.
func (c Shifted) Time(p sde.Process, u float64) float64 {
	w := 1 - u
	return c.Spacing.Time(p, 1-c.S*w/(1+(c.S-1)*w))
}

func (c Shifted) check() error {
	if _, twice := c.Spacing.(Shifted); twice || c.Spacing == nil {
		return fmt.Errorf("%w: a shift needs a spacing that is not shifted already", ErrGrid)
	}
	if !(c.S > 0) || math.IsInf(c.S, 1) {
		return fmt.Errorf("%w: a shift by %v; want it positive and finite", ErrGrid, c.S)
	}
	return nil
}
