// Package flow follows the probability flow, the ordinary differential equation
//
//	dx/dt = v(x, t) = f x − ½ g² ∇ log p_t(x),
//
// whose solutions have the marginals p_t of the process (Song, Sohl-Dickstein,
// Kingma, Kumar, Ermon, Poole 2021, eq. 13): its field, the trace ∇·v of the
// field's Jacobian, exact or estimated, and from them the density of a point
// (Chen, Rubanova, Bettencourt, Duvenaud 2018, theorem 1),
//
//	ln p_0(x_0) = ln p_T(x_T) + ∫_0^T ∇·v(x_t, t) dt,
//
// and the probability of quantised data, with every term named.
package flow
