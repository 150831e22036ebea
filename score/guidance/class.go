package guidance

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Scale says how strongly guidance by a class acts, and where.
type Scale struct {
	// Weight is w: 1 is the class's own law, more exaggerates it, 0 is the model
	// of all, and less moves away from the class. Ho and Salimans write w + 1.
	Weight float64
	// Interval holds the least and the largest ρ = σ/α at which Weight acts; at
	// other levels the weight is 1. The zero value is all levels. Kynkäänniemi,
	// Aittala, Karras, Laine, Aila, Lehtinen (2024), eq. 5.
	Interval [2]float64
	// Rescale is φ, from 0 to 1: a row's guided prediction, whose standard
	// deviation over its coordinates grows with the weight, is brought back to
	// that of the class's prediction by the factor φ s_y/s_w + 1 − φ. Lin, Liu,
	// Li, Yang (2024), section 3.4, who take 0.7.
	Rescale float64
	// Predict says of which prediction Rescale takes the deviation: that of the
	// network, in the source. The zero value is the data.
	Predict score.Parameterisation
}

func (s Scale) check(dim int) error {
	switch lo, hi := s.Interval[0], s.Interval[1]; {
	case math.IsNaN(s.Weight) || math.IsInf(s.Weight, 0):
		return fmt.Errorf("%w: weight %v; it must be finite", ErrConfig, s.Weight)
	case s.Interval != [2]float64{} && !(lo >= 0 && lo < hi):
		return fmt.Errorf("%w: interval %v to %v of ρ = σ/α; want 0 ≤ least < largest", ErrConfig, lo, hi)
	case !(s.Rescale >= 0 && s.Rescale <= 1):
		return fmt.Errorf("%w: rescale %v; want it from 0 to 1", ErrConfig, s.Rescale)
	case s.Rescale > 0 && dim == 1:
		return fmt.Errorf("%w: rescale %v of rows of one coordinate, which have no deviation", ErrConfig, s.Rescale)
	}
	return nil
}

// weight is the weight at a level.
func (s Scale) weight(at sde.Level) float64 {
	if rho := at.Rho(); s.Interval != [2]float64{} && !(rho >= s.Interval[0] && rho <= s.Interval[1]) {
		return 1
	}
	return s.Weight
}

// Guided is a model guided by a class. It is made by [ClassifierFree] and
// [Classifier], and safe for concurrent use if its parts are.
type Guided struct {
	model, class score.Model // class is nil with a classifier
	classifier   Gradient
	scale        Scale
	scratch      sync.Pool
}

// Gradient is the ability of a classifier of noised rows to give ∇ ln p(y | x) of
// the class wanted at a level.
type Gradient interface {
	GradLogPosterior(dst, x []float64, at sde.Level) error
}

// Class is the exact classifier of a joint law.
type Class struct {
	Of *score.Conditional
	Y  int
}

// GradLogPosterior implements [Gradient].
func (c Class) GradLogPosterior(dst, x []float64, at sde.Level) error {
	return c.Of.GradLogPosterior(dst, x, c.Y, at)
}

// ClassifierFree guides by two models, one of the class and one of all,
//
//	D_w = D + w (D_y − D) = D_y + (w − 1)(D_y − D).
//
// At weight 1 it is the class's model to the last bit, and costs one evaluation,
// as at weight 0; elsewhere two. A model of what is not wanted, or a bad one of
// the same class, may stand in for that of all.
//
// Ho, Salimans (2022), "Classifier-free diffusion guidance", eq. 6; Karras,
// Aittala, Kynkäänniemi, Lehtinen, Aila, Laine (2024) for the bad one.
//
// Errors: [ErrConfig], also if the models' dimensions differ.
func ClassifierFree(class, all score.Model, s Scale) (*Guided, error) {
	if class.Dim() != all.Dim() {
		return nil, fmt.Errorf("%w: a class's model of dimension %d, one of all of %d", ErrConfig, class.Dim(), all.Dim())
	}
	return guided(&Guided{model: all, class: class, scale: s})
}

// Classifier guides a model of all by a classifier,
//
//	D_w = D + w (σ²/α) ∇ ln p(y | x),
//
// which is p(x) p(y|x) at weight 1 and costs an evaluation of each. With
// [Class] it is [ClassifierFree] of the exact models.
//
// Song et al. (2021), section 5; Dhariwal, Nichol (2021), eqs. 10 and 14.
//
// Errors: [ErrConfig]; those of its Denoise: score.ErrLevel at α = 0, and the
// classifier's.
func Classifier(all score.Model, c Gradient, s Scale) (*Guided, error) {
	return guided(&Guided{model: all, classifier: c, scale: s})
}

func guided(g *Guided) (*Guided, error) {
	if err := g.scale.check(g.Dim()); err != nil {
		return nil, err
	}
	g.scratch.New = func() any { return new([]float64) }
	return g, nil
}

// Dim returns the number of coordinates.
func (g *Guided) Dim() int { return g.model.Dim() }

// Denoise implements score.Model.
func (g *Guided) Denoise(dst, x []float64, at sde.Level) error {
	mustRows(dst, x, g.Dim())
	w := g.scale.weight(at)
	switch {
	case w == 0 && g.scale.Rescale == 0:
		return g.model.Denoise(dst, x, at)
	case w == 1 && g.class != nil:
		return g.class.Denoise(dst, x, at)
	}
	m := g.scratch.Get().(*[]float64)
	defer g.scratch.Put(m)
	other := grow(m, len(x))
	if err := g.answers(dst, other, x, at); err != nil {
		return err
	}
	if g.scale.Rescale == 0 || w == 1 {
		for i, c := range dst {
			dst[i] = c + (w-1)*(c-other[i])
		}
		return nil
	}
	return g.rescale(dst, other, x, at, w)
}

// answers writes D_y to dst and D to other.
func (g *Guided) answers(dst, other, x []float64, at sde.Level) error {
	if err := g.model.Denoise(other, x, at); err != nil {
		return err
	}
	if g.class != nil {
		return g.class.Denoise(dst, x, at)
	}
	f, err := likelihoodFactor(at)
	if err != nil {
		return err
	}
	if err := g.classifier.GradLogPosterior(dst, x, at); err != nil {
		return err
	}
	for i, d := range other {
		dst[i] = d + f*dst[i]
	}
	return nil
}

// rescale turns dst = D_y and other = D into the guided answer.
func (g *Guided) rescale(dst, other, x []float64, at sde.Level, w float64) error {
	p := g.scale.Predict
	if err := p.FromDenoiser(dst, x, dst, at); err != nil {
		return err
	}
	if err := p.FromDenoiser(other, x, other, at); err != nil {
		return err
	}
	dim := g.Dim()
	for i := 0; i < len(x); i += dim {
		row, all := dst[i:i+dim], other[i:i+dim]
		own := deviation(row)
		for j, c := range row {
			row[j] = c + (w-1)*(c-all[j])
		}
		if now := deviation(row); now > 0 {
			floats.Scale(g.scale.Rescale*(own/now)+1-g.scale.Rescale, row)
		}
	}
	return p.ToDenoiser(dst, x, dst, at)
}

// deviation is the standard deviation of the coordinates, in two passes.
func deviation(row []float64) float64 {
	mean := floats.Sum(row) / float64(len(row))
	var sum float64
	for _, v := range row {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(row)))
}

// VJPDenoise implements score.VJP: w J_yᵀ v + (1 − w) Jᵀ v. Errors: [ErrNoVJP]
// where a model has none, with a classifier, whose second derivative it would
// take, and with Rescale.
func (g *Guided) VJPDenoise(dst, x, v []float64, at sde.Level) error {
	if g.class == nil || g.scale.Rescale != 0 {
		return fmt.Errorf("%w: of guidance by a classifier or with Rescale; use ClassifierFree without it", ErrNoVJP)
	}
	class, err := differentiable(g.class)
	if err != nil {
		return err
	}
	w := g.scale.weight(at)
	if err := class.VJPDenoise(dst, x, v, at); err != nil || w == 1 {
		return err
	}
	all, err := differentiable(g.model)
	if err != nil {
		return err
	}
	m := g.scratch.Get().(*[]float64)
	defer g.scratch.Put(m)
	other := grow(m, len(x))
	if err := all.VJPDenoise(other, x, v, at); err != nil {
		return err
	}
	for i, c := range dst {
		dst[i] = c + (w-1)*(c-other[i])
	}
	return nil
}

// grow returns n numbers of scratch.
func grow(w *[]float64, n int) []float64 {
	if len(*w) < n {
		*w = make([]float64, n)
	}
	return (*w)[:n]
}
