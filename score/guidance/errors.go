package guidance

import (
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

var (
	// ErrConfig: a setting out of range.
	ErrConfig = errors.New("guidance: configuration out of range")
	// ErrNoVJP: the gradient of a loss on D is wanted of a model that has none.
	ErrNoVJP = errors.New("guidance: model has no vector–Jacobian product")
)

// differentiable returns the model's gradients.
func differentiable(m score.Model) (score.VJP, error) {
	if v, ok := m.(score.VJP); ok {
		return v, nil
	}
	return nil, fmt.Errorf("%w: %T has no VJPDenoise; use Replace, which needs none", ErrNoVJP, m)
}

// likelihoodFactor is σ²/α, which turns ∇ ln p(y|x) into a change of D.
func likelihoodFactor(at sde.Level) (float64, error) {
	f := at.Sigma * at.Sigma / at.Alpha
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return 0, fmt.Errorf("%w: at α = %v, σ = %v, x says nothing of the data; guide at levels of positive α", score.ErrLevel, at.Alpha, at.Sigma)
	}
	return f, nil
}

func mustRows(dst, x []float64, dim int) {
	if len(dst) != len(x) || len(x)%dim != 0 {
		panic(fmt.Sprintf("guidance: len(dst) = %d and len(x) = %d, want equal multiples of %d", len(dst), len(x), dim))
	}
}
