package symplectic

import "math"

// Suzuki4 is Suzuki's fractal: five Verlet steps of lengths w h, w h, (1−4w) h,
// w h, w h with
//
//	w = 1/(4 − ∛4) = 0.41…,
//
// none longer than 0.66 h. Fourth order, symmetric, five forces a step. Suzuki
// (1990).
var Suzuki4 = Strang("suzuki4", 4, 1/(4-math.Cbrt(4)), 1/(4-math.Cbrt(4)))
