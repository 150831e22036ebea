//go:build !noasm

package simd

import "golang.org/x/sys/cpu"

var best = detect()

func detect() ISA {
	x := cpu.X86
	switch avx2 := x.HasAVX2 && x.HasFMA; {
	case avx2 && x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL:
		return AVX512
	case avx2:
		return AVX2
	default:
		return Portable
	}
}
