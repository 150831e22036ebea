package jacobian

// denseLU is LU by columns with partial pivoting. Right-hand sides have a few to a
// few hundred unknowns here, where a loop in place beats the call of a library
// many times over (BenchmarkLU beside gonum's). By columns, the updates that
// follow an unknown do not wait for each other.
type denseLU[T Scalar] struct {
	n     int
	a     []T // column by column
	pivot []int
}

func newDenseLU[T Scalar](n int) *denseLU[T] {
	return &denseLU[T]{n: n, a: make([]T, n*n), pivot: make([]int, n)}
}

func (l *denseLU[T]) load(gamma T, mass, j *Matrix) {
	n := l.n
	for i := range n {
		for k, v := range j.a[i*n : i*n+n] {
			l.a[k*n+i] = scalar[T](-v)
		}
	}
	if mass == nil {
		for i := 0; i < n; i++ {
			l.a[i*n+i] += gamma
		}
		return
	}
	mass.each(func(i, k int, v float64) {
		if v != 0 {
			l.a[k*n+i] += gamma * scalar[T](v)
		}
	})
}

func (l *denseLU[T]) factor() int {
	n := l.n
	for k := 0; k < n; k++ {
		col := l.a[k*n : k*n+n : k*n+n]
		best, at := size(col[k]), k
		for i := k + 1; i < n; i++ {
			if s := size(col[i]); s > best {
				best, at = s, i
			}
		}
		if !(best > 0) {
			return k
		}
		l.pivot[k] = at
		if at != k {
			for j := k; j < n*n; j += n {
				l.a[j], l.a[j+at-k] = l.a[j+at-k], l.a[j]
			}
		}
		// The reciprocal of the pivot is kept: solving multiplies.
		inverse := 1 / col[k]
		col[k] = inverse
		below := col[k+1:]
		for i := range below {
			below[i] *= inverse
		}
		for j := k + 1; j < n; j++ {
			u := l.a[j*n+k]
			if u == 0 {
				continue
			}
			right := l.a[j*n+k+1 : j*n+n][:len(below)]
			for i, m := range below {
				right[i] -= m * u
			}
		}
	}
	return -1
}

func (l *denseLU[T]) solve(b []T) {
	n := l.n
	for k, at := range l.pivot {
		if at != k {
			b[k], b[at] = b[at], b[k]
		}
	}
	if n == 3 { // the loops take half as long again
		a, x := (*[9]T)(l.a), (*[3]T)(b)
		x0, x1, x2 := x[0], x[1], x[2]
		x1 -= a[1] * x0
		x2 = x2 - a[2]*x0 - a[5]*x1
		x2 *= a[8]
		x1 = (x1 - a[7]*x2) * a[4]
		x0 = (x0 - a[6]*x2 - a[3]*x1) * a[0]
		x[0], x[1], x[2] = x0, x1, x2
		return
	}
	for j := 0; j < n-1; j++ {
		v, rest := b[j], b[j+1:n]
		for i, m := range l.a[j*n+j+1 : j*n+n][:len(rest)] {
			rest[i] -= m * v
		}
	}
	for j := n - 1; j >= 0; j-- {
		col := l.a[j*n : j*n+j+1]
		v, rest := b[j]*col[j], b[:j]
		b[j] = v
		for i, m := range col[:len(rest)] {
			rest[i] -= m * v
		}
	}
}
