package jacobian

import (
	"errors"
	"fmt"
	"slices"
)

type kind uint8

const (
	dense kind = iota
	banded
	sparse
)

// ErrPattern is wrapped by the errors of Sparse.
var ErrPattern = errors.New("jacobian: bad pattern")

// Pattern says which entries of a square matrix may differ from zero. It is
// immutable and may be shared.
type Pattern struct {
	n            int
	kind         kind
	lower, upper int
	start, index []int // sparse: column j has the rows index[start[j]:start[j+1]], ascending
}

// Dense is the pattern of a full n×n matrix.
func Dense(n int) *Pattern {
	if n < 1 {
		panic(fmt.Sprintf("jacobian: a matrix of order %d", n))
	}
	return &Pattern{n: n, lower: n - 1, upper: n - 1}
}

// Banded is the pattern of an n×n matrix with lower diagonals below the main
// one and upper above it.
func Banded(n, lower, upper int) *Pattern {
	if n < 1 || lower < 0 || upper < 0 {
		panic(fmt.Sprintf("jacobian: a matrix of order %d with %d lower and %d upper diagonals", n, lower, upper))
	}
	return &Pattern{n: n, kind: banded, lower: min(lower, n-1), upper: min(upper, n-1)}
}

// Sparse is the pattern of an n×n matrix with the given entries (row, column),
// in any order; the diagonal is always part of it. The error wraps ErrPattern.
func Sparse(n int, entries [][2]int) (*Pattern, error) {
	if n < 1 {
		return nil, fmt.Errorf("%w: order %d", ErrPattern, n)
	}
	columns := make([][]int, n)
	for j := range columns {
		columns[j] = append(columns[j], j)
	}
	for k, e := range entries {
		if i, j := e[0], e[1]; i < 0 || i >= n || j < 0 || j >= n {
			return nil, fmt.Errorf("%w: entry %d is (%d, %d), want rows and columns from 0 to %d", ErrPattern, k, i, j, n-1)
		}
		columns[e[1]] = append(columns[e[1]], e[0])
	}
	p := &Pattern{n: n, kind: sparse, start: make([]int, 1, n+1)}
	for j, rows := range columns {
		slices.Sort(rows)
		rows = slices.Compact(rows)
		p.lower, p.upper = max(p.lower, rows[len(rows)-1]-j), max(p.upper, j-rows[0])
		p.index = append(p.index, rows...)
		p.start = append(p.start, len(p.index))
	}
	return p, nil
}

// Order returns n.
func (p *Pattern) Order() int { return p.n }

// Bandwidths returns the numbers of diagonals below and above the main one that
// hold all entries.
func (p *Pattern) Bandwidths() (lower, upper int) { return p.lower, p.upper }

// rows returns the range of rows that column j may fill: all of it where the
// pattern is not sparse.
func (p *Pattern) rows(j int) (from, to int) {
	return max(0, j-p.upper), min(p.n, j+p.lower+1)
}

// groups parts the columns into groups of which no two fill the same row, so
// that one difference of f gives all columns of a group: n groups of a dense
// pattern, lower + upper + 1 of a banded one, of a sparse one by greedy
// colouring in the order of falling counts. Curtis, Powell, Reid (1974).
func (p *Pattern) groups() [][]int {
	switch p.kind {
	case dense, banded:
		w := min(p.n, p.lower+p.upper+1)
		out := make([][]int, w)
		for j := range p.n {
			out[j%w] = append(out[j%w], j)
		}
		return out
	}
	order := make([]int, p.n)
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return (p.start[b+1] - p.start[b]) - (p.start[a+1] - p.start[a])
	})
	var out [][]int
	var taken [][]bool
	for _, j := range order {
		rows := p.index[p.start[j]:p.start[j+1]]
		g := 0
		for ; g < len(out); g++ {
			if !slices.ContainsFunc(rows, func(i int) bool { return taken[g][i] }) {
				break
			}
		}
		if g == len(out) {
			out, taken = append(out, nil), append(taken, make([]bool, p.n))
		}
		out[g] = append(out[g], j)
		for _, i := range rows {
			taken[g][i] = true
		}
	}
	return out
}
