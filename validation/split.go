package validation

import (
	"context"
	"math"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/exact"
)

// Part is the share of one cause in a sampler's error: the distance between the laws
// of its output with that cause and without it.
type Part struct {
	W2 float64 `json:"w2"`
	KL float64 `json:"kl"` // of the law with the cause to that without it
	// Mean and Deviation are what the cause adds to the mean and to the standard
	// deviation of every eigendirection. Those of all causes add up to the whole.
	Mean      []float64 `json:"mean"`
	Deviation []float64 `json:"deviation"`
}

// Split is the error of a sampler on Gaussian data, taken apart: from the law of its
// samples to that of the data by way of
//
//	samples → Score: with the exact score → Initialisation: started from the exact
//	marginal in place of N(0, σ_T²) → Discretisation: without error in any step →
//	Truncation: down to the data instead of the cut-off.
//
// W2 of the whole is no larger than the sum of the parts', and in every eigendirection
// mean and deviation of the parts add up to it exactly.
type Split struct {
	Total          Part `json:"total"`
	Score          Part `json:"score"`
	Initialisation Part `json:"initialisation"`
	Discretisation Part `json:"discretisation"`
	Truncation     Part `json:"truncation"`
}

// ErrorSplit takes the error of the sampler c on the data apart, to rounding and
// without Monte Carlo. c.Model is an affine denoiser in the data's eigenbasis; nil is the
// exact one, and no error of the score. blur is added to all variances before a KL is
// taken: laws without width in a direction, such as denoised ones on flat data, are
// otherwise at an infinite one.
func ErrorSplit(ctx context.Context, c sampler.Config, data exact.Spectrum, blur float64) (Split, error) {
	levels := c.Grid.Levels(nil)
	start, last := data.At(levels[0]), levels[len(levels)-1]
	cut := data.At(last)
	if _, ends := c.Rule.(sampler.Ender); ends && c.Grid.Denoises() {
		cut = data // its own end loses nothing
	} else if c.Grid.Denoises() {
		// x → D(x) = m + k (x − α m), k = αv/(α²v + σ²).
		for i, v := range data.Var {
			k := 0.0
			if v > 0 {
				k = last.Alpha * v / cut.Var[i]
			}
			cut.Mean[i], cut.Var[i] = data.Mean[i], k*k*cut.Var[i]
		}
	}
	whole := exact.Spectrum{}
	var err error
	if c.Model != nil {
		if whole, err = exact.Law(ctx, c, nil); err != nil {
			return Split{}, err
		}
	}
	prior, err := data.Law(ctx, c, nil)
	if err != nil {
		return Split{}, err
	}
	if c.Model == nil {
		whole = prior
	}
	right, err := data.Law(ctx, c, &start)
	if err != nil {
		return Split{}, err
	}
	part := func(with, without exact.Spectrum) Part {
		p := Part{W2: math.Sqrt(with.W2Squared(without)), KL: with.Blur(blur).KL(without.Blur(blur)),
			Mean: make([]float64, data.Dim()), Deviation: make([]float64, data.Dim())}
		for i := range p.Mean {
			p.Mean[i] = with.Mean[i] - without.Mean[i]
			p.Deviation[i] = math.Sqrt(with.Var[i]) - math.Sqrt(without.Var[i])
		}
		return p
	}
	return Split{Total: part(whole, data), Score: part(whole, prior), Initialisation: part(prior, right),
		Discretisation: part(right, cut), Truncation: part(cut, data)}, nil
}
