package noise

import (
	"fmt"
	"math"
	"sync"
)

// Bridged is a Source of the increments of paths of Steps equal steps, made from the
// numbers of another from the whole to its parts: with z_0 the sum and D the sum of
// any L steps, split into l and L − l = r,
//
//	D = √Steps z_0,   D_left = (l/L) D + √(lr/L) z,   D_right = D − D_left,
//
// the number of part i at level k being that of the step 2^k + i of Source. It is a
// rotation of independent normal numbers, so the law stays; the first numbers of
// Source decide the path's coarse course, as quasi-random numbers such as [Sobol]'s
// should, whose Steps must then be the next power of two. Steps beyond the increments'
// stage 0 are Source's. A step costs log₂ Steps + 1 of Source's.
//
// Caflisch, Moskowitz (1995), "Modified Monte Carlo methods using quasi-random
// sequences"; Moskowitz, Caflisch (1996) for the construction.
type Bridged struct {
	Source Source
	Steps  int
}

var _ Source = Bridged{}

var bridgeBuffers = sync.Pool{New: func() any { return new([]float64) }}

// Normal fills dst, rows of dim numbers. It panics if that is not a whole number of
// rows, or if at.Step is not below Steps. It allocates nothing once its buffers have
// grown.
func (b Bridged) Normal(dst []float64, dim int, at Address) {
	if at.Step >= uint64(max(b.Steps, 0)) {
		panic(fmt.Sprintf("noise: Bridged: step %d of %d", at.Step, b.Steps))
	}
	if at.Stage != 0 {
		b.Source.Normal(dst, dim, at)
		return
	}
	buffer := bridgeBuffers.Get().(*[]float64)
	defer bridgeBuffers.Put(buffer)
	if cap(*buffer) < len(dst) {
		*buffer = make([]float64, len(dst))
	}
	z := (*buffer)[:len(dst)]
	step := int(at.Step)
	at.Step = 0
	b.Source.Normal(dst, dim, at)
	scale := math.Sqrt(float64(b.Steps))
	for i := range dst {
		dst[i] *= scale
	}
	from, to := 0, b.Steps
	for node := uint64(1); to-from > 1; {
		at.Step = node
		b.Source.Normal(z, dim, at)
		middle := from + (to-from+1)/2
		l, r := float64(middle-from), float64(to-middle)
		share, sd := l/(l+r), math.Sqrt(l*r/(l+r))
		if step < middle {
			to, node = middle, 2*node
		} else {
			from, node = middle, 2*node+1
			share, sd = r/(l+r), -sd
		}
		for i, v := range z {
			dst[i] = float64(share*dst[i]) + float64(sd*v)
		}
	}
}

// All fills dst with the increments of all Steps steps, those of a step's rows one
// after the other and the steps one after the other: the bits of Normal at steps 0, 1,
// ... for one number of Source each. at is that of step 0 and of stage 0. It panics if
// dst is not Steps times whole rows of dim numbers, and allocates nothing.
func (b Bridged) All(dst []float64, dim int, at Address) {
	if b.Steps < 1 || at.Step != 0 || at.Stage != 0 || len(dst)%b.Steps != 0 {
		panic(fmt.Sprintf("noise: Bridged: %d numbers for all of %d steps, from step %d, stage %d", len(dst), b.Steps, at.Step, at.Stage))
	}
	n := len(dst) / b.Steps
	b.Source.Normal(dst[:n], dim, at)
	scale := math.Sqrt(float64(b.Steps))
	for i := range dst[:n] {
		dst[i] *= scale
	}
	b.split(dst, n, dim, 1, at)
}

// split makes the increments of steps of n numbers from their sum, which is at the
// first one's place, and the numbers of Source from node on.
func (b Bridged) split(dst []float64, n, dim int, node uint64, at Address) {
	steps := len(dst) / n
	if steps < 2 {
		return
	}
	middle := steps - steps/2
	left, right := dst[:n], dst[middle*n:(middle+1)*n]
	at.Step = node
	b.Source.Normal(right, dim, at)
	l, r := float64(middle), float64(steps-middle)
	sd := math.Sqrt(l * r / (l + r))
	for i, z := range right {
		d := left[i]
		left[i] = float64(l/(l+r)*d) + float64(sd*z)
		right[i] = float64(r/(l+r)*d) + float64(-sd*z)
	}
	b.split(dst[:middle*n], n, dim, 2*node, at)
	b.split(dst[middle*n:], n, dim, 2*node+1, at)
}
