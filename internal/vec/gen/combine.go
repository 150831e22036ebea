package main

// combine emits the sum of a Runge–Kutta stage: four vectors at a time, then one
// at a time, each with one sum over the even terms and one over the odd ones but
// the last term, which is added to their sum: it is mostly the one that has just
// been written, and everything else is ready when it comes. So an element's
// arithmetic does not depend on its place.
func (f family) combine() {
	emit("\n// func combine%s(dst, y, k, c *float64, off *int, terms int, h float64, vectors int)", f.name)
	emit("TEXT ·combine%s(SB), NOSPLIT, $0-64", f.name)
	for i, r := range []string{"DI", "SI", "DX", "R8", "R9", "R10"} {
		f.op("MOVQ %s+%d(FP), %s", []string{"dst", "y", "k", "c", "off", "terms"}[i], 8*i, r)
	}
	f.op("DECQ R10")
	f.op("VBROADCASTSD h+48(FP), V15")
	f.op("MOVQ vectors+56(FP), CX")
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
		f.op("ADDQ $%d, DI", width*f.bytes)
		f.op("ADDQ $%d, DX", width*f.bytes)
		f.op("SUBQ $%d, CX", width)
		f.op("JMP  %s", suffix)
	}
	emit("\ndone:")
	f.op("VZEROUPPER")
	f.op("RET")
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
// have to wait until all of it has reached the cache.
func combine4() {
	f := avx2
	emit("\n// func combine4(t *Terms, dst, y, k *float64, h float64)")
	emit("TEXT ·combine4(SB), NOSPLIT, $0-40")
	f.op("MOVQ t+0(FP), AX")
	f.op("MOVQ (Terms_c+0)(AX), R8")
	f.op("MOVQ (Terms_c+8)(AX), R10")
	f.op("MOVQ Terms_off(AX), R9")
	f.op("MOVQ k+24(FP), DX")
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
	f.op("MOVQ y+16(FP), SI")
	f.op("MOVQ dst+8(FP), DI")
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
	f.op("VMOVSD h+32(FP), H4")
	for i, r := range []string{"H0", "H5", "H6", "H7"} {
		f.op("VFMADD231SD %d(DX), H2, %s", 8*i, r)
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
