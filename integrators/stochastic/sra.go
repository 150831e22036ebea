package stochastic

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde/noise"
)

// SRATableau is a stochastic Runge–Kutta method for additive noise as data. With
// χ = I_(1,0)/h = H + ½ΔW, the mean of W over the step,
//
//	Y_i = y + h Σ_{j<i} A0_ij a(t + C0_j h, Y_j) + Σ_{j<i} B0_ij b(t + C1_j h) χ,
//	y_1 = y + h Σ_i Alpha_i a(t + C0_i h, Y_i) + Σ_i b(t + C1_i h) (Beta1_i ΔW + Beta2_i χ).
//
// Itô and Stratonovich, additive noise, strong order 1½, weak order 2. Without
// noise it is a deterministic method of order 2 at least. Stages of b that no
// coefficient uses are not evaluated.
//
// A *SRATableau is a Method. Rößler (2010), "Runge–Kutta methods for the strong
// approximation of solutions of stochastic differential equations", section 6.
type SRATableau struct {
	Name                string
	C0, C1              []float64
	A0, B0              [][]float64 // row i has i entries
	Alpha, Beta1, Beta2 []float64
}

// ErrTableau is wrapped by the errors about a tableau that is no method of its
// order.
var ErrTableau = errors.New("stochastic: tableau")

// Calculus returns Ito, which for additive noise is Stratonovich too.
func (*SRATableau) Calculus() Calculus { return Ito }

// Structure returns Additive.
func (*SRATableau) Structure() Structure { return Additive }

// Orders returns 1½ and 2.
func (*SRATableau) Orders(Structure) (strong, weak float64) { return 1.5, 2 }

// Needs returns SpaceTime.
func (*SRATableau) Needs(Structure) noise.Functionals { return noise.SpaceTime }

// String returns Name.
func (m *SRATableau) String() string { return m.Name }

// condition is a sum that an order demands.
type condition struct {
	name      string
	got, want float64
}

// conditions returns an error about the first one that does not hold to 1e-12
// of the sizes in a tableau, at most 20 or so; published coefficients have
// sixteen digits.
func conditions(name string, of []condition) error {
	for _, c := range of {
		if !(math.Abs(c.got-c.want) <= 1e-12) {
			return fmt.Errorf("%w: %s: %s is %.15g, want %.15g", ErrTableau, name, c.name, c.got, c.want)
		}
	}
	return nil
}

// lower checks a strictly lower triangular matrix and returns its product with v.
func lower(a [][]float64, v []float64) ([]float64, bool) {
	out := make([]float64, len(v))
	if len(a) != len(v) {
		return out, false
	}
	for i, row := range a {
		if len(row) != i {
			return out, false
		}
		out[i] = floats.Dot(row, v[:i])
	}
	return out, true
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// Validate checks the shapes and the conditions of strong order 1½. The error
// wraps [ErrTableau].
func (m *SRATableau) Validate() error {
	n := len(m.Alpha)
	e := ones(n)
	a0, okA := lower(m.A0, e)
	b0, okB := lower(m.B0, e)
	if n == 0 || !okA || !okB || len(m.C0) != n || len(m.C1) != n || len(m.Beta1) != n || len(m.Beta2) != n {
		return fmt.Errorf("%w: %s: sizes do not go together", ErrTableau, m.Name)
	}
	square := make([]float64, n)
	floats.MulTo(square, b0, b0)
	for i, c := range m.C0 {
		if !(math.Abs(c-a0[i]) <= 1e-12) {
			return fmt.Errorf("%w: %s: C0_%d is %v, the sum of A0's row %v", ErrTableau, m.Name, i, c, a0[i])
		}
	}
	dot := floats.Dot
	return conditions(m.Name, []condition{
		{"α·e", dot(m.Alpha, e), 1},
		{"β1·e", dot(m.Beta1, e), 1},
		{"β2·e", dot(m.Beta2, e), 0},
		{"α·A0 e", dot(m.Alpha, a0), 0.5},
		{"α·B0 e", dot(m.Alpha, b0), 1},
		{"α·(B0 e)²", dot(m.Alpha, square), 1.5},
		{"β1·C1", dot(m.Beta1, m.C1), 1},
		{"β2·C1", dot(m.Beta2, m.C1), -1},
	})
}

// Stepper returns a stepper for up to rows rows of s. It panics if the tableau
// is not valid.
func (m *SRATableau) Stepper(s *System, rows int) Stepper {
	if err := m.Validate(); err != nil {
		panic(err.Error())
	}
	n := len(m.Alpha)
	st := &sra{scratch: newScratch(s, rows), m: m, used: make([]bool, n), a: make([][]float64, n), bs: make([][]float64, n)}
	st.stage, st.chi = make([]float64, rows*s.Dim), make([]float64, rows*s.Noises())
	for i := range n {
		st.a[i], st.bs[i] = make([]float64, rows*s.Dim), make([]float64, s.DiffusionLen(1))
		st.used[i] = m.Beta1[i] != 0 || m.Beta2[i] != 0
		for k := i + 1; k < n; k++ {
			st.used[i] = st.used[i] || m.B0[k][i] != 0
		}
	}
	return st
}

type sra struct {
	scratch
	m          *SRATableau
	used       []bool
	a          [][]float64 // of the stages
	bs         [][]float64
	stage, chi []float64
	h          float64 // of the last step
}

func (st *sra) Step(dst []float64, t, h float64, y, dw []float64) error {
	m := st.m
	st.h = h
	path := st.parts(noise.SpaceTime, dst, y, dw)
	chi := st.chi[:len(path.W)]
	for i, w := range path.W {
		chi[i] = path.H[i] + 0.5*w
	}
	for i, b := range st.bs {
		if st.used[i] {
			if err := st.s.Diffusion(b, t+m.C1[i]*h, nil); err != nil {
				return err
			}
		}
	}
	copy(dst, y)
	for i := range m.Alpha {
		z, f := st.stage[:len(y)], st.a[i][:len(y)]
		copy(z, y)
		for j, a := range m.A0[i] {
			if a != 0 {
				floats.AddScaled(z, h*a, st.a[j][:len(y)])
			}
		}
		if b, ok := st.combine(m.B0[i]); ok {
			st.addNoise(z, 1, b, chi)
		}
		if err := st.s.Drift(f, t+m.C0[i]*h, z); err != nil {
			return err
		}
		floats.AddScaled(dst, h*m.Alpha[i], f)
	}
	if b, ok := st.combine(m.Beta1); ok {
		st.addNoise(dst, 1, b, path.W)
	}
	if b, ok := st.combine(m.Beta2); ok {
		st.addNoise(dst, 1, b, chi)
	}
	return nil
}

// combine returns Σ_j weight_j b_j, and whether there is anything to add.
func (st *sra) combine(weight []float64) ([]float64, bool) {
	b, any := st.b, false
	clear(b)
	for j, v := range weight {
		if v != 0 {
			floats.AddScaled(b, v, st.bs[j])
			any = true
		}
	}
	return b, any
}
