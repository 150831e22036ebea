package evaluate

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/internal/vec"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
)

// The batch of a step, in tiles whose gradients are added up in order.
const (
	batchRows = 128
	tileRows  = 64
	checks    = 40 // of the loss of the rows set apart, at most
	patience  = 12 // checks without a new least loss
	decay     = 0.05
)

// classifier trains an MLP whose first output is the logit.
type classifier struct {
	c    ClassifierConfig
	dim  int
	net  *nn.MLP
	work []classifierTile
	sum  []float32 // gradient
	m, v []float32 // of Adam
	step int
}

// classifierTile is the memory of one tile.
type classifierTile struct {
	pass       nn.Pass
	x, out, dy []float32
	level      []float64
	grad       []float32
}

// fit returns the logits of the rows of test, and the step at which the loss of validate
// was least.
func (c ClassifierConfig) fit(ctx context.Context, dim int, train, validate, test labelled) ([]float64, int, error) {
	net, err := nn.NewMLP(nn.Shape{Dim: dim, Hidden: c.Hidden, Blocks: c.Blocks})
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	net.Init(c.Seed)
	net.Pack(true)
	size := len(net.W)
	rows := 2 * train.each
	k := &classifier{
		c: c, dim: dim, net: net, work: make([]classifierTile, batchRows/tileRows),
		sum: make([]float32, size), m: make([]float32, size), v: make([]float32, size),
	}
	for i := range k.work {
		k.work[i] = classifierTile{
			pass: net.NewPass(tileRows, true), x: make([]float32, tileRows*dim), out: make([]float32, tileRows*dim),
			dy: make([]float32, tileRows*dim), level: make([]float64, tileRows), grad: make([]float32, size),
		}
	}
	order := make([]int, rows)
	for i := range order {
		order[i] = i
	}
	best, least, at := append([]float32(nil), net.W...), math.Ln2, 0
	logits := make([]float64, 2*validate.each)
	every := max(1, c.Steps/checks)
	next := rows // of order
	for k.step < c.Steps && k.step-at <= patience*every {
		if next >= rows {
			s := noise.NewStream(noise.Address{Seed: c.Seed, Use: noise.Train, Step: uint64(k.step)})
			for i := rows - 1; i > 0; i-- {
				j := s.Index(i + 1)
				order[i], order[j] = order[j], order[i]
			}
			next = 0
		}
		if err := k.update(ctx, train, order[next:min(next+batchRows, rows)]); err != nil {
			return nil, 0, err
		}
		next += batchRows
		// A network may know best after few steps: it is looked at more often there.
		if k.step%every != 0 && k.step != c.Steps && (k.step > every || k.step%5 != 0) {
			continue
		}
		if err := k.logits(ctx, logits, validate); err != nil {
			return nil, 0, err
		}
		var loss float64
		for i, v := range logits {
			loss += (softplus(v) - validate.label(i)*v) / float64(len(logits))
		}
		if loss < least {
			least, at = loss, k.step
			copy(best, net.W)
		}
	}
	copy(net.W, best)
	net.Pack(false)
	logits = make([]float64, 2*test.each)
	return logits, at, k.logits(ctx, logits, test)
}

// update makes one step of AdamW on the rows of a batch.
func (k *classifier) update(ctx context.Context, train labelled, batch []int) error {
	tiles := (len(batch) + tileRows - 1) / tileRows
	err := par.For(ctx, k.c.Workers, tiles, func(_, i int) error {
		w := &k.work[i]
		rows := batch[i*tileRows : min((i+1)*tileRows, len(batch))]
		n := len(rows) * k.dim
		for r, row := range rows {
			vec.Narrow(w.x[r*k.dim:][:k.dim], train.x[row*k.dim:][:k.dim], 1)
		}
		w.pass.Forward(w.out[:n], w.x[:n], w.level[:len(rows)], nil)
		clear(w.dy[:n])
		for r, row := range rows {
			// d/dv of ln(1 + e^v) − label·v, of the mean over the batch.
			v := float64(w.out[r*k.dim])
			w.dy[r*k.dim] = float32((1/(1+math.Exp(-v)) - train.label(row)) / float64(len(batch)))
		}
		clear(w.grad)
		w.pass.Backward(w.grad, nil, w.dy[:n], w.x[:n])
		return nil
	})
	if err != nil {
		return err
	}
	clear(k.sum)
	for _, w := range k.work[:tiles] {
		for i, g := range w.grad {
			k.sum[i] += g
		}
	}
	const beta1, beta2 = 0.9, 0.99
	k.step++
	at := float64(k.step)
	c1, c2 := float32(1/(1-math.Pow(beta1, at))), float32(1/(1-math.Pow(beta2, at)))
	rate := k.c.Rate * min(1, at/20) * (0.505 + 0.495*math.Cos(math.Pi*at/float64(k.c.Steps)))
	vec.Adam(k.net.W, k.sum, k.m, k.v, float32(rate), beta1, beta2, 1e-8, decay, c1, c2)
	k.net.Pack(true)
	return nil
}

// logits sets dst to the logits of the rows of a set.
func (k *classifier) logits(ctx context.Context, dst []float64, set labelled) error {
	w := &k.work[0]
	for from := 0; from < len(dst); from += tileRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := min(tileRows, len(dst)-from)
		n := rows * k.dim
		vec.Narrow(w.x[:n], set.x[from*k.dim:][:n], 1)
		w.pass.Forward(w.out[:n], w.x[:n], w.level[:rows], nil)
		for r := range rows {
			dst[from+r] = float64(w.out[r*k.dim])
		}
	}
	return nil
}
