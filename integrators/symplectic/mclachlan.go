package symplectic

import "math"

// McLachlan4 is McLachlan's optimised fourth-order method of five stages, with
// √19 in its kicks:
//
//	Kick  = ((14−√19)/108, (20−7√19)/108, (5+2√19)/27, …, symmetric),
//	Drift = (2/5, −1/10, 2/5, −1/10, 2/5).
//
// Symmetric, five forces a step, with an error 5 to 300 times below that of
// [Yoshida4] at equal work. McLachlan (1995), section 4, "S, m = 5".
var McLachlan4 = &Composition{
	Name: "mclachlan4", P: 4,
	Kick:  symmetric(2, (14-math.Sqrt(19))/108, (20-7*math.Sqrt(19))/108),
	Drift: append(symmetric(1, 2./5, -1./10), 0),
}
