// Package evaluate judges samples of a generative model against data, from samples alone:
// the Fréchet and the kernel distance, precision and recall, density and coverage by
// nearest neighbours, a classifier's two-sample test, and whether training rows were
// learnt by heart. Sliced distances are those of package divergence/transport.
//
// Samples are rows of dim numbers: pixels, the leading latents of a latent.Linear, or
// the features of a network of the caller's; their numbers may differ. Every figure has
// a standard error. All random numbers are addressed by a seed; results are the same bits
// for any number of workers.
package evaluate

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/vec"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// ErrConfig: a configuration with an entry out of range.
var ErrConfig = errors.New("evaluate: configuration out of range")

// unknown is what comes with an error.
var unknown = statistics.Estimate{Value: math.NaN(), Error: math.NaN()}

// check accepts at least least finite rows of dim numbers in every sample and returns how
// many there are in each.
func check(dim, least int, samples ...[]float64) ([]int, error) {
	if dim < 1 {
		return nil, fmt.Errorf("%w: rows of %d numbers", divergence.ErrDimension, dim)
	}
	n := make([]int, len(samples))
	for s, x := range samples {
		if len(x)%dim != 0 {
			return nil, fmt.Errorf("%w: sample %d: %d numbers are not rows of %d", divergence.ErrDimension, s+1, len(x), dim)
		}
		if n[s] = len(x) / dim; n[s] < least {
			return nil, fmt.Errorf("%w: sample %d has %d rows; at least %d are needed", divergence.ErrSamples, s+1, n[s], least)
		}
		if !vec.Finite(x) {
			for i, v := range x {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return nil, fmt.Errorf("%w: sample %d, row %d, column %d is %v", divergence.ErrNotFinite, s+1, i/dim, i%dim, v)
				}
			}
		}
	}
	return n, nil
}

// shuffled returns the rows of x in a random order that depends on seed and stage: a file
// may be sorted.
func shuffled(x []float64, dim int, seed, stage uint64) []float64 {
	n := len(x) / dim
	s := noise.NewStream(noise.Address{Seed: seed, Use: noise.Data, Stage: stage})
	out := append([]float64(nil), x...)
	swap := make([]float64, dim)
	for i := n - 1; i > 0; i-- {
		j := s.Index(i + 1)
		a, b := out[i*dim:][:dim], out[j*dim:][:dim]
		copy(swap, a)
		copy(a, b)
		copy(b, swap)
	}
	return out
}
