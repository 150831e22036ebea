package gemm

// The portable tile: as many sums as fit the registers of any processor.
const portableRows, portableCols = 2, 4

// tilePortable sets rows ≤ 2 rows of c, 4 columns wide, to
//
//	c[i*ldc+j] = init[i*ldi+j] + Σ_l a[i*rowStep+l*termStep] · b[l*4+j]
//
// The conversions forbid a compiler to fuse some of the products and not others.
func tilePortable(rows, terms int, a []float32, rowStep, termStep int, b, c []float32, ldc int, init []float32, ldi int) {
	if rows == 1 {
		s := (*[4]float32)(init)
		s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
		for l := range terms {
			y := (*[4]float32)(b[l*4:])
			x := a[l*termStep]
			s0 += float32(x * y[0])
			s1 += float32(x * y[1])
			s2 += float32(x * y[2])
			s3 += float32(x * y[3])
		}
		*(*[4]float32)(c) = [4]float32{s0, s1, s2, s3}
		return
	}
	s, t := (*[4]float32)(init), (*[4]float32)(init[ldi:])
	s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
	t0, t1, t2, t3 := t[0], t[1], t[2], t[3]
	for l := range terms {
		y := (*[4]float32)(b[l*4:])
		x, z := a[l*termStep], a[l*termStep+rowStep]
		s0 += float32(x * y[0])
		s1 += float32(x * y[1])
		s2 += float32(x * y[2])
		s3 += float32(x * y[3])
		t0 += float32(z * y[0])
		t1 += float32(z * y[1])
		t2 += float32(z * y[2])
		t3 += float32(z * y[3])
	}
	*(*[4]float32)(c) = [4]float32{s0, s1, s2, s3}
	*(*[4]float32)(c[ldc:]) = [4]float32{t0, t1, t2, t3}
}
