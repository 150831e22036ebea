package noise

import (
	"fmt"
	"math"
)

// Tree is a Brownian motion W of Dim coordinates on [T0, T1] that can be asked
// for any time in any order: W is a pure function of (Seed, Row, t), so that a
// rejected or refined step sees the same path. It is found by bisection: given
// the ends of an interval of length h, the middle is
//
//	W(m) = ½ (W(l) + W(r)) + ½ √h z,   Var W(m) | ends = h/4,
//
// with z addressed by the interval, down to intervals no longer than Tolerance,
// between whose ends W is linear.
//
// Lévy (1948); Gaines, Lyons (1997); Li, Wong, Chen, Duvenaud (2020), section 4
// for the virtual tree.
type Tree struct {
	t0, t1 float64
	dim    int
	depth  int
	at     Address

	// The last descent, so that queries in order share its upper part.
	nodes []node
	valid int
}

type node struct {
	lo, hi float64
	index  uint64
	left   []float64 // W(lo)
	right  []float64 // W(hi)
}

// NewTree makes the Brownian motion of one row of a seed. tolerance is the
// length below which the path is linear; 0 means 2^−30 of the interval.
func NewTree(seed, row uint64, dim int, t0, t1, tolerance float64) (*Tree, error) {
	if dim < 1 || !(t1 > t0) || math.IsInf(t1-t0, 0) {
		return nil, fmt.Errorf("noise: no Brownian motion of %d coordinates on [%v, %v]", dim, t0, t1)
	}
	if tolerance == 0 {
		tolerance = (t1 - t0) * 0x1p-30
	}
	depth := int(math.Ceil(math.Log2((t1 - t0) / tolerance)))
	if !(tolerance > 0) || depth > 60 {
		return nil, fmt.Errorf("noise: tolerance %v of a Brownian tree on [%v, %v]; want at least 2^−60 of its length", tolerance, t0, t1)
	}
	depth = max(depth, 0)
	// One block for every row, so that no other row's numbers are drawn.
	b := &Tree{t0: t0, t1: t1, dim: dim, depth: depth, at: Address{Seed: seed, Use: Bridge, Row: row * BlockRows}}
	b.nodes = make([]node, depth+1)
	for i := range b.nodes {
		b.nodes[i].left, b.nodes[i].right = make([]float64, dim), make([]float64, dim)
	}
	root := &b.nodes[0]
	root.lo, root.hi, root.index = t0, t1, 1
	b.normal(root.right, 0)
	for i := range root.right {
		root.right[i] *= math.Sqrt(t1 - t0)
	}
	b.valid = 1
	return b, nil
}

func (b *Tree) normal(dst []float64, index uint64) {
	at := b.at
	at.Step = index
	Gaussian{}.Normal(dst, b.dim, at)
}

// At writes W(t) − W(T0) to dst. It panics if t is outside [T0, T1].
func (b *Tree) At(dst []float64, t float64) {
	if !(t >= b.t0 && t <= b.t1) || len(dst) != b.dim {
		panic(fmt.Sprintf("noise: W(%v) of %d coordinates asked of a tree of %d on [%v, %v]", t, len(dst), b.dim, b.t0, b.t1))
	}
	for b.valid > 1 && !(t >= b.nodes[b.valid-1].lo && t <= b.nodes[b.valid-1].hi) {
		b.valid--
	}
	for b.valid <= b.depth {
		b.descend(t)
	}
	leaf := &b.nodes[b.depth]
	u := (t - leaf.lo) / (leaf.hi - leaf.lo)
	for i := range dst {
		dst[i] = leaf.left[i] + u*(leaf.right[i]-leaf.left[i])
	}
}

// descend opens the half of the deepest valid interval that holds t.
func (b *Tree) descend(t float64) {
	up, n := &b.nodes[b.valid-1], &b.nodes[b.valid]
	mid := 0.5 * (up.lo + up.hi)
	half := 0.5 * math.Sqrt(up.hi-up.lo)
	side := n.left
	if t <= mid {
		n.lo, n.hi, n.index = up.lo, mid, 2*up.index
		copy(n.left, up.left)
		side = n.right
	} else {
		n.lo, n.hi, n.index = mid, up.hi, 2*up.index+1
		copy(n.right, up.right)
	}
	b.normal(side, up.index)
	for i := range side {
		side[i] = 0.5*(up.left[i]+up.right[i]) + half*side[i]
	}
	b.valid++
}

// Increment writes W(t) − W(s) to dst.
func (b *Tree) Increment(dst []float64, s, t float64) {
	var small [8]float64
	from := small[:]
	if b.dim > len(small) {
		from = make([]float64, b.dim)
	}
	from = from[:b.dim]
	b.At(from, s)
	b.At(dst, t)
	for i := range dst {
		dst[i] -= from[i]
	}
}
