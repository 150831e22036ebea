package exact

import (
	"math"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// FlowMap follows the probability flow from one level to another, with
// v(α, σ) = α² Var + σ² in every direction,
//
//	x' = α' m + √(v(α', σ')/v(α, σ)) (x − α m),
//
// which makes Spectrum a score.FlowMap.
func (s Spectrum) FlowMap(dst, x []float64, from, to sde.Level) error {
	n := len(s.Mean)
	for i, v := range s.Var {
		sd := math.Sqrt(v)
		k := math.Hypot(to.Alpha*sd, to.Sigma) / math.Hypot(from.Alpha*sd, from.Sigma)
		for j := i; j < len(x); j += n {
			dst[j] = to.Alpha*s.Mean[i] + k*(x[j]-from.Alpha*s.Mean[i])
		}
	}
	return nil
}

var _ score.FlowMap = Spectrum{}
