package gemm

// The portable tile: as many sums as fit the registers of any processor.
const portableRows, portableCols = 2, 4

// tilePortable sets rows ≤ 2 rows of c, 4 columns wide, to
//
//	c[i*ldc+j] = init[i*ldi+j] + Σ_l a[i*rowStep+l*termStep] · b[l*4+j]
func tilePortable[T Float](rows, terms int, a []T, rowStep, termStep int, b, c []T, ldc int, init []T, ldi int) {
	if rows == 1 {
		s := (*[4]T)(init)
		s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
		for l := range terms {
			y := (*[4]T)(b[l*4:])
			x := a[l*termStep]
			s0 += product(x, y[0])
			s1 += product(x, y[1])
			s2 += product(x, y[2])
			s3 += product(x, y[3])
		}
		*(*[4]T)(c) = [4]T{s0, s1, s2, s3}
		return
	}
	s, t := (*[4]T)(init), (*[4]T)(init[ldi:])
	s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
	t0, t1, t2, t3 := t[0], t[1], t[2], t[3]
	for l := range terms {
		y := (*[4]T)(b[l*4:])
		x, z := a[l*termStep], a[l*termStep+rowStep]
		s0 += product(x, y[0])
		s1 += product(x, y[1])
		s2 += product(x, y[2])
		s3 += product(x, y[3])
		t0 += product(z, y[0])
		t1 += product(z, y[1])
		t2 += product(z, y[2])
		t3 += product(z, y[3])
	}
	*(*[4]T)(c) = [4]T{s0, s1, s2, s3}
	*(*[4]T)(c[ldc:]) = [4]T{t0, t1, t2, t3}
}

// product rounds a·b: the conversion forbids a compiler to fuse some of the products with
// the sums and not others.
func product[T Float](a, b T) T {
	return T(a * b) //nolint:unconvert // it rounds
}
