package variational

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/statistics"
)

// Information returns the mutual information of data and noisy data in nats by the
// I-MMSE identity,
//
//	I(x_0; αx_0 + σε) = ½ ∫₀^SNR MMSE(γ) dγ,   MMSE(γ) = E|x_0 − E[x_0 | √γ x_0 + ε]|²,
//
// from any model's errors on rows x of data: for the true denoiser it is the
// information, for others an upper bound but for chance, and the continuous limit of
// the steps of [Hierarchy.Bound]. The integral is by Gauss–Legendre quadrature with
// nodes points in ln(1 + γv), v the data's mean variance, in which a Gaussian's is nearly
// constant; each node has noise of its own.
//
// Errors: [score.ErrConfig] unless nodes > 0, [score.ErrLevel] unless σ > 0; those of
// [matching.Errors]. Guo, Shamai, Verdú (2005), theorem 1.
func Information(ctx context.Context, m score.Model, x []float64, at sde.Level, nodes int, c matching.Config) (statistics.Estimate, error) {
	if nodes < 1 {
		return statistics.Estimate{}, fmt.Errorf("%w: %d nodes", score.ErrConfig, nodes)
	}
	if !(at.Sigma > 0) || !(at.Alpha >= 0) || math.IsInf(at.Alpha+at.Sigma, 1) {
		return statistics.Estimate{}, fmt.Errorf("%w: α = %v, σ = %v; want σ > 0", score.ErrLevel, at.Alpha, at.Sigma)
	}
	g, err := score.FitGaussian(x, m.Dim())
	if err != nil {
		return statistics.Estimate{}, err
	}
	n, v := len(x)/m.Dim(), 0.0
	for i := range m.Dim() {
		v += g.Cov().At(i, i) / float64(m.Dim())
	}
	if v == 0 {
		return statistics.Estimate{}, nil // one point: nothing to know
	}
	top := math.Log1p(v * math.Exp(2*at.Lambda()))
	if at.Alpha == 0 {
		return statistics.Estimate{}, nil
	}
	where, weight := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(where, weight, 0, top)
	total, term := make([]float64, n), make([]float64, n)
	for i, w := range where {
		gamma := math.Expm1(w) / v
		c := c
		c.Step += uint64(i)
		level := onCircle(gamma)
		if err := matching.Errors(ctx, term, m, x, level, c); err != nil {
			return statistics.Estimate{}, err
		}
		floats.AddScaled(total, 0.5*weight[i]*(1+gamma*v)/v, term)
	}
	return meanOf(total), nil
}
