package jacobian

// bandLU is LU with partial pivoting within a band, which gonum's LAPACK lacks.
// A row holds lower + upper entries beyond its diagonal and lower before it,
// since exchanges fill in to the right: (i, j) at j − i + lower.
type bandLU[T Scalar] struct {
	n, lower, upper, w int
	a                  []T
	pivot              []int
}

func newBandLU[T Scalar](p *Pattern) *bandLU[T] {
	w := 2*p.lower + p.upper + 1
	return &bandLU[T]{n: p.n, lower: p.lower, upper: p.upper, w: w, a: make([]T, p.n*w), pivot: make([]int, p.n)}
}

func (l *bandLU[T]) load(gamma T, mass, j *Matrix) {
	wj := l.lower + l.upper + 1
	for i := 0; i < l.n; i++ {
		row := l.a[i*l.w : (i+1)*l.w]
		for k, v := range j.a[i*wj : (i+1)*wj] {
			row[k] = scalar[T](-v)
		}
		clear(row[wj:])
		if mass == nil {
			row[l.lower] += gamma
		}
	}
	if mass != nil {
		mass.each(func(i, k int, v float64) {
			if v != 0 { // its pattern may be wider, with zeros
				l.a[i*l.w+k-i+l.lower] += gamma * scalar[T](v)
			}
		})
	}
}

func (l *bandLU[T]) factor() int {
	n, w := l.n, l.w
	for k := 0; k < n; k++ {
		last := min(n-1, k+l.lower)
		best, at := size(l.a[k*w+l.lower]), k
		for i := k + 1; i <= last; i++ {
			if s := size(l.a[i*w+k-i+l.lower]); s > best {
				best, at = s, i
			}
		}
		if !(best > 0) {
			return k
		}
		l.pivot[k] = at
		width := min(n-1, k+l.lower+l.upper) - k + 1 // of the rows right of and with column k
		top := l.a[k*w+l.lower:][:width]
		if at != k {
			other := l.a[at*w+k-at+l.lower:][:width]
			for j := range top {
				top[j], other[j] = other[j], top[j]
			}
		}
		inverse := 1 / top[0]
		top[0] = inverse
		right := top[1:]
		for i := k + 1; i <= last; i++ {
			row := l.a[i*w+k-i+l.lower:][:width]
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
		// Rows of U are divided by their pivots, so that no division or product
		// lies between one unknown and the next.
		for j := range right {
			right[j] *= inverse
		}
	}
	return -1
}

// solve exchanges as it eliminates: multipliers stay in the rows they were
// computed in. Each sum takes the latest unknown last, so that nothing but one
// product and one difference waits for it.
func (l *bandLU[T]) solve(b []T) {
	if l.lower == 2 && l.n > 3 {
		l.forward2(b)
	} else {
		l.forward(b)
	}
	n, w := l.n, l.w
	for i := n - 1; i >= 0; i-- {
		row := l.a[i*w+l.lower : i*w+w]
		right := b[i+1 : min(n, i+l.lower+l.upper+1)]
		row = row[:len(right)+1]
		sum := b[i] * row[0]
		for j := len(right) - 1; j >= 0; j-- {
			sum -= row[j+1] * right[j]
		}
		b[i] = sum
	}
}

func (l *bandLU[T]) forward(b []T) {
	n, w := l.n, l.w
	for k, at := range l.pivot {
		if at != k {
			b[k], b[at] = b[at], b[k]
		}
		v := b[k]
		at := k*w + w + l.lower - 1
		for i := k + 1; i <= min(n-1, k+l.lower); i++ {
			b[i] -= l.a[at] * v
			at += w - 1
		}
	}
}

// forward2 keeps the three rows at hand out of memory.
func (l *bandLU[T]) forward2(b []T) {
	n, w := l.n, l.w
	u, v := b[0], b[1]
	for k := 0; k < n-2; k++ {
		next := b[k+2]
		switch l.pivot[k] {
		case k + 1:
			u, v = v, u
		case k + 2:
			u, next = next, u
		}
		b[k] = u
		a := l.a[k*w+w+1 : k*w+2*w+1]
		v, u = next-a[w-1]*u, v-a[0]*u
	}
	if l.pivot[n-2] == n-1 {
		u, v = v, u
	}
	b[n-2] = u
	b[n-1] = v - l.a[(n-1)*w+1]*u
}
