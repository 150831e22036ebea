// Package pairs computes distances between rows, a block at a time.
package pairs

// Block is the number of rows of a block: two blocks of 64 numbers a row and their
// distances fit the second-level cache.
const Block = 128

// Squared sets dst[j] = |x − y_j|² for the len(dst) rows y_j of y, of the length
// of x. Differences come before squares: close rows keep their digits.
func Squared(dst, x, y []float64) {
	dim := len(x)
	j := 0
	for ; j+1 < len(dst); j += 2 {
		a, b := y[j*dim:][:dim], y[(j+1)*dim:][:dim]
		var s, t, u, v float64
		k := 0
		for ; k+1 < len(x) && k+1 < len(a) && k+1 < len(b); k += 2 {
			d, e := x[k]-a[k], x[k]-b[k]
			f, g := x[k+1]-a[k+1], x[k+1]-b[k+1]
			s += d * d
			t += e * e
			u += f * f
			v += g * g
		}
		if k < dim {
			d, e := x[k]-a[k], x[k]-b[k]
			s += d * d
			t += e * e
		}
		dst[j], dst[j+1] = s+u, t+v
	}
	if j < len(dst) {
		a := y[j*dim:][:dim]
		var s, u float64
		k := 0
		for ; k+1 < len(x) && k+1 < len(a); k += 2 {
			d, f := x[k]-a[k], x[k+1]-a[k+1]
			s += d * d
			u += f * f
		}
		if k < dim {
			d := x[k] - a[k]
			s += d * d
		}
		dst[j] = s + u
	}
}
