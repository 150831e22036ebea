// Package score holds models of the score ∇ log p_t of noised data: exact ones
// (Gaussian, mixture, empirical) and networks, and the reverse-time SDE and
// probability flow that they drive.
package score

import "github.com/ito-sde/ito/sde"

// Model is the denoiser D(x) = E[x_0 | x_t = x] at a level x_t = α x_0 + σ ε.
// By Tweedie's formula (Robbins 1956; Efron 2011) the score is
//
//	∇ log p_t(x) = (α D(x) − x)/σ².
//
// The denoiser is the better conditioned of the two as σ → 0.
type Model interface {
	// Dim is the number of coordinates of a row.
	Dim() int
	// Denoise writes D of every row of x to dst, which may not alias x. It is
	// safe for concurrent calls, and the result for a row does not depend, to
	// the last bit, on the other rows of the call.
	Denoise(dst, x []float64, at sde.Level) error
}
