package tune

import (
	"context"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/transport"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde/statistics"
)

// Bounds encloses the squared W2 between a sampler's output law and the flow's,
//
//	2(E φᶜ(x̂) − E φ(x)) ≤ W2² ≤ E|x̂ − x|²
//
// Either side is estimated without bias.
type Bounds struct {
	Lower, Upper statistics.Estimate
}

// Bounds follows the sampler c from the starts. The lower bound is by the dual
// potential φ that is best for the Gaussians with the moments of the first half of
// the ends ([transport.Potential]), and its estimate by the other half, which had
// no part in the choice; the upper one by all of them. The flow's ends must not lie
// in a plane, nor the sampler's: twice as many rows as dimensions and more.
func (p *Paths) Bounds(ctx context.Context, c sampler.Config) (Bounds, error) {
	x, err := p.ended(ctx, c)
	if err != nil {
		return Bounds{}, err
	}
	dim := p.model.Dim()
	var out Bounds
	mean, sd := stat.MeanStdDev(squares(x, p.ends, dim), nil)
	out.Upper = statistics.Estimate{Value: mean, Error: stat.StdErr(sd, float64(len(x)/dim))}
	half := len(x) / dim / 2 * dim
	flow, err := divergence.Fit(p.ends[:half], dim)
	if err != nil {
		return Bounds{}, err
	}
	ends, err := divergence.Fit(x[:half], dim)
	if err != nil {
		return Bounds{}, err
	}
	potential, err := transport.FitPotential(flow, ends)
	if err != nil {
		return Bounds{}, err
	}
	out.Lower, err = potential.Bound(p.ends[half:], x[half:])
	return out, err
}
