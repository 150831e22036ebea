package score

import (
	"fmt"
	"math"
	"os"

	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
)

type trainer struct {
	c        TrainConfig
	loss     Loss
	schedule Schedule
	network  networkConfig
	x        []float64 // rows trained on
	labels   []int
	dim      int

	main    *learner
	average nn.Network // of the weights
	weights *learner   // of the losses by level; nil: none
	held    heldOut
	powers  []power

	step  int
	rows  int // of a tile
	tiles []trainTile
	pass  []nn.Pass // by worker
	weigh []nn.Pass
	probe []*probes // nil: nothing takes differences
}

// trainTile is what one gradient is taken of. Its number of rows is fixed, and
// tiles are added in order, so that the number of workers changes no bit.
type trainTile struct {
	examples
	grad, weighGrad []float32 // of the network's weights, and of the losses'
	loss, penalty   float64
	shrink, sums    []float64 // by row: the weight with the learned one, and the loss before both
}

// examples are noised rows, and what a network should make of them.
type examples struct {
	in, target, f []float32
	z             []float64
	sigma         []float64 // σ/α
	level         []float64 // as the network is told
	class         []int     // nil: no classes
	weight        []float64
	metric        []float32 // of a row, for errors of pooled pictures
	zero, u       []float32 // input and output of the losses' weights
}

func newExamples(rows, dim int, classes bool) examples {
	b := rows * dim
	e := examples{in: make([]float32, b), target: make([]float32, b), f: make([]float32, b), z: make([]float64, b),
		sigma: make([]float64, rows), level: make([]float64, rows), weight: make([]float64, rows), metric: make([]float32, dim), zero: make([]float32, rows), u: make([]float32, rows)}
	if classes {
		e.class = make([]int, rows)
	}
	return e
}

// residual makes F − target of a row in the place of F.
func (e *examples) residual(r int) []float32 {
	dim := len(e.in) / len(e.level)
	f := e.f[r*dim:][:dim]
	for k, v := range e.target[r*dim:][:dim] {
		f[k] -= v
	}
	return f
}

// tileStride keeps the streams of tiles apart.
const tileStride = 2 * noise.BlockRows

func newTrainer(x []float64, dim int, c TrainConfig) (*trainer, error) {
	c = c.withDefaults()
	if dim < 1 || len(x)%max(dim, 1) != 0 || len(x) < 2*dim {
		return nil, fmt.Errorf("%w: %d numbers in rows of %d; two rows or more are needed", ErrTraining, len(x), dim)
	}
	if err := c.check(len(x)/dim, dim); err != nil {
		return nil, err
	}
	t := &trainer{c: c, dim: dim}
	var err error
	if t.loss, err = lossByName(c.Loss); err != nil {
		return nil, err
	}
	if err := t.loss.check(&c); err != nil {
		return nil, err
	}
	if t.schedule, err = scheduleByName(c.Schedule); err != nil {
		return nil, err
	}
	sd, err := deviation(x, dim)
	if err != nil {
		return nil, err
	}
	t.c.Digest = digest(x, c.Labels)
	held, heldLabels, err := t.split(x)
	if err != nil {
		return nil, err
	}
	lo, hi := t.loss.span(&t.c, sd)
	t.network = networkConfig{SigmaData: sd, Levels: [2]float64{lo / 4, hi / 4}}
	if c.UNet.Height != 0 {
		s := c.UNet
		s.Classes = c.classes()
		t.network.UNet = &s
	} else {
		t.network.Shape = &nn.Shape{Dim: dim, Hidden: c.Hidden, Blocks: c.Blocks, Classes: c.classes()}
	}
	net, err := t.network.network()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTraining, err)
	}
	if t.average, err = t.network.network(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTraining, err)
	}
	t.main = newLearner(net, c.Seed)
	copy(t.average.Parameters(), net.Parameters())
	if c.LearnWeights {
		if net, err = nn.NewMLP(nn.Shape{Dim: 1, Hidden: 64, Blocks: 1}); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTraining, err)
		}
		t.weights = newLearner(net, c.Seed)
	}
	for _, w := range c.Widths {
		t.powers = append(t.powers, newPower(w, len(t.main.sum)))
	}
	if c.Snapshots != "" { // better before the work than after it
		if err := os.MkdirAll(c.Snapshots, 0o755); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTraining, err)
		}
	}
	t.allocate()
	t.hold(held, heldLabels)
	return t, nil
}

// deviation is the root mean square about the column means.
func deviation(x []float64, dim int) (float64, error) {
	mean := make([]float64, dim)
	rows := float64(len(x) / dim)
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, fmt.Errorf("%w: row %d, column %d is %v", ErrTraining, i/dim, i%dim, v)
		}
		mean[i%dim] += v / rows
	}
	var s float64
	for i, v := range x {
		d := v - mean[i%dim]
		s += d * d
	}
	if sd := math.Sqrt(s / float64(len(x))); sd > 0 && !math.IsInf(sd, 0) {
		return sd, nil
	}
	return 0, fmt.Errorf("%w: all rows are the same, or too large to square", ErrTraining)
}
