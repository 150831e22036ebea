package main

// compensate adds and subtracts in the order of the portable path, with the same
// roundings.
func (f family) compensate() {
	pointers := []string{"DI", "SI", "DX"}
	f.function("compensate", "dst, y, step *float64, vectors int", []string{"dst", "y", "step"}, pointers, 0)
	emit("\nloop:")
	f.op("VMOVUPD (SI), V0")
	f.op("VMOVUPD (DX), V1")
	f.op("VADDPD V1, V0, V2")
	f.op("VSUBPD V0, V2, V3")
	f.op("VSUBPD V3, V1, V1")
	f.op("VMOVUPD V2, (DI)")
	f.op("VMOVUPD V1, (DX)")
	f.advance(pointers, f.bytes)
}
