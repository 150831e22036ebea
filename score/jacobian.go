package score

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde"
)

// TraceDenoise writes the trace of ∂D/∂x, which is Σ αs/(α²s + σ²) for every row
// of x. Errors: [ErrLevel].
func (g *Gaussian) TraceDenoise(dst, x []float64, at sde.Level) error {
	mustOnePerRow(dst, x, g.dim)
	if err := checkLevel(at); err != nil {
		return err
	}
	w := g.scratch.Get().(*gaussianScratch)
	defer g.scratch.Put(w)
	w.set(&g.spectrum, at)
	trace := w.trace(&g.spectrum)
	for i := range dst {
		dst[i] = trace
	}
	return nil
}

func (l *levelTable) trace(s *spectrum) float64 {
	return floats.Sum(l.gain) + float64(s.dim-s.rank)*l.gainRest
}

// JVPDenoise writes (∂D/∂x) v = V diag(αs/(α²s + σ²)) Vᵀ v for every row of v.
// Errors: [ErrLevel].
func (g *Gaussian) JVPDenoise(dst, x, v []float64, at sde.Level) error {
	mustRows(dst, x, g.dim)
	mustRows(dst, v, g.dim)
	if err := checkLevel(at); err != nil {
		return err
	}
	w := g.scratch.Get().(*gaussianScratch)
	defer g.scratch.Put(w)
	w.set(&g.spectrum, at)
	clear(dst)
	for i := 0; i < len(v); i += g.dim {
		g.addJVP(dst[i:i+g.dim], 1, &w.levelTable, v[i:i+g.dim], w.coord[:g.rank], w.y[:g.dim])
	}
	return nil
}

// addJVP adds r times the spectrum's (∂D/∂x) v to dst.
func (s *spectrum) addJVP(dst []float64, r float64, l *levelTable, v, coord, rest []float64) {
	if s.rank < s.dim {
		copy(rest, v)
	}
	if s.rank > 0 {
		vec := blas64.General{Rows: s.rank, Cols: s.dim, Stride: s.dim, Data: s.vec}
		c := blas64.Vector{N: s.rank, Data: coord, Inc: 1}
		blas64.Gemv(blas.NoTrans, 1, vec, blas64.Vector{N: s.dim, Data: v, Inc: 1}, 0, c)
		if s.rank < s.dim {
			blas64.Gemv(blas.Trans, -1, vec, c, 1, blas64.Vector{N: s.dim, Data: rest, Inc: 1})
		}
		floats.Mul(coord, l.gain)
		blas64.Gemv(blas.Trans, r, vec, c, 1, blas64.Vector{N: s.dim, Data: dst, Inc: 1})
	}
	if s.rank < s.dim {
		floats.AddScaled(dst, r*l.gainRest, rest)
	}
}

// The Jacobian of a mixture's denoiser is the mean of those of its components
// plus the spread of the components' answers,
//
//	∂D/∂x = Σ r_k ∂D_k/∂x + Σ r_k (D_k − D)(s_k − s)ᵀ,   s = Σ r_k s_k the score.
//
// Since α D_k = x + σ² s_k the second term is a covariance, of the scores times
// σ²/α or of the denoisers times α/σ²; the first serves where α ≥ σ, the second
// elsewhere, each without cancellation. The covariance is summed up in one pass
// (West 1979).

// TraceDenoise writes the trace of ∂D/∂x,
//
//	Σ r_k tr ∂D_k/∂x + (σ²/α) Σ r_k |s_k − s|²,
//
// one number for each row of x. Errors: [ErrLevel].
func (m *Mixture) TraceDenoise(dst, x []float64, at sde.Level) error {
	mustOnePerRow(dst, x, m.dim)
	w, err := m.acquire(at)
	if err != nil {
		return err
	}
	defer m.scratch.Put(w)
	answer, mean := w.vector[0], w.vector[1]
	for len(x) > 0 {
		n := min(tileRows*m.dim, len(x))
		m.project(w, x[:n], at.Alpha)
		for i := range n / m.dim {
			var trace, spread, total float64
			clear(mean)
			for k, r := range w.resp[i*len(m.part):][:len(m.part)] {
				if r == 0 {
					continue
				}
				trace += r * w.part[k].trace(&m.part[k].spectrum)
				m.answer(answer, w, k, i, at)
				total += r
				for j, a := range answer {
					delta := a - mean[j]
					mean[j] += r / total * delta
					spread += r * delta * (a - mean[j])
				}
			}
			dst[i] = trace + spreadFactor(at)*spread
		}
		dst, x = dst[n/m.dim:], x[n:]
	}
	return nil
}

// JVPDenoise writes (∂D/∂x) v for every row of x and v. Errors: [ErrLevel].
func (m *Mixture) JVPDenoise(dst, x, v []float64, at sde.Level) error {
	mustRows(dst, x, m.dim)
	mustRows(dst, v, m.dim)
	w, err := m.acquire(at)
	if err != nil {
		return err
	}
	defer m.scratch.Put(w)
	answer, mean, rest := w.vector[0], w.vector[1], w.vector[2]
	factor := spreadFactor(at)
	for len(x) > 0 {
		n := min(tileRows*m.dim, len(x))
		m.project(w, x[:n], at.Alpha)
		for i := range n / m.dim {
			row, dir := dst[i*m.dim:][:m.dim], v[i*m.dim:][:m.dim]
			clear(row)
			clear(mean)
			var total float64
			for k, r := range w.resp[i*len(m.part):][:len(m.part)] {
				if r == 0 {
					continue
				}
				m.answer(answer, w, k, i, at)
				total += r
				var along float64
				for j, a := range answer {
					along += (a - mean[j]) * dir[j]
				}
				for j, a := range answer {
					mean[j] += r / total * (a - mean[j])
					row[j] += factor * r * along * (a - mean[j])
				}
				// The coordinates of this row have served.
				g := m.part[k]
				g.addJVP(row, r, &w.part[k].levelTable, dir, w.part[k].coord[i*g.rank:][:g.rank], rest)
			}
		}
		dst, x, v = dst[n:], x[n:], v[n:]
	}
	return nil
}

// answer writes component k's score (α ≥ σ) or denoiser at row i of the tile.
func (m *Mixture) answer(dst []float64, w *mixtureScratch, k, i int, at sde.Level) {
	clear(dst)
	if at.Alpha >= at.Sigma {
		m.addScore(dst, 1, w, k, i)
		return
	}
	g, p := m.part[k], &w.part[k]
	copy(dst, g.mean)
	for j, c := range p.coord[i*g.rank:][:g.rank] {
		floats.AddScaled(dst, c*p.gain[j], g.vec[j*g.dim:][:g.dim])
	}
	if g.rank < g.dim {
		floats.AddScaled(dst, p.gainRest, p.y[i*m.dim:][:m.dim])
	}
}

// spreadFactor turns the covariance of answers into the Jacobian's second term.
func spreadFactor(at sde.Level) float64 {
	if at.Alpha >= at.Sigma {
		return at.Sigma * at.Sigma / at.Alpha
	}
	return at.Alpha / at.Sigma / at.Sigma
}
