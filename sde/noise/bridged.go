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
