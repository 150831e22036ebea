// Package energy holds energy-based models of data at all levels of noise: a scalar
// network whose gradient is the score, trained by annealed denoising score matching. So
// the score is a gradient by construction, its Jacobian symmetric, and the logarithm of an
// unnormalised density comes with it. Linear potentials at one level, in closed form, are
// matching.FitPotential.
package energy

import (
	"fmt"
	"math"
	"sync"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Network is a denoising density estimator with a potential for every level: with m the
// data's mean, σ_d its standard deviation, s² = σ² + α²σ_d², u = (x − αm)/s and a scalar
// network G(u, c) of c = ¼ ln(σ/α),
//
//	E(x) = σ² ln p̂(x) = −½ σ²|u|² + ασσ_d G(u, c),
//	D(x) = (x + ∇E(x))/α = m + (ασ_d²/s)u + (σσ_d/s) ∇_u G(u, c),
//
// the preconditioning of EDM with a gradient for its F. c is clamped to the levels of
// training; D is x/α at σ = 0. It is a [score.Model] with derivatives, immutable and safe
// for concurrent use.
//
// Bigdeli, Lin, Portenier, Dunbar, Zwicker (2020), "Learning generative models using
// denoising density estimators", eq. 4; Li, Chen, Sommer (2019), "Learning energy-based
// models in high-dimensional spaces with multi-scale denoising score matching"; Salimans,
// Ho (2021), "Should EBMs model the energy or the score?"; Karras, Aittala, Aila, Laine
// (2022), table 1, for the preconditioning.
type Network struct {
	p      *weights
	mean   []float64
	sd     float64
	lo, hi float64 // of c
	pool   sync.Pool
}

// tileRows is the number of rows of one pass.
const tileRows = 64

// Dim is the number of coordinates.
func (n *Network) Dim() int { return n.p.dim }

func (n *Network) take() *tape {
	if t, _ := n.pool.Get().(*tape); t != nil {
		return t
	}
	return newTape(n.p, tileRows)
}

// load puts rows of x at a level on a tape and returns s.
func (n *Network) load(t *tape, x []float64, at sde.Level) float64 {
	dim := n.p.dim
	s := math.Hypot(at.Sigma, at.Alpha*n.sd)
	c := max(n.lo, min(-at.Lambda()/4, n.hi))
	t.cut(len(x) / dim)
	in := t.h[0]
	for i := range t.rows {
		row := in.Data[i*in.Stride:][:in.Cols]
		for j, v := range x[i*dim:][:dim] {
			row[j] = (v - at.Alpha*n.mean[j]) / s
		}
		embed(row[dim:], c)
	}
	return s
}

// each does something for every tile of rows, after evaluating it.
func (n *Network) each(size int, x []float64, at sde.Level, do func(t *tape, s float64, lo, hi int)) error {
	dim := n.p.dim
	if len(x)%dim != 0 || size*dim != len(x) {
		panic(fmt.Sprintf("energy: %d numbers are not %d rows of %d", len(x), size, dim))
	}
	if !(at.Alpha >= 0) || !(at.Sigma >= 0) || math.IsInf(at.Alpha+at.Sigma, 1) || at.Alpha == 0 && at.Sigma == 0 {
		return fmt.Errorf("%w: α = %v, σ = %v", score.ErrLevel, at.Alpha, at.Sigma)
	}
	t := n.take()
	defer n.pool.Put(t)
	for lo := 0; lo < size; lo += tileRows {
		hi := min(lo+tileRows, size)
		s := n.load(t, x[lo*dim:hi*dim], at)
		t.forward()
		do(t, s, lo, hi)
	}
	return nil
}

// Denoise writes D for every row of x. Errors: [score.ErrLevel].
func (n *Network) Denoise(dst, x []float64, at sde.Level) error {
	dim := n.p.dim
	if len(dst) != len(x) {
		panic(fmt.Sprintf("energy: %d numbers to %d", len(x), len(dst)))
	}
	return n.each(len(x)/dim, x, at, func(t *tape, s float64, lo, hi int) {
		if at.Sigma == 0 {
			for i := lo * dim; i < hi*dim; i++ {
				dst[i] = x[i] / at.Alpha
			}
			return
		}
		t.slope()
		skip, out := at.Alpha*n.sd*n.sd/s, at.Sigma*n.sd/s
		u, f := t.h[0], t.adjH[0]
		for i := range t.rows {
			for j := range dim {
				dst[(lo+i)*dim+j] = n.mean[j] + skip*u.Data[i*u.Stride+j] + out*f.Data[i*f.Stride+j]
			}
		}
	})
}

// Energy sets dst[i] = ln p̂(x_i) + C at a level, in nats, C being the same for all rows. It
// panics unless x is len(dst) rows. Errors: [score.ErrLevel], also at σ = 0.
func (n *Network) Energy(dst, x []float64, at sde.Level) error {
	if at.Sigma == 0 {
		return fmt.Errorf("%w: σ = 0; the potential is of noisy data", score.ErrLevel)
	}
	return n.each(len(dst), x, at, func(t *tape, _ float64, lo, _ int) {
		for i := range t.rows {
			var square float64
			for _, u := range t.h[0].Data[i*t.h[0].Stride:][:n.p.dim] {
				square += u * u
			}
			dst[lo+i] = -0.5*square + at.Alpha*n.sd/at.Sigma*t.value(i)
		}
	})
}

// JVPDenoise writes (∂D/∂x) v for every row of x and v,
//
//	(ασ_d²/s²) v + (σσ_d/s²) ∇²G v.
//
// Errors: [score.ErrLevel].
func (n *Network) JVPDenoise(dst, x, v []float64, at sde.Level) error {
	dim := n.p.dim
	if len(dst) != len(x) || len(v) != len(x) {
		panic(fmt.Sprintf("energy: %d numbers along %d to %d", len(x), len(v), len(dst)))
	}
	return n.each(len(x)/dim, x, at, func(t *tape, s float64, lo, hi int) {
		if at.Sigma == 0 {
			for i := lo * dim; i < hi*dim; i++ {
				dst[i] = v[i] / at.Alpha
			}
			return
		}
		in := t.ht[0]
		for i := range t.rows {
			row := in.Data[i*in.Stride:][:in.Cols]
			copy(row, v[(lo+i)*dim:][:dim])
			clear(row[dim:])
		}
		t.second(nil)
		skip, out := at.Alpha*n.sd*n.sd/(s*s), at.Sigma*n.sd/(s*s)
		h := t.adjH[0]
		for i := range t.rows {
			for j := range dim {
				k := (lo+i)*dim + j
				dst[k] = skip*v[k] + out*h.Data[i*h.Stride+j]
			}
		}
	})
}

// VJPDenoise writes (∂D/∂x)ᵀ v, which is (∂D/∂x) v: the Jacobian of a gradient is
// symmetric. Errors: [score.ErrLevel].
func (n *Network) VJPDenoise(dst, x, v []float64, at sde.Level) error {
	return n.JVPDenoise(dst, x, v, at)
}
