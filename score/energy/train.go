package energy

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/internal/vec"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde/noise"
)

// Config configures [Train]. Zero values take the defaults named.
type Config struct {
	Hidden int     // width; 64
	Layers int     // 2
	Steps  int     // 3000
	Batch  int     // rows a step, rounded up to whole tiles of 64; 256
	Rate   float64 // peak learning rate; 5e-3
	EMA    int     // length of the weights' moving average in steps, at most a tenth of those done; 500
	// PMean and PStd are of the law of training levels, ln(σ/α/σ_d) ~ N(PMean, PStd²);
	// −0.5, or 0 where PStd is given, and 1.4.
	PMean, PStd float64

	Seed     uint64
	Workers  int // goroutines; 0: GOMAXPROCS. The result is the same bits for any number
	Observer func(Step)
}

// Step is what an Observer is told of a step.
type Step struct {
	Step, Steps int
	Loss        float64 // mean over the batch and coordinates; 1 for the zero network on normal data
}

// Train fits a potential to data by annealed denoising score matching, the sum over all
// levels of the denoising losses |∇E + σε|² with the weights of EDM, which make all levels
// alike at the start:
//
//	E |∇_u G(u, c) − (x_0 − D_skip)/c_out|²,   u = (x − αm)/s,   α = 1.
//
// Its gradient by the weights is that of a tangent of G along the residual, at the cost of
// about three evaluations. AdamW's steps without decay, cosine schedule to 1 % of the peak,
// moving average of the weights. x holds rows of dim numbers.
//
// Errors: [score.ErrDimension], [score.ErrSamples] for fewer than two rows that differ,
// [score.ErrNotFinite], [score.ErrConfig], [score.ErrTraining] where the loss diverges; that
// of ctx.
//
// Li, Chen, Sommer (2019), eq. 7; Karras, Aittala, Aila, Laine (2022), eqs. 7 and 8.
func Train(ctx context.Context, x []float64, dim int, c Config) (*Network, error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	n, err := prepare(x, dim, c)
	if err != nil {
		return nil, err
	}
	t := newTrainer(n, x, c)
	for k := range c.Steps {
		loss, err := t.step(ctx, k)
		if err != nil {
			return nil, err
		}
		if c.Observer != nil {
			c.Observer(Step{Step: k + 1, Steps: c.Steps, Loss: loss})
		}
	}
	vec.Widen(n.p.all, t.average, 1)
	return n, nil
}

func (c *Config) complete() error {
	if c.Hidden < 0 || c.Layers < 0 || c.Steps < 0 || c.Batch < 0 || c.EMA < 0 || !(c.Rate >= 0) || !(c.PStd >= 0) || math.IsInf(c.Rate+c.PStd, 0) || math.IsNaN(c.PMean) || math.IsInf(c.PMean, 0) || c.Hidden > maxHidden || c.Layers > maxLayers {
		return fmt.Errorf("%w: width %d, %d layers, %d steps of %d rows at rate %v, average over %d, levels N(%v, %v²)", score.ErrConfig, c.Hidden, c.Layers, c.Steps, c.Batch, c.Rate, c.EMA, c.PMean, c.PStd)
	}
	for _, d := range []struct {
		v     *int
		usual int
	}{{&c.Hidden, 64}, {&c.Layers, 2}, {&c.Steps, 3000}, {&c.Batch, 256}, {&c.EMA, 500}} {
		if *d.v == 0 {
			*d.v = d.usual
		}
	}
	if c.Rate == 0 {
		c.Rate = 5e-3
	}
	if c.PStd == 0 {
		c.PStd = 1.4
		if c.PMean == 0 {
			c.PMean = -0.5
		}
	}
	return nil
}

// prepare makes a network with the data's mean and deviation, and G = 0.
func prepare(x []float64, dim int, c Config) (*Network, error) {
	g, err := score.FitGaussian(x, dim)
	if err != nil {
		return nil, err
	}
	n := &Network{p: newWeights(shape{dim, c.Hidden, c.Layers}), mean: g.Mean()}
	for i := range dim {
		n.sd += g.Cov().At(i, i) / float64(dim)
	}
	if n.sd = math.Sqrt(n.sd); n.sd == 0 {
		return nil, fmt.Errorf("%w: all rows are equal", score.ErrSamples)
	}
	const spread = 3 // deviations of the levels
	n.lo, n.hi = (math.Log(n.sd)+c.PMean-spread*c.PStd)/4, (math.Log(n.sd)+c.PMean+spread*c.PStd)/4
	s := noise.NewStream(noise.Address{Seed: c.Seed, Use: noise.Init})
	for _, w := range n.p.w {
		s.Fill(w.Data)
		floats.Scale(1/math.Sqrt(float64(w.Rows)), w.Data)
	}
	return n, nil
}

// trainer holds what steps share. Weights live in single precision, in which the kernels
// of package vec update them, and are widened for each step.
type trainer struct {
	n       *Network
	x       []float64
	c       Config
	w       []float32
	average []float32
	g, m, v []float32
	tiles   []trainTile
}

type trainTile struct {
	t    *tape
	grad *weights
	loss float64
	z    []float64
	want []float64
}

func newTrainer(n *Network, x []float64, c Config) *trainer {
	size := len(n.p.all)
	t := &trainer{n: n, x: x, c: c, w: make([]float32, size), g: make([]float32, size), m: make([]float32, size), v: make([]float32, size)}
	vec.Narrow(t.w, n.p.all, 1)
	t.average = append([]float32(nil), t.w...)
	t.tiles = make([]trainTile, (c.Batch+tileRows-1)/tileRows)
	for i := range t.tiles {
		t.tiles[i] = trainTile{newTape(n.p, tileRows), newWeights(n.p.shape), 0, make([]float64, n.p.dim), make([]float64, tileRows*n.p.dim)}
	}
	return t
}

func (t *trainer) step(ctx context.Context, k int) (float64, error) {
	vec.Widen(t.n.p.all, t.w, 1)
	err := par.For(ctx, t.c.Workers, len(t.tiles), func(_, i int) error {
		s := noise.NewStream(noise.Address{Seed: t.c.Seed, Use: noise.Train, Step: uint64(k), Stage: uint64(i)})
		t.tiles[i].gradient(t.n, t.x, t.c, &s)
		return nil
	})
	if err != nil {
		return 0, err
	}
	loss, share := 0.0, 1/float64(len(t.tiles))
	sum := t.tiles[0].grad.all
	for i, tile := range t.tiles {
		loss += share * tile.loss
		if i > 0 {
			floats.Add(sum, tile.grad.all)
		}
	}
	floats.Scale(share, sum)
	norm := floats.Norm(sum, 2)
	if math.IsNaN(loss+norm) || math.IsInf(loss+norm, 0) {
		return 0, fmt.Errorf("%w: step %d has loss %v and gradient norm %v; lower the rate from %v", score.ErrTraining, k+1, loss, norm, t.c.Rate)
	}
	if norm > 1 {
		floats.Scale(1/norm, sum)
	}
	vec.Narrow(t.g, sum, 1)
	const beta1, beta2 = 0.9, 0.99
	at := float64(k + 1)
	rate := t.c.Rate * min(1, at/float64(min(100, 1+t.c.Steps/10))) * (0.505 + 0.495*math.Cos(math.Pi*at/float64(t.c.Steps)))
	vec.Adam(t.w, t.g, t.m, t.v, float32(rate), beta1, beta2, 1e-8, 0, float32(1/(1-math.Pow(beta1, at))), float32(1/(1-math.Pow(beta2, at))))
	vec.Lerp(t.average, t.w, float32(1/min(float64(t.c.EMA), 1+at/10)))
	return loss, nil
}

// gradient draws rows, levels and noise, and differentiates the loss.
func (w *trainTile) gradient(n *Network, x []float64, c Config, s *noise.Stream) {
	dim := n.p.dim
	t := w.t
	t.cut(tileRows)
	in := t.h[0]
	for i := range t.rows {
		row := in.Data[i*in.Stride:][:in.Cols]
		data := x[s.Index(len(x)/dim)*dim:][:dim]
		sigma := n.sd * math.Exp(c.PMean+c.PStd*s.Normal())
		scale := math.Hypot(sigma, n.sd)
		s.Fill(w.z)
		for j, v := range data {
			v -= n.mean[j]
			row[j] = (v + sigma*w.z[j]) / scale
			w.want[i*dim+j] = (v - n.sd*n.sd/scale*row[j]) / (sigma * n.sd / scale)
		}
		embed(row[dim:], math.Log(sigma)/4)
	}
	t.forward()
	t.slope()
	w.loss = 0
	// The loss is the mean of r², r = ∇G − want; its gradient that of (2 r/size)·∇G.
	size := float64(t.rows * dim)
	for i := range t.rows {
		to := t.ht[0].Data[i*t.ht[0].Stride:][:t.ht[0].Cols]
		clear(to[dim:])
		for j := range dim {
			r := t.adjH[0].Data[i*t.adjH[0].Stride+j] - w.want[i*dim+j]
			w.loss += r * r / size
			to[j] = 2 * r / size
		}
	}
	clear(w.grad.all)
	t.second(w.grad)
}
