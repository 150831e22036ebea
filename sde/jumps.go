package sde

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde/noise"
)

// Jumps are those of a compound Poisson process, by which a system becomes
//
//	dy = a dt + b dw + c(t, y, ζ) dN,
//
// N a Poisson process of intensity Rate and ζ independent marks: at a jump y becomes
// y + c. Times and marks are functions of (seed, row, number of the jump), whatever
// the steps. [SolveAdaptive] ends steps on the jumps' times, rounded to 2⁻⁴⁰ of
// the interval, [Ensemble] cuts those of the paths that jump, and so they lose no
// order to them; the drift is not compensated.
//
// An intensity λ(t, y) ≤ Rate is had by thinning: Apply draws a uniform number
// first and leaves y as it is with probability 1 − λ/Rate.
//
// Platen, Bruti-Liberati (2010), "Numerical solution of stochastic differential
// equations with jumps in finance", section 8.1, for jump-adapted steps.
type Jumps struct {
	Rate float64 // per unit of time; 0: no jumps
	// Apply changes a state from just before a jump to just after it, taking the
	// mark's random numbers from s. Its calls may be concurrent.
	Apply func(t float64, y []float64, s *noise.Stream) error
}

func (j Jumps) validate() error {
	switch {
	case !(j.Rate >= 0) || math.IsInf(j.Rate, 0):
		return fmt.Errorf("%w: Jumps.Rate %v; want a finite rate, not negative", ErrConfig, j.Rate)
	case (j.Rate > 0) != (j.Apply != nil):
		return fmt.Errorf("%w: Jumps of Rate %v with Apply given: %v; want both or none", ErrConfig, j.Rate, j.Apply != nil)
	}
	return nil
}

// Times appends to dst the times, elapsed since the beginning of a path of length
// span, at which the path of a seed's row jumps: sums of independent exponential
// times −ln(u)/Rate. Its Rate·span numbers on average cost as many draws.
func (j Jumps) Times(dst []float64, seed, row uint64, span float64) []float64 {
	if j.Rate == 0 {
		return dst
	}
	s := noise.NewStream(noise.Address{Seed: seed, Use: noise.Jump, Row: row * noise.BlockRows})
	for t := 0.0; ; {
		if t -= math.Log(s.Uniform()) / j.Rate; !(t < span) {
			return dst
		}
		dst = append(dst, t)
	}
}

// Mark returns the stream that Apply takes the mark of a row's jump from, jumps
// being counted from 0.
func (j Jumps) Mark(seed, row uint64, jump int) noise.Stream {
	return noise.NewStream(noise.Address{Seed: seed, Use: noise.Jump, Row: row * noise.BlockRows, Step: uint64(jump) + 1})
}
