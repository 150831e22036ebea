package main

// exponents sets e = price − cost·inverse and collects the largest.
func (f family) exponents() {
	f.function("exponents", "e, price, cost, most *float64, vectors int, inverse float64", []string{"e", "price", "cost", "most"}, []string{"DI", "SI", "DX", "R8"}, 8)
	f.op("VBROADCASTSD inverse+40(FP), V3")
	f.op("VMOVUPD (R8), V2")
	emit("\nloop:")
	f.op("VMOVUPD (SI), V0")
	f.op("VMOVUPD (DX), V1")
	f.op("VFNMADD231PD V1, V3, V0")
	f.op("VMOVUPD V0, (DI)")
	f.op("VMAXPD V0, V2, V2")
	f.op("ADDQ $%d, SI", f.bytes)
	f.op("ADDQ $%d, DX", f.bytes)
	f.op("ADDQ $%d, DI", f.bytes)
	f.op("DECQ CX")
	f.op("JNZ  loop")
	f.op("VMOVUPD V2, (R8)")
	f.op("VZEROUPPER")
	f.op("RET")
}

// sumExp adds e^(x−shift) to the numbers at sums, by the constants of expTable: each is a
// vector of equal numbers.
func (f family) sumExp() {
	f.function("sumExp", "x, sums, table *float64, vectors int, shift float64", []string{"x", "sums", "table"}, []string{"SI", "DI", "DX"}, 8)
	f.op("VBROADCASTSD shift+32(FP), V6")
	f.op("VMOVUPD (DI), V7")
	const least, log2e, magic, high, low, bias, one = 0, 64, 128, 192, 256, 320, 384
	f.op("VMOVUPD %d(DX), V5", magic)
	emit("\nloop:")
	f.op("VMOVUPD (SI), V0")
	f.op("VSUBPD V6, V0, V0")
	f.op("VMOVUPD %d(DX), V1", least)
	f.op("VMAXPD V0, V1, V0") // the second, in Intel's order, where one is NaN
	f.op("VMOVAPD V0, V2")
	f.op("VFMADD132PD %d(DX), V5, V2", log2e)
	f.op("VSUBPD V5, V2, V3")
	f.op("VFNMADD231PD %d(DX), V3, V0", high)
	f.op("VFNMADD231PD %d(DX), V3, V0", low)
	f.op("VMOVUPD %d(DX), V1", one+64*11)
	for k := 10; k >= 0; k-- {
		f.op("VFMADD213PD %d(DX), V0, V1", one+64*k)
	}
	f.op("VPADDQ %d(DX), V2, V2", bias)
	f.op("VPSLLQ $52, V2, V2")
	f.op("VFMADD231PD V1, V2, V7")
	f.op("ADDQ $%d, SI", f.bytes)
	f.op("DECQ CX")
	f.op("JNZ  loop")
	f.op("VMOVUPD V7, (DI)")
	f.op("VZEROUPPER")
	f.op("RET")
}
