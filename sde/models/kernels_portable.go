//go:build !amd64 || noasm

package models

import "github.com/ito-sde/ito/internal/simd"

// eulerVectors leaves everything to the portable path.
func eulerVectors(simd.ISA, kernel, []float64, []float64, *constants) int { return 0 }
