package score

import (
	"context"
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde"
)

// Conditional is a joint law of a row and its class: class y has probability π_y
// and the law of its own [Mixture]. So everything that guidance by a class works
// with is exact at every level: the class's model, the model of all,
// p = Σ_y π_y p_y, and the classifier p(y | x). It is immutable and safe for
// concurrent use.
type Conditional struct {
	log     []float64 // ln π_y
	prior   []float64
	class   []*Mixture
	all     *Mixture
	scratch sync.Pool
}

// NewConditional returns the joint law of classes with prior probabilities, which
// are scaled to add up to 1. Errors: those of [NewMixture].
func NewConditional(prior []float64, class []*Mixture) (*Conditional, error) {
	if len(prior) != len(class) || len(class) == 0 {
		return nil, fmt.Errorf("%w: %d prior probabilities for %d classes; want as many, and at least one", ErrDimension, len(prior), len(class))
	}
	c := &Conditional{class: append([]*Mixture(nil), class...)}
	var weights []float64
	var parts []*Gaussian
	for y, m := range class {
		if !(prior[y] >= 0) {
			return nil, fmt.Errorf("%w: prior probability %d is %v; it must be finite and not negative", ErrWeights, y, prior[y])
		}
		for k, w := range m.weight {
			weights, parts = append(weights, prior[y]*w), append(parts, m.part[k])
		}
	}
	var err error
	if c.all, err = NewMixture(weights, parts); err != nil {
		return nil, err
	}
	sum := floats.Sum(prior)
	for _, p := range prior {
		c.prior, c.log = append(c.prior, p/sum), append(c.log, math.Log(p/sum))
	}
	c.scratch.New = func() any { return new([]float64) }
	return c, nil
}

// FitConditional fits a mixture of k components to the rows of every class by EM,
// each as [FitMixture] does; labels run from 0 and the prior probabilities are
// their shares of the rows. Errors: [ErrDimension] if there is not a label for
// every row, [ErrSamples] for a class with fewer rows than components, and those
// of [FitMixture], with the class.
func FitConditional(ctx context.Context, x []float64, labels []int, dim, k int, cfg EMConfig) (*Conditional, error) {
	if err := checkRows(x, dim); err != nil {
		return nil, fmt.Errorf("data set: %w", err)
	}
	if len(labels) != len(x)/dim {
		return nil, fmt.Errorf("%w: %d labels for %d rows", ErrDimension, len(labels), len(x)/dim)
	}
	last := 0
	for i, y := range labels {
		if y < 0 || y >= len(labels) {
			return nil, fmt.Errorf("%w: label %d is %d; classes are numbered from 0, each with rows of its own", ErrDimension, i, y)
		}
		last = max(last, y)
	}
	rows := make([][]float64, last+1)
	for i, y := range labels {
		rows[y] = append(rows[y], x[i*dim:][:dim]...)
	}
	prior, class := make([]float64, len(rows)), make([]*Mixture, len(rows))
	for y, own := range rows {
		if len(own)/dim < k {
			return nil, fmt.Errorf("%w: class %d has %d rows for %d components", ErrSamples, y, len(own)/dim, k)
		}
		m, _, err := FitMixture(ctx, own, dim, k, cfg)
		if err != nil {
			return nil, fmt.Errorf("class %d: %w", y, err)
		}
		prior[y], class[y] = float64(len(own)/dim), m
	}
	return NewConditional(prior, class)
}

// Dim returns the number of coordinates.
func (c *Conditional) Dim() int { return c.all.dim }

// Classes returns the number of classes.
func (c *Conditional) Classes() int { return len(c.class) }

// Prior returns a copy of the classes' probabilities.
func (c *Conditional) Prior() []float64 { return append([]float64(nil), c.prior...) }

// Class returns the model of class y.
func (c *Conditional) Class(y int) *Mixture { return c.class[y] }

// All returns the model of rows of any class.
func (c *Conditional) All() *Mixture { return c.all }

// LogPosterior writes ln p(y | x) at a level: for each row of x, one number for
// every class. Errors: [ErrLevel], also at σ = 0 where a component is singular.
func (c *Conditional) LogPosterior(dst, x []float64, at sde.Level) error {
	dim, n := c.all.dim, len(c.class)
	if len(x)%dim != 0 || len(dst) != len(x)/dim*n {
		panic(fmt.Sprintf("score: len(dst) = %d, want %d for each of the %d/%d rows", len(dst), n, len(x), dim))
	}
	if err := c.regular(at); err != nil {
		return err
	}
	w := c.scratch.Get().(*[]float64)
	defer c.scratch.Put(w)
	*w = grow(*w, len(x)/dim)
	for y, m := range c.class {
		if err := m.LogDensity(*w, x, at); err != nil {
			return err
		}
		for i, l := range *w {
			dst[i*n+y] = c.log[y] + l
		}
	}
	for i := 0; i < len(dst); i += n {
		row := dst[i : i+n]
		floats.AddConst(-floats.LogSumExp(row), row)
	}
	return nil
}

func (c *Conditional) regular(at sde.Level) error {
	w, err := c.all.acquire(at)
	if err != nil {
		return err
	}
	defer c.all.scratch.Put(w)
	return w.regular(at)
}

// GradLogPosterior writes ∇ ln p(y | x) = ∇ ln p_y(x) − ∇ ln p(x) at a level for
// every row of x. Errors: [ErrLevel], as for [Mixture.Score].
func (c *Conditional) GradLogPosterior(dst, x []float64, y int, at sde.Level) error {
	w := c.scratch.Get().(*[]float64)
	defer c.scratch.Put(w)
	*w = grow(*w, len(x))
	if err := c.all.Score(*w, x, at); err != nil {
		return err
	}
	if err := c.class[y].Score(dst, x, at); err != nil {
		return err
	}
	floats.Sub(dst, *w)
	return nil
}

// grow returns n numbers, in the memory of w if they fit.
func grow(w []float64, n int) []float64 {
	if cap(w) < n {
		return make([]float64, n)
	}
	return w[:n]
}
