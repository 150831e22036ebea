// Package exact computes the law of a sampler's output on Gaussian data without
// Monte Carlo. On such data the denoiser is affine, so that a sampler is an
// affine map of its start and its noise, and unit impulses put in place of the
// random numbers read off its coefficients, to rounding, for deterministic and
// stochastic rules alike.
package exact
