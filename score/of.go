package score

import (
	"fmt"

	"github.com/ito-sde/ito/sde"
)

// Of writes the score ∇ ln p of any model at every row of x to dst: the model's own
// where it is a [Scorer], and by Tweedie's formula (αD(x) − x)/σ² otherwise, which needs
// σ > 0 and loses digits as σ → 0. dst may not alias x. Errors: those of m, [ErrLevel].
func Of(dst []float64, m Model, x []float64, at sde.Level) error {
	if s, ok := m.(Scorer); ok {
		return s.Score(dst, x, at)
	}
	if !(at.Sigma > 0) {
		return fmt.Errorf("%w: σ = %v; a model without a score of its own has one at σ > 0 alone", ErrLevel, at.Sigma)
	}
	if err := m.Denoise(dst, x, at); err != nil {
		return err
	}
	for i, v := range x {
		dst[i] = (at.Alpha*dst[i] - v) / (at.Sigma * at.Sigma)
	}
	return nil
}
