// Package symplectic holds one-step formulas that keep the structure of
// mechanics: symplectic compositions of kicks and drifts for separable
// Hamiltonians, and Gauss–Legendre methods for any field.
//
// A Hamiltonian H(q, p) moves a state by q' = ∂H/∂p, p' = −∂H/∂q. That flow is
// symplectic: its derivative Φ satisfies
//
//	Φᵀ J Φ = J,   J = (0 I; −I 0),
//
// so it preserves phase volume, and no orbit spirals in or out. A symplectic
// method of order P shares this exactly. Up to terms exponentially small in 1/h
// it is the exact flow of a modified Hamiltonian H + O(h^P), so its energy error
// stays O(h^P) over exponentially long times where a Runge–Kutta method's grows
// without end (Benettin, Giorgilli 1994; Hairer, Lubich, Wanner 2006, section
// IX.8). That holds for one step length: to vary the step by an error estimate
// destroys it, so these methods have no estimate and run with ode.Config.Step.
//
// Which one:
//
//   - [Verlet] where forces are costly, rough or noisy, and for tolerances of a
//     percent or so;
//   - [BlanesMoan4] or [McLachlan4] for middling accuracy, [BlanesMoan6] below,
//     for a kinetic energy quadratic in p rather [BlanesMoanNystrom6];
//   - [KahanLi8] near rounding, with Compensated set for long runs;
//   - [Gauss4] or [Gauss6] where H is not separable or other quadratic invariants
//     than angular momentum are to be kept, at several times the cost;
//   - [SymplecticEuler], [Ruth3], [Yoshida4], [Suzuki4], [Yoshida6], [Yoshida8]
//     for teaching and comparison.
//
// A state of dim = 2n numbers is (q_1 … q_n, p_1 … p_n): all positions, then all
// momenta, of all bodies.
package symplectic
