package noise

import (
	"fmt"
	"math"
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
// A step costs one draw per functional and level that it does not share with the
// one before. Queries allocate nothing. A PathTree is not safe for concurrent use.
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
	leaves         float64 // 2^depth
	dim, depth     int
	source         Source
	at             Address

	root   []float64
	halves []part    // of the node at level l, left then right
	parts  []float64 // of a leaf: up to the end of the step, after; up to its start, after
	cut    [2]cut    // what parts are of
	joined []float64
	so     float64 // length of joined, in leaves
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
	n := f.Len(dim)
	b := &PathTree{
		f: f, t0: t0, t1: t1, length: t.length, leaf: t.length / t.leaves, snap: t.snap, leaves: t.leaves,
		dim: dim, depth: t.depth, source: source, at: t.at,
		root: make([]float64, n), halves: make([]part, t.depth), parts: make([]float64, 4*n), joined: make([]float64, n),
	}
	for l := range b.halves {
		b.halves[l].dw = make([]float64, 2*n)
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
	b.draw(b.root, 0, 0, b.length)
}

// Increment writes the functionals over the step from s to t, s < t, to dst:
// f.Len(dim) numbers. It panics if that is no step within [t0, t1].
func (b *PathTree) Increment(dst []float64, s, t float64) {
	if !(s >= b.t0 && s < t && t <= b.t1) || len(dst) != len(b.root) {
		panic(fmt.Sprintf("noise: step from %v to %v of %d numbers asked of a tree of %d on [%v, %v]", s, t, len(dst), len(b.root), b.t0, b.t1))
	}
	b.so = 0
	lo, hi := b.position(s), b.position(t)
	if lo == hi { // times apart by less than rounding
		clear(dst)
		return
	}
	b.visit(0, 0, b.root, lo, hi)
	copy(dst, b.joined)
}

// position returns a time in leaves.
func (b *PathTree) position(t float64) float64 {
	x := (t - b.t0) / b.length * b.leaves
	if whole := math.Round(x); math.Abs(x-whole) <= b.snap {
		return whole
	}
	return x
}

// visit joins what a node has of the step from lo to hi.
func (b *PathTree) visit(level int, index uint64, node []float64, lo, hi float64) {
	size := math.Ldexp(1, b.depth-level)
	left := float64(index) * size
	switch {
	case lo <= left && hi >= left+size:
		b.join(node, size)
		return
	case level == b.depth:
		b.join(b.inside(index, node, max(lo-left, 0), min(hi-left, 1)), min(hi-left, 1)-max(lo-left, 0))
		return
	}
	n := len(node)
	half := &b.halves[level]
	if !half.known || half.step != index {
		half.known, half.step = true, index
		for functional := range uint64(b.f.linear()) {
			b.normal(half.dw[int(functional)*b.dim:][:b.dim], 1<<level|index, plane(0, functional))
		}
		b.f.halve(b.f.Parts(half.dw[:n], b.dim), b.f.Parts(half.dw[n:], b.dim), b.f.Parts(node, b.dim), math.Ldexp(b.length, -level))
	}
	if lo < left+size/2 {
		b.visit(level+1, 2*index, half.dw[:n], lo, hi)
	}
	if hi > left+size/2 {
		b.visit(level+1, 2*index+1, half.dw[n:], lo, hi)
	}
}

func (b *PathTree) join(v []float64, size float64) {
	if b.so == 0 {
		copy(b.joined, v)
	} else {
		b.f.Join(b.joined, b.joined, v, b.dim, b.so, size)
	}
	b.so += size
}

// inside returns the functionals of a leaf from lo to hi, shares of it.
func (b *PathTree) inside(index uint64, leaf []float64, lo, hi float64) []float64 {
	n := len(leaf)
	switch {
	case lo == 0:
		return b.split(0, index, leaf, hi)[:n]
	case hi == 1:
		return b.split(1, index, leaf, lo)[n:]
	}
	upTo, before := b.split(0, index, leaf, hi), b.split(1, index, leaf, lo)[:n]
	b.cut[0].known = false // its other part is needed for the result
	b.f.take(upTo[n:], upTo[:n], before, b.dim, lo, hi)
	return upTo[n:]
}

// split returns both parts of a leaf that is cut at phi, in the memory of the
// end of a step (0) or of its start (1).
func (b *PathTree) split(which int, index uint64, leaf []float64, phi float64) []float64 {
	n := len(leaf)
	out := b.parts[2*n*which : 2*n*(which+1)]
	if c := (cut{true, index, phi}); b.cut[which] == c {
		return out
	} else if b.cut[which] = c; b.cut[1-which] == c {
		copy(out, b.parts[2*n*(1-which):2*n*(2-which)])
		return out
	}
	b.draw(out[:n], 1<<b.depth|index, 1, phi*b.leaf)
	b.draw(out[n:], 1<<b.depth|index, 2, (1-phi)*b.leaf)
	b.f.condition(out[:n], out[n:], leaf, b.dim, phi, 1-phi)
	return out
}

// draw fills v with an unconditional step.
func (b *PathTree) draw(v []float64, index, stage uint64, h float64) {
	at := b.at
	at.Step, at.Stage = index, stage
	Draw(b.source, v, b.f, b.dim, h, at)
}

func (b *PathTree) normal(dst []float64, index, stage uint64) {
	at := b.at
	at.Step, at.Stage = index, stage
	b.source.Normal(dst, b.dim, at)
}

// condition moves the parts of a step, drawn freely, to where they join to the
// whole, by the covariance of each with the whole (Matheron's rule). p and q are
// their shares.
func (f Functionals) condition(left, right, whole []float64, dim int, p, q float64) {
	l, r, c := f.Parts(left, dim), f.Parts(right, dim), f.Parts(whole, dim)
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

// take writes what Join adds to before, over [0, lo], to make whole, over [0, hi].
func (f Functionals) take(dst, whole, before []float64, dim int, lo, hi float64) {
	d, c, l := f.Parts(dst, dim), f.Parts(whole, dim), f.Parts(before, dim)
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
