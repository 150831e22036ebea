package score

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
)

// heldOut are the rows that judge the averaged weights, noised once and for all.
type heldOut struct {
	tiles []examples
	sums  []float64 // of the losses of a tile's rows
	pass  []nn.Pass // by worker
	rows  int

	heldCounts
	best []float32 // the averaged weights at the lowest loss; nil without patience
}

// heldCounts is what of it a state has to remember, besides the weights.
type heldCounts struct {
	Checks int     `json:"checks"`
	Bad    int     `json:"bad"` // checks since the lowest
	Lowest float64 `json:"lowest"`
}

// split takes the rows held out, evenly spread, from those trained on.
func (t *trainer) split(x []float64) (held []float64, heldLabels []int, err error) {
	t.x, t.labels = x, t.c.Labels
	if t.c.HoldOut == 0 {
		return nil, nil, nil
	}
	dim, rows := t.dim, len(x)/t.dim
	keep := int(math.Round(t.c.HoldOut * float64(rows)))
	if keep < 1 || rows-keep < 2 {
		return nil, nil, fmt.Errorf("%w: hold-out %v of %d rows leaves %d and %d; one and two at least are needed",
			ErrTraining, t.c.HoldOut, rows, keep, rows-keep)
	}
	t.x, t.labels = nil, nil
	for i := range rows {
		to, labels := &t.x, &t.labels
		if (i+1)*keep/rows > i*keep/rows {
			to, labels = &held, &heldLabels
		}
		*to = append(*to, x[i*dim:][:dim]...)
		if t.c.Labels != nil {
			*labels = append(*labels, t.c.Labels[i])
		}
	}
	return held, heldLabels, nil
}

// hold noises the rows held out, every one at four levels.
func (t *trainer) hold(x []float64, labels []int) {
	const levels = 4
	h := &t.held
	rows := len(x) / t.dim
	h.rows = levels * rows
	for lo := 0; lo < h.rows; lo += t.rows {
		e := newExamples(min(t.rows, h.rows-lo), t.dim, labels != nil)
		s := noise.NewStream(noise.Address{Seed: t.c.Seed, Use: noise.Train, Row: uint64(len(h.tiles)) * tileStride, Stage: 1})
		t.draw(&e, &s, x, labels, 0, func(r int) int { return (lo + r) % rows })
		h.tiles = append(h.tiles, e)
	}
	h.sums = make([]float64, len(h.tiles))
	for range par.Workers(t.c.Workers, len(h.tiles)) {
		h.pass = append(h.pass, t.average.NewPass(t.rows, false))
	}
	if t.c.Patience > 0 {
		h.best = make([]float32, len(t.average.Parameters()))
	}
}

// check returns the loss of the averaged weights, and keeps them if it is the
// lowest. Implicit losses are judged by the denoising one that they stand for: it has
// their expectation, and needs no differences.
func (t *trainer) check(ctx context.Context) (float64, error) {
	h := &t.held
	t.average.Pack(false)
	if err := par.For(ctx, t.c.Workers, len(h.tiles), func(worker, i int) error {
		e := &h.tiles[i]
		h.pass[worker].Forward(e.f, e.in, e.level, e.class)
		h.sums[i] = 0
		for r, weight := range e.weight {
			row := e.residual(r)
			for k, d := range t.metric(e.metric, row) {
				h.sums[i] += float64(row[k]) * float64(d) * weight
			}
		}
		return nil
	}); err != nil {
		return 0, err
	}
	var loss float64
	for _, v := range h.sums {
		loss += v / float64(h.rows*t.dim)
	}
	h.Checks++
	h.Bad++
	if h.Checks == 1 || loss < h.Lowest {
		h.Lowest, h.Bad = loss, 0
		copy(h.best, t.average.Parameters())
	}
	return loss, nil
}

// stopped tells whether the held-out loss has been patient for long enough.
func (t *trainer) stopped() bool { return t.c.Patience > 0 && t.held.Bad >= t.c.Patience }
