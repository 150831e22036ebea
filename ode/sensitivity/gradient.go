package sensitivity

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/floats"
)

// Gradient returns dL/dy0 and dL/dp of a loss L(y(T), y(At_0), y(At_1), ...)
// given its derivatives: end = ∂L/∂y(T), nil for zero, and at[i] = ∂L/∂y(At_i),
// nil for zero (a nil entry or all of it). Where L depends on p directly, or y0
// does, the caller adds ∂L/∂p and (∂y0/∂p)ᵀ dL/dy0. A loss ∫ l(t, y, p) dt is the
// last value of one more component with the field l.
//
// It is the discrete adjoint: the chain rule backwards through the accepted steps
// and through the interpolant at output times. With λ = dL/dy at the end of a
// step, from the last stage to the first,
//
//	κ_i = h (B_i λ + Σ_o b_i(θ_o) μ_o + Σ_{j>i} A_ji v_j),   v_i = (∂f/∂y)ᵀ κ_i,
//	λ ← λ + Σ_o μ_o + Σ_i v_i,   dL/dp ← dL/dp + Σ_i (∂f/∂p)ᵀ κ_i,
//
// where μ_o = ∂L/∂y at the output time t + θ_o h. The gradient is so that of the
// numbers computed, to rounding, the lengths of the steps held fixed; differences
// between solves that choose their steps anew contain the jumps of that choice,
// of the size of the tolerance. Each stage costs one of Field and one of VJP or
// of Jacobian; without both, 2(n+m) of Field.
//
// The trace is not changed, and may serve several gradients, at the same time if
// the System's functions allow it. The error wraps ErrConfig, ErrNotFinite,
// ErrRepeat, the context's or the System's. Hager (2000), Runge–Kutta methods in
// optimal control and the transformed adjoint system; Griewank, Walther (2008),
// chapter 12, for the checkpoints.
func (r *Trace) Gradient(ctx context.Context, end []float64, at [][]float64) (dy0, dp []float64, err error) {
	if r.done != nil {
		return nil, nil, fmt.Errorf("%w: the recorded solve ended early: %w", ErrConfig, r.done)
	}
	n := len(r.last)
	if end != nil && len(end) != n {
		return nil, nil, bad("the derivative by y(T) has %d numbers, want %d", len(end), n)
	}
	if at != nil && len(at) != len(r.at) {
		return nil, nil, bad("there are derivatives at %d output times, want %d", len(at), len(r.at))
	}
	var outs []output
	for i, mu := range at {
		if mu == nil {
			continue
		}
		if len(mu) != n {
			return nil, nil, bad("the derivative at output time %d has %d numbers, want %d", i, len(mu), n)
		}
		outs = append(outs, output{r.at[i], mu})
	}
	b := newBackward(r)
	copy(b.lambda, end)
	segment := make([]float64, (min(r.steps.every, len(r.steps.h))+1)*n)
	for k := r.steps.saved() - 1; k >= 0; k-- {
		first := k * r.steps.every
		count := min(r.steps.every, len(r.steps.h)-first)
		y := segment[:(count+1)*n]
		if err := b.replay(ctx, y, first, count, k); err != nil {
			return nil, nil, err
		}
		for i := count - 1; i >= 0; i-- {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			t, h, to := r.steps.t[first+i], r.steps.h[first+i], r.steps.t[first+i+1]
			// The outputs after t, up to the end of the step, are its own.
			from := len(outs)
			for from > 0 && (outs[from-1].t-t)*h > 0 {
				from--
			}
			if err := b.step(t, h, to, y[i*n:(i+1)*n], y[(i+1)*n:(i+2)*n], outs[from:]); err != nil {
				return nil, nil, err
			}
			outs = outs[:from]
		}
	}
	for _, o := range outs { // at t0
		floats.Add(b.lambda, o.mu)
	}
	return b.lambda, b.dp, nil
}
