package score

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// matching is how a loss learns of the error of D.
type matching int

const (
	denoising       matching = iota // from the row that noise was added to
	randomDirection                 // from noised rows alone, by the score's derivative along a random direction
	everyAxis                       // the same along every axis: the divergence itself
)

// Loss is a law of levels to train at and a weight. With s = σ/α, every loss of
// denoising score matching and of flow matching is
//
//	E_s w(s) ‖D(x_0 + s ε; s) − x_0‖² = E_s w c² ‖F − target‖²,   c² = s²σ_d²/(s²+σ_d²).
//
// An implicit one has the same expectation from the noised rows y alone: with the
// score S = (D − y)/s² at α = 1, it is w s⁴ E(‖S‖² + 2∇·S + d/s²).
//
// Weight is w c², bounded for all of them. Kingma, Gao (2023), "Understanding
// diffusion objectives as the ELBO with simple data augmentation", section 2.
type Loss struct {
	Name  string
	About string
	// draw returns a random s; span is the range of ln s that the network is told apart.
	draw   func(s *noise.Stream, c *TrainConfig, sd float64) float64
	weight func(s, sd float64) float64
	span   func(c *TrainConfig, sd float64) (lo, hi float64)

	matching matching
}

// Losses are the losses that Train knows; the first is the default.
var Losses = []Loss{
	{"edm", "ln s normal, w = (s²+σ_d²)/(s σ_d)²: all levels alike at the start. Karras et al. (2022), section 5 and table 1",
		normalLevel, func(_, _ float64) float64 { return 1 }, normalSpan, denoising},
	{"likelihood", "ln s uniform, w = 1/s²: the bound of the likelihood. Kingma, Salimans, Poole, Ho (2021), eq. 17; Song, Durkan, Murray, Ermon (2021), theorem 1",
		func(s *noise.Stream, c *TrainConfig, sd float64) float64 {
			lo, hi := normalSpan(c, sd)
			return math.Exp(lo + (hi-lo)*s.Uniform())
		}, noiseWeight, normalSpan, denoising},
	{"simple", "t uniform on the linear schedule of sde.VP, w = 1/s²: the mean square of the noise's error. Ho, Jain, Abbeel (2020), eq. 14",
		scheduleLevel, noiseWeight, scheduleSpan, denoising},
	{"min-snr", "t as for simple, w = min(1/s², 5). Hang et al. (2023), eq. 6",
		scheduleLevel, func(s, sd float64) float64 { return noiseWeight(s, sd) * min(1, 5*s*s) }, scheduleSpan, denoising},
	{"velocity", "t uniform on the cosine schedule s = tan(πt/2), w = (1+s²)/s²: the mean square of the velocity's error. Salimans, Ho (2022), section 4",
		func(s *noise.Stream, _ *TrainConfig, _ float64) float64 {
			return math.Tan(math.Pi / 2 * inner(s))
		}, func(s, sd float64) float64 { return noiseWeight(s, sd) * (1 + s*s) }, openSpan, denoising},
	{"flow", "t uniform, α = 1 − t and σ = t, w = (1+s)²/s²: flow matching on straight lines. Lipman, Chen, Ben-Hamu, Nickel, Le (2023), eq. 23; Liu, Gong, Liu (2023), eq. 1",
		func(s *noise.Stream, _ *TrainConfig, _ float64) float64 {
			t := inner(s)
			return t / (1 - t)
		}, func(s, sd float64) float64 { return noiseWeight(s, sd) * (1 + s) * (1 + s) }, openSpan, denoising},
	{"sliced", "ln s normal, w = 1/s²: sliced score matching on noised rows, which knows the noise's size alone, by differences along a random direction; 2 evaluations. Song, Garg, Shi, Ermon (2019), SSM-VR; Pang, Xu, Li, Song, Ermon, Zhu (2020), FD-SSM; the weight: Song, Ermon (2019), section 4.2",
		normalLevel, noiseWeight, normalSpan, randomDirection},
	{"implicit", "the same along every axis, 2 evaluations each: for rows of few numbers. Hyvärinen (2005), eq. 4",
		normalLevel, noiseWeight, normalSpan, everyAxis},
}

// check refuses what means nothing to the loss.
func (l Loss) check(c *TrainConfig) error {
	if l.matching == denoising {
		return nil
	}
	if c.LearnWeights {
		return fmt.Errorf("%w: learned weights divide by the size of a loss, and the loss %s, a square only on average, may be negative; take a denoising one", ErrTraining, l.Name)
	}
	if c.InputNoise > 0 {
		return fmt.Errorf("%w: input-noise %v with the loss %s, which would take it for the level's own; set 0 or another loss", ErrTraining, c.InputNoise, l.Name)
	}
	if len(c.Pooled) > 0 {
		return fmt.Errorf("%w: errors of pooled pictures, weights %v, with the loss %s, which knows no row's error; take a denoising one", ErrTraining, c.Pooled, l.Name)
	}
	return nil
}

// lossByName returns an entry of Losses.
func lossByName(name string) (Loss, error) {
	names := make([]string, len(Losses))
	for i, l := range Losses {
		if l.Name == name {
			return l, nil
		}
		names[i] = l.Name
	}
	return Loss{}, fmt.Errorf("%w: no loss %q; known: %v", ErrTraining, name, names)
}

// noiseWeight is c²/s².
func noiseWeight(s, sd float64) float64 { return sd * sd / (s*s + sd*sd) }

func normalLevel(s *noise.Stream, c *TrainConfig, sd float64) float64 {
	return sd * math.Exp(c.PMean+c.PStd*s.Normal())
}

func normalSpan(c *TrainConfig, sd float64) (lo, hi float64) {
	m := math.Log(sd) + c.PMean
	return m - 4*c.PStd, m + 4*c.PStd
}

// open is how near to the ends of [0, 1] a time may be.
const open = 1e-3

func inner(s *noise.Stream) float64 { return open + (1-2*open)*s.Uniform() }

func openSpan(_ *TrainConfig, _ float64) (lo, hi float64) {
	return math.Log(open), -math.Log(open)
}

var linearSchedule = sde.VP{BetaMin: 0.1, BetaMax: 20, Cutoff: open}

func scheduleLevel(s *noise.Stream, _ *TrainConfig, _ float64) float64 {
	lo, hi := linearSchedule.Horizon()
	at := linearSchedule.At(lo + (hi-lo)*s.Uniform())
	return at.Sigma / at.Alpha
}

func scheduleSpan(_ *TrainConfig, _ float64) (lo, hi float64) {
	from, to := linearSchedule.Horizon()
	return -linearSchedule.At(from).Lambda(), -linearSchedule.At(to).Lambda()
}

// Schedule is the course of the learning rate, after the warm-up.
type Schedule struct {
	Name  string
	About string
	// factor of the peak rate at a step.
	factor func(step float64, c *TrainConfig) float64
}

// Schedules are the schedules that Train knows; the first is the default.
var Schedules = []Schedule{
	{"cosine", "half a period of a cosine to 1 % of the peak. Loshchilov, Hutter (2017), eq. 5",
		func(step float64, c *TrainConfig) float64 {
			return 0.505 + 0.495*math.Cos(math.Pi*(step/float64(c.Steps)))
		}},
	{"constant", "the peak", func(float64, *TrainConfig) float64 { return 1 }},
	{"sqrt", "√(r/step) after r = a tenth of the steps. Karras et al. (2024), eq. 67",
		func(step float64, c *TrainConfig) float64 {
			return 1 / math.Sqrt(max(1, 10*step/float64(c.Steps)))
		}},
}

func scheduleByName(name string) (Schedule, error) {
	names := make([]string, len(Schedules))
	for i, s := range Schedules {
		if s.Name == name {
			return s, nil
		}
		names[i] = s.Name
	}
	return Schedule{}, fmt.Errorf("%w: no schedule %q; known: %v", ErrTraining, name, names)
}
