package score

import (
	"context"
	"errors"
)

// Train fits a Network to data by denoising score matching. With s = σ/α and
// y = x_0 + s ε the loss is
//
//	E w ‖D(y; s) − x_0‖² = E w c² ‖F − target‖²
//
// or an implicit form of the same expectation, with a law of s and a weight by the
// name of c.Loss; that of EDM by default, whose w c² = 1. σ_d is the root mean square
// of the data about its mean. Optimiser AdamW (0.9, 0.99), exponential moving average
// of the weights.
//
// With Penalty λ w E‖s (∂D/∂y) v‖² comes on top, a price of the denoiser's slope.
//
// With LearnWeights the loss at a level is divided by its own size there, e^u,
// with u(s) by a small MLP trained along: L e^−u + u.
//
// x holds rows of dim numbers, at least two that differ. Every random number is
// addressed by (seed, step, row): the same configuration gives the same bits for
// any number of workers, and from any interruption. When ctx ends Train writes
// its state, if it has a file for it, within one step and returns ctx's error.
//
// Vincent (2011); Karras, Aittala, Aila, Laine (2022), eqs. 2 and 8; Kingma, Ba
// (2015); Loshchilov, Hutter (2019), algorithm 2; Karras, Aittala, Lehtinen,
// Hellsten, Aila, Laine (2024), eq. 14.
func Train(ctx context.Context, x []float64, dim int, c TrainConfig) (*Network, error) {
	t, err := newTrainer(x, dim, c)
	if err != nil {
		return nil, err
	}
	if err := t.load(); err != nil {
		return nil, err
	}
	for t.step < t.c.Steps && !t.stopped() {
		if err := ctx.Err(); err != nil {
			return nil, errors.Join(err, t.save())
		}
		info, err := t.advance(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil, errors.Join(ctx.Err(), t.save())
			}
			return nil, err
		}
		if t.c.Observer != nil {
			t.c.Observer(info)
		}
		if end := t.step == t.c.Steps || t.stopped(); end || t.step%t.c.SnapshotEvery == 0 {
			if err := t.snapshot(); err != nil {
				return nil, err
			}
		}
		if t.step%t.c.SaveEvery == 0 || t.step == t.c.Steps || t.stopped() {
			if err := t.save(); err != nil {
				return nil, err
			}
		}
	}
	weights := t.average.Parameters()
	if t.held.best != nil && t.held.Checks > 0 {
		weights = t.held.best
	}
	return newNetwork(t.network, weights, t.c.Metadata)
}
