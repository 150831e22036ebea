package validation

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde/noise"
)

// ErrNotAffine is wrapped by the error about a sampler whose output is not an
// affine function of its start and noise, so that it has no law that impulses
// can read.
var ErrNotAffine = errors.New("validation: sampler is not affine")

// impulses makes row r's random numbers the r-th unit vector of everything that
// a sampler draws: row 0 is all zero, rows 1 to dim belong to the start, and
// the rest to (step, stage, coordinate) in that order. Behind them stands one
// row of constant noise, which checks that the sampler is affine.
type impulses struct{ dim, stages, rows int }

const (
	probeStart = 0.7
	probeNoise = 0.3
)

func (m impulses) Normal(dst []float64, dim int, at noise.Address) {
	clear(dst)
	first := 1 + m.dim + (int(at.Step)*m.stages+int(at.Stage))*m.dim
	lo, n := int(at.Row), len(dst)/dim
	for i := range m.dim {
		if r := first + i - lo; r >= 0 && r < n {
			dst[r*dim+i] = 1
		}
	}
	if r := m.rows - 1 - lo; r >= 0 && r < n {
		for i := range dim {
			dst[r*dim+i] = probeNoise
		}
	}
}

// Affine is a sampler's output as a function of everything random,
//
//	x = Offset + Start x_T + Noise z,
//
// with x_T its start and z the noise of all steps and stages.
type Affine struct {
	Offset []float64
	Start  *mat.Dense // dim × dim
	Noise  *mat.Dense // dim × (steps · noises · dim); nil without noise
	NFE    int
}

// ReadAffine feeds unit impulses through the sampler and reads off its affine
// map. The model must be linear in x, as the denoiser of a Gaussian is. Cost:
// 2 + dim (1 + steps · noises) rows of one ordinary run.
//
// The error wraps ErrNotAffine where one more row of constant noise does not
// come out as the map predicts.
func ReadAffine(ctx context.Context, c sampler.Config) (*Affine, error) {
	dim := c.Model.Dim()
	draws := c.Grid.Steps() * c.Rule.Cost().Noises * dim
	rows := 2 + dim + draws
	c.Source = impulses{dim: dim, stages: c.Rule.Cost().Noises, rows: rows}
	c.Start = make([]float64, rows*dim)
	c.FirstRow = 0
	for i := range dim {
		c.Start[(1+i)*dim+i] = 1
		c.Start[(rows-1)*dim+i] = probeStart
	}
	x := make([]float64, rows*dim)
	stats, err := sampler.Sample(ctx, x, c)
	if err != nil {
		return nil, err
	}
	a := &Affine{Offset: x[:dim:dim], Start: mat.NewDense(dim, dim, nil), NFE: stats.NFE}
	if draws > 0 {
		a.Noise = mat.NewDense(dim, draws, nil)
	}
	for i := range dim {
		want, size := a.Offset[i], math.Abs(a.Offset[i])
		for j := range dim + draws {
			v := x[(1+j)*dim+i] - a.Offset[i]
			weight := probeNoise
			if j < dim {
				a.Start.Set(i, j, v)
				weight = probeStart
			} else {
				a.Noise.Set(i, j-dim, v)
			}
			want += weight * v
			size += weight*math.Abs(v) + 2*math.Abs(a.Offset[i])
		}
		// Rounding: one unit in the last place of every impulse's run, times
		// the number of steps that could add to it.
		if got := x[(rows-1)*dim+i]; math.Abs(got-want) > 1e-13*float64(c.Grid.Steps()+10)*(size+math.Abs(got)) {
			return nil, fmt.Errorf("%w: coordinate %d of the check row is %v, its impulses predict %v", ErrNotAffine, i, got, want)
		}
	}
	return a, nil
}

// Law is the exact output law for a start x_T ~ N(m, C), given by start.
func (a *Affine) Law(start *divergence.Gaussian) (*divergence.Gaussian, error) {
	dim := len(a.Offset)
	m := mat.NewVecDense(dim, nil)
	m.MulVec(a.Start, mat.NewVecDense(dim, start.Mean(nil)))
	m.AddVec(m, mat.NewVecDense(dim, a.Offset))

	var half, full mat.Dense
	half.Mul(a.Start, start.Cov())
	full.Mul(&half, a.Start.T())
	if a.Noise != nil {
		var w mat.Dense
		w.Mul(a.Noise, a.Noise.T())
		full.Add(&full, &w)
	}
	cov := mat.NewSymDense(dim, nil)
	for i := range dim {
		for j := i; j < dim; j++ {
			cov.SetSym(i, j, 0.5*(full.At(i, j)+full.At(j, i)))
		}
	}
	return divergence.NewGaussian(m.RawVector().Data, cov)
}

// Prior is the law of the sampler's own start, N(0, σ_T² I).
func Prior(c sampler.Config) (*divergence.Gaussian, error) {
	return isotropic(make([]float64, c.Model.Dim()), c.Grid.Levels(nil)[0].Sigma)
}

func isotropic(mean []float64, sd float64) (*divergence.Gaussian, error) {
	cov := mat.NewSymDense(len(mean), nil)
	for i := range mean {
		cov.SetSym(i, i, sd*sd)
	}
	return divergence.NewGaussian(mean, cov)
}

// ExactLaw is the law of the samples that sampler.Sample would draw with c from
// its own prior, when the model is linear: mean and covariance to rounding,
// without Monte Carlo, for deterministic and stochastic rules alike.
func ExactLaw(ctx context.Context, c sampler.Config) (*divergence.Gaussian, error) {
	a, err := ReadAffine(ctx, c)
	if err != nil {
		return nil, err
	}
	start, err := Prior(c)
	if err != nil {
		return nil, err
	}
	return a.Law(start)
}
