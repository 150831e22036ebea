package radau

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func each(t *testing.T, f func(t *testing.T, f *formula)) {
	for i := range formulas {
		t.Run(fmt.Sprintf("%d stages", len(formulas[i].C)), func(t *testing.T) { f(t, &formulas[i]) })
	}
}

// derivative is A⁻¹: entry (i, j) is ℓ_j'(c_i), by the product rule.
func (f *formula) derivative() *mat.Dense {
	s := len(f.C)
	d := mat.NewDense(s, s, nil)
	points := append([]float64{0}, f.C...)
	for j := range s {
		for i, x := range f.C {
			sum := 0.0
			for k := range points {
				p := f.scale[j]
				for m, o := range points {
					if m != k && m != j+1 {
						p *= x - o
					}
				}
				if k != j+1 {
					sum += p
				}
			}
			d.Set(i, j, sum)
		}
	}
	return d
}

func (f *formula) butcher(t *testing.T) (a *mat.Dense, b []float64) {
	a = new(mat.Dense)
	require.NoError(t, a.Inverse(f.derivative()))
	return a, mat.Row(nil, len(f.C)-1, a)
}

func rows(m [][]float64) *mat.Dense {
	d := mat.NewDense(len(m), len(m), nil)
	for i, r := range m {
		d.SetRow(i, r)
	}
	return d
}

// legendre is P_n(x) by its recurrence, with the derivative.
func legendre(n int, x float64) (p, dp float64) {
	before := 0.0
	p = 1
	for k := range n {
		p, before = (float64(2*k+1)*x*p-float64(k)*before)/float64(k+1), p
	}
	if n > 0 && x != 1 {
		dp = float64(n) * (before - x*p) / (1 - x*x)
	}
	return p, dp
}

// A integrates powers up to s − 1 exactly.
func TestIntegrals(t *testing.T) {
	each(t, func(t *testing.T, f *formula) {
		a, b := f.butcher(t)
		for i, row := range f.A {
			for k := 1; k <= len(row); k++ {
				sum, size := 0.0, 0.0
				for j, v := range row {
					p := math.Pow(f.C[j], float64(k-1))
					sum += v * p
					size += math.Abs(v * p)
				}
				// Each product and each node is rounded.
				require.InDelta(t, math.Pow(f.C[i], float64(k))/float64(k), sum, 8*0x1p-53*size)
			}
			for j, v := range row {
				require.InDelta(t, a.At(i, j), v, 1e-13) // as the inverse of A⁻¹
			}
		}
		require.InDeltaSlice(t, b, f.A[len(b)-1], 1e-13)
	})
}

func TestNodes(t *testing.T) {
	each(t, func(t *testing.T, f *formula) {
		s := len(f.C)
		require.Equal(t, 1.0, f.C[s-1])
		for i, c := range f.C[:s-1] {
			require.Greater(t, f.C[i+1], c)
			p, dp := legendre(s, 2*c-1)
			q, dq := legendre(s-1, 2*c-1)
			// One Newton correction moves the root by less than rounding does.
			require.InDelta(t, 0, (p-q)/(2*(dp-dq)), 4e-16)
		}
	})
}

func TestTransformation(t *testing.T) {
	each(t, func(t *testing.T, f *formula) {
		s := len(f.C)
		lambda := mat.NewDense(s, s, nil)
		lambda.Set(0, 0, f.Gamma)
		for k, v := range f.Lambda {
			i := 1 + 2*k
			lambda.Set(i, i, real(v))
			lambda.Set(i+1, i+1, real(v))
			lambda.Set(i, i+1, -imag(v))
			lambda.Set(i+1, i, imag(v))
		}
		var one, a, d mat.Dense
		tt, ti := rows(f.T), rows(f.TI)
		one.Mul(tt, ti)
		a.Mul(tt, lambda)
		a.Mul(&a, ti)
		// Rounding of T and T⁻¹ counts with their condition number.
		bound := 8 * 0x1p-52 * mat.Norm(tt, math.Inf(1)) * mat.Norm(ti, math.Inf(1))
		for i := range s {
			one.Set(i, i, one.At(i, i)-1)
		}
		require.Less(t, mat.Norm(&one, math.Inf(1)), bound)
		want := f.derivative()
		d.Sub(&a, want)
		require.Less(t, mat.Norm(&d, math.Inf(1)), bound*mat.Norm(want, math.Inf(1)))

		// The eigenvalues are zeros of Σ_k N^(k)(0) λ^(s−k), the denominator of
		// the stability function: N^(k)(0) = k! n_k.
		n := []float64{1}
		for _, c := range f.C {
			n = append(n, 0)
			for k := len(n) - 1; k >= 0; k-- {
				if n[k] *= -c; k > 0 {
					n[k] += n[k-1]
				}
			}
		}
		for _, v := range append([]complex128{complex(f.Gamma, 0)}, f.Lambda...) {
			sum, size, factorial := complex(0, 0), 0.0, 1.0
			for k, c := range n {
				if k > 0 {
					factorial *= float64(k)
				}
				term := complex(factorial*c, 0) * cmplx.Pow(v, complex(float64(s-k), 0))
				sum += term
				size += cmplx.Abs(term)
			}
			require.Less(t, cmplx.Abs(sum), 1e-14*size)
		}
	})
}

// B(2s−1), C(s) and D(s−1), Butcher's simplifying assumptions, which make the
// order 2s−1. Hairer, Wanner (1996), theorem IV.5.1.
func TestOrderConditions(t *testing.T) {
	each(t, func(t *testing.T, f *formula) {
		s := len(f.C)
		a, b := f.butcher(t)
		pow := func(x float64, k int) float64 { return math.Pow(x, float64(k)) }
		for k := 1; k <= 2*s-1; k++ {
			sum := 0.0
			for i, c := range f.C {
				sum += b[i] * pow(c, k-1)
			}
			require.InDelta(t, 1/float64(k), sum, 1e-14, "B(%d)", k)
		}
		for k := 1; k <= s; k++ {
			for i, c := range f.C {
				left, right := 0.0, 0.0
				for j, o := range f.C {
					left += a.At(i, j) * pow(o, k-1)
					right += b[j] * pow(o, k-1) * a.At(j, i)
				}
				require.InDelta(t, pow(c, k)/float64(k), left, 1e-14, "C(%d)", k)
				if k < s {
					require.InDelta(t, b[i]*(1-pow(c, k))/float64(k), right, 1e-14, "D(%d)", k)
				}
			}
		}
	})
}

// B-stability: b > 0 and the matrix b_i a_ij + b_j a_ji − b_i b_j has no negative
// eigenvalue; it is of rank 1. Hairer, Wanner (1996), section IV.12.
func TestAlgebraicStability(t *testing.T) {
	each(t, func(t *testing.T, f *formula) {
		s := len(f.C)
		a, b := f.butcher(t)
		m := mat.NewSymDense(s, nil)
		for i := range s {
			require.Positive(t, b[i])
			for j := range s {
				m.SetSym(i, j, b[i]*a.At(i, j)+b[j]*a.At(j, i)-b[i]*b[j])
			}
		}
		var eigen mat.EigenSym
		require.True(t, eigen.Factorize(m, false))
		v := eigen.Values(nil)
		for _, v := range v[:s-1] {
			require.InDelta(t, 0, v, 1e-15)
		}
		require.Greater(t, v[s-1], 1e-4)
	})
}

// Lagrange's polynomials give powers back; slope differentiates them at 0.
func TestLagrange(t *testing.T) {
	each(t, func(t *testing.T, f *formula) {
		l := make([]float64, len(f.C))
		for k := 1; k <= len(f.C); k++ {
			for _, x := range []float64{0, 0.3, 0.77, 1, 1.4} {
				f.lagrange(l, x)
				sum := 0.0
				for j, c := range f.C {
					sum += l[j] * math.Pow(c, float64(k))
				}
				require.InDelta(t, math.Pow(x, float64(k)), sum, 1e-12)
			}
			sum, want := 0.0, 0.0
			for j, c := range f.C {
				sum -= f.slope[j] * math.Pow(c, float64(k))
			}
			if k == 1 {
				want = 1
			}
			require.InDelta(t, want, sum, 1e-12)
		}
	})
}
