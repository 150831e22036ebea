package guidance

import (
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Replace sets what was observed of the denoised row to what was observed, and
// leaves the rest to the model: in the singular axes of A = U diag(s) Vᵀ
//
//	v_j·D' = t_j + αn_j/(α²n_j + σ²) (v_j·x − αt_j),   t_j = u_j·y/s_j,   n_j = σ_y²/s_j²,
//
// the denoiser of N(t_j, n_j): t_j itself for an exact observation, and where
// there is noise what the observation says without the model. The observed part
// of the state then is α t + σ ε along the whole way, as if it were replaced by the
// noised observation. It costs one evaluation and no derivative.
//
// The model sees the noised observation and not the observation: what is not
// observed follows p(rest_t | observed_t) at every level, and these do not fit
// together to p(rest | observed). For standard normal data of correlation c the
// reverse SDE ends at the mean
//
//	y (1 − √(1 − c²))/c   instead of   c y,
//
// half of it for small c. Making every step again (sampler.Restart) lessens it.
//
// Song et al. (2021), appendix I.2, in the form of Wang, Yu, Zhang (2023), eq. 13;
// Trippe et al. (2023), section 3, for the error.
//
// Errors: score.ErrObservation, score.ErrConvergence.
func Replace(m score.Model, o score.Observation) (score.Model, error) {
	a, err := newAxes(o, m.Dim())
	if err != nil {
		return nil, err
	}
	r := &replaced{model: m, axes: a}
	r.scratch.New = func() any { return new([]float64) }
	return r, nil
}

type replaced struct {
	model score.Model
	*axes
	scratch sync.Pool
}

func (r *replaced) Dim() int { return r.dim }

func (r *replaced) Denoise(dst, x []float64, at sde.Level) error {
	mustRows(dst, x, r.dim)
	if err := r.model.Denoise(dst, x, at); err != nil {
		return err
	}
	w := r.scratch.Get().(*[]float64)
	defer r.scratch.Put(w)
	rank := len(r.s)
	all := grow(w, 2*rank)
	c, d := all[:rank], all[rank:]
	// Squares of α/top and σ/top do not underflow together.
	top := max(at.Alpha, at.Sigma)
	alpha, sigma := at.Alpha/top, at.Sigma/top
	for i := 0; i < len(x); i += r.dim {
		r.along(c, x[i:i+r.dim])
		r.along(d, dst[i:i+r.dim])
		for j, s := range r.s {
			t, n := r.z[j]/s, r.noise/s*(r.noise/s)
			gain := 0.0
			if v := alpha*alpha*n + sigma*sigma; v > 0 {
				gain = alpha * n / v / top
			}
			c[j] = t + gain*(c[j]-at.Alpha*t)
		}
		floats.Sub(c, d)
		r.add(dst[i:i+r.dim], c)
	}
	return nil
}
