package integrators

import (
	"math"

	"github.com/ito-sde/ito/internal/vec"
)

// Boundary is the length of the method's interval of absolute stability on the
// negative real axis: the largest x for which |R(−x')| ≤ 1 at all x' ≤ x, with
// the stability function R(z) = 1 + z Bᵀ(I − zA)⁻¹1, to a part in 10⁶.
func (m *Tableau) Boundary() float64 {
	k := make([]float64, len(m.B))
	amplifies := func(x float64) bool {
		y := 1.0
		for i, row := range m.A {
			k[i] = 1
			for j, a := range row {
				k[i] -= x * a * k[j]
			}
			y -= x * m.B[i] * k[i]
		}
		return math.Abs(y) > 1+1e-12
	}
	const step = 1. / 64
	x := step
	for !amplifies(x) && x < 1000 {
		x += step
	}
	low := x - step
	for x-low > 1e-6*x {
		if mid := (low + x) / 2; amplifies(mid) {
			x = mid
		} else {
			low = mid
		}
	}
	return low
}

// Stiffness is a Stepper that can tell how near the last accepted step came to
// the edge of stability.
type Stiffness interface {
	// Stiffness estimates h |λ|, λ the dominant eigenvalue of ∂f/∂y; 0 where the
	// method cannot tell.
	Stiffness() float64
}

// TellsStiffness reports whether two stages are at one time, so that steppers can
// tell their Stiffness.
func (m *Tableau) TellsStiffness() bool { i, _ := m.pair(); return i > 0 }

// pair finds two stages at one time, the last ones.
func (m *Tableau) pair() (i, j int) {
	for i := len(m.C) - 1; i > 1; i-- {
		for j := i - 1; j > 0; j-- {
			if m.C[i] == m.C[j] {
				return i, j
			}
		}
	}
	return 0, 0
}

// difference is h Σ_l (A_il − A_jl) k_l of the pair.
func (m *Tableau) difference(pad int) vec.Terms {
	i, j := m.pair()
	row := make([]float64, i)
	copy(row, m.A[i])
	for l, a := range m.A[j] {
		row[l] -= a
	}
	return vec.RowTerms(row, pad)
}

// Stiffness is |k_i − k_j| / |Y_i − Y_j| times h, for two stages of one time with
// the states Y: Shampine (1977); Hairer, Wanner (1996), eq. IV.2.7.
func (r *rk) Stiffness() float64 {
	i, j := r.m.pair()
	if i == 0 {
		return 0
	}
	r.plan.spread.Combine(r.other, nil, r.h0, r.k)
	var up, down float64
	for l, v := range r.slopes[i] {
		d := v - r.slopes[j][l]
		up += d * d
		down += r.other[l] * r.other[l]
	}
	if !(down > 0) {
		return 0
	}
	return math.Abs(r.h0) * math.Sqrt(up/down)
}
