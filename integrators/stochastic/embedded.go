package stochastic

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Embedded is a Stepper that holds a method of lower order in the stages of its
// step, from which a driver learns the size of the error.
type Embedded interface {
	Stepper
	// Estimate writes the result of the last Step less that of the embedded
	// method, of strong order 1, for all its rows: O(h^1½) in mean square. It asks
	// for no evaluation. The last Step must not have failed, and its dw not have
	// been changed since.
	Estimate(dst []float64)
}

// Estimate writes
//
//	h Σ_i Alpha_i (a_i − a_0) + Σ_i Beta2_i b_i χ,
//
// the difference to Euler–Maruyama's method with b at several times. Rackauckas,
// Nie (2017), "Adaptive methods for stochastic differential equations via natural
// embeddings and rejection sampling with memory", section 3, for estimates of the
// kind.
func (st *sra) Estimate(dst []float64) {
	st.driftEstimate(dst, st.a, st.m.Alpha, st.h)
	if b, ok := st.combine(st.m.Beta2); ok {
		st.addNoise(dst, 1, b, st.chi[:len(dst)/st.s.Dim*st.s.Noises()])
	}
}

// Estimate writes
//
//	h Σ_i Alpha_i (a_i − a_0) + Σ_i b_i (Beta3_i χ + Beta4_i I_(1,1,1)/h),
//
// the difference to Milstein's method with supporting values. Rackauckas, Nie
// (2017), section 3.
func (st *sri) Estimate(dst []float64) {
	st.driftEstimate(dst, st.as, st.m.Alpha, st.h)
	size := math.Abs(st.h)
	for i, b := range st.bs {
		if b == nil {
			continue
		}
		b3, b4 := st.m.Beta3[i], st.m.Beta4[i]/(6*size)
		for k, w := range st.w {
			dst[k] += b[k] * (b3*st.chi[k] + b4*w*(w*w-3*size))
		}
	}
}

// driftEstimate writes h Σ_i alpha_i (a_i − a_0), whose alpha sum up to 1.
func (c *scratch) driftEstimate(dst []float64, a [][]float64, alpha []float64, h float64) {
	clear(dst)
	for i, v := range alpha {
		if v != 0 {
			floats.AddScaled(dst, h*v, a[i][:len(dst)])
		}
	}
	floats.AddScaled(dst, -h, a[0][:len(dst)])
}
