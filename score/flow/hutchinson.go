package flow

import (
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// Hutchinson estimates the trace of the Jacobian J = ∂D/∂x from random probes,
//
//	tr J = E[vᵀ J v],   E v vᵀ = I,
//
// without bias. Signs v_j = ±1 have the variance 2 Σ_{i≠j} J_ij² for one probe and a
// symmetric J (Hutchinson 1990, proposition 1) and are exact if J is diagonal; normal
// ones have 2 Σ_ij J_ij². The probes of a row are a function of (Seed, row, probe)
// alone: they stay the same along a solve, so that its right-hand side is smooth
// (Grathwohl, Chen, Bettencourt, Sutskever, Duvenaud 2019, section 3.1), and do not
// depend on the row's batch.
//
// J v is the model's own if it is a score.JVP, and Jᵀv, which does as well, if it is a
// score.VJP. Otherwise it is the central difference [D(x + hv) − D(x − hv)]/2h with
// h = Step·σ, whose error is h²|D”'|/6 + ε|D|/h: raise Step to 10⁻² for a network
// that computes in float32. It costs one derivative or two evaluations a probe.
type Hutchinson struct {
	Model   score.Model
	Seed    uint64
	Probes  int          // 0 means 1; from 2 on [LogLikelihood] knows its error
	Source  noise.Source // of the probes; nil: noise.Signs
	Step    float64      // 0 means 10⁻⁴
	scratch sync.Pool
}

func (h *Hutchinson) probes() int { return max(1, h.Probes) }

// TraceRows implements [Trace]: the mean of the probes. Errors: those of the model.
func (h *Hutchinson) TraceRows(dst, x []float64, at sde.Level, first uint64) error {
	n := len(x)
	w := take(&h.scratch, 4*n)
	defer h.scratch.Put(w)
	probe, along, scratch := (*w)[:n], (*w)[n:2*n], (*w)[2*n:4*n]
	clear(dst)
	for k := range h.probes() {
		h.draw(probe, first, k)
		if err := h.derivative(along, x, probe, scratch, at); err != nil {
			return err
		}
		h.products(probe, along, func(i int, v float64) { dst[i] += v / float64(h.probes()) })
	}
	return nil
}

// each writes vᵀJv of one row for every probe, which are asked for in few calls.
func (h *Hutchinson) each(dst, x []float64, at sde.Level, row uint64) error {
	dim, most := len(x), min(len(dst), axesAtOnce)*len(x)
	w := take(&h.scratch, 5*most)
	defer h.scratch.Put(w)
	for from := 0; from < len(dst); from += axesAtOnce {
		n := min(axesAtOnce, len(dst)-from) * dim
		rows, probe, along, scratch := (*w)[:n], (*w)[most:most+n], (*w)[2*most:2*most+n], (*w)[3*most:3*most+2*n]
		for i := 0; i < n; i += dim {
			copy(rows[i:], x)
			h.draw(probe[i:i+dim], row, from+i/dim)
		}
		if err := h.derivative(along, rows, probe, scratch, at); err != nil {
			return err
		}
		h.products(probe, along, func(i int, v float64) { dst[from+i] = v })
	}
	return nil
}

// draw fills rows of probe k, from row first on.
func (h *Hutchinson) draw(dst []float64, first uint64, k int) {
	source := h.Source
	if source == nil {
		source = noise.Signs{}
	}
	source.Normal(dst, h.Model.Dim(), noise.Address{Seed: h.Seed, Use: noise.Probe, Row: first, Stage: uint64(k)})
}

// products tells v·w of every row.
func (h *Hutchinson) products(v, w []float64, tell func(i int, product float64)) {
	dim := h.Model.Dim()
	for i := 0; i < len(v); i += dim {
		tell(i/dim, floats.Dot(v[i:i+dim], w[i:i+dim]))
	}
}

// derivative writes J v or Jᵀv for the rows of x, with scratch of twice its length.
func (h *Hutchinson) derivative(dst, x, v, scratch []float64, at sde.Level) error {
	if product := jacobian(h.Model); product != nil {
		return product(dst, x, v, at)
	}
	step := h.Step
	if step == 0 {
		step = 1e-4
	}
	step *= at.Sigma
	moved, back := scratch[:len(x)], scratch[len(x):]
	floats.AddScaledTo(moved, x, step, v)
	if err := h.Model.Denoise(dst, moved, at); err != nil {
		return err
	}
	floats.AddScaledTo(moved, x, -step, v)
	if err := h.Model.Denoise(back, moved, at); err != nil {
		return err
	}
	for i := range dst {
		dst[i] = (dst[i] - back[i]) / (2 * step)
	}
	return nil
}
