package score

import (
	"math"

	"github.com/ito-sde/ito/sde"
)

// FlowMap is the ability of a [Model] to follow the probability flow from one
// level to another in one evaluation: to the data, α = 1 and σ = 0, as a consistency model
// (Song, Dhariwal, Chen, Sutskever 2023), or to any level, as a consistency trajectory
// model (Kim et al. 2024). dst may not alias x. [Gaussian] has it in closed form.
type FlowMap interface {
	FlowMap(dst, x []float64, from, to sde.Level) error
}

// FlowMap implements [FlowMap]: with v(α, σ) = α²s + σ² along each axis of Σ,
//
//	x' = α'μ + V diag(√(v(α', σ')/v(α, σ))) Vᵀ (x − αμ),
//
// the solution of the probability flow of any process through both levels. Errors:
// [ErrLevel], also where x has no density.
func (g *Gaussian) FlowMap(dst, x []float64, from, to sde.Level) error {
	if err := checkLevel(to); err != nil {
		return err
	}
	gain := func(s, inv float64) float64 { return inv * math.Hypot(to.Alpha*math.Sqrt(s), to.Sigma) }
	return g.tiles(dst, x, from, false, func(w *gaussianScratch, dst, coord, y []float64) {
		for i := 0; i < len(dst); i += g.dim {
			for j := range g.dim {
				dst[i+j] = to.Alpha * g.mean[j]
			}
			if g.rank < g.dim {
				k := gain(g.rest, w.invRest)
				for j := range g.dim {
					dst[i+j] += k * y[i+j]
				}
			}
		}
		for j, s := range g.val {
			w.gain[j] = gain(s, w.inv[j])
		}
		g.expand(dst, 1, coord, w.gain)
	})
}
