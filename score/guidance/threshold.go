package guidance

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Threshold says how [Thresholded] keeps denoised rows within the data's range.
type Threshold struct {
	// Bound is b: the coordinates of the data lie within −b and b; 0: 1.
	Bound float64
	// Quantile is q: with s the q-quantile of a row's |D_j| (between order
	// statistics linearly), where s > b the row is clipped to ±s and multiplied by
	// b/s. 0: the source's 0.995. 1 scales by the largest.
	Quantile float64
	// Static clips to ±b and does no more. Quantile must be 0.
	Static bool
}

// Thresholded keeps what guidance with a large weight drives out of the data's
// range within it, row by row: dynamic thresholding or static clipping. It goes
// outermost, since it has no derivative.
//
// Saharia et al. (2022), "Photorealistic text-to-image diffusion models with deep
// language understanding", section 2.3.
//
// Errors: [ErrConfig].
func Thresholded(m score.Model, t Threshold) (score.Model, error) {
	if t.Static && t.Quantile != 0 {
		return nil, fmt.Errorf("%w: quantile %v of a static threshold, which has none", ErrConfig, t.Quantile)
	}
	if t.Bound == 0 {
		t.Bound = 1
	}
	if t.Quantile == 0 {
		t.Quantile = 0.995
	}
	if !(t.Bound > 0) || math.IsInf(t.Bound, 1) || !(t.Quantile > 0 && t.Quantile <= 1) {
		return nil, fmt.Errorf("%w: bound %v, quantile %v; want a positive bound and a quantile from 0 to 1", ErrConfig, t.Bound, t.Quantile)
	}
	return &thresholded{m: m, t: t}, nil
}

type thresholded struct {
	m       score.Model
	t       Threshold
	scratch sync.Pool
}

func (t *thresholded) Dim() int { return t.m.Dim() }

func (t *thresholded) Denoise(dst, x []float64, at sde.Level) error {
	dim := t.Dim()
	mustRows(dst, x, dim)
	if err := t.m.Denoise(dst, x, at); err != nil {
		return err
	}
	m, _ := t.scratch.Get().(*[]float64)
	if m == nil {
		m = new([]float64)
	}
	defer t.scratch.Put(m)
	size := grow(m, dim)
	for i := 0; i < len(dst); i += dim {
		row := dst[i : i+dim]
		s := t.t.Bound
		if !t.t.Static {
			s = max(s, t.quantile(size, row))
		}
		for j, d := range row {
			row[j] = min(max(d, -s), s) * (t.t.Bound / s)
		}
	}
	return nil
}

// quantile is the quantile of |row|. A row with NaN gives NaN.
func (t *thresholded) quantile(size, row []float64) float64 {
	for j, d := range row {
		size[j] = math.Abs(d)
	}
	slices.Sort(size)
	if math.IsNaN(size[0]) { // sorted to the front
		return size[0]
	}
	at := t.t.Quantile * float64(len(size)-1)
	k := int(at)
	if k == len(size)-1 {
		return size[k]
	}
	return size[k] + (at-float64(k))*(size[k+1]-size[k])
}
