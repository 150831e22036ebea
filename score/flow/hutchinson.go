package flow

import (
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// Hutchinson estimates the trace of the Jacobian J = ∂D/∂x from random signs,
//
//	tr J = E[vᵀ J v],   v_j = ±1,
//
// without bias, with variance 2 Σ_{i≠j} J_ij² for one probe and a symmetric J
// (Hutchinson 1990, proposition 1); exactly if J is diagonal. The probes of a row
// are a function of (Seed, row, probe) alone: they stay the same along a solve,
// so that its right-hand side is smooth (Grathwohl, Chen, Bettencourt, Sutskever,
// Duvenaud 2019, section 3.1), and do not depend on the row's batch.
//
// J v is the model's own if it is a score.JVP. Otherwise it is the central
// difference [D(x + hv) − D(x − hv)]/2h with h = Step·σ, whose error is
// h²|D”'|/6 + ε|D|/h: raise Step to 10⁻² for a network that computes in float32.
// It costs one derivative or two evaluations a probe.
type Hutchinson struct {
	Model   score.Model
	Seed    uint64
	Probes  int     // 0 means 1
	Step    float64 // 0 means 10⁻⁴
	scratch sync.Pool
}

// TraceRows implements [Trace]. Errors: those of the model.
func (h *Hutchinson) TraceRows(dst, x []float64, at sde.Level, first uint64) error {
	dim, probes := h.Model.Dim(), max(1, h.Probes)
	w := take(&h.scratch, 4*len(x))
	defer h.scratch.Put(w)
	n := len(x)
	probe, along, scratch := (*w)[:n], (*w)[n:2*n], (*w)[2*n:4*n]
	clear(dst)
	for k := range probes {
		noise.Signs{}.Normal(probe, dim, noise.Address{Seed: h.Seed, Use: noise.Probe, Row: first, Stage: uint64(k)})
		if err := h.derivative(along, x, probe, scratch, at); err != nil {
			return err
		}
		for i := range dst {
			dst[i] += floats.Dot(probe[i*dim:][:dim], along[i*dim:][:dim]) / float64(probes)
		}
	}
	return nil
}

// derivative writes J v for the rows of x, with scratch of twice its length.
func (h *Hutchinson) derivative(dst, x, v, scratch []float64, at sde.Level) error {
	if m, ok := h.Model.(score.JVP); ok {
		return m.JVPDenoise(dst, x, v, at)
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
