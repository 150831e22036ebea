package variational

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/sde"
)

// Continuous is the limit of [Hierarchy] as its steps between two levels become many: the
// bound of the reverse SDE. For a true denoiser it is the likelihood but for the prior and
// the last decoder, and it does not depend on the process between the levels (Kingma,
// Salimans, Poole, Ho 2021, section 5.1).
type Continuous struct {
	From, To sde.Level // the prior's and, of less noise, the last latent's
	Prior    float64   // as in Hierarchy
	Values   []float64 // as in Hierarchy
	// Nodes of the quadrature; 0: 64. Its error falls faster than any power of them.
	Nodes int
	// Progress is told how many nodes are done.
	Progress func(done, total int)
}

// Bound returns the terms of the negative evidence lower bound of rows x of data,
//
//	−ln p(x) ≤ KL(q(x_T|x)‖p(x_T)) + ½ ∫ E|x − D(x_t)|² dSNR − E ln p(x|x_0).
//
// The integral is ∫ E|ε − ε̂|² dλ over λ = ½ ln SNR, by Gauss–Legendre quadrature; each
// node has a noise of its own for each row. Prior and decoder are those of
// [Hierarchy.Bound].
//
// Errors: [score.ErrLevel] unless the levels have less and less noise, and both some;
// [score.ErrConfig], [score.ErrDimension]; those of the model and of [matching.Errors].
//
// Kingma, Salimans, Poole, Ho (2021), eqs. 11, 17 and 18; Song, Durkan, Murray, Ermon
// (2021), theorem 3.
func (b Continuous) Bound(ctx context.Context, m score.Model, x []float64, c matching.Config) (Terms, error) {
	for i, l := range []sde.Level{b.From, b.To} {
		if !(l.Alpha > 0) || !(l.Sigma > 0) || math.IsInf(l.Alpha+l.Sigma, 1) {
			return Terms{}, fmt.Errorf("%w: end %d has α = %v, σ = %v; want both positive", score.ErrLevel, i, l.Alpha, l.Sigma)
		}
	}
	lo, hi := b.From.Lambda(), b.To.Lambda()
	if !(lo < hi) {
		return Terms{}, fmt.Errorf("%w: from ln(α/σ) = %v to %v; it must grow", score.ErrLevel, lo, hi)
	}
	if b.Nodes < 0 {
		return Terms{}, fmt.Errorf("%w: %d nodes", score.ErrConfig, b.Nodes)
	}
	nodes := b.Nodes
	if nodes == 0 {
		nodes = 64
	}
	t, err := newTerms(x, m.Dim(), b.From, b.Prior)
	if err != nil {
		return Terms{}, err
	}
	where, weight := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(where, weight, lo, hi)
	term := make([]float64, len(t.Rows))
	for i, lambda := range where {
		snr := math.Exp(2 * lambda)
		c := c
		c.Step += uint64(i)
		if err := matching.Errors(ctx, term, m, x, onCircle(snr), c); err != nil {
			return Terms{}, fmt.Errorf("node %d of %d: %w", i+1, nodes, err)
		}
		floats.Scale(weight[i]*snr, term)
		floats.Add(t.Rows, term)
		t.Steps = append(t.Steps, stat.Mean(term, nil))
		if b.Progress != nil {
			b.Progress(i+1, nodes)
		}
	}
	c.Step += uint64(nodes)
	if err := t.decode(ctx, x, m.Dim(), b.To, b.Values, c); err != nil {
		return Terms{}, err
	}
	t.finish()
	return t, nil
}
