package main

import "strings"

// combine emits the sum of a Runge–Kutta stage: four vectors at a time, then one
// at a time, each with one sum over the even terms and one over the odd ones but
// the last term, which is added to their sum: it is mostly the one that has just
// been written, and everything else is ready when it comes. So an element's
// arithmetic does not depend on its place. accumulate starts the sum with low, adds y
// last and writes what that rounds off to rest.
func (f family) combine(accumulate bool) {
	name, pointers, registers := "combine", []string{"dst", "y"}, []string{"DI", "SI"}
	if accumulate {
		name, pointers, registers = "accumulate", []string{"dst", "rest", "y", "low"}, []string{"DI", "AX", "SI", "BX"}
	}
	moving := append(append([]string(nil), registers...), "DX")
	pointers = append(pointers, "k", "c", "off", "terms")
	registers = append(registers, "DX", "R8", "R9", "R10")
	n := len(pointers)
	emit("\n// func %s%s(%s, k, c *float64, off *int, terms int, h float64, vectors int)", name, f.name, strings.Join(pointers[:n-4], ", "))
	emit("TEXT ·%s%s(SB), NOSPLIT, $0-%d", name, f.name, 8*n+16)
	for i, r := range registers {
		f.op("MOVQ %s+%d(FP), %s", pointers[i], 8*i, r)
	}
	f.op("DECQ R10")
	f.op("VBROADCASTSD h+%d(FP), V15", 8*n)
	f.op("MOVQ vectors+%d(FP), CX", 8*n+8)
	for _, width := range []int{4, 1} {
		suffix := []string{1: "one", 4: "four"}[width]
		emit("\n%s:", suffix)
		f.op("CMPQ CX, $%d", width)
		f.op("JLT  %s", []string{1: "done", 4: "one"}[width])
		for i := range width {
			f.op("VPXOR%s V%d, V%d, V%d", map[family]string{avx512: "Q", avx2: ""}[f], i, i, i)
			f.op("VPXOR%s V%d, V%d, V%d", map[family]string{avx512: "Q", avx2: ""}[f], i+4, i+4, i+4)
		}
		f.op("XORQ R11, R11")
		emit("\n%sterms:", suffix)
		f.op("LEAQ 1(R11), R13")
		f.op("CMPQ R13, R10")
		f.op("JGE  %ssingle", suffix)
		f.term(width, "R11", 0, 8)
		f.term(width, "R13", 4, 9)
		f.op("ADDQ $2, R11")
		f.op("JMP  %sterms", suffix)
		emit("\n%ssingle:", suffix)
		f.op("CMPQ R11, R10")
		f.op("JGE  %ssum", suffix)
		f.term(width, "R11", 0, 8)
		emit("\n%ssum:", suffix)
		for i := range width {
			f.op("VADDPD V%d, V%d, V%d", i+4, i, i)
		}
		f.term(width, "R10", 0, 8)
		if accumulate {
			f.compensate(width)
		} else {
			f.op("TESTQ SI, SI")
			f.op("JZ   %sscale", suffix)
			for i := range width {
				f.op("VFMADD213PD %d(SI), V15, V%d", i*f.bytes, i)
			}
			f.op("ADDQ $%d, SI", width*f.bytes)
			f.op("JMP  %sstore", suffix)
			emit("\n%sscale:", suffix)
			for i := range width {
				f.op("VMULPD V15, V%d, V%d", i, i)
			}
			emit("\n%sstore:", suffix)
			for i := range width {
				f.op("VMOVUPD V%d, %d(DI)", i, i*f.bytes)
			}
		}
		for _, r := range moving {
			if accumulate || r != "SI" { // without a y it stays zero
				f.op("ADDQ $%d, %s", width*f.bytes, r)
			}
		}
		f.op("SUBQ $%d, CX", width)
		f.op("JMP  %s", suffix)
	}
	emit("\ndone:")
	f.op("VZEROUPPER")
	f.op("RET")
}

// compensate emits dst = y + v and rest = v − (dst − y), where v = low + V15 times the
// sums in V0, V1, ...
func (f family) compensate(width int) {
	for i := range width {
		f.op("VFMADD213PD %d(BX), V15, V%d", i*f.bytes, i)
		f.op("VMOVUPD %d(SI), V%d", i*f.bytes, 4+i)
		f.op("VADDPD V%d, V%d, V%d", i, 4+i, 10+i)
		f.op("VMOVUPD V%d, %d(DI)", 10+i, i*f.bytes)
	}
	for i := range width {
		f.op("VSUBPD V%d, V%d, V%d", 4+i, 10+i, 10+i)
		f.op("VSUBPD V%d, V%d, V%d", 10+i, i, i)
		f.op("VMOVUPD V%d, %d(AX)", i, i*f.bytes)
	}
}

// term adds the term of index j to width accumulators from acc on.
func (f family) term(width int, j string, acc, coefficient int) {
	f.op("MOVQ (R9)(%s*8), R12", j)
	f.op("LEAQ (DX)(R12*8), R12")
	f.op("VBROADCASTSD (R8)(%s*8), V%d", j, coefficient)
	for i := range width {
		f.op("VFMADD231PD %d(R12), V%d, V%d", i*f.bytes, coefficient, acc+i)
	}
}

// combine4 emits the sum of a stage of four numbers, the most frequent of small
// systems, which spends its time on the way in and out: it reads the terms where
// package vec keeps them. The last term is read number by number, as it was
// written, and the sum written as the right-hand side will read it: a vector would
// have to wait until all of it has reached the cache. accumulate4 does as accumulate.
func combine4(accumulate bool) {
	f, y, k := avx2, 16, 24
	if accumulate {
		y, k = 24, 40
		emit("\n// func accumulate4(t *Terms, dst, rest, y, low, k *float64, h float64)")
		emit("TEXT ·accumulate4(SB), NOSPLIT, $0-56")
	} else {
		emit("\n// func combine4(t *Terms, dst, y, k *float64, h float64)")
		emit("TEXT ·combine4(SB), NOSPLIT, $0-40")
	}
	f.op("MOVQ t+0(FP), AX")
	f.op("MOVQ (Terms_c+0)(AX), R8")
	f.op("MOVQ (Terms_c+8)(AX), R10")
	f.op("MOVQ Terms_off(AX), R9")
	f.op("MOVQ k+%d(FP), DX", k)
	f.op("VXORPD V0, V0, V0")
	f.op("VXORPD V1, V1, V1")
	f.op("SUBQ $3, R10")
	f.op("JLT  rest")
	emit("\npairs:")
	f.op("MOVQ (R9), R11")
	f.op("MOVQ 8(R9), R12")
	f.op("VBROADCASTSD (R8), V2")
	f.op("VBROADCASTSD 8(R8), V3")
	f.op("VFMADD231PD (DX)(R11*8), V2, V0")
	f.op("VFMADD231PD (DX)(R12*8), V3, V1")
	f.op("ADDQ $16, R9")
	f.op("ADDQ $16, R8")
	f.op("SUBQ $2, R10")
	f.op("JGE  pairs")
	emit("\nrest:")
	f.op("MOVQ y+%d(FP), SI", y)
	f.op("MOVQ dst+8(FP), DI")
	if accumulate {
		f.op("MOVQ rest+16(FP), AX")
		f.op("MOVQ low+32(FP), BX")
	}
	f.op("CMPQ R10, $-2")
	f.op("JEQ  last")
	f.op("MOVQ (R9), R11")
	f.op("VBROADCASTSD (R8), V2")
	f.op("VFMADD231PD (DX)(R11*8), V2, V0")
	f.op("ADDQ $8, R9")
	f.op("ADDQ $8, R8")
	emit("\nlast:")
	f.op("MOVQ (R9), R11")
	f.op("LEAQ (DX)(R11*8), DX")
	f.op("VADDPD V1, V0, V0")
	f.op("VMOVSD (R8), H2")
	f.op("VEXTRACTF128 $1, V0, H6")
	f.op("VUNPCKHPD H0, H0, H5")
	f.op("VUNPCKHPD H6, H6, H7")
	f.op("VMOVSD h+%d(FP), H4", k+8)
	for i, r := range []string{"H0", "H5", "H6", "H7"} {
		f.op("VFMADD231SD %d(DX), H2, %s", 8*i, r)
	}
	if accumulate {
		for i, r := range []string{"H0", "H5", "H6", "H7"} {
			f.op("VFMADD213SD %d(BX), H4, %s", 8*i, r)
			f.op("VMOVSD %d(SI), H%d", 8*i, 8+i)
			f.op("VADDSD %s, H%d, H%d", r, 8+i, 12+i)
			f.op("VMOVSD H%d, %d(DI)", 12+i, 8*i)
		}
		for i, r := range []string{"H0", "H5", "H6", "H7"} {
			f.op("VSUBSD H%d, H%d, H%d", 8+i, 12+i, 12+i)
			f.op("VSUBSD H%d, %s, %s", 12+i, r, r)
			f.op("VMOVSD %s, %d(AX)", r, 8*i)
		}
		f.op("VZEROUPPER")
		f.op("RET")
		return
	}
	f.op("TESTQ SI, SI")
	f.op("JZ   scale")
	for i, r := range []string{"H0", "H5", "H6", "H7"} {
		f.op("VFMADD213SD %d(SI), H4, %s", 8*i, r)
	}
	f.op("JMP  store")
	emit("\nscale:")
	for _, r := range []string{"H0", "H5", "H6", "H7"} {
		f.op("VMULSD H4, %[1]s, %[1]s", r)
	}
	emit("\nstore:")
	for i, r := range []string{"H0", "H5", "H6", "H7"} {
		f.op("VMOVSD %s, %d(DI)", r, 8*i)
	}
	f.op("VZEROUPPER")
	f.op("RET")
}
