package noise

import (
	"fmt"
	"math"
	"math/bits"
)

// PathTree is a Brownian motion of dim coordinates on [t0, t1] that can be asked
// for the functionals of any step in any order, as a [Tree] can for its
// increments: they are a pure function of (seed, row, times), so that a rejected
// or refined step sees the same path. Nodes are bisected as the steps of a [Grid]
// are, and the dyadic pieces of a step joined from left to right.
//
// A step that ends inside a leaf, at a share p of its length h, q = 1 − p, takes
// the part (ΔW, H, K)_l of the leaf's. With primes for an unconditional draw of
// both parts, joined to ΔW', H', K', it is
//
//	ΔW_l = ΔW_l' + p (ΔW − ΔW') + 6pq (H − H') + 60pq(q−p) (K − K'),
//	H_l  = H_l'  + p² (H − H') + 30p²q (K − K'),
//	K_l  = K_l'  + p³ (K − K'),
//
// and the other part what Join then asks for, of exact law. So the joint law of
// all steps is exact as long as no two of their times lie inside one leaf; steps
// of which two do fit together, and have each the exact law of the part of the
// leaf before either time.
//
// A step costs one draw per level that it does not share with the one before, and
// one where it ends inside a leaf; all functionals of a node come from one stream. Queries allocate nothing. A PathTree is not safe for concurrent use.
//
// Foster, Lyons, Oberhauser (2020), "An optimal polynomial approximation of
// Brownian motion", for the law given H; Jelinčič, Foster, Kidger (2024),
// "Single-seed generation of Brownian paths and integrals for adaptive and high
// order SDE solvers".
type PathTree struct {
	f              Functionals
	t0, t1, length float64
	leaf           float64 // its length
	snap           float64 // in leaves: what counts as a dyadic point
	perTime        float64 // leaves per time
	dim, depth     int
	source         Source
	at             Address

	root   node
	halves []halves    // of a node at level l
	parts  [2]*[2]node // of a leaf, before and after the end of a step, and its start
	cut    [2]cut      // what parts are of
	both   []float64   // numbers for both parts
	joined node
	so     float64 // length of joined, in leaves
}

// node is the functionals over an interval.
type node struct {
	v []float64
	Parts
}

func (f Functionals) node(dim int) node {
	v := make([]float64, f.Len(dim))
	return node{v, f.Parts(v, dim)}
}

// halves are those of the node of an index at a level.
type halves struct {
	known       bool
	index       uint64
	length      float64 // of the node
	left, right node
}

// cut is a time inside a leaf.
type cut struct {
	known bool
	leaf  uint64
	phi   float64
}

// NewPathTree returns the Brownian motion of one row of a seed with functionals f,
// SpaceTime or SpaceTimeTime or none. tolerance is as in [NewTree]. Trees of other
// functionals follow other paths of the same law. The errors wrap ErrPath.
func NewPathTree(seed, row uint64, f Functionals, dim int, t0, t1, tolerance float64) (*PathTree, error) {
	return newPathTree(Gaussian{}, seed, row, f, dim, t0, t1, tolerance)
}

func newPathTree(source Source, seed, row uint64, f Functionals, dim int, t0, t1, tolerance float64) (*PathTree, error) {
	if f&^SpaceTimeTime != 0 {
		return nil, fmt.Errorf("%w: a tree of Lévy areas or signs, which have no law given those of a longer step; want H and K at most", ErrPath)
	}
	// The checks and the rounding of times are the other tree's.
	t, err := newTree(source, seed, row, dim, t0, t1, tolerance)
	if err != nil {
		return nil, err
	}
	b := &PathTree{
		f: f, t0: t0, t1: t1, length: t.length, leaf: t.length / t.leaves, snap: t.snap, perTime: t.leaves / t.length,
		dim: dim, depth: t.depth, source: source, at: t.at,
		root: f.node(dim), halves: make([]halves, t.depth), joined: f.node(dim), both: make([]float64, 2*f.Len(dim)),
	}
	for l := range b.halves {
		b.halves[l] = halves{length: math.Ldexp(t.length, -l), left: f.node(dim), right: f.node(dim)}
	}
	for i := range b.parts {
		b.parts[i] = &[2]node{f.node(dim), f.node(dim)}
	}
	b.Reset(row)
	return b, nil
}

// Reset turns the tree into the one of another row.
func (b *PathTree) Reset(row uint64) {
	b.at.Row = row * BlockRows // a block of its own
	for l := range b.halves {
		b.halves[l].known = false
	}
	b.cut = [2]cut{}
	b.normal(b.root.v, 0, 0)
	b.f.scale(b.root.Parts, b.length)
}

// Increment writes the functionals over the step from s to t, s < t, to dst:
// f.Len(dim) numbers. It panics if that is no step within [t0, t1].
func (b *PathTree) Increment(dst []float64, s, t float64) {
	if !(s >= b.t0 && s < t && t <= b.t1) || len(dst) != len(b.root.v) {
		panic(fmt.Sprintf("noise: step from %v to %v of %d numbers asked of a tree of %d on [%v, %v]", s, t, len(dst), len(b.root.v), b.t0, b.t1))
	}
	lo, hi := b.position(s), b.position(t)
	if lo == hi { // times apart by less than rounding
		clear(dst)
		return
	}
	b.so = 0
	first, last := uint64(lo), uint64(math.Ceil(hi))-1
	if last-first > 1 {
		above := bits.Len64(first ^ last)
		level, index := b.depth-above, first>>above
		b.visit(level, index, b.find(level, index), lo, hi)
	} else { // in order, most of the way to a leaf is known
		for index := first; index <= last; index++ {
			b.leafPart(index, b.find(b.depth, index), lo-float64(index), hi-float64(index))
		}
	}
	copy(dst, b.joined.v)
}

// position returns a time in leaves.
func (b *PathTree) position(t float64) float64 {
	x := (t - b.t0) * b.perTime
	if whole := math.Round(x); math.Abs(x-whole) <= b.snap {
		return whole
	}
	return x
}

// find returns a node, by way of the lowest node above it whose halves are known.
func (b *PathTree) find(level int, index uint64) *node {
	l := level
	for l > 0 {
		if h := &b.halves[l-1]; h.known && h.index == index>>(level-l+1) {
			break
		}
		l--
	}
	n := b.child(l, index>>(level-l))
	for ; l < level; l++ {
		b.halve(l, index>>(level-l), n)
		n = b.child(l+1, index>>(level-l-1))
	}
	return n
}

// child is the node of a level whose halves above are known.
func (b *PathTree) child(level int, index uint64) *node {
	switch {
	case level == 0:
		return &b.root
	case index&1 == 0:
		return &b.halves[level-1].left
	default:
		return &b.halves[level-1].right
	}
}

// halve makes the halves of a node known.
func (b *PathTree) halve(level int, index uint64, of *node) *halves {
	h := &b.halves[level]
	if !h.known || h.index != index {
		h.known, h.index = true, index
		b.normal(h.left.v, 1<<level|index, 0)
		b.f.halve(h.left.Parts, h.right.Parts, of.Parts, h.length)
	}
	return h
}

// visit joins what a node has of the step from lo to hi.
func (b *PathTree) visit(level int, index uint64, of *node, lo, hi float64) {
	size := float64(uint64(1) << (b.depth - level))
	left := float64(index) * size
	switch {
	case lo <= left && hi >= left+size:
		b.join(of, size)
		return
	case level == b.depth:
		b.leafPart(index, of, lo-left, hi-left)
		return
	}
	h := b.halve(level, index, of)
	if lo < left+size/2 {
		b.visit(level+1, 2*index, &h.left, lo, hi)
	}
	if hi > left+size/2 {
		b.visit(level+1, 2*index+1, &h.right, lo, hi)
	}
}

// leafPart joins what a leaf has of the step from lo to hi, in leaves from its left
// end.
func (b *PathTree) leafPart(index uint64, leaf *node, lo, hi float64) {
	if lo <= 0 && hi >= 1 {
		b.join(leaf, 1)
		return
	}
	lo, hi = max(lo, 0), min(hi, 1)
	b.join(b.inside(index, leaf, lo, hi), hi-lo)
}

func (b *PathTree) join(n *node, size float64) {
	if b.so == 0 {
		copy(b.joined.v, n.v)
	} else {
		b.f.join(b.joined.Parts, b.joined.Parts, n.Parts, b.dim, b.so, size)
	}
	b.so += size
}

// inside returns the functionals of a leaf from lo to hi, shares of it.
func (b *PathTree) inside(index uint64, leaf *node, lo, hi float64) *node {
	switch {
	case lo == 0:
		return &b.split(0, index, leaf, hi)[0]
	case hi == 1:
		return &b.split(1, index, leaf, lo)[1]
	}
	upTo, before := b.split(0, index, leaf, hi), b.split(1, index, leaf, lo)
	b.cut[0].known = false // its other part is needed for the result
	b.f.take(upTo[1].Parts, upTo[0].Parts, before[0].Parts, lo, hi)
	return &upTo[1]
}

// split returns both parts of a leaf that is cut at phi, in the memory of the
// end of a step (0) or of its start (1).
func (b *PathTree) split(which int, index uint64, leaf *node, phi float64) *[2]node {
	out := b.parts[which]
	c, other := cut{true, index, phi}, 1-which
	if b.cut[which] == c {
		return out
	}
	if b.cut[other] == c { // the step that ended here, from the other side
		b.parts[which], b.parts[other] = b.parts[other], b.parts[which]
		b.cut[which], b.cut[other] = c, b.cut[which]
		return b.parts[which]
	}
	b.cut[which] = c
	b.normal(b.both, 1<<b.depth|index, 1)
	copy(out[0].v, b.both)
	copy(out[1].v, b.both[len(leaf.v):])
	b.f.scale(out[0].Parts, phi*b.leaf)
	b.f.scale(out[1].Parts, (1-phi)*b.leaf)
	b.f.condition(out[0].Parts, out[1].Parts, leaf.Parts, phi, 1-phi)
	return out
}

// normal fills v from one stream.
func (b *PathTree) normal(v []float64, index, stage uint64) {
	at := b.at
	at.Step, at.Stage = index, stage
	b.source.Normal(v, len(v), at)
}

// scale turns normal numbers into ΔW, H and K of a step of length h.
func (f Functionals) scale(p Parts, h float64) {
	root := math.Sqrt(h)
	for i := range p.W {
		p.W[i] *= root
	}
	for i := range p.H {
		p.H[i] *= root / sqrt12
	}
	for i := range p.K {
		p.K[i] *= root / sqrt720
	}
}

const (
	sqrt12  = 2 * sqrt3
	sqrt3   = 1.7320508075688772935274463415058723669428
	sqrt720 = 26.832815729997476356910330264203
)

// condition moves the parts l and r of a step, drawn freely, to where they join to
// the whole c, by the covariance of each with the whole (Matheron's rule). p and q are
// their shares.
func (f Functionals) condition(l, r, c Parts, p, q float64) {
	for i, w := range c.W {
		w -= l.W[i] + r.W[i]
		h, k := 0.0, 0.0
		if f.has(SpaceTime) {
			tilt := float64(q*l.W[i]) - float64(p*r.W[i])
			h = c.H[i] - (float64(p*l.H[i]) + float64(q*r.H[i]) + 0.5*tilt)
			if f.has(SpaceTimeTime) {
				k = c.K[i] - (float64(p*p*l.K[i]) + float64(q*q*r.K[i]) + float64(0.5*p*q*(l.H[i]-r.H[i])) + float64((q-p)/12*tilt))
				l.K[i] += float64(p * p * p * k)
				r.K[i] += float64(q * q * q * k)
			}
			l.H[i] += float64(p*p*h) + float64(30*p*p*q*k)
			r.H[i] += float64(q*q*h) - float64(30*p*q*q*k)
		}
		bow := float64(6*p*q*h) + float64(60*p*q*(q-p)*k)
		l.W[i] += float64(p*w) + bow
		r.W[i] += float64(q*w) - bow
	}
}

// take writes what Join adds to l, over [0, lo], to make c, over [0, hi].
func (f Functionals) take(d, c, l Parts, lo, hi float64) {
	p, q := lo/hi, (hi-lo)/hi
	for i, w := range c.W {
		wl := l.W[i]
		d.W[i] = w - wl
		if !f.has(SpaceTime) {
			continue
		}
		tilt := float64(q*wl) - float64(p*d.W[i])
		d.H[i] = (c.H[i] - float64(p*l.H[i]) - 0.5*tilt) / q
		if f.has(SpaceTimeTime) {
			d.K[i] = (c.K[i] - float64(p*p*l.K[i]) - float64(0.5*p*q*(l.H[i]-d.H[i])) - float64((q-p)/12*tilt)) / (q * q)
		}
	}
}
