//go:build !amd64 || noasm

package noise

import "github.com/ito-sde/ito/internal/simd"

// fillBlocks leaves everything to Stream.Fill.
func fillBlocks(simd.ISA, []float64, int, Address) int { return 0 }
