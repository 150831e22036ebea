package vec

import "fmt"

// Accumulate is a Combine that adds y last and keeps what that rounds off: with
//
//	v = low + h Σ_j c_j k_j
//
// dst = y + v and rest = v − (dst − y), exactly what dst lacks where |y| ≥ |v|. A sum
// of many steps in which the rest of one is the low of the next is off by a few
// roundings instead of by one for each step. Kahan (1965); Møller (1965). All are of
// one length, and dst and rest overlap nothing.
func (t *Terms) Accumulate(dst, rest, y, low []float64, h float64, k []float64) {
	n := len(dst)
	if len(rest) != n || len(y) != n || len(low) != n || t.last+n > len(k) {
		panic(fmt.Sprintf("vec: Accumulate: %d, %d, %d and %d numbers, terms up to %d of %d", n, len(rest), len(y), len(low), t.last, len(k)))
	}
	accumulate(best, dst, rest, y, low, h, t.c, k, t.off)
}

// Accumulate4 is Accumulate for four numbers and at least one term, where there is
// Combine4, without any check: k must reach as far as the terms do.
func (t *Terms) Accumulate4(dst, rest, y, low *[4]float64, h float64, k *float64) {
	accumulate4(t, &dst[0], &rest[0], &y[0], &low[0], k, h)
}

// compensate sets dst = y + step and leaves in step what that rounds off.
func compensate(dst, y, step []float64) {
	y, step = y[:len(dst)], step[:len(dst)]
	for i, v := range step {
		d := y[i] + v
		dst[i], step[i] = d, v-(d-y[i])
	}
}
