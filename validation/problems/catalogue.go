package problems

import "slices"

// Catalogue lists all problems: those that solvers are raced on, non-stiff and
// stiff, then DETEST, jumps, STIFF DETEST, the Test Set for IVP Solvers, and others.
var Catalogue = finish(slices.Concat(
	[]Problem{lorenz10, lorenz20, arenstorf, kepler10, pleiades, lotka, bruss100},
	[]Problem{robertson, vdp1000, hires, orego, bruss500},
	detestA, detestB, detestC, []Problem{fivePlanets}, detestD, detestE, jumps,
	stiffA, stiffB, stiffC, stiffD, stiffE, stiffF,
	[]Problem{
		henonHeiles, vdpol, e5, pollu, ringmod, flame, flameFront, prothero, curtiss,
		robertsonDAE, akzo, transamp,
	},
))

// ByName returns the problem of that name.
func ByName(name string) (Problem, bool) {
	i := slices.IndexFunc(Catalogue, func(p Problem) bool { return p.Name == name })
	if i < 0 {
		return Problem{}, false
	}
	return Catalogue[i], true
}

// finish fills in what most problems share: references, dense Jacobians and
// equal tolerances.
func finish(list []Problem) []Problem {
	for i := range list {
		p := &list[i]
		p.Reference = references[p.Name]
		if p.Lower == 0 && p.Upper == 0 {
			p.Lower, p.Upper = len(p.Y0)-1, len(p.Y0)-1
		}
		if p.AbsScale == 0 {
			p.AbsScale = 1
		}
	}
	return list
}
