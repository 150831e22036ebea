package vec

// Compensate sets dst = y + step and leaves in step what rounding took off that
// sum,
//
//	step ← step − (dst − y),
//
// exactly where |y| ≥ |step|. A sum of many steps that begins each with what the
// one before left is off by a few roundings instead of by one for each. Kahan
// (1965); Møller (1965). dst must not overlap y or step.
func Compensate(dst, y, step []float64) {
	same("Compensate", len(dst), len(y))
	same("Compensate", len(dst), len(step))
	compensate(best, dst, y, step)
}

func compensatePortable(dst, y, step []float64) {
	y, step = y[:len(dst)], step[:len(dst)]
	for i, v := range step {
		d := y[i] + v
		dst[i], step[i] = d, v-(d-y[i])
	}
}
