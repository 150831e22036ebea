package jacobian

// denseLU is LU by rows with partial pivoting. Right-hand sides have a few to a
// few hundred unknowns here, where a loop in place beats the call of a library
// many times over (BenchmarkLU beside gonum's).
type denseLU[T Scalar] struct {
	n     int
	a     []T
	pivot []int
}

func newDenseLU[T Scalar](n int) *denseLU[T] {
	return &denseLU[T]{n: n, a: make([]T, n*n), pivot: make([]int, n)}
}

func (l *denseLU[T]) load(gamma T, mass, j *Matrix) {
	for k, v := range j.a {
		l.a[k] = scalar[T](-v)
	}
	if mass == nil {
		for i := 0; i < l.n; i++ {
			l.a[i*l.n+i] += gamma
		}
		return
	}
	mass.each(func(i, k int, v float64) {
		if v != 0 {
			l.a[i*l.n+k] += gamma * scalar[T](v)
		}
	})
}

func (l *denseLU[T]) factor() int {
	n := l.n
	for k := 0; k < n; k++ {
		best, at := size(l.a[k*n+k]), k
		for i := k + 1; i < n; i++ {
			if s := size(l.a[i*n+k]); s > best {
				best, at = s, i
			}
		}
		if !(best > 0) {
			return k
		}
		l.pivot[k] = at
		top := l.a[k*n : k*n+n : k*n+n]
		if at != k {
			other := l.a[at*n : at*n+n]
			for j := range top {
				top[j], other[j] = other[j], top[j]
			}
		}
		// The reciprocal of the pivot is kept: solving multiplies.
		inverse := 1 / top[k]
		top[k] = inverse
		right := top[k+1:]
		for i := k + 1; i < n; i++ {
			row := l.a[i*n+k : i*n+n]
			if row[0] == 0 {
				continue
			}
			m := row[0] * inverse
			row[0] = m
			row = row[1:][:len(right)]
			for j, v := range right {
				row[j] -= m * v
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
	for i := 1; i < n; i++ {
		sum := b[i]
		left := b[:i]
		for j, v := range l.a[i*n : i*n+i][:len(left)] {
			sum -= v * left[j]
		}
		b[i] = sum
	}
	for i := n - 1; i >= 0; i-- {
		sum := b[i]
		right := b[i+1:]
		for j, v := range l.a[i*n+i+1 : i*n+n][:len(right)] {
			sum -= v * right[j]
		}
		b[i] = sum * l.a[i*n+i]
	}
}
