package main

// finite collects the bits of x − x, which are 0 for finite x alone, and returns
// whether there are any.
func (f family) finite() {
	pointers := []string{"SI"}
	f.function("finite", "x *float64, vectors int) (infinite bool", []string{"x"}, pointers, 1)
	f.op("VXORPD V1, V1, V1")
	emit("\nloop:")
	f.op("VMOVUPD (SI), V0")
	f.op("VSUBPD V0, V0, V0")
	f.op("VORPD V0, V1, V1")
	f.op("ADDQ $%d, SI", f.bytes)
	f.op("DECQ CX")
	f.op("JNZ  loop")
	if f == avx512 {
		f.op("VPTESTMQ V1, V1, K1")
		f.op("KORTESTB K1, K1")
	} else {
		f.op("VPTEST V1, V1")
	}
	f.op("SETNE AX")
	f.op("MOVB AX, infinite+16(FP)")
	f.op("VZEROUPPER")
	f.op("RET")
}
