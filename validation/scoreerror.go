package validation

import (
	"context"
	"fmt"
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
// with D* exact for the Gaussian of the data's moments and r = D(x) − x_0. Whatever the
// data, r of the true E[x_0 | x] correlates with no function of x: b and k are 0 but
// for the noise of the rows, of order 1/√rows of r.
type linearised struct {
	exact.Spectrum
	model score.Model
	rows  []float64  // data, in the model's coordinates
	basis *mat.Dense // eigenvectors in columns
	mutex sync.Mutex
	known map[sde.Level]*affine
}

// affine is x ↦ b + k x in every direction.
type affine struct{ b, k []float64 }

// linearisedRows is how many rows of the data a model's error is taken over.
const linearisedRows = 1000

func newLinearised(m score.Model, data []float64, basis *mat.Dense, s exact.Spectrum) *linearised {
	dim := s.Dim()
	n := len(data) / dim
	every := max(1, n/linearisedRows)
	l := &linearised{Spectrum: s, model: m, basis: basis, known: map[sde.Level]*affine{}}
	for i := 0; i < n; i += every {
		l.rows = append(l.rows, data[i*dim:(i+1)*dim]...)
	}
	return l
}

// Denoise adds the error to the exact denoiser.
func (l *linearised) Denoise(dst, x []float64, at sde.Level) error {
	e, err := l.at(at)
	if err != nil {
		return err
	}
	if err := l.Spectrum.Denoise(dst, x, at); err != nil {
		return err
	}
	n := l.Dim()
	for i := range dst {
		dst[i] += e.b[i%n] + e.k[i%n]*x[i]
	}
	return nil
}

// at is the error at a level.
func (l *linearised) at(at sde.Level) (*affine, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if e := l.known[at]; e != nil {
		return e, nil
	}
	dim := l.Dim()
	x, r := make([]float64, len(l.rows)), make([]float64, len(l.rows))
	sde.Perturb(x, l.rows, dim, at, noise.Gaussian{}, noise.Address{Use: noise.Probe})
	if err := l.model.Denoise(r, x, at); err != nil {
		return nil, err
	}
	for i, v := range l.rows {
		r[i] -= v
	}
	var xe, re mat.Dense
	n := len(l.rows) / dim
	xe.Mul(mat.NewDense(n, dim, x), l.basis)
	re.Mul(mat.NewDense(n, dim, r), l.basis)
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
	l.known[at] = e
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
