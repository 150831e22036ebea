// Package sampler turns a denoiser into samples: rules (one step of a sampler
// each), time grids, and the drivers that own the loop, the history, the ends
// of the grid and the counting of evaluations.
//
// Notation, for all rules: x_t = α_t x_0 + σ_t ε, λ = ln(α/σ), ρ = σ/α, a step
// goes from t to s with less noise, h = λ_s − λ_t > 0, D = E[x_0 | x_t].
//
// Sample makes the steps of a Grid one after another. SampleParallel makes many
// at a time, with the same result. SampleAdaptive lets every row choose its steps
// by tolerances; flow.Decode does so for the probability flow by the methods of
// package ode.
//
// The rules of Catalogue go with every model and every process, from pure noise
// (sde.ZeroTerminalSNR) too. Those of Distilled want a model that follows the flow in one
// evaluation (score.FlowMap), those of Phase the process sde.CLD; otherwise their
// errors say so.
package sampler
