// Package sampler turns a denoiser into samples: rules (one step of a sampler
// each), time grids, and the driver that owns the loop, the history, the ends
// of the grid and the counting of evaluations.
//
// Notation, for all rules: x_t = α_t x_0 + σ_t ε, λ = ln(α/σ), a step goes from
// t to s with less noise, h = λ_s − λ_t > 0, D = E[x_0 | x_t].
package sampler
