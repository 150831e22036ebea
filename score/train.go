package score

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/internal/vec"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
)

// ErrTraining is wrapped by the errors of Train about data, configuration and
// diverging losses.
var ErrTraining = errors.New("score: training")

// TrainConfig configures Train. Zero values take the defaults named.
type TrainConfig struct {
	Hidden int `json:"hidden"` // width; 320
	Blocks int `json:"blocks"` // residual blocks; 3
	Steps  int `json:"steps"`  // 8000
	Batch  int `json:"batch"`  // rows a step, rounded up to whole tiles of 128; 512

	Rate   float64 `json:"rate"`   // peak learning rate, warmed up over 500 steps, then cosine to 1 %; 1e-3
	EMA    int     `json:"ema"`    // length of the weights' moving average in steps, at most a tenth of those done; 1000
	Clip   float64 `json:"clip"`   // largest norm of a gradient; 1
	PMean  float64 `json:"p_mean"` // of ln(σ/α/σ_d): N(PMean, PStd²); −0.5
	PStd   float64 `json:"p_std"`  // 1.4
	Seed   uint64  `json:"seed"`
	Digest uint64  `json:"data"` // set by Train: what it was trained on

	Workers   int               `json:"-"` // goroutines; 0: GOMAXPROCS
	SaveEvery int               `json:"-"` // steps between states; 1000
	Metadata  map[string]string `json:"-"` // stored with the network
	Observer  func(TrainStep)   `json:"-"`
	// State, if not empty, is the file that training resumes from if it is
	// there, and that is written every SaveEvery steps, at the end, and when
	// the context ends.
	State string `json:"-"`
}

// TrainStep is what an Observer is told of a step.
type TrainStep struct {
	Step, Steps int
	Loss        float64 // mean over the batch and coordinates
	Rate        float64
	GradNorm    float64
}

func (c TrainConfig) withDefaults() TrainConfig {
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	deff := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	def(&c.Hidden, 320)
	def(&c.Blocks, 3)
	def(&c.Steps, 8000)
	def(&c.Batch, 512)
	def(&c.EMA, 1000)
	def(&c.SaveEvery, 1000)
	deff(&c.Rate, 1e-3)
	deff(&c.Clip, 1)
	deff(&c.PMean, -0.5)
	deff(&c.PStd, 1.4)
	return c
}

// trainTile is the number of rows of which one gradient is taken. It is fixed,
// and tiles are added in order, so that the number of workers changes no bit.
const trainTile = 2 * noise.BlockRows

// Train fits a Network to data by denoising score matching with the weighting of
// EDM: with y = x_0 + σ ε, ln(σ/σ_d) ~ N(PMean, PStd²), the loss
//
//	E ‖D(y; σ) − x_0‖² (σ² + σ_d²)/(σ σ_d)² = E ‖F − target‖²
//
// weighs all levels alike where D is the skip connection alone. σ_d is the root
// mean square of the data about its mean. Optimiser Adam (0.9, 0.99), exponential
// moving average of the weights.
//
// x holds rows of dim numbers, at least two that differ. Every random number is
// addressed by (seed, step, row): the same configuration gives the same bits for
// any number of workers, and from any interruption. When ctx ends Train writes
// its state, if it has a file for it, within one step and returns ctx's error.
//
// Vincent (2011); Karras, Aittala, Aila, Laine (2022), eqs. 2 and 8; Kingma, Ba
// (2015).
func Train(ctx context.Context, x []float64, dim int, c TrainConfig) (*Network, error) {
	t, err := newTrainer(x, dim, c)
	if err != nil {
		return nil, err
	}
	if err := t.load(); err != nil {
		return nil, err
	}
	for t.step < t.c.Steps {
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
		if t.step%t.c.SaveEvery == 0 || t.step == t.c.Steps {
			if err := t.save(); err != nil {
				return nil, err
			}
		}
	}
	return newNetwork(t.network, t.ema, t.c.Metadata)
}

type trainer struct {
	c       TrainConfig
	network networkConfig
	x       []float64
	dim     int

	net       nn.Network
	ema, m, v []float32
	step      int
	tiles     []trainTileMemory
	sum       []float32
}

type trainTileMemory struct {
	grad       []float32
	in, target []float32
	f          []float32
	z          []float64
	level      []float64
	loss       float64
	scratch    nn.Pass
}

func newTrainer(x []float64, dim int, c TrainConfig) (*trainer, error) {
	c = c.withDefaults()
	if dim < 1 || len(x)%max(dim, 1) != 0 || len(x) < 2*dim {
		return nil, fmt.Errorf("%w: %d numbers in rows of %d; two rows or more are needed", ErrTraining, len(x), dim)
	}
	if c.Steps < 1 || c.Batch < 1 || !(c.Rate > 0) || !(c.PStd > 0) || !(c.Clip > 0) || c.EMA < 1 || c.SaveEvery < 1 {
		return nil, fmt.Errorf("%w: steps %d, batch %d, rate %v, p-std %v, clip %v, EMA %d, save-every %d must all be positive",
			ErrTraining, c.Steps, c.Batch, c.Rate, c.PStd, c.Clip, c.EMA, c.SaveEvery)
	}
	sd, err := deviation(x, dim)
	if err != nil {
		return nil, err
	}
	c.Digest = digest(x)
	t := &trainer{c: c, x: x, dim: dim}
	t.network = networkConfig{Shape: &nn.Shape{Dim: dim, Hidden: c.Hidden, Blocks: c.Blocks}, SigmaData: sd,
		Levels: [2]float64{(math.Log(sd) + c.PMean - 4*c.PStd) / 4, (math.Log(sd) + c.PMean + 4*c.PStd) / 4}}
	if t.net, err = t.network.network(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTraining, err)
	}
	t.net.Init(c.Seed)
	n := len(t.net.Parameters())
	t.ema, t.m, t.v, t.sum = append([]float32(nil), t.net.Parameters()...), make([]float32, n), make([]float32, n), make([]float32, n)
	t.tiles = make([]trainTileMemory, (c.Batch+trainTile-1)/trainTile)
	for i := range t.tiles {
		b := trainTile * dim
		t.tiles[i] = trainTileMemory{grad: make([]float32, n), in: make([]float32, b), target: make([]float32, b), f: make([]float32, b),
			z: make([]float64, b), level: make([]float64, trainTile), scratch: t.net.NewPass(trainTile, true)}
	}
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

// advance makes one optimiser step.
func (t *trainer) advance(ctx context.Context) (TrainStep, error) {
	t.net.Pack(true)
	if err := par.For(ctx, t.c.Workers, len(t.tiles), func(_, i int) error {
		t.gradient(i)
		return nil
	}); err != nil {
		return TrainStep{}, err
	}
	clear(t.sum)
	var loss float64
	for i := range t.tiles {
		loss += t.tiles[i].loss
		vec.Lerp(t.sum, t.tiles[i].grad, float32(1/float64(i+1))) // the mean so far
	}
	loss /= float64(len(t.tiles))
	norm := float64(nn.Norm(t.sum))
	if math.IsNaN(loss+norm) || math.IsInf(loss+norm, 0) {
		return TrainStep{}, fmt.Errorf("%w: step %d has loss %v and gradient norm %v; lower the rate from %v", ErrTraining, t.step+1, loss, norm, t.c.Rate)
	}
	if norm > t.c.Clip {
		k := float32(t.c.Clip / norm)
		for i := range t.sum {
			t.sum[i] *= k
		}
	}
	rate := t.rate()
	const beta1, beta2 = 0.9, 0.99
	k := float64(t.step + 1)
	vec.Adam(t.net.Parameters(), t.sum, t.m, t.v, float32(rate), beta1, beta2, 1e-8, 0,
		float32(1/(1-math.Pow(beta1, k))), float32(1/(1-math.Pow(beta2, k))))
	vec.Lerp(t.ema, t.net.Parameters(), float32(1/math.Min(float64(t.c.EMA), 1+k/10)))
	t.step++
	return TrainStep{Step: t.step, Steps: t.c.Steps, Loss: loss, Rate: rate, GradNorm: norm}, nil
}

func (t *trainer) rate() float64 {
	const warm = 500
	u := float64(t.step) / float64(t.c.Steps)
	return t.c.Rate * min(1, float64(t.step+1)/warm) * (0.505 + 0.495*math.Cos(math.Pi*u))
}

// gradient draws tile i's rows, levels and noise, and takes its gradient.
func (t *trainer) gradient(i int) {
	b, dim := &t.tiles[i], t.dim
	s := noise.NewStream(noise.Address{Seed: t.c.Seed, Use: noise.Train, Row: uint64(i) * trainTile, Step: uint64(t.step)})
	s.Fill(b.z)
	rows := len(t.x) / dim
	sd := t.network.SigmaData
	for r := range trainTile {
		row := t.x[min(rows-1, int(s.Uniform()*float64(rows)))*dim:][:dim]
		sigma := sd * math.Exp(t.c.PMean+t.c.PStd*s.Normal())
		b.level[r] = min(max(math.Log(sigma)/4, t.network.Levels[0]), t.network.Levels[1])
		q := math.Hypot(sigma, sd)
		skip, out := sd*sd/(q*q), sigma*sd/q
		for j, v := range row {
			k := r*dim + j
			y := v + sigma*b.z[k]
			b.in[k] = float32(y / q)
			b.target[k] = float32((v - skip*y) / out)
		}
	}
	b.scratch.Forward(b.f, b.in, b.level, nil)
	b.loss = 0
	n := float64(len(b.f))
	for k, f := range b.f {
		e := f - b.target[k]
		b.loss += float64(e) * float64(e) / n
		b.f[k] = float32(2 * float64(e) / n)
	}
	clear(b.grad)
	b.scratch.Backward(b.grad, b.f, b.in)
}
