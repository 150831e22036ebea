package jacobian

import "slices"

// sparseLU is the left-looking LU of Gilbert and Peierls (1988): column by
// column, x = L⁻¹ a with the reach of a found by a depth-first search, in time
// proportional to the arithmetic. Columns are ordered by minimum degree; the
// pivot is the diagonal entry unless another is ten times larger.
//
// The libraries for Go have stood still since 2021 and lack complex numbers or
// the reuse of memory, hence this one.
type sparseLU[T Scalar] struct {
	n      int
	p      *Pattern
	values []T // of γM − J, as p.index
	order  []int

	lp, li, up, ui []int
	lx, ux         []T
	place          []int // of a row among the pivots, −1 before it is one

	x           []T
	reach, next []int
	stack       []int
	seen        []int // the column that last visited a row, plus one
}

func newSparseLU[T Scalar](p *Pattern) *sparseLU[T] {
	n := p.n
	return &sparseLU[T]{n: n, p: p, values: make([]T, len(p.index)), order: p.minimumDegree(),
		lp: make([]int, n+1), up: make([]int, n+1), place: make([]int, n), x: make([]T, n),
		reach: make([]int, n), next: make([]int, n), stack: make([]int, n), seen: make([]int, n)}
}

func (l *sparseLU[T]) load(gamma T, mass, j *Matrix) {
	for k, v := range j.a {
		l.values[k] = scalar[T](-v)
	}
	if mass == nil {
		for i := range l.n {
			l.values[j.find(i, i)] += gamma
		}
		return
	}
	mass.each(func(i, k int, v float64) {
		if v != 0 {
			l.values[j.place(i, k)] += gamma * scalar[T](v)
		}
	})
}

func (l *sparseLU[T]) factor() int {
	l.li, l.lx, l.ui, l.ux = l.li[:0], l.lx[:0], l.ui[:0], l.ux[:0]
	for i := range l.n {
		l.place[i], l.seen[i] = -1, 0
	}
	for k, col := range l.order {
		l.lp[k], l.up[k] = len(l.li), len(l.ui)
		top := l.search(k, col)
		for at := l.p.start[col]; at < l.p.start[col+1]; at++ {
			l.x[l.p.index[at]] = l.values[at]
		}
		// x = L⁻¹ a in topological order; rows with a pivot go to U.
		best, pivot := 0.0, -1
		for _, i := range l.reach[top:] {
			c := l.place[i]
			if c < 0 {
				if s := size(l.x[i]); s > best {
					best, pivot = s, i
				}
				continue
			}
			v := l.x[i]
			l.ui, l.ux = append(l.ui, c), append(l.ux, v)
			for at := l.lp[c] + 1; at < l.lp[c+1]; at++ {
				l.x[l.li[at]] -= l.lx[at] * v
			}
		}
		if pivot < 0 {
			for _, i := range l.reach[top:] {
				l.x[i] = 0
			}
			return col
		}
		if l.place[col] < 0 && 10*size(l.x[col]) >= best {
			pivot = col
		}
		inverse := 1 / l.x[pivot]
		l.place[pivot] = k
		l.ui, l.ux = append(l.ui, k), append(l.ux, inverse) // the diagonal last, inverted
		l.li, l.lx = append(l.li, pivot), append(l.lx, inverse)
		for _, i := range l.reach[top:] {
			if l.place[i] < 0 {
				l.li, l.lx = append(l.li, i), append(l.lx, l.x[i]*inverse)
			}
			l.x[i] = 0
		}
		l.lp[k+1], l.up[k+1] = len(l.li), len(l.ui)
	}
	for at, i := range l.li {
		l.li[at] = l.place[i]
	}
	return -1
}

// search fills reach[top:] with the rows that column col of L⁻¹A may fill, in
// topological order.
func (l *sparseLU[T]) search(k, col int) (top int) {
	top = l.n
	for _, root := range l.p.index[l.p.start[col]:l.p.start[col+1]] {
		if l.seen[root] == k+1 {
			continue
		}
		depth := 0
		l.stack[0] = root
		for depth >= 0 {
			i := l.stack[depth]
			c := l.place[i]
			if l.seen[i] != k+1 {
				l.seen[i] = k + 1
				if c >= 0 {
					l.next[depth] = l.lp[c] + 1
				}
			}
			deeper := false
			if c >= 0 {
				for at := l.next[depth]; at < l.lp[c+1]; at++ {
					if r := l.li[at]; l.seen[r] != k+1 {
						l.next[depth] = at + 1
						depth++
						l.stack[depth] = r
						deeper = true
						break
					}
				}
			}
			if !deeper {
				depth--
				top--
				l.reach[top] = i
			}
		}
	}
	return top
}

func (l *sparseLU[T]) solve(b []T) {
	x := l.x
	for i, p := range l.place {
		x[p] = b[i]
	}
	for k := range l.n {
		v := x[k]
		for at := l.lp[k] + 1; at < l.lp[k+1]; at++ {
			x[l.li[at]] -= l.lx[at] * v
		}
	}
	for k := l.n - 1; k >= 0; k-- {
		last := l.up[k+1] - 1
		v := x[k] * l.ux[last]
		x[k] = v
		for at := l.up[k]; at < last; at++ {
			x[l.ui[at]] -= l.ux[at] * v
		}
	}
	for k, col := range l.order {
		b[col] = x[k]
		x[k] = 0
	}
}

// minimumDegree orders the columns so that elimination fills in little: at each
// step the node of least degree in the graph of A + Aᵀ, whose neighbours become
// a clique. Tinney, Walker (1967), scheme 2.
func (p *Pattern) minimumDegree() []int {
	neighbours := make([]map[int]struct{}, p.n)
	for i := range neighbours {
		neighbours[i] = map[int]struct{}{}
	}
	for j := range p.n {
		for _, i := range p.index[p.start[j]:p.start[j+1]] {
			if i != j {
				neighbours[i][j], neighbours[j][i] = struct{}{}, struct{}{}
			}
		}
	}
	// Nodes by degree in buckets; an entry is stale when the degree has changed.
	buckets := make([][]int, p.n)
	for i := p.n - 1; i >= 0; i-- {
		d := len(neighbours[i])
		buckets[d] = append(buckets[d], i)
	}
	order := make([]int, 0, p.n)
	done := make([]bool, p.n)
	for d := 0; len(order) < p.n; {
		if len(buckets[d]) == 0 {
			d++
			continue
		}
		v := buckets[d][len(buckets[d])-1]
		buckets[d] = buckets[d][:len(buckets[d])-1]
		if done[v] || len(neighbours[v]) != d {
			continue
		}
		done[v] = true
		order = append(order, v)
		around := make([]int, 0, d)
		for u := range neighbours[v] {
			around = append(around, u)
		}
		slices.Sort(around) // maps have no order, results must
		for _, u := range around {
			delete(neighbours[u], v)
			for _, w := range around {
				if w != u {
					neighbours[u][w] = struct{}{}
				}
			}
		}
		for _, u := range around {
			k := len(neighbours[u])
			buckets[k] = append(buckets[k], u)
			d = min(d, k)
		}
		neighbours[v] = nil
	}
	return order
}
