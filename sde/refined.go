package sde

import (
	"fmt"
	"math"
	"sync"

	"github.com/ito-sde/ito/sde/noise"
)

// Refined is the [noise.Source] of a solve on the coarsened grid of another:
// with Steps fine steps to a coarse one,
//
//	z_coarse(step k) = Σ_{j<Steps} z_fine(step k·Steps + j) / √Steps,
//
// so that equal steps of length Steps·h and of length h follow the same
// Brownian path, as fitting a strong order or correcting one level of
// multilevel Monte Carlo by the next requires. Functionals of the path are those
// of the fine steps, joined by Chen's relation, on the same increments. Its calls allocate nothing once its buffers have
// grown, and are as safe for concurrent use as Source.
//
// Giles (2008), "Multilevel Monte Carlo path simulation", section 4.
type Refined struct {
	Source noise.Source
	Steps  int
}

var _ noise.Paths = Refined{}

var refinedBuffers = sync.Pool{New: func() any { return new([]float64) }}

// Normal fills dst, rows of dim numbers. It panics if that is not a whole
// number of rows or Steps < 1.
func (r Refined) Normal(dst []float64, dim int, at noise.Address) {
	buffer := r.buffer(len(dst))
	defer refinedBuffers.Put(buffer)
	z := *buffer
	at.Step *= uint64(r.Steps)
	r.Source.Normal(dst, dim, at)
	for range r.Steps - 1 {
		at.Step++
		r.Source.Normal(z, dim, at)
		for i, v := range z {
			dst[i] += v
		}
	}
	root := math.Sqrt(float64(r.Steps))
	for i := range dst {
		dst[i] /= root
	}
}

// Path fills dst with functionals of steps of length h: those of the fine steps
// of length h/Steps, joined. It panics as Normal does.
func (r Refined) Path(dst []float64, f noise.Functionals, dim int, h float64, at noise.Address) {
	buffer := r.buffer(len(dst))
	defer refinedBuffers.Put(buffer)
	z := *buffer
	fine := h / float64(r.Steps)
	at.Step *= uint64(r.Steps)
	noise.Draw(r.Source, dst, f, dim, fine, at)
	for k := 1; k < r.Steps; k++ {
		at.Step++
		noise.Draw(r.Source, z, f, dim, fine, at)
		f.Join(dst, dst, z, dim, float64(k), 1)
	}
}

// buffer returns one of n numbers, to be put back.
func (r Refined) buffer(n int) *[]float64 {
	if r.Steps < 1 {
		panic(fmt.Sprintf("sde: Refined of %d steps", r.Steps))
	}
	buffer := refinedBuffers.Get().(*[]float64)
	if cap(*buffer) < n {
		*buffer = make([]float64, n)
	}
	*buffer = (*buffer)[:n]
	return buffer
}
