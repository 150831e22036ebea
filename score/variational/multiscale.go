package variational

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
)

// Multiscale is a linear-Gaussian autoencoder with latents on several scales, from the
// coarsest to the finest,
//
//	x = μ + Σ_l W_l z_l + σε,   z_l ~ N(0, I),
//
// in which the encoder of a scale sees x and the coarser latents, and the decoder may be
// masked to the first scales: the linear case of the mask-driven multi-scale
// autoencoder (Su 2021, "UniVAE"), with all marginals and bounds closed.
type Multiscale struct {
	layers   []*mat.Dense
	mean     []float64
	variance float64
	all      *LinearVAE
}

// NewMultiscale returns the model with layers W_l, each dim×k_l, the coarsest first.
// Errors: those of [NewLinearVAE], [score.ErrDimension] without a layer.
func NewMultiscale(mean []float64, layers []*mat.Dense, variance float64) (*Multiscale, error) {
	m := &Multiscale{mean: append([]float64(nil), mean...), variance: variance}
	for i, l := range layers {
		if rows, cols := l.Dims(); rows != len(mean) {
			return nil, fmt.Errorf("%w: layer %d is %d×%d for %d coordinates", score.ErrDimension, i, rows, cols, len(mean))
		}
		m.layers = append(m.layers, mat.DenseCopyOf(l))
	}
	var err error
	m.all, err = m.Masked(len(layers))
	return m, err
}

// Upsampling returns the layer of a scale: each of the dim/factor latents is the value
// of factor neighbouring coordinates, times gain. It panics unless factor divides dim.
func Upsampling(dim, factor int, gain float64) *mat.Dense {
	if factor < 1 || dim < 1 || dim%factor != 0 {
		panic(fmt.Sprintf("variational: factor %d of %d coordinates", factor, dim))
	}
	w := mat.NewDense(dim, dim/factor, nil)
	for i := range dim {
		w.Set(i, i/factor, gain)
	}
	return w
}

// Scales returns the number of scales.
func (m *Multiscale) Scales() int { return len(m.layers) }

// Masked returns the autoencoder of the first scales alone, whose marginal is
// N(μ, Σ_{l<scales} W_l W_lᵀ + σ²I). Errors: [score.ErrDimension] unless
// 1 ≤ scales ≤ Scales.
func (m *Multiscale) Masked(scales int) (*LinearVAE, error) {
	if scales < 1 || scales > len(m.layers) {
		return nil, fmt.Errorf("%w: %d of %d scales", score.ErrDimension, scales, len(m.layers))
	}
	w := mat.DenseCopyOf(m.layers[0])
	for _, l := range m.layers[1:scales] {
		var wider mat.Dense
		wider.Augment(w, l)
		w = &wider
	}
	return NewLinearVAE(m.mean, w, m.variance)
}

// Rates writes, for each row of x, what each scale costs in nats,
//
//	R_l = E_q KL(q(z_l | x, z_<l)‖N(0, I)) = ½(tr S_ll + |m_l|² − k_l − ln det S_{l|<l}),
//
// with the exact posterior N(m, S) of all latents: Scales numbers a row, which add up
// to KL(q(z|x)‖p(z)). It panics unless dst is Scales numbers for each row of x.
func (m *Multiscale) Rates(dst, x []float64) {
	scales, dim := len(m.layers), len(m.mean)
	if len(x)%dim != 0 || len(dst) != len(x)/dim*scales {
		panic(fmt.Sprintf("variational: %d numbers for %d in rows of %d; want %d a row", len(dst), len(x), dim, scales))
	}
	e := m.all.exact
	var root mat.Cholesky
	root.Factorize(e.Cov) // σ²M⁻¹ has been inverted before
	var l mat.TriDense
	root.LTo(&l)
	diff, mean := make([]float64, dim), mat.NewVecDense(m.all.k, nil)
	for i := range len(x) / dim {
		e.mean(mean, diff, x[i*dim:][:dim], m.mean)
		from := 0
		for s, layer := range m.layers {
			_, k := layer.Dims()
			own := mean.RawVector().Data[from : from+k]
			rate := floats.Dot(own, own) - float64(k)
			for j := from; j < from+k; j++ {
				rate += e.Cov.At(j, j) - 2*math.Log(l.At(j, j))
			}
			dst[i*scales+s] = 0.5 * rate
			from += k
		}
	}
}
