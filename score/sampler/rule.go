package sampler

import (
	"errors"
	"fmt"

	"github.com/ito-sde/ito/sde"
)

// Rule is the formula of one step. Rules are immutable values; everything that
// changes lives in the Step. A rule is a map of (x_t, earlier D, noise) that
// treats every row alike and on its own: rows never see each other.
type Rule interface {
	// Memory is the number of earlier denoised batches that Apply reads.
	Memory() int
	// Cost tells what a step consumes.
	Cost() Cost
	// Apply replaces s.X = x_t by x_s.
	Apply(s *Step) error
}

// Cost counts what a rule consumes.
type Cost struct {
	Evaluations int // model evaluations of every step
	Start       int // further evaluations of a run: of its first step, or spread over it
	Noises      int // standard normal vectors that a step may draw
	Least       int // steps that a grid must have; 0: one
	Kept        int // vectors carried from step to step, besides the denoised batches
}

// ErrRule is wrapped by the error about a rule whose parameters make no sense.
var ErrRule = errors.New("sampler: bad rule")

// Starter is a Rule that needs scratch of its own, for example a Runge–Kutta
// stepper. The driver calls Start once for every tile of size numbers and
// applies the returned rule to that tile alone.
type Starter interface {
	Start(size int) Rule
}

// Ender is a Rule that makes the final denoising itself, with one evaluation:
// End replaces s.X at the level s.To by data.
type Ender interface {
	End(s *Step) error
}

// ErrModel is wrapped by the error about a model that lacks what a rule needs.
var ErrModel = errors.New("sampler: the model cannot do that")

// Step is all that a rule may see of one step on one tile of rows.
type Step struct {
	X        []float64 // in: x_t; out: x_s
	From, To sde.Level // the levels at t and s; To.Sigma > 0
	Time     float64   // t
	Next     float64   // s < t
	Process  sde.Process
	Index    int  // this step, from 0
	Steps    int  // of how many
	First    bool // the first step of this run

	noise   [][]float64
	drawn   []bool // which of noise belong to this step already
	draw    func(k int)
	scratch [][]float64
	kept    [][]float64
	d       [][]float64 // ring of predictions: D, or ε of rules in the noise form
	levels  []sde.Level // their levels
	times   []float64   // their times
	head    int         // position of this step's D
	fresh   bool        // D of this step is computed
	past    int         // earlier batches that are valid
	eval    func(dst, x []float64, at sde.Level) error
	jump    func(dst, x []float64, from, to sde.Level) error // nil: the model has no FlowMap
}

// H is the step in λ, h = λ_s − λ_t > 0.
func (s *Step) H() float64 { return s.To.Lambda() - s.From.Lambda() }

// Denoised returns D(x_t) at the level From, evaluating the model on the first
// call of a step. Later steps see it as Earlier.
func (s *Step) Denoised() ([]float64, error) {
	if !s.fresh {
		if err := s.eval(s.d[s.head], s.X, s.From); err != nil {
			return nil, err
		}
		s.levels[s.head], s.times[s.head] = s.From, s.Time
		s.fresh = true
	}
	return s.d[s.head], nil
}

// PredictedNoise returns ε = (x_t − α_t D)/σ_t, evaluating the model on the
// first call of a step. Later steps see it as Earlier. A rule calls either this
// or Denoised, never both.
func (s *Step) PredictedNoise() ([]float64, error) {
	d := s.d[s.head]
	if !s.fresh {
		if _, err := s.Denoised(); err != nil {
			return nil, err
		}
		noiseOf(d, s.X, s.From)
	}
	return d, nil
}

// noiseOf turns d = D into ε = (x − α D)/σ.
func noiseOf(d, x []float64, at sde.Level) {
	a, b := 1/at.Sigma, at.Alpha/at.Sigma
	d = d[:len(x)]
	for i, v := range x {
		d[i] = a*v - b*d[i]
	}
}

// EvalNoise is Eval followed by ε = (x − α D)/σ.
func (s *Step) EvalNoise(dst, x []float64, at sde.Level) error {
	if err := s.eval(dst, x, at); err != nil {
		return err
	}
	noiseOf(dst, x, at)
	return nil
}

// EarlierTime returns the time of Earlier(j).
func (s *Step) EarlierTime(j int) float64 { return s.times[(s.head-j+len(s.d))%len(s.d)] }

// Earlier returns the prediction of the j-th step before this one, j ≥ 1, as
// Denoised or PredictedNoise gave it, and its level; ok is false where there was
// no such step.
func (s *Step) Earlier(j int) (d []float64, at sde.Level, ok bool) {
	if j < 1 || j > s.past {
		return nil, sde.Level{}, false
	}
	k := (s.head - j + len(s.d)) % len(s.d)
	return s.d[k], s.levels[k], true
}

// Noise returns the k-th standard normal vector of this step, k < Cost().Noises.
// It is drawn on the first call.
func (s *Step) Noise(k int) []float64 {
	if !s.drawn[k] {
		s.draw(k)
		s.drawn[k] = true
	}
	return s.noise[k]
}

// Kept returns the k-th vector that survives from step to step, k < Cost().Kept.
// Its contents are undefined in the first step.
func (s *Step) Kept(k int) []float64 { return s.kept[k] }

// Scratch returns the k-th scratch vector, k < ScratchVectors; its contents do
// not survive the step.
func (s *Step) Scratch(k int) []float64 { return s.scratch[k] }

// ScratchVectors is the number of scratch vectors of a Step.
const ScratchVectors = 4

// FlowMap follows the probability flow from one level to another by one
// evaluation of a model that is a score.FlowMap; of others it is an error that
// wraps ErrModel. dst may not alias x.
func (s *Step) FlowMap(dst, x []float64, from, to sde.Level) error {
	if s.jump == nil {
		return fmt.Errorf("%w: it maps no level to another; the rule wants a score.FlowMap, for example a consistency model", ErrModel)
	}
	return s.jump(dst, x, from, to)
}

// Eval evaluates the model at another state or level. dst may not alias x.
func (s *Step) Eval(dst, x []float64, at sde.Level) error { return s.eval(dst, x, at) }
