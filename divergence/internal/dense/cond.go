package dense

import (
	"math"
	"math/rand/v2"

	lapack "gonum.org/v1/gonum/lapack/gonum"
)

// Bound returns a number that the condition number of UᵀU in the 2-norm does not exceed, given
// its norm; above it by a factor of 16n at most, mostly much less. For up to 16 rows this is certain;
// beyond it fails for one matrix in 10⁷:
//
//	κ ≤ ‖UᵀU‖₁ Σ_k |U⁻ᵀx_k|²
//
// for 16 vectors x_k of standard normal numbers, always the same ones, for the sum exceeds
// ‖(UᵀU)⁻¹‖₂ χ² with 16 degrees of freedom, and χ² < 1 has the chance 6e-8. With few rows
// the sum is the trace of the inverse.
//
// After Dixon (1983), "Estimating extremal eigenvalues and condition numbers of matrices".
func (t *Upper) Bound(norm float64) float64 {
	if t.n <= block {
		return norm * Squares(t.inverse)
	}
	own := borrow()
	defer pool.Put(own)
	own.probe = resize(own.probe, t.n*block)
	copy(own.probe, own.normals(t.n*block))
	t.solve(own, own.probe, block)
	return norm * Squares(own.probe)
}

// normals returns n standard normal numbers, always the same ones.
func (s *scratch) normals(n int) []float64 {
	if len(s.noise) < n {
		s.noise = make([]float64, n)
		r := rand.New(rand.NewPCG(1, 16))
		for i := range s.noise {
			s.noise[i] = r.NormFloat64()
		}
	}
	return s.noise[:n]
}

// Cond returns an estimate of the condition number of UᵀU in the 1-norm, given the norm
// of UᵀU. It is never above the condition number and seldom below by more than a
// factor of 3; for a few rows it is exact.
//
// Higham (1988), algorithm 4.1.
func (t *Upper) Cond(norm float64) float64 {
	n := t.n
	if n <= block {
		return norm * t.inverseNorm()
	}
	v, x, sign := make([]float64, n), make([]float64, n), make([]int, n)
	var impl lapack.Implementation
	var saved [3]int
	estimate, ask := 0.0, 0
	for {
		if estimate, ask = impl.Dlacn2(n, v, x, sign, estimate, ask, &saved); ask == 0 {
			break
		}
		t.SolveVector(x)
		t.SolveTransposed(x)
	}
	return norm * estimate
}

// inverseNorm returns the 1-norm of U⁻¹U⁻ᵀ for n ≤ block.
func (t *Upper) inverseNorm() (norm float64) {
	m := t.inverse
	var columns [block]float64
	for i := range t.n {
		for j := range i + 1 {
			var e float64
			for k := i; k < t.n; k++ {
				e += m[k*block+i] * m[k*block+j]
			}
			e = math.Abs(e)
			if columns[j] += e; j < i {
				columns[i] += e
			}
		}
	}
	for _, v := range columns {
		if !(v <= norm) { // an infinite one too
			norm = v
		}
	}
	return norm
}
