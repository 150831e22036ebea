package score

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/internal/vec"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
)

// learner is a network with its gradient and AdamW's moments.
type learner struct {
	nn.Network
	m, v, sum []float32
}

func newLearner(net nn.Network, seed uint64) *learner {
	net.Init(seed)
	n := len(net.Parameters())
	return &learner{net, make([]float32, n), make([]float32, n), make([]float32, n)}
}

func (t *trainer) allocate() {
	t.rows, _ = t.main.Tiles()
	t.tiles = make([]trainTile, (t.c.Batch+t.rows-1)/t.rows)
	for i := range t.tiles {
		t.tiles[i] = trainTile{examples: newExamples(t.rows, t.dim, t.labels != nil), grad: make([]float32, len(t.main.sum)),
			shrink: make([]float64, t.rows), sums: make([]float64, t.rows)}
		if t.weights != nil {
			t.tiles[i].weighGrad = make([]float32, len(t.weights.sum))
		}
	}
	for range par.Workers(t.c.Workers, len(t.tiles)) {
		t.pass = append(t.pass, t.main.NewPass(t.rows, true))
		if t.weights != nil {
			t.weigh = append(t.weigh, t.weights.NewPass(t.rows, true))
		}
		if t.loss.matching != denoising || t.c.Penalty > 0 {
			t.probe = append(t.probe, newProbes(t.main, t.rows, t.labels != nil))
		}
	}
}

// advance makes one optimiser step.
func (t *trainer) advance(ctx context.Context) (TrainStep, error) {
	t.main.Pack(true)
	if t.weights != nil {
		t.weights.Pack(true)
	}
	if err := par.For(ctx, t.c.Workers, len(t.tiles), func(worker, i int) error {
		t.gradient(worker, i)
		return nil
	}); err != nil {
		return TrainStep{}, err
	}
	var loss, penalty float64
	for i := range t.tiles {
		loss += t.tiles[i].loss
		penalty += t.tiles[i].penalty
	}
	loss /= float64(len(t.tiles))
	penalty /= float64(len(t.tiles))
	rate := t.rate()
	norm, err := t.update(ctx, t.main, func(i int) []float32 { return t.tiles[i].grad }, rate, loss)
	if err == nil && t.weights != nil {
		_, err = t.update(ctx, t.weights, func(i int) []float32 { return t.tiles[i].weighGrad }, rate, loss)
	}
	if err != nil {
		return TrainStep{}, err
	}
	k := float64(t.step + 1)
	vec.Lerp(t.average.Parameters(), t.main.Parameters(), float32(1/math.Min(float64(t.c.EMA), 1+k/10)))
	t.step++
	for i := range t.powers {
		t.powers[i].add(t.main.Parameters(), t.step)
	}
	info := TrainStep{Step: t.step, Steps: t.c.Steps, Loss: loss, Penalty: penalty, Rate: rate, GradNorm: norm}
	if len(t.held.tiles) > 0 && (t.step%t.c.CheckEvery == 0 || t.step == t.c.Steps) {
		// Not to be cut short: a step is whole or not made.
		info.HeldOut, err = t.check(context.WithoutCancel(ctx))
	}
	return info, err
}

// segment is the number of parameters that one goroutine updates at a time.
const segment = 1 << 15

// update makes AdamW's step by the mean of the tiles' gradients, clipped.
func (t *trainer) update(ctx context.Context, l *learner, grad func(tile int) []float32, rate, loss float64) (norm float64, err error) {
	w := l.Parameters()
	// Also not to be cut short.
	ctx = context.WithoutCancel(ctx)
	segments := func(do func(lo, hi int)) error {
		return par.For(ctx, t.c.Workers, (len(w)+segment-1)/segment, func(_, i int) error {
			do(i*segment, min((i+1)*segment, len(w)))
			return nil
		})
	}
	if err := segments(func(lo, hi int) {
		clear(l.sum[lo:hi])
		for i := range t.tiles {
			vec.Lerp(l.sum[lo:hi], grad(i)[lo:hi], float32(1/float64(i+1))) // the mean so far
		}
	}); err != nil {
		return 0, err
	}
	norm = float64(nn.Norm(l.sum))
	if math.IsNaN(loss+norm) || math.IsInf(loss+norm, 0) {
		return 0, fmt.Errorf("%w: step %d has loss %v and gradient norm %v; lower the rate from %v", ErrTraining, t.step+1, loss, norm, t.c.Rate)
	}
	const beta1, beta2 = 0.9, 0.99
	k := float64(t.step + 1)
	c1, c2 := float32(1/(1-math.Pow(beta1, k))), float32(1/(1-math.Pow(beta2, k)))
	scale := float32(t.c.Clip / norm)
	return norm, segments(func(lo, hi int) {
		g := l.sum[lo:hi]
		if norm > t.c.Clip {
			for i := range g {
				g[i] *= scale
			}
		}
		vec.Adam(w[lo:hi], g, l.m[lo:hi], l.v[lo:hi], float32(rate), beta1, beta2, 1e-8, float32(t.c.Decay), c1, c2)
	})
}

func (t *trainer) rate() float64 {
	return t.c.Rate * min(1, float64(t.step+1)/float64(t.c.Warm)) * t.schedule.factor(float64(t.step), &t.c)
}

// draw noises the rows of x that pick names, their inputs by a share more.
func (t *trainer) draw(e *examples, s *noise.Stream, x []float64, labels []int, more float64, pick func(r int) int) {
	s.Fill(e.z)
	dim, sd := t.dim, t.network.SigmaData
	for r := range e.level {
		i := pick(r)
		row := x[i*dim:][:dim]
		sigma := t.loss.draw(s, &t.c, sd)
		if e.class != nil {
			e.class[r] = labels[i]
			if s.Uniform() < t.c.ClassDrop {
				e.class[r] = nn.NullClass
			}
		}
		e.sigma[r] = sigma
		e.level[r] = min(max(math.Log(sigma)/4, t.network.Levels[0]), t.network.Levels[1])
		e.weight[r] = t.loss.weight(sigma, sd)
		q := math.Hypot(sigma, sd)
		skip, out := sd*sd/(q*q), sigma*sd/q
		for j, v := range row {
			k := r*dim + j
			y := v + sigma*e.z[k]
			e.in[k] = float32(y / q)
			e.target[k] = float32((v - skip*y) / out)
			if more > 0 {
				e.in[k] += float32(more * sigma / q * s.Normal())
			}
		}
	}
}

// gradient draws tile i's rows, levels and noise, and takes its gradient.
func (t *trainer) gradient(worker, i int) {
	b := &t.tiles[i]
	s := noise.NewStream(noise.Address{Seed: t.c.Seed, Use: noise.Train, Row: uint64(i) * tileStride, Step: uint64(t.step)})
	rows := len(t.x) / t.dim
	t.draw(&b.examples, &s, t.x, t.labels, t.c.InputNoise, func(int) int { return min(rows-1, int(s.Uniform()*float64(rows))) })
	if t.weights != nil {
		t.weigh[worker].Forward(b.u, b.zero, b.level, nil)
	}
	for r, u := range b.u {
		b.shrink[r] = b.weight[r] * math.Exp(-float64(u))
	}
	b.loss, b.penalty = 0, 0
	clear(b.grad)
	if t.loss.matching == denoising {
		t.denoise(t.pass[worker], b)
	} else {
		t.implicit(t.probe[worker], b, &s)
	}
	if t.c.Penalty > 0 {
		t.penalise(t.probe[worker], b, &s)
	}
	if t.weights != nil { // d/du of L e^−u + u, averaged over the rows
		for r, sum := range b.sums {
			b.u[r] = float32((1 - b.shrink[r]*sum/float64(t.dim)) / float64(t.rows))
		}
		clear(b.weighGrad)
		t.weigh[worker].Backward(b.weighGrad, nil, b.u, b.zero)
	}
}

// denoise adds the gradient of w c² ‖F − target‖², or with c.Pooled of the same in their
// metric.
func (t *trainer) denoise(pass nn.Pass, b *trainTile) {
	pass.Forward(b.f, b.in, b.level, b.class)
	n := float64(len(b.f))
	for r := range t.rows {
		var sum float64
		weight, shrink, row := b.weight[r], b.shrink[r], b.residual(r)
		p := t.metric(b.metric, row)
		for k := range row {
			e, d := float64(row[k]), float64(p[k])
			sum += e * d
			b.loss += e * d / n * weight
			row[k] = float32(2 * d / n * shrink)
		}
		b.sums[r] = sum
	}
	pass.Backward(b.grad, nil, b.f, b.in)
}
