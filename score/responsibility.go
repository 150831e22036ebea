package score

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde"
)

// negligible is the log of the ratio of responsibilities below which a component
// is left out.
const negligible = -80

// mixtureScratch belongs to one call.
type mixtureScratch struct {
	part    []partScratch
	resp    []float64    // tileRows × K
	bound   []float64    // tileRows × K: what a log density is at most, of screened components
	density []float64    // tileRows
	log     []float64    // K: ln w_k N_k(x)
	off     []float64    // K: distance from the support of a flat component
	flat    bool         // some component is flat
	vector  [3][]float64 // rows of dim, for derivatives
}

type partScratch struct {
	levelTable
	coord []float64 // tileRows × rank
	y     []float64 // tileRows × dim; shared by the components of full rank
}

func newMixtureScratch(m *Mixture) *mixtureScratch {
	k := len(m.part)
	w := &mixtureScratch{
		part: make([]partScratch, k), resp: make([]float64, tileRows*k),
		density: make([]float64, tileRows), bound: make([]float64, tileRows*k), log: make([]float64, k), off: make([]float64, k),
	}
	for i := range w.vector {
		w.vector[i] = make([]float64, m.dim)
	}
	shared := make([]float64, tileRows*m.dim)
	for k, g := range m.part {
		w.part[k].coord = make([]float64, tileRows*g.rank)
		if w.part[k].y = shared; g.rank < m.dim {
			w.part[k].y = make([]float64, tileRows*m.dim)
		}
	}
	return w
}

// acquire takes scratch with its tables set to a level.
func (m *Mixture) acquire(at sde.Level) (*mixtureScratch, error) {
	if err := checkLevel(at); err != nil {
		return nil, err
	}
	w := m.scratch.Get().(*mixtureScratch)
	w.flat = false
	for k, g := range m.part {
		w.part[k].set(&g.spectrum, at)
		w.flat = w.flat || w.part[k].flat > 0
	}
	return w, nil
}

// regular refuses a level at which a component is singular.
func (w *mixtureScratch) regular(at sde.Level) error {
	for k := range w.part {
		if flat := w.part[k].flat; flat > 0 {
			return errSingular(at, flat)
		}
	}
	return nil
}

// project fills coordinates, responsibilities and log densities of a tile.
func (m *Mixture) project(w *mixtureScratch, x []float64, alpha float64) {
	rows := len(x) / m.dim
	for k, g := range m.part {
		p := &w.part[k]
		if m.screened {
			m.screen(w, k, x, alpha)
		} else {
			g.centre(p.coord[:rows*g.rank], p.y[:len(x)], x, alpha)
		}
	}
	for i := range rows {
		row := x[i*m.dim:][:m.dim]
		if m.screened {
			m.complete(w, i, row, alpha)
		} else {
			for k := range m.part {
				m.weigh(w, k, i, row, alpha)
			}
		}
		singular := 0.0
		if w.flat {
			singular = m.limit(w)
		}
		top := floats.Max(w.log)
		if math.IsInf(top, -1) {
			m.nearest(w, i)
			top = floats.Max(w.log)
			singular = math.Inf(-1)
		}
		var sum float64
		resp := w.resp[i*len(m.part):][:len(m.part)]
		for k, l := range w.log {
			if resp[k] = 0; !(l-top < negligible) {
				resp[k] = math.Exp(l - top)
			}
			sum += resp[k]
		}
		floats.Scale(1/sum, resp)
		w.density[i] = top + math.Log(sum) + singular
	}
}

// weigh sets component k's log density at row i of the tile.
func (m *Mixture) weigh(w *mixtureScratch, k, i int, row []float64, alpha float64) {
	g, p := m.part[k], &w.part[k]
	var reach float64
	if p.flat > 0 {
		reach = g.reach(row, alpha)
	}
	square, off := g.mahalanobis(&p.levelTable, p.coord[i*g.rank:][:g.rank], p.y[i*m.dim:][:m.dim], reach)
	w.log[k], w.off[k] = m.log[k]+p.logNorm-0.5*square, off
}

// limit keeps only the components that are left of a row as σ → 0 where some are
// flat, that is, have a factor exp(−off²/2σ²)/σ^flat: those of the least off, and
// of these the ones of the largest flat. It returns what the density tends to if
// that is not finite, or else 0.
func (m *Mixture) limit(w *mixtureScratch) float64 {
	off, flat := math.Inf(1), 0
	for k := range m.part {
		if f := w.part[k].flat; m.weight[k] > 0 && (w.off[k] < off || w.off[k] == off && f > flat) {
			off, flat = w.off[k], f
		}
	}
	for k := range m.part {
		if w.off[k] > off || w.part[k].flat != flat {
			w.log[k] = math.Inf(-1)
		}
	}
	switch {
	case off > 0:
		return math.Inf(-1)
	case flat > 0:
		return math.Inf(1)
	}
	return 0
}

// nearest gives row i to the components of least Mahalanobis distance, by their
// weights and volumes if they are several. It is for rows so far away, or levels
// so fine, that every squared distance overflows.
func (m *Mixture) nearest(w *mixtureScratch, i int) {
	least := math.Inf(1)
	for k, g := range m.part {
		p := &w.part[k]
		distance := 0.0
		for j, c := range p.coord[i*g.rank:][:g.rank] {
			distance = math.Hypot(distance, c*p.inv[j])
		}
		if g.rank < g.dim {
			distance = math.Hypot(distance, p.invRest*floats.Norm(p.y[i*m.dim:][:m.dim], 2))
		}
		if w.off[k] = distance; m.weight[k] > 0 {
			least = min(least, distance)
		}
	}
	for k := range w.log {
		if w.log[k] = math.Inf(-1); !(w.off[k] > least) {
			w.log[k] = m.log[k] + w.part[k].logNorm
		}
	}
}

// addScore adds r times component k's score at row i of the tile to dst.
func (m *Mixture) addScore(dst []float64, r float64, w *mixtureScratch, k, i int) {
	g, p := m.part[k], &w.part[k]
	for j, c := range p.coord[i*g.rank:][:g.rank] {
		floats.AddScaled(dst, -r*c*p.inv[j]*p.inv[j], g.vec[j*g.dim:][:g.dim])
	}
	if g.rank < g.dim {
		floats.AddScaled(dst, -r*p.invRest*p.invRest, p.y[i*m.dim:][:m.dim])
	}
}
