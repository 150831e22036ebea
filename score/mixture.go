package score

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/sde"
)

// Mixture is the exact model of data from a Gaussian mixture Σ_k w_k N(μ_k, Σ_k).
// At a level every component is the [Gaussian] N(αμ_k, α²Σ_k + σ²I) with its own
// denoiser D_k, and
//
//	D(x) = Σ_k r_k(x) D_k(x),   r_k ∝ w_k N(x; αμ_k, α²Σ_k + σ²I)
//
// (Bishop 2006, section 2.3.9). The responsibilities r_k are computed in logs and
// hold at every level and distance: σ = 0 (right limits: the component whose
// support is nearest to x, then the one of lower dimension, then by density),
// α = 0 (r = w and D is the mean), atoms of zero variance, |x| = 10⁸. A component
// with r_k < 10⁻³⁴ is left out. A row that holds NaN gives NaN, in that row only.
//
// A row costs up to 4·K·dim² operations, half of them for every component and
// half for those that are not left out. A Mixture is immutable and safe for
// concurrent use; its calls allocate nothing once warm.
type Mixture struct {
	dim     int
	weight  []float64 // sum 1
	log     []float64 // ln weight
	part    []*Gaussian
	scratch sync.Pool

	screened bool // see screen
}

// NewMixture returns the mixture of components with the given weights, which are
// scaled to add up to 1. A component of weight 0 takes no part.
//
// Errors: [ErrDimension] if the numbers or dimensions of components do not
// match, [ErrWeights] for a negative or non-finite weight or a zero sum.
func NewMixture(weights []float64, components []*Gaussian) (*Mixture, error) {
	if len(weights) != len(components) || len(components) == 0 {
		return nil, fmt.Errorf("%w: %d weights for %d components; want as many, and at least one", ErrDimension, len(weights), len(components))
	}
	m := &Mixture{dim: components[0].dim, part: append([]*Gaussian(nil), components...)}
	for k, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return nil, fmt.Errorf("%w: weight %d is %v; it must be finite and not negative", ErrWeights, k, w)
		}
		if d := components[k].dim; d != m.dim {
			return nil, fmt.Errorf("%w: component %d has dimension %d, component 0 has %d", ErrDimension, k, d, m.dim)
		}
	}
	sum := floats.Sum(weights)
	if !(sum > 0) || math.IsInf(sum, 1) {
		return nil, fmt.Errorf("%w: they add up to %v", ErrWeights, sum)
	}
	for _, w := range weights {
		m.weight = append(m.weight, w/sum)
		m.log = append(m.log, math.Log(w/sum))
	}
	m.screened = m.dim >= screenFrom && len(m.part) > 1
	for _, g := range m.part {
		m.screened = m.screened && g.rank == m.dim
	}
	m.scratch.New = func() any { return newMixtureScratch(m) }
	return m, nil
}

// Dim returns the number of coordinates.
func (m *Mixture) Dim() int { return m.dim }

// Len returns the number of components.
func (m *Mixture) Len() int { return len(m.part) }

// Weights returns a copy of the weights, which add up to 1.
func (m *Mixture) Weights() []float64 { return append([]float64(nil), m.weight...) }

// Component returns component k.
func (m *Mixture) Component(k int) *Gaussian { return m.part[k] }

// Mean returns the mean Σ w_k μ_k of the whole mixture.
func (m *Mixture) Mean() []float64 {
	mean := make([]float64, m.dim)
	for k, g := range m.part {
		floats.AddScaled(mean, m.weight[k], g.mean)
	}
	return mean
}

// Cov returns the covariance Σ w_k (Σ_k + (μ_k − μ)(μ_k − μ)ᵀ) of the whole
// mixture.
func (m *Mixture) Cov() *mat.SymDense {
	cov := mat.NewSymDense(m.dim, nil)
	mean, diff, part := m.Mean(), make([]float64, m.dim), new(mat.SymDense)
	for k, g := range m.part {
		part.ScaleSym(m.weight[k], g.Cov())
		cov.AddSym(cov, part)
		floats.SubTo(diff, g.mean, mean)
		cov.SymRankOne(cov, m.weight[k], mat.NewVecDense(m.dim, diff))
	}
	return cov
}

// Marginal returns the mean and the covariance of x at a level.
func (m *Mixture) Marginal(at sde.Level) (mean []float64, cov *mat.SymDense) {
	return marginal(m.Mean(), m.Cov(), at)
}

// Gaussian returns the Gaussian with the mixture's mean and covariance, its
// surrogate where a method wants a linear score. Errors: [ErrConvergence].
func (m *Mixture) Gaussian() (*Gaussian, error) { return NewGaussian(m.Mean(), m.Cov()) }

// Denoise implements [Model]. Errors: [ErrLevel].
func (m *Mixture) Denoise(dst, x []float64, at sde.Level) error {
	mustRows(dst, x, m.dim)
	w, err := m.acquire(at)
	if err != nil {
		return err
	}
	defer m.scratch.Put(w)
	m.blend(dst, x, w, at.Alpha, 1)
	return nil
}

// Score writes ∇ log p(x) = Σ r_k ∇ log N_k(x) at a level for every row of x,
// without the cancellation of (α D − x)/σ² at small σ. Errors: [ErrLevel], also
// where the density is singular, at σ = 0 with a component of singular covariance.
func (m *Mixture) Score(dst, x []float64, at sde.Level) error {
	mustRows(dst, x, m.dim)
	w, err := m.acquire(at)
	if err != nil {
		return err
	}
	defer m.scratch.Put(w)
	if err := w.regular(at); err != nil {
		return err
	}
	for k := range w.part {
		p := &w.part[k]
		for j, inv := range p.inv {
			p.gain[j] = -inv * inv
		}
		p.gainRest = -p.invRest * p.invRest
	}
	m.blend(dst, x, w, at.Alpha, 0)
	return nil
}

// blend writes Σ r_k (t μ_k + V diag(gain) Vᵀ (x − αμ_k)).
func (m *Mixture) blend(dst, x []float64, w *mixtureScratch, alpha, t float64) {
	for len(x) > 0 {
		n := min(tileRows*m.dim, len(x))
		m.project(w, x[:n], alpha)
		clear(dst[:n])
		for k, g := range m.part {
			coord, takesPart := w.part[k].coord[:n/m.dim*g.rank], false
			for i := range n / m.dim {
				r := w.resp[i*len(m.part)+k]
				own := coord[i*g.rank:][:g.rank]
				if r == 0 {
					clear(own) // the product skips zeros
					continue
				}
				takesPart = true
				row := dst[i*m.dim:][:m.dim]
				floats.AddScaled(row, r*t, g.mean)
				if g.rank < m.dim {
					floats.AddScaled(row, r*w.part[k].gainRest, w.part[k].y[i*m.dim:][:m.dim])
				}
				floats.Scale(r, own)
			}
			if takesPart {
				g.expand(dst[:n], 1, coord, w.part[k].gain)
			}
		}
		dst, x = dst[n:], x[n:]
	}
}

// LogDensity writes log p(x) at a level, one number for each row of x. At σ = 0
// it is +Inf on the support of a component of singular covariance.
// Errors: [ErrLevel].
func (m *Mixture) LogDensity(dst, x []float64, at sde.Level) error {
	mustOnePerRow(dst, x, m.dim)
	w, err := m.acquire(at)
	if err != nil {
		return err
	}
	defer m.scratch.Put(w)
	for len(x) > 0 {
		n := min(tileRows*m.dim, len(x))
		m.project(w, x[:n], at.Alpha)
		copy(dst, w.density[:n/m.dim])
		dst, x = dst[n/m.dim:], x[n:]
	}
	return nil
}

// Responsibilities writes r_k(x), the probability of component k given x at a
// level: Len numbers for each row of x. Errors: [ErrLevel].
func (m *Mixture) Responsibilities(dst, x []float64, at sde.Level) error {
	if len(x)%m.dim != 0 || len(dst) != len(x)/m.dim*len(m.part) {
		panic(fmt.Sprintf("score: len(dst) = %d, want %d for each of the %d/%d rows", len(dst), len(m.part), len(x), m.dim))
	}
	w, err := m.acquire(at)
	if err != nil {
		return err
	}
	defer m.scratch.Put(w)
	for len(x) > 0 {
		n := min(tileRows*m.dim, len(x))
		m.project(w, x[:n], at.Alpha)
		dst = dst[copy(dst, w.resp[:n/m.dim*len(m.part)]):]
		x = x[n:]
	}
	return nil
}
