package multistep

import "math"

// highest is the highest order of Adams' formulas here.
const highest = 12

// equalSteps[j][q−1] is g_(j,q) where all steps are equal, of which
// equalSteps[j][0] = γ_j are Adams and Bashforth's coefficients and
// γ_j − γ_(j−1) those of Moulton.
var equalSteps = func() (g [highest + 2][highest + 3]float64) {
	for q := range g[0] {
		g[0][q] = 1 / float64(q+1)
	}
	for j := 1; j < len(g); j++ {
		for q := range len(g[0]) - j {
			g[j][q] = g[j-1][q] - g[j-1][q+1]/float64(j)
		}
	}
	return g
}()

// moulton[k] is |γ*_k|, by which the error at order k is estimated.
var moulton = func() (m [highest + 2]float64) {
	for k := 1; k < len(m); k++ {
		m[k] = math.Abs(equalSteps[k][0] - equalSteps[k-1][0])
	}
	return m
}()

// coefficients are those of a step of length h from t_n to t_(n+1) at order k,
// with ψ_i the length of the last i+1 steps, that one included:
//
//	beta_i  = Π_(j<i) ψ_j(n+1)/ψ_j(n)
//	g_(0,q) = 1/q,  g_(j,q) = g_(j−1,q) − (h/ψ_(j−1)(n+1)) g_(j−1,q+1),  g_j = g_(j,1)
//	sigma_i = Π_(1≤j≤i) j h/ψ_(j−1)(n+1)
//
// Hairer, Nørsett, Wanner (1993), eqs. III.5.9 and III.5.15 with h taken out.
type coefficients struct {
	psi, beta, sigma, g [highest + 2]float64
}

// compute fills in what order k needs; past is ψ(n), and equal the number of
// steps of length h, this one included, that the past ends in.
func (c *coefficients) compute(h float64, k, equal int, past *[highest + 2]float64) {
	level := min(equal, k)
	c.psi[0], c.beta[0], c.sigma[0], c.g[0] = h, 1, 1, 1
	for i := 1; i <= level; i++ {
		c.psi[i], c.beta[i], c.sigma[i], c.g[i] = past[i-1]+h, 1, 1, equalSteps[i][0]
	}
	if equal <= k {
		c.beta[equal] = c.psi[equal-1] / past[equal-1]
	}
	if level == k {
		return
	}
	var w [highest + 3]float64
	copy(w[:], equalSteps[level][:k+1-level])
	for j := level + 1; j <= k; j++ {
		c.psi[j] = past[j-1] + h
		a := h / c.psi[j-1]
		c.sigma[j] = c.sigma[j-1] * (float64(j) * a)
		c.beta[j] = c.beta[j-1] * (c.psi[j-1] / past[j-1])
		left := w[0]
		row := w[:k+1-j]
		for q := range row {
			right := w[q+1]
			row[q] = left - a*right
			left = right
		}
		c.g[j] = w[0]
	}
}

// integral sets g so that the polynomial through the last n values of f, whose
// differences at the end of the last step are φ_j, has the integral
// s Σ_j g_j φ_j from there over a length s (negative: back into the past).
// psi are ψ_i at the end. Shampine, Gordon (1975), chapter 5.
func integral(g *[highest + 2]float64, psi *[highest + 2]float64, s float64, n int) {
	var w [highest + 3]float64
	for q := range n {
		w[q] = 1 / float64(q+1)
	}
	g[0] = 1
	term := 0.0
	for j := 1; j < n; j++ {
		gamma, eta := (s+term)/psi[j-1], s/psi[j-1]
		for q := range n - j {
			w[q] = gamma*w[q] - eta*w[q+1]
		}
		g[j] = w[0]
		term = psi[j-1]
	}
}
