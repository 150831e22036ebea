package symplectic

// Verlet is the Störmer–Verlet method in its velocity form, or leapfrog:
//
//	p½ = p + h/2 F(q),   q' = q + h v(p½),   p' = p½ + h/2 F(q').
//
// Second order, symmetric, one force a step, stable on the oscillator to hω = 2.
// Without p, where v = p, it is q_{k+1} − 2q_k + q_{k−1} = h² F(q_k), the
// stationary path of a discrete action: see [DiscreteLagrangian]. Newton (1687),
// Störmer (1907), Verlet (1967); Hairer, Lubich, Wanner (2003).
var Verlet = &Composition{Name: "verlet", P: 2, Kick: []float64{1. / 2, 1. / 2}, Drift: []float64{1, 0}}

// PositionVerlet is the other Störmer–Verlet method:
//
//	q½ = q + h/2 v(p),   p' = p + h F(q½),   q' = q½ + h/2 v(p').
//
// Second order, symmetric, one force a step, in the middle of it.
// Hairer, Lubich, Wanner (2003), eq. 1.13.
var PositionVerlet = &Composition{Name: "position-verlet", P: 2, Kick: []float64{0, 1}, Drift: []float64{1. / 2, 1. / 2}}
