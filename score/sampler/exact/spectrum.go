package exact

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Spectrum is a Gaussian target in its own eigenbasis: N(Mean, diag(Var)).
//
// Every rule of the catalogue combines its vectors with scalar weights, so in
// this basis the coordinates do not meet and one impulse can go to all of them
// at once: the exact law costs 2 + steps · noises rows, whatever the dimension,
// instead of dim times as many.
type Spectrum struct{ Mean, Var []float64 }

// SpectrumOf rotates a Gaussian into its eigenbasis.
func SpectrumOf(g *divergence.Gaussian) (Spectrum, error) {
	var eig mat.EigenSym
	if !eig.Factorize(g.Cov(), true) {
		return Spectrum{}, fmt.Errorf("exact: no eigenvalues of a %d×%d covariance", g.Dim(), g.Dim())
	}
	var v mat.Dense
	eig.VectorsTo(&v)
	var m mat.VecDense
	m.MulVec(v.T(), mat.NewVecDense(g.Dim(), g.Mean(nil)))
	s := Spectrum{Mean: m.RawVector().Data, Var: eig.Values(nil)}
	for i, e := range s.Var {
		s.Var[i] = max(e, 0) // negative by rounding only: the covariance was checked
	}
	return s, nil
}

// Dim is the number of eigendirections.
func (s Spectrum) Dim() int { return len(s.Mean) }

// Denoise is the posterior mean, coordinate by coordinate,
//
//	D = m + α v (x − α m)/(α² v + σ²),
//
// which makes Spectrum a score.Model.
func (s Spectrum) Denoise(dst, x []float64, at sde.Level) error {
	n := len(s.Mean)
	for lo := 0; lo < len(x); lo += n {
		row, out := x[lo:lo+n], dst[lo:lo+n]
		for i, v := range s.Var {
			out[i] = s.Mean[i]
			if v > 0 {
				out[i] += at.Alpha * v * (row[i] - at.Alpha*s.Mean[i]) / (at.Alpha*at.Alpha*v + at.Sigma*at.Sigma)
			}
		}
	}
	return nil
}

var _ score.Model = Spectrum{}

// At is the law of x = α x_0 + σ ε.
func (s Spectrum) At(l sde.Level) Spectrum {
	o := Spectrum{make([]float64, s.Dim()), make([]float64, s.Dim())}
	for i := range o.Mean {
		o.Mean[i] = l.Alpha * s.Mean[i]
		o.Var[i] = l.Alpha*l.Alpha*s.Var[i] + l.Sigma*l.Sigma
	}
	return o
}

// Blur adds v to every variance.
func (s Spectrum) Blur(v float64) Spectrum {
	o := Spectrum{append([]float64(nil), s.Mean...), append([]float64(nil), s.Var...)}
	for i := range o.Var {
		o.Var[i] += v
	}
	return o
}

// Gaussian is the same law as a divergence.Gaussian.
func (s Spectrum) Gaussian() (*divergence.Gaussian, error) {
	return divergence.NewGaussian(s.Mean, mat.NewDiagDense(s.Dim(), s.Var))
}

// Law is the exact output law of the sampler c on the target s (c.Model is
// ignored) when x_T has the law start; a nil start is the sampler's own prior.
func (s Spectrum) Law(ctx context.Context, c sampler.Config, start *Spectrum) (Spectrum, error) {
	c.Model = s
	return Law(ctx, c, start)
}

// Law is the exact output law of the sampler c when x_T has the law start; a nil
// start is the sampler's own prior. c.Model must be affine in x, in every
// coordinate by itself.
func Law(ctx context.Context, c sampler.Config, start *Spectrum) (Spectrum, error) {
	n := c.Model.Dim()
	noises := c.Rule.Cost().Noises
	rows := 2 + c.Grid.Steps()*noises
	c.Start = make([]float64, rows*n)
	for i := range n {
		c.Start[n+i] = 1
	}
	c.Source, c.FirstRow = together{noises}, 0
	x := make([]float64, rows*n)
	if _, err := sampler.Sample(ctx, x, c); err != nil {
		return Spectrum{}, err
	}
	if start == nil {
		sd := c.Grid.Levels(nil)[0].Sigma
		start = &Spectrum{make([]float64, n), make([]float64, n)}
		for i := range n {
			start.Var[i] = sd * sd
		}
	}
	out := Spectrum{make([]float64, n), make([]float64, n)}
	for i := range n {
		c0 := x[i]
		a := x[n+i] - c0
		out.Mean[i] = c0 + a*start.Mean[i]
		out.Var[i] = a * a * start.Var[i]
		for r := 2; r < rows; r++ {
			b := x[r*n+i] - c0
			out.Var[i] += b * b
		}
	}
	return out, nil
}
