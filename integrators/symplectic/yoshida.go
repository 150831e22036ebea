package symplectic

import "math"

// Yoshida4 is the fourth-order triple jump, also Forest and Ruth's method: Verlet
// steps of lengths w h, (1−2w) h, w h with
//
//	w = 1/(2 − ∛2) = 1.35…,
//
// the middle one backwards by 1.70 h. Three forces a step, the fewest possible,
// symmetric, with a large error constant: [Suzuki4], [McLachlan4] and
// [BlanesMoan4] give more per force. Yoshida (1990); Forest, Ruth
// (1990); Creutz, Gocksch (1989).
var Yoshida4 = Strang("yoshida4", 4, 1/(2-math.Cbrt(2)))

// Yoshida6 composes seven Verlet steps to order 6, the fewest possible: Yoshida's
// solution A, symmetric, seven forces a step. In the argument of [Strang], of
// which the centre is the remainder,
//
//	w = (0.785, 0.236, −1.178).
//
// Yoshida (1990), table 1; digits as in Hairer, Lubich, Wanner (2006), eq. V.3.11.
var Yoshida6 = Strang("yoshida6", 6,
	0.78451361047755726381949763, 0.23557321335935813368479318, -1.17767998417887100694641568)

// Yoshida8 composes fifteen Verlet steps to order 8, the fewest possible:
// Yoshida's solution D, whose steps reach from −1.96 h to 1.94 h,
//
//	w = (0.915, 0.254, −1.445, −0.158, 1.938, −1.961, 0.103),
//
// and which [KahanLi8] surpasses by two to four orders of magnitude. Symmetric, 15
// forces a step. Yoshida (1990), table 2.
var Yoshida8 = Strang("yoshida8", 8,
	0.914844246229642658287, 0.253693336566286009974, -1.44485223686030647660,
	-0.158240635368502468458, 1.93813913762291232471, -1.96061023297558163691,
	0.102799849392219431139)
