package models

import "github.com/ito-sde/ito/internal/simd"

//go:generate sh -c "go run ./gen > kernels_amd64.s"

// best is the family of kernels that Euler's steps use. All give the same bits.
var best = simd.Best()

// kernel names the Euler–Maruyama step of a model that has one in assembly.
type kernel uint8

const (
	gbmKernel kernel = iota
	ouKernel
	doubleWellKernel
	hestonKernel
)

// constants are those of a step, in the order of gen's formula.
type constants [6]float64
