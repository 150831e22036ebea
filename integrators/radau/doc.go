// Package radau holds the Radau IIA methods: implicit Runge–Kutta methods of
// collocation at the s right Radau points c_1 < … < c_s = 1, the roots of
//
//	P_s(2c−1) − P_(s−1)(2c−1)
//
// with P the polynomials of Legendre. A step of M y' = f(t, y) is the polynomial u
// of degree s with
//
//	u(t) = y,   M u'(t + c_i h) = f(t + c_i h, u(t + c_i h)),   y_next = u(t + h)
//
// The order is 2s − 1; the stability function is the Padé approximation of e^z of
// degrees s−1 and s. The methods are A-, L- and B-stable and stiffly accurate, so
// that they suit stiff equations of any kind, discretised parabolic equations
// and, M being singular, differential-algebraic equations of index 1, whose
// constraints hold at every step. u is the interpolant, of order s, or s+1 where the error
// was estimated.
//
// The stages z_i = u(t + c_i h) − y solve M z = h A f. With A⁻¹ = T Λ T⁻¹ and
// Δz = T Δw the simplified Newton iteration falls apart into one real and
// (s−1)/2 complex systems of the size of y,
//
//	(λ/h M − J) Δw = λ/h (T⁻¹ (h A f − M z))_λ
//
// Increments alone are transformed, which T rounds by a hundred units at s = 7, and y
// is added last: what it rounds off is carried along, except where M has a say.
//
// J and the factors are kept while the iteration converges well. It starts from
// the polynomial u of the step before.
//
// Hairer, Wanner (1996), sections IV.5 and IV.8; Hairer, Wanner (1999) for the
// methods of 5 and 7 stages and the choice among them.
package radau
