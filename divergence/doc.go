// Package divergence measures how far apart two distributions are: closed forms
// between Gaussians with full covariance, and the sliced Wasserstein distance
// between samples. Its subpackages go on from there: transport has Wasserstein and
// Sinkhorn distances between samples, sample the other divergences from samples,
// mixture those between Gaussian mixtures, geometry the maps, barycentres and
// gradients of the closed forms, permutation the p-values, ratio those that a
// classifier knows, gradientflow particles that descend a divergence, exponential
// maximum entropy and divergences on logits.
//
// With p = N(m_p, Σ_p), q = N(m_q, Σ_q), δ = m_p − m_q and e_i the eigenvalues
// of L⁻¹(Σ_p − Σ_q)L⁻ᵀ for Σ_q = LLᵀ,
//
//	KL(p‖q)   = ½ [ δᵀΣ_q⁻¹δ + Σ_i φ(e_i) ],   φ(e) = e − ln(1+e)
//	J(p, q)   = KL(p‖q) + KL(q‖p)
//	BD(p, q)  = ⅛ δᵀΣ⁻¹δ + ½ ln( |Σ| / √(|Σ_p||Σ_q|) ),   Σ = (Σ_p+Σ_q)/2
//	H(p, q)²  = 1 − exp(−BD)
//	R_α(p‖q)  = ½ [ α δᵀΣ_*⁻¹δ + Σ_i (φ(e_i) − φ(c e_i)/c) ],   c = 1−α, Σ_* = Σ_q + c(Σ_p − Σ_q)
//	W2(p, q)² = |δ|² + tr( Σ_p + Σ_q − 2(Σ_p^½ Σ_q Σ_p^½)^½ )
//
// # Tiny distances
//
// The textbook formulas subtract numbers of size one and lose everything when p
// and q agree to half the digits. Here every distance is a sum of non-negative
// terms computed from the difference Σ_p − Σ_q, so that a distance of 1e-18
// keeps its digits. The traces of φ come from Cholesky factors, without
// eigenvalues: for I + E = CCᵀ,
//
//	tr φ(E) = Σ_i φ(s_i) + Σ_{j<i} C_ij²,   s_i = C_ii² − 1 = E_ii − Σ_{j<i} C_ij²
//
// and of Gaussians that are near each other from the exact difference of their factors, which
// is found from Σ_p − Σ_q. W2 of such ones is ½ tr Y(Σ_q − Σ_p) for the Cayley transform Y of
// the optimal map, which solves a Lyapunov equation.
//
// Identical arguments are at distance exactly 0.
//
// # Ill-conditioned covariances
//
// The entries of a covariance are taken as exact. Where its condition number
// exceeds 1e6, the divergences that contain Σ⁻¹ are computed in twice the working
// precision (Dekker, 1971), at some ten times the cost.
//
// # Degenerate covariances
//
// An eigenvalue counts as zero when it is at most max(n, 10)·2⁻⁵² times the
// largest; one that is negative by more than that is [ErrIndefinite]. A Gaussian
// then lives on the affine subspace m + range(Σ). W2 is finite for all pairs.
// The others are measured on the common subspace if both arguments have the same
// one; if not, the arguments are mutually singular and KL, Jeffreys, Rényi and
// Bhattacharyya are +Inf and Hellinger is 1.
package divergence
