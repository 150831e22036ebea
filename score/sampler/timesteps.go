package sampler

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde"
)

// Convention is a way to choose n of the timesteps of a network trained with
// T discrete ones, T−1 the noisiest.
type Convention int

// The conventions in use; i runs from 0 to n−1.
const (
	Linspace Convention = iota // round((T−1)(1 − i/(n−1)))
	Leading                    // (n−1−i)⌊T/n⌋ + Offset
	Trailing                   // round(T − iT/n) − 1
)

// Timesteps chooses a grid from the timesteps of a network trained with Train
// of them, timestep k standing for the time t_end (k+1)/Train of the process:
// for VP with β from 0.1 to 20 those are the levels of 1000-step DDPM up to
// terms of order 1/Train.
//
// Lin, Liu, Li, Yang (2024), "Common diffusion noise schedules and sample steps
// are flawed", table 2 for the three conventions; rounding is to even, as
// there.
type Timesteps struct {
	Train      int
	Convention Convention
	Offset     int // of Leading
	// Partial accepts a choice that begins below the last timestep, as Leading
	// does: a run from there that starts with pure noise has never seen the
	// level that it starts at, which is the flaw in the source's title. Set it
	// for a Config.Start of that level.
	Partial bool
}

// Indices returns the n timesteps, the noisiest first. The error wraps ErrGrid
// where n is not within 2 to Train, a timestep would not be within 0 to Train−1,
// or the first is not Train−1 and Partial is not set.
func (c Timesteps) Indices(n int) ([]int, error) {
	if n < 2 || n > c.Train {
		return nil, fmt.Errorf("%w: %d of %d timesteps; want 2 to all of them", ErrGrid, n, c.Train)
	}
	if c.Offset != 0 && c.Convention != Leading {
		return nil, fmt.Errorf("%w: an offset of %d belongs to the leading convention", ErrGrid, c.Offset)
	}
	k := make([]int, n)
	for i := range k {
		switch c.Convention {
		case Linspace:
			k[i] = int(math.RoundToEven(float64((c.Train-1)*(n-1-i)) / float64(n-1)))
		case Leading:
			k[i] = (n-1-i)*(c.Train/n) + c.Offset
		case Trailing:
			k[i] = int(math.RoundToEven(float64(c.Train*(n-i))/float64(n))) - 1
		default:
			return nil, fmt.Errorf("%w: no convention %d", ErrGrid, c.Convention)
		}
	}
	if err := c.check(k); err != nil {
		return nil, err
	}
	return k, nil
}

// check looks for timesteps that the network does not know, and for a start below
// the last.
func (c Timesteps) check(k []int) error {
	for i, v := range k {
		if v < 0 || v > c.Train-1 {
			return fmt.Errorf("%w: timestep %d is %d; the network knows 0 to %d", ErrGrid, i, v, c.Train-1)
		}
		if i > 0 && v >= k[i-1] {
			return fmt.Errorf("%w: timestep %d is %d after %d; they must fall", ErrGrid, i, v, k[i-1])
		}
	}
	if k[0] < c.Train-1 && !c.Partial {
		return fmt.Errorf("%w: it starts at timestep %d, below the last, %d, where noise is pure; choose trailing or linspace, or set Partial and start from noised data",
			ErrGrid, k[0], c.Train-1)
	}
	return nil
}

// Grid returns the grid of n timesteps and as many evaluations, the last of
// which denoises.
func (c Timesteps) Grid(p sde.Process, n int) (Grid, error) {
	k, err := c.Indices(n)
	if err != nil {
		return Grid{}, err
	}
	return c.Given(p, k)
}

// Given returns the grid of a list of timesteps, for example one that was found by
// optimisation, the noisiest first; the last evaluation denoises. The error wraps
// ErrGrid where the list is no choice that Indices could return.
func (c Timesteps) Given(p sde.Process, k []int) (Grid, error) {
	if len(k) < 2 {
		return Grid{}, fmt.Errorf("%w: %d timesteps; want two or more", ErrGrid, len(k))
	}
	if err := c.check(k); err != nil {
		return Grid{}, err
	}
	_, end := p.Horizon()
	times := make([]float64, len(k))
	for i, v := range k {
		times[i] = end * float64(v+1) / float64(c.Train)
	}
	return NewGrid(p, times, true)
}

// FromRho makes a grid of given noise levels ρ = σ/α, the lists of sigmas of
// other libraries, largest first and closed by 0: the final denoising.
//
// The error wraps ErrGrid where the list is not strictly falling, 0 stands
// elsewhere or not at the end (samples would keep the noise of the last level),
// or the first differs by more than a hundredth from the level of the process's
// end, where noise is pure. NewGrid makes grids of any ends.
func FromRho(p sde.Process, rho []float64) (Grid, error) {
	n := len(rho) - 1
	if n < 2 || rho[n] != 0 {
		return Grid{}, fmt.Errorf("%w: %d levels; want two or more and then 0", ErrGrid, len(rho))
	}
	_, end := p.Horizon()
	if top := p.At(end).Rho(); math.IsInf(top, 1) || !(math.Abs(rho[0]-top) <= 0.01*top) {
		return Grid{}, fmt.Errorf("%w: it starts at ρ = %v, the process ends at %v", ErrGrid, rho[0], top)
	}
	times := make([]float64, n)
	for i, r := range rho[:n] {
		if !(r > 0) || math.IsInf(r, 1) {
			return Grid{}, fmt.Errorf("%w: level %d is %v; want it positive and finite", ErrGrid, i, r)
		}
		times[i] = p.TimeOf(-math.Log(r))
	}
	times[0] = min(times[0], end)
	return NewGrid(p, times, true)
}
