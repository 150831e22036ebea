package score

import (
	"fmt"
	"math"
)

// checkPooled refuses weights that are none, rows that are no pictures, and pictures
// that cannot be halved as often.
func (c TrainConfig) checkPooled() error {
	for k, w := range c.Pooled {
		if !(w >= 0 && w <= 1e6) {
			return fmt.Errorf("%w: weight %v of pictures pooled by %d; want 0 to 1e6", ErrTraining, w, 2<<k)
		}
		if c.UNet.Height == 0 {
			return fmt.Errorf("%w: errors of pooled pictures, weights %v, where rows are no pictures; train a U-Net", ErrTraining, c.Pooled)
		}
		if side := 2 << k; c.UNet.Height%side != 0 || c.UNet.Width%side != 0 {
			return fmt.Errorf("%w: pictures of %d×%d pixels in squares of %d, for %d weights of pooled ones; give fewer", ErrTraining, c.UNet.Height, c.UNet.Width, side, len(c.Pooled))
		}
	}
	return nil
}

// metric returns P e for a row's error e, so that eᵀP e is the loss of the row: with no
// weights of pooled pictures e itself, else in dst
//
//	P e = e + Σ_k w_k M_k e,
//
// M_k e the mean over a pixel's square of 2^k. M_k is a projection, and eᵀM_k e the sum
// of the squares of the pooled picture times the pixels of a square: over all pixels of
// the picture a mean of the one is the mean of the other.
func (t *trainer) metric(dst, e []float32) []float32 {
	if len(t.c.Pooled) == 0 {
		return e
	}
	copy(dst, e)
	c := t.c.UNet.Channels
	stride := t.c.UNet.Width * c
	for k, w := range t.c.Pooled {
		side := 2 << k
		for top := 0; top < len(e); top += side * stride {
			for left := top; left < top+stride; left += side * c {
				for first := left; first < left+c; first++ { // a channel's first pixel
					var sum float64
					for line := first; line < first+side*stride; line += stride {
						for i := line; i < line+side*c; i += c {
							sum += float64(e[i])
						}
					}
					mean := float32(w * math.Ldexp(sum, -2*(k+1)))
					for line := first; line < first+side*stride; line += stride {
						for i := line; i < line+side*c; i += c {
							dst[i] += mean
						}
					}
				}
			}
		}
	}
	return dst
}
