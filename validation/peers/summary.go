package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
	"github.com/ito-sde/ito/validation/problems"
)

// best is a peer's fastest method for a problem and an error.
type best struct {
	peer, method         string
	seconds, evaluations float64
}

// row is a problem at an achieved error.
type row struct {
	problem string
	target  float64
	all     []best // of every peer that achieves it, ito among them, the fastest first
}

// ito is the name under which this project's lines go.
const ito = "ito"

// rival returns the fastest peer, own ito's best; nil where nothing achieves the error.
func (r row) rival() *best { return r.first(func(b best) bool { return b.peer != ito }) }
func (r row) own() *best   { return r.first(func(b best) bool { return b.peer == ito }) }

func (r row) first(is func(best) bool) *best {
	if i := slices.IndexFunc(r.all, is); i >= 0 {
		return &r.all[i]
	}
	return nil
}

// ratio is ito's time over the fastest peer's: 0 where only ito achieves the
// error, +Inf where only a peer does.
func (r row) ratio() float64 {
	own, rival := r.own(), r.rival()
	switch {
	case own == nil:
		return math.Inf(1)
	case rival == nil:
		return 0
	}
	return own.seconds / rival.seconds
}

// raced returns the problems that the drivers in every language know.
func raced() (list []problems.Problem) {
	for _, name := range []string{
		"lorenz10", "lorenz20", "arenstorf", "kepler10", "pleiades", "lotka", "bruss100",
		"robertson", "vdp1000", "hires", "orego", "bruss500",
	} {
		if p, ok := problems.ByName(name); ok {
			list = append(list, p)
		}
	}
	return list
}

// targets are the achieved errors to compare at.
func targets(p problems.Problem) []float64 {
	if p.Stiff {
		return []float64{1e-6, 1e-8, 1e-10}
	}
	return []float64{1e-6, 1e-10}
}

// summarise finds, for each problem and each of its targets that anybody
// achieves, the best method of every peer.
func summarise(list []problems.Problem, lines []measure.Line) []row {
	type key struct{ problem, peer, method string }
	points := map[key][]point{}
	var keys []key // in the order of the lines, so that equal times are settled the same way every time
	for _, l := range lines {
		if l.Error == nil || !(l.Seconds > 0) {
			continue
		}
		k := key{l.Problem, l.Peer, l.Method}
		if points[k] == nil {
			keys = append(keys, k)
		}
		points[k] = append(points[k], point{*l.Error, l.Seconds, float64(l.Evaluations)})
	}
	var rows []row
	for _, p := range list {
		for _, target := range targets(p) {
			r := row{problem: p.Name, target: target}
			for _, k := range keys {
				spent, ok := achieve(points[k], target)
				if k.problem != p.Name || !ok {
					continue
				}
				b := best{k.peer, k.method, spent.seconds, spent.evaluations}
				switch i := slices.IndexFunc(r.all, func(o best) bool { return o.peer == k.peer }); {
				case i < 0:
					r.all = append(r.all, b)
				case b.seconds < r.all[i].seconds:
					r.all[i] = b
				}
			}
			slices.SortStableFunc(r.all, func(a, b best) int { return cmp.Compare(a.seconds, b.seconds) })
			if len(r.all) > 0 {
				rows = append(rows, r)
			}
		}
	}
	return rows
}

// verdict says how many rows have ito at or under the fastest peer, and names the
// worst ratio.
func verdict(rows []row) string {
	if len(rows) == 0 {
		return "nothing measured"
	}
	under, worst := 0, rows[0]
	for _, r := range rows {
		if r.ratio() <= 1 {
			under++
		}
		if r.ratio() > worst.ratio() {
			worst = r
		}
	}
	return fmt.Sprintf("%d of %d at or under 1, worst ratio %s (%s at %.0e)", under, len(rows), formatRatio(worst.ratio()), worst.problem, worst.target)
}
