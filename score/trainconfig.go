package score

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/score/nn"
)

// ErrTraining is wrapped by the errors of Train about data, configuration and
// diverging losses.
var ErrTraining = errors.New("score: training")

// TrainConfig configures Train. Zero values take the defaults named.
type TrainConfig struct {
	Hidden int `json:"hidden"` // width of the MLP; 320
	Blocks int `json:"blocks"` // residual blocks of the MLP; 3
	// UNet, where its Height is not 0, is trained in place of the MLP. Rows are its
	// images; its zero values are those of nn.UNetShape.
	UNet  nn.UNetShape `json:"unet"`
	Steps int          `json:"steps"` // 8000
	Batch int          `json:"batch"` // rows a step, rounded up to whole tiles (128 of the MLP, 8 or 16 of a U-Net); 512

	Loss         string  `json:"loss"`          // an entry of Losses; edm
	LearnWeights bool    `json:"learn_weights"` // divide the loss of a level by its size, learned along
	PMean        float64 `json:"p_mean"`        // of ln(σ/α/σ_d): N(PMean, PStd²); −0.5
	PStd         float64 `json:"p_std"`         // 1.4

	// InputNoise adds more noise to what the network sees, this share of the level's
	// deviation, and none to what it should answer: it gets used to the errors that a
	// sampler's rows carry. 0: none; Ning et al. (2023), "Input perturbation reduces
	// exposure bias in diffusion models", algorithm 1, take 0.1.
	InputNoise float64 `json:"input_noise"`

	// Penalty is λ of λ w E‖s (∂D/∂y) v‖², v of ±1 at random, by differences: how far D
	// moves with a row y = x_0 + s ε that moves by s. The slope of D on Gaussian data of
	// variance v becomes v/(v + (1+λ) s²). A step takes about twice as long. Drucker, LeCun
	// (1992), "Improving generalization performance using double backpropagation".
	Penalty float64 `json:"penalty"`

	// Pooled, of a U-Net's pictures, adds the errors seen from further away: the k-th
	// times the mean square of what is left of the error's picture by means over squares
	// of 2, 4, 8, … pixels. Large pictures are not learned by their texture alone then.
	// 2, 4, 8, … weigh a picture by 1/side: Hoogeboom, Heek, Salimans (2023), "Simple
	// diffusion: end-to-end diffusion for high resolution images", section 3.2.
	Pooled []float64 `json:"pooled"`

	Rate     float64 `json:"rate"`     // peak learning rate; 1e-3
	Warm     int     `json:"warm"`     // steps of linear warm-up; 500
	Schedule string  `json:"schedule"` // an entry of Schedules; cosine
	Decay    float64 `json:"decay"`    // of the weights, by AdamW, times the rate; 0
	Clip     float64 `json:"clip"`     // largest norm of a gradient; 1
	EMA      int     `json:"ema"`      // length of the weights' moving average in steps, at most a tenth of those done; 1000

	// Snapshots, if not empty, is a folder for the power averages of Widths, every
	// SnapshotEvery steps and at the end, from which Average makes others.
	Snapshots     string    `json:"-"`
	SnapshotEvery int       `json:"-"`      // a sixteenth of the steps
	Widths        []float64 `json:"widths"` // 0.05 and 0.1 with Snapshots; see Profile

	// Labels, if not nil, is each row's class, from 0. A share ClassDrop of them,
	// drawn at random, is withheld from the network, so that it learns both
	// answers that guidance needs; 0: 0.1.
	Labels    []int   `json:"-"`
	ClassDrop float64 `json:"class_drop"`

	// HoldOut is the share of the rows, spread evenly, that is kept from training
	// and judges the averaged weights every CheckEvery steps, by the same loss at
	// the same levels and noise each time. With Patience > 0 training stops after so
	// many checks without a new lowest loss, and gives the weights of the lowest.
	HoldOut    float64 `json:"hold_out"`
	CheckEvery int     `json:"check_every"` // 250
	Patience   int     `json:"patience"`

	Seed   uint64 `json:"seed"`
	Digest uint64 `json:"data"` // set by Train: what it was trained on

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
	Loss        float64 // weighted mean over the batch and coordinates, before LearnWeights
	Penalty     float64 `json:",omitempty"` // λ's part, which Loss is without
	Rate        float64
	GradNorm    float64
	HeldOut     float64 `json:",omitempty"` // the loss on the rows held out, after steps that checked it
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
	if c.UNet.Height == 0 {
		def(&c.Hidden, 320)
		def(&c.Blocks, 3)
	} else {
		c.UNet = c.UNet.WithDefaults()
	}
	def(&c.Steps, 8000)
	def(&c.Batch, 512)
	def(&c.Warm, 500)
	def(&c.EMA, 1000)
	def(&c.CheckEvery, 250)
	def(&c.SaveEvery, 1000)
	deff(&c.Rate, 1e-3)
	deff(&c.Clip, 1)
	deff(&c.PMean, -0.5)
	deff(&c.PStd, 1.4)
	if c.Labels != nil {
		deff(&c.ClassDrop, 0.1)
	}
	if c.Snapshots != "" && len(c.Widths) == 0 {
		c.Widths = []float64{0.05, 0.1}
	}
	def(&c.SnapshotEvery, max(1, c.Steps/16))
	if c.Loss == "" {
		c.Loss = Losses[0].Name
	}
	if c.Schedule == "" {
		c.Schedule = Schedules[0].Name
	}
	return c
}

// check refuses what cannot be honoured, after withDefaults.
func (c TrainConfig) check(rows, dim int) error {
	for _, e := range []struct {
		name string
		v    float64
		ok   bool
	}{
		{"steps", float64(c.Steps), c.Steps > 0}, {"batch", float64(c.Batch), c.Batch > 0},
		{"rate", c.Rate, c.Rate > 0 && c.Rate <= math.MaxFloat64}, {"warm", float64(c.Warm), c.Warm > 0},
		{"decay", c.Decay, c.Decay >= 0 && c.Decay <= math.MaxFloat64}, {"clip", c.Clip, c.Clip > 0},
		{"EMA", float64(c.EMA), c.EMA > 0}, {"p-mean", c.PMean, math.Abs(c.PMean) <= 20}, {"p-std", c.PStd, c.PStd > 0 && c.PStd <= 20},
		{"input-noise", c.InputNoise, c.InputNoise >= 0 && c.InputNoise <= 10},
		{"penalty", c.Penalty, c.Penalty >= 0 && c.Penalty <= 1e6},
		{"class-drop", c.ClassDrop, c.ClassDrop >= 0 && c.ClassDrop <= 1},
		{"hold-out", c.HoldOut, c.HoldOut >= 0 && c.HoldOut <= 0.9}, {"check-every", float64(c.CheckEvery), c.CheckEvery > 0},
		{"patience", float64(c.Patience), c.Patience >= 0}, {"save-every", float64(c.SaveEvery), c.SaveEvery > 0},
		{"snapshot-every", float64(c.SnapshotEvery), c.SnapshotEvery > 0},
	} {
		if !e.ok {
			return fmt.Errorf("%w: %s %v is out of range", ErrTraining, e.name, e.v)
		}
	}
	for _, w := range c.Widths {
		if err := (Profile{w, 1}).check(); err != nil {
			return err
		}
		if c.Snapshots == "" {
			return fmt.Errorf("%w: averages of widths %v and no folder for their snapshots", ErrTraining, c.Widths)
		}
	}
	if c.Patience > 0 && c.HoldOut == 0 {
		return fmt.Errorf("%w: patience %d needs rows held out to judge by; set a hold-out", ErrTraining, c.Patience)
	}
	if c.UNet.Height != 0 && c.UNet.Dim() != dim {
		return fmt.Errorf("%w: a U-Net for %d×%d pixels of %d channels on rows of %d numbers", ErrTraining, c.UNet.Height, c.UNet.Width, c.UNet.Channels, dim)
	}
	if err := c.checkPooled(); err != nil {
		return err
	}
	if c.UNet.Classes != 0 && c.UNet.Classes != c.classes() {
		return fmt.Errorf("%w: a U-Net of %d classes on labels of %d; leave Classes to be counted", ErrTraining, c.UNet.Classes, c.classes())
	}
	if c.Labels == nil && c.ClassDrop != 0 {
		return fmt.Errorf("%w: class-drop %v without labels", ErrTraining, c.ClassDrop)
	}
	if c.Labels != nil && len(c.Labels) != rows {
		return fmt.Errorf("%w: %d labels for %d rows", ErrTraining, len(c.Labels), rows)
	}
	for i, k := range c.Labels {
		if k < 0 {
			return fmt.Errorf("%w: row %d has the class %d; classes begin at 0", ErrTraining, i, k)
		}
	}
	return nil
}

// classes is one more than the largest label.
func (c TrainConfig) classes() int {
	if len(c.Labels) == 0 {
		return 0
	}
	return slices.Max(c.Labels) + 1
}
