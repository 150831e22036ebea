package main

import (
	"cmp"
	"math"
	"slices"
)

// point is one solve of a method at one tolerance.
type point struct{ err, seconds, evaluations float64 }

// front keeps the points that no other beats in both error and time, by falling
// error and so by rising time.
func front(points []point) []point {
	p := slices.Clone(points)
	slices.SortFunc(p, func(a, b point) int { return cmp.Or(cmp.Compare(a.seconds, b.seconds), cmp.Compare(a.err, b.err)) })
	kept := p[:0]
	for _, q := range p {
		if len(kept) == 0 || q.err < kept[len(kept)-1].err {
			kept = append(kept, q)
		}
	}
	return kept
}

// achieve returns what a method spends on an error: on its front, log-linear
// between the two points with the target between them,
//
//	ln t = (1−w) ln t_a + w ln t_b,   w = ln(e_a/e) / ln(e_a/e_b),   e_b ≤ e < e_a,
//
// and the evaluations likewise. Before the front's first point there is nothing to
// win, so that it holds there; beyond its last one the error is not achieved.
func achieve(points []point, target float64) (point, bool) {
	const exact = 1e-17 // an error of zero has no logarithm
	f := front(points)
	i := slices.IndexFunc(f, func(p point) bool { return p.err <= target })
	if i < 0 {
		return point{}, false
	}
	if i == 0 {
		return f[0], true
	}
	a, b := f[i-1], f[i]
	w := math.Log(a.err/target) / math.Log(a.err/max(b.err, exact))
	between := func(x, y float64) float64 { return math.Pow(x, 1-w) * math.Pow(y, w) }
	return point{target, between(a.seconds, b.seconds), between(a.evaluations, b.evaluations)}, true
}
