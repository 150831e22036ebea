package noise

import (
	"math"
	"math/bits"
)

// The ziggurat covers the half-normal density f(x) = e^(−x²/2) by 256 regions of
// equal area: 255 rectangles stacked on a base strip that includes the tail
// beyond x[1] = zigR. Region i is x[i] wide; what lies within x[i+1] is under
// the curve.
//
// Marsaglia, Tsang (2000). Region and abscissa are drawn from bits of one word
// that do not overlap, which Doornik (2005) found to matter, and the abscissa
// has 54 bits with its sign, so that the tails are as fine as float64 makes
// them.
const (
	zigLayers = 256
	zigR      = 3.6541528853610088
	zigBits   = 53 // of the abscissa, without sign
)

var (
	zigX [zigLayers + 1]float64
	zigF [zigLayers + 1]float64 // f(x[i])
	zigW [zigLayers]float64     // x[i] 2^−53
	zigK [zigLayers]int64       // 2^53 x[i+1]/x[i]: surely under the curve below it
)

func init() {
	f := func(x float64) float64 { return math.Exp(-0.5 * x * x) }
	area := zigR*f(zigR) + math.Sqrt(math.Pi/2)*math.Erfc(zigR/math.Sqrt2)
	zigX[0], zigX[1] = area/f(zigR), zigR
	for i := 1; i < zigLayers-1; i++ {
		zigX[i+1] = math.Sqrt(-2 * math.Log(area/zigX[i]+f(zigX[i])))
	}
	zigX[zigLayers] = 0
	for i := range zigLayers {
		zigF[i] = f(zigX[i])
		zigW[i] = zigX[i] * 0x1p-53
		zigK[i] = int64(zigX[i+1] / zigX[i] * (1 << zigBits))
	}
	zigF[zigLayers] = 1
}

// Fill fills dst with standard normal numbers.
func (s *Stream) Fill(dst []float64) {
	a, b, c, counter := s.a, s.b, s.c, s.counter
	for i := range dst {
		w := a + b + counter
		counter++
		a = b ^ b>>11
		b = c + c<<3
		c = bits.RotateLeft64(c, 24) + w

		layer := w & (zigLayers - 1)
		j := int64(w) >> (63 - zigBits)
		x := float64(j) * zigW[layer]
		sign := j >> 63
		if (j^sign)-sign >= zigK[layer] {
			*s = Stream{a, b, c, counter}
			x = s.edge(x, layer)
			a, b, c, counter = s.a, s.b, s.c, s.counter
		}
		dst[i] = x
	}
	*s = Stream{a, b, c, counter}
}

// Normal returns one standard normal number.
func (s *Stream) Normal() float64 {
	var one [1]float64
	s.Fill(one[:])
	return one[0]
}

// edge decides an abscissa that is not surely under the curve, and draws on
// until one is accepted.
func (s *Stream) edge(x float64, layer uint64) float64 {
	for {
		if layer == 0 {
			return s.tail(x)
		}
		y := zigF[layer] + s.Uniform()*(zigF[layer+1]-zigF[layer])
		if y < math.Exp(-0.5*x*x) {
			return x
		}
		w := s.Uint64()
		layer = w & (zigLayers - 1)
		j := int64(w) >> (63 - zigBits)
		x = float64(j) * zigW[layer]
		sign := j >> 63
		if (j^sign)-sign < zigK[layer] {
			return x
		}
	}
}

// tail draws beyond zigR by Marsaglia's (1964) exact method, with the sign of x.
func (s *Stream) tail(x float64) float64 {
	for {
		e := -math.Log(s.Uniform()) / zigR
		if -2*math.Log(s.Uniform()) > e*e {
			return math.Copysign(zigR+e, x)
		}
	}
}
