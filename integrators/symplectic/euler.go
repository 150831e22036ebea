package symplectic

// SymplecticEuler kicks, then drifts:
//
//	p' = p + h F(q),   q' = q + h v(p').
//
// First order, one evaluation of each half. It differs from the plain Euler
// method by one prime, and from a spiral by an ellipse: on the oscillator
// q² + p² − h q p is constant exactly. de Vogelaere (1956); Hairer, Lubich, Wanner
// (2006), eq. I.1.9.
var SymplecticEuler = &Composition{Name: "symplectic-euler", P: 1, Kick: []float64{1}, Drift: []float64{1}}

// SymplecticEulerAdjoint drifts, then kicks:
//
//	q' = q + h v(p),   p' = p + h F(q').
//
// The adjoint of [SymplecticEuler]: first order with the opposite leading error,
// and q² + p² + h q p on the oscillator. Hairer, Lubich, Wanner (2006), eq. I.1.9.
var SymplecticEulerAdjoint = &Composition{Name: "symplectic-euler-adjoint", P: 1, Kick: []float64{0, 1}, Drift: []float64{1, 0}}
