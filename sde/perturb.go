package sde

import (
	"fmt"

	"github.com/ito-sde/ito/sde/noise"
)

// Perturb noises rows of clean data to a level,
//
//	dst = α x0 + σ ε,   ε ~ N(0, I),
//
// x0 and dst holding rows of dim numbers, and ε being drawn from src, the first
// row at the address from. The bits of a row do not depend on the other rows of
// the call. dst may not alias x0: it holds ε in between. It allocates nothing,
// and panics if the lengths differ or are not whole rows.
func Perturb(dst, x0 []float64, dim int, at Level, src noise.Source, from noise.Address) {
	if len(dst) != len(x0) || dim < 1 || len(x0)%dim != 0 {
		panic(fmt.Sprintf("sde: Perturb of %d numbers into %d, in rows of %d", len(x0), len(dst), dim))
	}
	if len(dst) == 0 {
		return
	}
	if &dst[0] == &x0[0] {
		panic("sde: Perturb in place")
	}
	src.Normal(dst, dim, from)
	for i, e := range dst {
		dst[i] = at.Alpha*x0[i] + at.Sigma*e
	}
}
