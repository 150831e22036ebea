package nn

import "math"

// features is the width of the noise-level embedding.
const features = 64

// noiseFeatures writes sines and cosines of c at frequencies from 1/8 to 8 cycles per
// unit, in geometric progression: a network sees a noise level at many
// resolutions at once. Vaswani et al. (2017), section 3.5, for positions; Ho,
// Jain, Abbeel (2020) for noise levels.
func noiseFeatures(dst []float32, c float64) {
	for i := range features / 2 {
		f := 2 * math.Pi * math.Exp2(-3+6*float64(i)/(features/2-1))
		s, k := math.Sincos(f * c)
		dst[2*i], dst[2*i+1] = float32(s), float32(k)
	}
}
