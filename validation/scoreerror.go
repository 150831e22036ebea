package validation

import (
	"context"
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler/exact"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// linearised is the affine part of a model's error over noised data, as a model in
// the eigenbasis of the data: in every direction i
//
//	D_i(x) = D*_i(x) + b_i + k_i x_i,   k_i = Cov(x_i, r_i)/Var(x_i),   b_i = E r_i − k_i E x_i,
//
// with D* exact for the Gaussian of the data's moments and r = D(x) − D*(x). Whatever
// the data, D* is the best affine guess of x_0 from x, and what the true E[x_0 | x] has more
// correlates with no affine function of x: its b and k are 0, but for the noise of the rows,
// of order 1/√rows of what is not affine in D. b and k are taken at α = 1 for levels λ a quarter
// apart, and are linear in between: D is a function of x/α and σ/α.
type linearised struct {
	exact.Spectrum
	model score.Model
	rows  []float64  // data, in the model's coordinates
	basis *mat.Dense // eigenvectors in columns
	mutex sync.Mutex
	known map[int]*affine // by the number of the level
}

// affine is x ↦ b + k x in every direction.
type affine struct{ b, k []float64 }

// linearisedRows is how many rows of the data a model's error is taken over.
// and noisedTimes how often each is noised.
const (
	linearisedRows = 2000
	noisedTimes    = 2
)

func newLinearised(m score.Model, data []float64, basis *mat.Dense, s exact.Spectrum) *linearised {
	dim := s.Dim()
	n := len(data) / dim
	every := max(1, n/linearisedRows)
	l := &linearised{Spectrum: s, model: m, basis: basis, known: map[int]*affine{}}
	for range noisedTimes {
		for i := 0; i < n; i += every {
			l.rows = append(l.rows, data[i*dim:(i+1)*dim]...)
		}
	}
	return l
}

// Denoise adds the error to the exact denoiser.
func (l *linearised) Denoise(dst, x []float64, at sde.Level) error {
	if err := l.Spectrum.Denoise(dst, x, at); err != nil {
		return err
	}
	u := math.Max(-lambdaReach, math.Min(at.Lambda(), lambdaReach)) / lambdaStep
	first := int(math.Floor(u))
	n := l.Dim()
	for k, w := range []float64{1 - (u - float64(first)), u - float64(first)} {
		e, err := l.at(first + k)
		if err != nil {
			return err
		}
		for i := range dst {
			if at.Alpha > 0 {
				dst[i] += w * (e.b[i%n] + e.k[i%n]/at.Alpha*x[i])
			} else {
				dst[i] += w * e.b[i%n]
			}
		}
	}
	return nil
}

// Levels beyond which a model's error is taken to be what it is there, and the
// distance between two.
const lambdaReach, lambdaStep = 8, 0.25

// at is the error at α = 1 and λ = k·lambdaStep.
func (l *linearised) at(k int) (*affine, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if e := l.known[k]; e != nil {
		return e, nil
	}
	at := sde.Level{Alpha: 1, Sigma: math.Exp(-lambdaStep * float64(k))}
	dim := l.Dim()
	x, r := make([]float64, len(l.rows)), make([]float64, len(l.rows))
	sde.Perturb(x, l.rows, dim, at, noise.Gaussian{}, noise.Address{Use: noise.Probe})
	if err := l.model.Denoise(r, x, at); err != nil {
		return nil, err
	}
	var xe, re mat.Dense
	n := len(l.rows) / dim
	xe.Mul(mat.NewDense(n, dim, x), l.basis)
	re.Mul(mat.NewDense(n, dim, r), l.basis)
	best := make([]float64, n*dim)
	if err := l.Spectrum.Denoise(best, xe.RawMatrix().Data, at); err != nil {
		return nil, err
	}
	re.Sub(&re, mat.NewDense(n, dim, best))
	e := &affine{make([]float64, dim), make([]float64, dim)}
	for i := range dim {
		var mx, mr float64
		for j := range n {
			mx += xe.At(j, i) / float64(n)
			mr += re.At(j, i) / float64(n)
		}
		var cov, variance float64
		for j := range n {
			d := xe.At(j, i) - mx
			cov += d * (re.At(j, i) - mr)
			variance += d * d
		}
		if variance > 0 {
			e.k[i] = cov / variance
		}
		e.b[i] = mr - e.k[i]*mx
	}
	l.known[k] = e
	return e, nil
}

// SplitW2 is the W2 of the parts of a Split.
type SplitW2 struct {
	Score          float64 `json:"score"`
	Initialisation float64 `json:"initialisation"`
	Discretisation float64 `json:"discretisation"`
	Truncation     float64 `json:"truncation"`
}

// split takes the error of a run apart on the surrogate, the model's own by its
// affine part over the data.
func (j *judge) split(ctx context.Context, run job) (SplitW2, error) {
	if j.basis == nil {
		var eig mat.EigenSym
		if !eig.Factorize(j.data.Cov(), true) {
			return SplitW2{}, fmt.Errorf("%w: no eigenvectors of its covariance", ErrData)
		}
		j.basis, j.models = new(mat.Dense), map[string]*linearised{}
		eig.VectorsTo(j.basis)
	}
	m := j.models[run.model.Name]
	if m == nil {
		m = newLinearised(run.model.Model, j.c.X, j.basis, j.surrogate)
		j.models[run.model.Name] = m
	}
	c := run.config
	c.Progress, c.Model = nil, m
	s, err := ErrorSplit(ctx, c, j.surrogate, j.blur)
	u := j.c.Unit
	return SplitW2{u * s.Score.W2, u * s.Initialisation.W2, u * s.Discretisation.W2, u * s.Truncation.W2}, err
}
