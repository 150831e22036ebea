//go:build !amd64 || noasm

package gemm

import "github.com/ito-sde/ito/internal/simd"

// There is only the portable family: these are never called.

func runDots(simd.ISA, int, int, []float64, []float64, int, []float64) {}
func runSums(simd.ISA, int, int, []float64, []float64, int, []float64) {}

func runLower(simd.ISA, int, []float64, []float64, []float64, int, []float64) {}

func runWave(simd.ISA, int, int, []float64, int, []float64) {}
