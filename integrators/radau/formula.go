package radau

// formula is Radau IIA with s stages in the coordinates that diagonalise A⁻¹.
type formula struct {
	// C are the right Radau points, ascending.
	C []float64
	// A are the integrals of Lagrange's polynomials from 0 to C_i; the last row
	// holds the weights.
	A [][]float64
	// Gamma is the real eigenvalue of A⁻¹, Lambda those with positive imaginary
	// part: the roots of Σ_k N^(k)(0) λ^(s−k), N(x) = Π_i (x − c_i).
	Gamma  float64
	Lambda []complex128
	// T has the real eigenvector, of length 1, as column 0, and after it the real
	// part and the negative imaginary part of an eigenvector of each Lambda, with
	// last component 1. TI is its inverse.
	T, TI [][]float64

	// scale[j] = 1/(c_j Π_(k≠j) (c_j − c_k)), of Lagrange's polynomials.
	scale []float64
	// slope[j] = −ℓ_j'(0), so that u'(t) = −Σ_j slope[j] z_j / h.
	slope []float64
	// bump are the coefficients of γ ∫_0^θ Π_i (1 − x/c_i) dx, from θ on; it is 0 at 1
	// if s > 1.
	bump []float64
}

func init() {
	for i := range formulas {
		f := &formulas[i]
		for j, c := range f.C {
			p, slope := c, -1.0
			for k, o := range f.C {
				if k != j {
					p *= c - o
					slope *= -o
				}
			}
			f.scale, f.slope = append(f.scale, 1/p), append(f.slope, slope/p)
		}
		f.bump = []float64{1}
		for _, c := range f.C {
			f.bump = append(f.bump, 0)
			for j := len(f.bump) - 1; j > 0; j-- {
				f.bump[j] -= f.bump[j-1] / c
			}
		}
		for j := range f.bump {
			f.bump[j] *= f.Gamma / float64(j+1)
		}
	}
}

// lagrange sets dst[j] = ℓ_j(θ), the polynomial of degree s that is 1 at c_j and
// 0 at 0 and at the other points: u(t + θh) = y + Σ_j ℓ_j(θ) z_j.
func (f *formula) lagrange(dst []float64, theta float64) {
	p := theta
	for j, c := range f.C {
		dst[j] = p * f.scale[j]
		p *= theta - c
	}
	p = 1
	for j := len(f.C) - 1; j >= 0; j-- {
		dst[j] *= p
		p *= theta - f.C[j]
	}
}
