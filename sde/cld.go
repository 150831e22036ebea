package sde

import "math"

// CLD is critically damped Langevin diffusion: noise enters a velocity v, and the
// data x only through it. With M the mass, v in units of √M, and R = Rate,
//
//	dx = R v dt,   dv = −R x dt − 2R v dt + 2√R dw,   0 ≤ t ≤ 1,   v_0 ~ N(0, Gamma),
//
// for every coordinate by itself. The source's β, M and γ are R = β/√M and
// Gamma = γ; its friction 2√M is the critical one. With S = R t and u = (x, v),
//
//	u_t = A x_0 + N(0, Σ),   A = e^(−S) (1 + S, −S),
//	Σ = 4 ∫₀^S e^(−2s) (s, 1−s)(s, 1−s)ᵀ ds + Gamma e^(−2S) (S, 1−S)(S, 1−S)ᵀ.
//
// All that u tells of x_0 is one number, y = AᵀΣ⁻¹u/J with J = AᵀΣ⁻¹A, and
//
//	y = x_0 + ρ ε,   ρ = J^(−1/2),   u = A y + e z,   e eᵀ = Σ − A Aᵀ/J,
//
// z being independent of x_0 and y. So every model answers for CLD, at the level α = 1,
// σ = ρ of y: the score of u is Σ⁻¹(A D(y) − u). As a Process CLD is that of y,
// a variance-exploding one with g² = dρ²/dt = 4R (Σ⁻¹A)_v²/J², for every sampler;
// the rules of sampler.Phase move in (x, v).
//
// Dockhorn, Vahdat, Kreis (2022), "Score-based generative modeling with critically
// damped Langevin diffusion", section 3 and appendix B.1.
type CLD struct{ Rate, Gamma, Cutoff float64 }

// PhaseKernel is the law of u = (x, v) given x_0, N(A x_0, Σ) with Σ of XX, XV, VV.
type PhaseKernel struct {
	A          [2]float64
	XX, XV, VV float64
	det        float64
	adj        [2]float64 // adj(Σ) A
	n          float64    // Aᵀ adj(Σ) A = J det Σ
}

// dampedMoments returns I_k = ∫₀^S e^(−2s) s^k ds for k = 0, 1, 2, by their series
// where the closed forms cancel.
func dampedMoments(s float64) (m [3]float64) {
	if s > 1 {
		e := math.Exp(-2 * s)
		return [3]float64{-0.5 * math.Expm1(-2*s), 0.25 * (1 - e*(1+2*s)), 0.25 * (1 - e*(1+2*s*(1+s)))}
	}
	for k := range m {
		// Σ (−2s)^j/(j! (k+1+j)); 30 terms leave 2^30/30! = 4e-24.
		term, sum := 1.0, 0.0
		for j := range 30 {
			sum += term / float64(k+1+j)
			term *= -2 * s / float64(j+1)
		}
		m[k] = sum * math.Pow(s, float64(k+1))
	}
	return m
}

// Kernel returns the law at a time.
func (p CLD) Kernel(t float64) PhaseKernel {
	s := p.Rate * t
	e, m := math.Exp(-s), dampedMoments(s)
	g := p.Gamma * e * e
	k := PhaseKernel{A: [2]float64{e * (1 + s), -e * s}}
	k.XX = 4*m[2] + g*s*s
	k.XV = 4*(m[1]-m[2]) + g*s*(1-s)
	k.VV = 4*(m[0]-2*m[1]+m[2]) + g*(1-s)*(1-s)
	// det(N + g w wᵀ) = det N + g wᵀ adj(N) w, each free of cancellation; the last
	// is 4 ∫ e^(−2r) ((s, 1−s) × (r, 1−r))² dr, a cross product of s − r.
	k.det = 16*(m[0]*m[2]-m[1]*m[1]) + 4*g*(s*s*m[0]-2*s*m[1]+m[2])
	k.adj = [2]float64{k.VV*k.A[0] - k.XV*k.A[1], k.XX*k.A[1] - k.XV*k.A[0]}
	k.n = k.A[0]*k.adj[0] + k.A[1]*k.adj[1]
	return k
}

// Observe returns the weights of y = wx x + wv v.
func (k PhaseKernel) Observe() (wx, wv float64) { return k.adj[0] / k.n, k.adj[1] / k.n }

// Hidden returns e, what u holds besides y: u = A y + e z.
func (k PhaseKernel) Hidden() (ex, ev float64) {
	r := 1 / math.Sqrt(k.n)
	return r * k.adj[1], -r * k.adj[0]
}

// Level returns α = 1 and σ = ρ, the level of y.
func (k PhaseKernel) Level() Level { return Level{1, math.Sqrt(k.det / k.n)} }

// Precision returns the lower row of Σ⁻¹: the score of v is
// pxv (A_x D − x) + pvv (A_v D − v).
func (k PhaseKernel) Precision() (pxv, pvv float64) { return -k.XV / k.det, k.XX / k.det }

// Damping returns the process's own law over a time h: u_h = Ψ u_0 + L z, L lower
// triangular. It is stationary: h alone matters.
func (p CLD) Damping(h float64) (psi [2][2]float64, l [3]float64) {
	s := p.Rate * h
	e, m := math.Exp(-s), dampedMoments(s)
	root := math.Sqrt(m[2])
	psi = [2][2]float64{{e * (1 + s), e * s}, {-e * s, e * (1 - s)}}
	return psi, [3]float64{2 * root, 2 * (m[1] - m[2]) / root, 2 * math.Sqrt(m[0]*m[2]-m[1]*m[1]) / root}
}

// At returns the level of y.
func (p CLD) At(t float64) Level { return p.Kernel(t).Level() }

// Coefficients returns f = 0 and g = 2√R |(Σ⁻¹A)_v|/J, those of y.
func (p CLD) Coefficients(t float64) (f, g float64) {
	k := p.Kernel(t)
	return 0, 2 * math.Sqrt(p.Rate) * math.Abs(k.adj[1]) / k.n
}

// TimeOf inverts λ = −ln ρ by bisection in ln t, to the last bits.
func (p CLD) TimeOf(lambda float64) float64 {
	if math.IsNaN(lambda) {
		return lambda
	}
	lo, hi := 1e-12/p.Rate, 300/p.Rate
	if lambda >= p.At(lo).Lambda() {
		return 0
	}
	for {
		mid := 0.5 * (lo + hi)
		if mid > 2*lo {
			mid = math.Sqrt(lo * hi)
		}
		if mid <= lo || mid >= hi {
			return hi
		}
		if p.At(mid).Lambda() > lambda {
			lo = mid
		} else {
			hi = mid
		}
	}
}

// Horizon returns the cut-off and 1.
func (p CLD) Horizon() (cutoff, end float64) { return p.Cutoff, 1 }

// Validate returns an error that wraps [ErrProcess] unless Rate and Gamma are positive and
// finite and 0 < Cutoff < 1.
func (p CLD) Validate() error {
	if err := positive("CLD", "Rate", p.Rate); err != nil {
		return err
	}
	if err := positive("CLD", "Gamma", p.Gamma); err != nil {
		return err
	}
	return horizon("CLD", p)
}
