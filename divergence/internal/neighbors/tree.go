// Package neighbors finds nearest rows with a k-d tree whose points lie in the order
// of its leaves. Bentley (1975); Friedman, Bentley, Finkel (1977).
package neighbors

import "math"

// Norm is how distances are measured.
type Norm uint8

// The norms: √Σd², and max |d|.
const (
	Euclid Norm = iota
	Max
)

// leaf is the largest number of points of a leaf.
const leaf = 12

// Tree is immutable; any number of goroutines may ask it, each with its own Query.
type Tree struct {
	dim    int
	norm   Norm
	points []float64 // in the order of the leaves
	row    []int32   // of every point
	nodes  []node
	box    []float64 // of every node: dim least, dim largest coordinates
}

// node splits its points at the median of its widest axis; a leaf has no right.
type node struct {
	from, to    int32
	axis        int32
	right       int32 // the left one is next
	least, most float64
}

// New returns the tree of the rows of x.
func New(x []float64, dim int, norm Norm) *Tree {
	n := len(x) / dim
	t := &Tree{dim: dim, norm: norm, points: make([]float64, len(x)), row: make([]int32, n)}
	for i := range t.row {
		t.row[i] = int32(i)
	}
	t.build(x, 0, n)
	for i, r := range t.row {
		copy(t.points[i*dim:(i+1)*dim], x[int(r)*dim:])
	}
	return t
}

func (t *Tree) build(x []float64, from, to int) {
	dim := t.dim
	me := len(t.nodes)
	t.nodes = append(t.nodes, node{from: int32(from), to: int32(to)})
	for range 2 {
		first := int(t.row[from]) * dim
		t.box = append(t.box, x[first:first+dim]...)
	}
	lo, hi := t.bounds(me)
	for _, r := range t.row[from:to] {
		for j, v := range x[int(r)*dim:][:dim] {
			lo[j], hi[j] = min(lo[j], v), max(hi[j], v)
		}
	}
	axis, width := 0, -1.0
	for j := range lo {
		if w := hi[j] - lo[j]; w > width {
			axis, width = j, w
		}
	}
	if to-from <= leaf || width == 0 {
		return
	}
	middle := (from + to) / 2
	selectMedian(x, dim, axis, t.row[from:to], middle-from)
	most := math.Inf(-1)
	for _, r := range t.row[from:middle] {
		most = max(most, x[int(r)*dim+axis])
	}
	t.nodes[me].axis = int32(axis)
	t.nodes[me].most = most
	t.nodes[me].least = x[int(t.row[middle])*dim+axis]
	t.build(x, from, middle)
	t.nodes[me].right = int32(len(t.nodes))
	t.build(x, middle, to)
}

func (t *Tree) bounds(i int) (lo, hi []float64) {
	b := t.box[2*i*t.dim : 2*(i+1)*t.dim]
	return b[:t.dim], b[t.dim:]
}

// selectMedian reorders rows so that element k is where sorting would put it, none
// before it is larger and none after it smaller. Hoare (1961), algorithm 65.
func selectMedian(x []float64, dim, axis int, rows []int32, k int) {
	at := func(i int) float64 { return x[int(rows[i])*dim+axis] }
	lo, hi := 0, len(rows)-1
	for lo < hi {
		a, b, c := at(lo), at((lo+hi)/2), at(hi)
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for at(i) < pivot {
				i++
			}
			for at(j) > pivot {
				j--
			}
			if i <= j {
				rows[i], rows[j] = rows[j], rows[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return
		}
	}
}

// Query is the scratch of one goroutine.
type Query struct {
	t     *Tree
	at    []float64
	skip  int32
	off   []float64 // distances to the cell along each axis
	best  []float64 // ascending
	found []int32
}

// NewQuery returns a query for the k nearest points.
func (t *Tree) NewQuery(k int) *Query {
	return &Query{t: t, off: make([]float64, t.dim), best: make([]float64, k), found: make([]int32, k)}
}

// Nearest returns the distances, ascending, and the rows of the k points nearest to
// a point; row skip, if not negative, does not count. Both belong to the query.
// Fewer points leave +Inf and −1.
func (q *Query) Nearest(at []float64, skip int) ([]float64, []int32) {
	q.at, q.skip = at, int32(skip)
	clear(q.off)
	for i := range q.best {
		q.best[i], q.found[i] = math.Inf(1), -1
	}
	if len(q.t.row) > 0 {
		q.visit(0, 0)
	}
	if q.t.norm == Euclid {
		for i, v := range q.best {
			q.best[i] = math.Sqrt(v)
		}
	}
	return q.best, q.found
}

// visit looks into a node whose cell is at distance d, squared for Euclid.
func (q *Query) visit(i int32, d float64) {
	n := &q.t.nodes[i]
	if n.right == 0 {
		q.look(n)
		return
	}
	v := q.at[n.axis]
	near, far, off := i+1, n.right, n.least-v
	if v > (n.least+n.most)/2 {
		near, far, off = far, near, v-n.most
	}
	q.visit(near, d)
	old := q.off[n.axis]
	off = max(off, old)
	if q.t.norm == Euclid {
		d += off*off - old*old
	} else {
		d = max(d, off)
	}
	// What rounding the incremental sum may have added must not hide a point.
	if d*(1-1e-12) <= q.best[len(q.best)-1] {
		q.off[n.axis] = off
		q.visit(far, d)
		q.off[n.axis] = old
	}
}

// look goes through a leaf.
func (q *Query) look(n *node) {
	dim, last := q.t.dim, len(q.best)-1
	at := q.at[:dim]
	for i := n.from; i < n.to; i++ {
		row := q.t.row[i]
		if row == q.skip {
			continue
		}
		p := q.t.points[int(i)*dim:][:dim]
		var d float64
		if q.t.norm == Euclid {
			for j, v := range at {
				e := v - p[j]
				d += e * e
			}
		} else {
			for j, v := range at {
				d = max(d, math.Abs(v-p[j]))
			}
		}
		if d >= q.best[last] {
			continue
		}
		j := last
		for ; j > 0 && q.best[j-1] > d; j-- {
			q.best[j], q.found[j] = q.best[j-1], q.found[j-1]
		}
		q.best[j], q.found[j] = d, row
	}
}

// Within returns how many points are nearer to a point than radius, in the largest
// norm; the tree must be of that norm.
func (t *Tree) Within(at []float64, radius float64) int {
	if len(t.row) == 0 {
		return 0
	}
	return t.within(0, at, radius)
}

func (t *Tree) within(i int32, at []float64, radius float64) int {
	lo, hi := t.bounds(int(i))
	inside := true
	for j, v := range at {
		// Written as the distances of points are, so that rounding is the same.
		if lo[j]-v >= radius || v-hi[j] >= radius {
			return 0
		}
		inside = inside && v-lo[j] < radius && hi[j]-v < radius
	}
	n := &t.nodes[i]
	if inside {
		return int(n.to - n.from)
	}
	if n.right != 0 {
		return t.within(i+1, at, radius) + t.within(n.right, at, radius)
	}
	count := 0
	for k := n.from; k < n.to; k++ {
		near := true
		for j, v := range t.points[int(k)*t.dim:][:t.dim] {
			near = near && math.Abs(at[j]-v) < radius
		}
		if near {
			count++
		}
	}
	return count
}
