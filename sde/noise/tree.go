package noise

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"gonum.org/v1/gonum/floats"
)

// ErrPath is wrapped by the errors about a Brownian path that cannot be made.
var ErrPath = errors.New("noise: no such Brownian path")

// Tree is a Brownian motion W of dim coordinates on [t0, t1], W(t0) = 0, that can
// be asked for any time in any order: W is a pure function of (seed, row, t), so
// that a rejected or refined step sees the same path. It is found by bisection:
// given the ends of an interval of length h, its middle is
//
//	W(m) = ½ (W(l) + W(r)) + ½ √h z,   Var[W(m) | W(l), W(r)] = h/4,
//
// with z addressed by the interval, down to leaves no longer than the tolerance.
// Inside a leaf [l, r], of length h, at t = l + φh,
//
//	W(t) = (1−φ) W(l) + φ W(r) + √(φ(1−φ)h) z,   Var[W(t) | W(l), W(r)] = (t−l)(r−t)/(r−l),
//
// with one z per leaf. So the joint law of W at any set of times is exactly that
// of Brownian motion as long as no two of them lie inside one leaf; two that do
// have each the exact law, and are fully correlated given the ends. Times within
// a few units of rounding of a dyadic point count as that point.
//
// A query costs one draw per level that it does not share with the one before,
// log₂(step/tolerance) or so for queries in order; asking for a dyadic time stops
// at its level. Queries allocate nothing. A Tree is not safe for concurrent use.
//
// Lévy (1948), "Processus stochastiques et mouvement brownien", chapter 1; Li,
// Wong, Chen, Duvenaud (2020), "Scalable gradients for stochastic differential
// equations", section 4 and algorithm 3 (which returns W(l) inside a leaf).
type Tree struct {
	t0, t1, length float64
	snap           float64 // in leaves: what counts as a dyadic point
	leaves         float64 // 2^depth
	dim, depth     int
	sd             [maxDepth + 1]float64 // ½√h at each level
	source         Source
	at             Address

	// The last descent. Slots of dim numbers: W(t0), W(t1), the middle of the
	// interval at each level, and the leaf's z.
	slots       []float64
	left, right [maxDepth + 1]int // slots of the ends of the interval at a level
	path        uint64            // the leaf
	drawn       int               // levels whose middle (or z) is known, for path
	reached     int               // the last level whose ends are known, for path

	t       float64 // of the last answer, NaN if none
	w, from []float64
}

// maxDepth keeps leaves well above the rounding of times.
const maxDepth = 46

// NewTree returns the Brownian motion of one row of a seed. tolerance is the
// longest leaf; 0 means 2⁻³⁰ of the interval, or what rounding allows. The law is
// exact for times further apart than it, so the shortest step in sight is a good
// choice: each halving costs every query a draw. Two trees of the same interval
// and of tolerances t and 2t have the same W at the dyadic points of both. The
// errors wrap ErrPath.
func NewTree(seed, row uint64, dim int, t0, t1, tolerance float64) (*Tree, error) {
	return newTree(Gaussian{}, seed, row, dim, t0, t1, tolerance)
}

func newTree(source Source, seed, row uint64, dim int, t0, t1, tolerance float64) (*Tree, error) {
	length := t1 - t0
	if dim < 1 || !(length > 0) || math.IsInf(length, 0) {
		return nil, fmt.Errorf("%w: %d coordinates on [%v, %v]; want at least one on a finite interval t0 < t1", ErrPath, dim, t0, t1)
	}
	// Times near t1 are known to half an ulp, their distance to t0 to a few.
	rounding := 4 * 0x1p-52 * max(math.Abs(t0), math.Abs(t1))
	least := max(length*0x1p-46, 16*rounding)
	if tolerance == 0 {
		tolerance = max(length*0x1p-30, least)
	}
	if !(tolerance >= least) {
		return nil, fmt.Errorf("%w: tolerance %v on [%v, %v]; want 0 or at least %.2g", ErrPath, tolerance, t0, t1, least)
	}
	depth := 0
	for math.Ldexp(length, -depth) > tolerance {
		depth++
	}
	b := &Tree{
		t0: t0, t1: t1, length: length, dim: dim, depth: depth, source: source,
		leaves: math.Ldexp(1, depth),
		snap:   math.Ldexp(rounding/length, depth),
		slots:  make([]float64, (depth+3)*dim),
		at:     Address{Seed: seed, Use: Bridge},
		w:      make([]float64, dim),
		from:   make([]float64, dim),
	}
	for level := range depth + 1 {
		b.sd[level] = 0.5 * math.Sqrt(math.Ldexp(length, -level))
	}
	b.right[0] = 1
	b.Reset(row)
	return b, nil
}

// Reset turns the tree into the one of another row.
func (b *Tree) Reset(row uint64) {
	// The first row of a block of its own, so that no other row's numbers are drawn.
	b.at.Row = row * BlockRows
	b.drawn, b.reached, b.t = 0, 0, math.NaN()
	end := b.slot(1)
	b.normal(end, 0)
	floats.Scale(math.Sqrt(b.length), end)
}

// At writes W(t) to dst. It panics if t is outside [t0, t1] or len(dst) is not
// dim.
func (b *Tree) At(dst []float64, t float64) {
	if !(t >= b.t0 && t <= b.t1) || len(dst) != b.dim {
		panic(fmt.Sprintf("noise: W(%v) of %d coordinates asked of a tree of %d on [%v, %v]", t, len(dst), b.dim, b.t0, b.t1))
	}
	if t != b.t {
		b.descend(t)
		b.t = t
	}
	copy(dst, b.w)
}

// Increment writes W(t) − W(s) to dst, for s and t in either order. Steps in
// order, each beginning where the last one ended, cost one query each. The
// difference is as exact as W is, absolutely ~ 10⁻¹⁶ √(t1−t0).
func (b *Tree) Increment(dst []float64, s, t float64) {
	b.At(b.from, s)
	b.At(dst, t)
	for i := range dst {
		dst[i] -= b.from[i]
	}
}

// descend finds W(t) from the level down to which the last descent agrees.
func (b *Tree) descend(t float64) {
	leaves := (t - b.t0) / b.length * b.leaves
	whole := math.Round(leaves)
	phi := leaves - whole
	if math.Abs(phi) <= b.snap {
		phi = 0
	} else if phi < 0 {
		whole--
		phi++
	}
	if whole == b.leaves {
		copy(b.w, b.slot(1))
		return
	}
	p := uint64(whole)
	shared := b.depth - bits.Len64(p^b.path)
	b.path = p
	b.drawn = min(b.drawn, shared+1)
	level := min(b.reached, shared)
	for ; level < b.depth; level++ {
		below := b.depth - level
		if phi == 0 && p<<(64-below) == 0 {
			break // t is the left end
		}
		mid := level + 2
		if level == b.drawn {
			b.split(level, 1<<level|p>>below)
		}
		b.left[level+1], b.right[level+1] = b.left[level], mid
		if p>>(below-1)&1 == 1 {
			b.left[level+1], b.right[level+1] = mid, b.right[level]
		}
	}
	b.reached = level
	copy(b.w, b.slot(b.left[level]))
	if phi > 0 {
		b.bridge(phi)
	}
}

// split draws the middle of the interval at a level.
func (b *Tree) split(level int, index uint64) {
	m := b.slot(level + 2)
	b.normal(m, index)
	l, r := b.slot(b.left[level]), b.slot(b.right[level])
	sd := b.sd[level]
	for i, z := range m {
		m[i] = 0.5*(l[i]+r[i]) + float64(sd*z)
	}
	b.drawn++
}

// bridge moves the answer from the left end of the leaf to φ inside it.
func (b *Tree) bridge(phi float64) {
	z := b.slot(b.depth + 2)
	if b.drawn == b.depth {
		b.normal(z, 1<<b.depth|b.path)
		b.drawn++
	}
	r := b.slot(b.right[b.depth])
	sd := math.Sqrt(phi * (1 - phi) * (b.length / b.leaves))
	for i, l := range b.w {
		b.w[i] = l + float64(phi*(r[i]-l)) + float64(sd*z[i])
	}
}

func (b *Tree) normal(dst []float64, index uint64) {
	at := b.at
	at.Step = index
	b.source.Normal(dst, b.dim, at)
}

func (b *Tree) slot(i int) []float64 { return b.slots[i*b.dim : (i+1)*b.dim] }
