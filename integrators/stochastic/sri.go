package stochastic

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde/noise"
)

// SRITableau is a stochastic Runge–Kutta method for diagonal noise as data. With
// the iterated integrals of the step
//
//	χ = I_(1,0)/h = H + ½ΔW,   I_(1,1) = ½(ΔW² − h),   I_(1,1,1) = (ΔW³ − 3hΔW)/6,
//
// coordinate by coordinate, h in them meaning |h|,
//
//	Y_i = y + h Σ_{j<i} A0_ij a_j + Σ_{j<i} B0_ij b_j χ,        a_i = a(t + C0_i h, Y_i),
//	Z_i = y + h Σ_{j<i} A1_ij a_j + √h Σ_{j<i} B1_ij b_j,       b_i = b(t + C1_i h, Z_i),
//	y_1 = y + h Σ_i Alpha_i a_i
//	        + Σ_i b_i (Beta1_i ΔW + Beta2_i I_(1,1)/√h + Beta3_i χ + Beta4_i I_(1,1,1)/h).
//
// Itô, diagonal noise, strong order 1½, weak order 1½: the √h in Z leaves terms of
// h^(5/2) in a step's moments, 2 (β1 + ½β3)·(B1 e)³ b⁴b‴/6 of y_1² among them, which
// the conditions do not ask to vanish. (Software lists weak order 2 for these methods;
// theory and measurement say 1½.) On additive noise the weak order is 2. Stages that no coefficient uses are not
// evaluated, equal ones once, the first a always, for the estimate of the error.
//
// A *SRITableau is a Method. Rößler (2010), "Runge–Kutta methods for the strong
// approximation of solutions of stochastic differential equations", section 6.
type SRITableau struct {
	Name                       string
	C0, C1                     []float64
	A0, A1, B0, B1             [][]float64 // row i has i entries
	Alpha                      []float64
	Beta1, Beta2, Beta3, Beta4 []float64
}

// Calculus returns Ito.
func (*SRITableau) Calculus() Calculus { return Ito }

// Structure returns Diagonal.
func (*SRITableau) Structure() Structure { return Diagonal }

// Orders returns 1½ and 1½, on additive noise 2.
func (*SRITableau) Orders(on Structure) (strong, weak float64) {
	if on.IsAdditive() {
		return 1.5, 2
	}
	return 1.5, 1.5
}

// Needs returns SpaceTime.
func (*SRITableau) Needs(Structure) noise.Functionals { return noise.SpaceTime }

// String returns Name.
func (m *SRITableau) String() string { return m.Name }

// Validate checks the shapes and the conditions of strong order 1½. The error
// wraps [ErrTableau].
func (m *SRITableau) Validate() error {
	n := len(m.Alpha)
	e := ones(n)
	a0, ok1 := lower(m.A0, e)
	a1, ok2 := lower(m.A1, e)
	b0, ok3 := lower(m.B0, e)
	b1, ok4 := lower(m.B1, e)
	sizes := ok1 && ok2 && ok3 && ok4
	for _, v := range [][]float64{m.C0, m.C1, m.Beta1, m.Beta2, m.Beta3, m.Beta4} {
		sizes = sizes && len(v) == n
	}
	if n == 0 || !sizes {
		return fmt.Errorf("%w: %s: sizes do not go together", ErrTableau, m.Name)
	}
	for i := range n {
		if !(math.Abs(m.C0[i]-a0[i]) <= 1e-12) || !(math.Abs(m.C1[i]-a1[i]) <= 1e-12) {
			return fmt.Errorf("%w: %s: C of stage %d is not the sum of A's row", ErrTableau, m.Name, i)
		}
	}
	b1b1, _ := lower(m.B1, b1)
	a1b0, _ := lower(m.A1, b0)
	b0sq, b1sq := make([]float64, n), make([]float64, n)
	floats.MulTo(b0sq, b0, b0)
	floats.MulTo(b1sq, b1, b1)
	dot := floats.Dot
	of := []condition{
		{"α·e", dot(m.Alpha, e), 1},
		{"α·A0 e", dot(m.Alpha, a0), 0.5},
		{"α·B0 e", dot(m.Alpha, b0), 1},
		{"α·(B0 e)²", dot(m.Alpha, b0sq), 1.5},
		{"½β1·A1 B0 e + ⅓β3·A1 B0 e", dot(m.Beta1, a1b0)/2 + dot(m.Beta3, a1b0)/3, 0},
	}
	for k, beta := range [][]float64{m.Beta1, m.Beta2, m.Beta3, m.Beta4} {
		for _, c := range []struct {
			name string
			v    []float64
			want [4]float64
		}{
			{"e", e, [4]float64{1, 0, 0, 0}},
			{"B1 e", b1, [4]float64{0, 1, 0, 0}},
			{"A1 e", a1, [4]float64{1, 0, -1, 0}},
			{"(B1 e)²", b1sq, [4]float64{1, 0, -1, 2}},
			{"B1 B1 e", b1b1, [4]float64{0, 0, 0, 1}},
		} {
			of = append(of, condition{fmt.Sprintf("β%d·%s", k+1, c.name), dot(beta, c.v), c.want[k]})
		}
	}
	return conditions(m.Name, of)
}

// Stepper returns a stepper for up to rows rows of s. It panics if the tableau
// is not valid.
func (m *SRITableau) Stepper(s *System, rows int) Stepper {
	if err := m.Validate(); err != nil {
		panic(err.Error())
	}
	n, size := len(m.Alpha), rows*s.Dim
	st := &sri{scratch: newScratch(s, rows), m: m, as: make([][]float64, n), bs: make([][]float64, n)}
	st.z, st.g, st.chi = make([]float64, size), make([]float64, size), make([]float64, size)
	for i := range n {
		st.as[i], st.bs[i] = m.shared(st.as[:i], i, m.C0, m.A0, m.B0, size), m.shared(st.bs[:i], i, m.C1, m.A1, m.B1, size)
	}
	// Later stages come before earlier ones that only they use.
	for i := n - 1; i >= 0; i-- {
		usesA, usesB := i == 0 || m.Alpha[i] != 0, m.Beta1[i] != 0 || m.Beta2[i] != 0 || m.Beta3[i] != 0 || m.Beta4[i] != 0
		for k := i + 1; k < n; k++ {
			usesA = usesA || st.as[k] != nil && m.A0[k][i] != 0 || st.bs[k] != nil && m.A1[k][i] != 0
			usesB = usesB || st.as[k] != nil && m.B0[k][i] != 0 || st.bs[k] != nil && m.B1[k][i] != 0
		}
		if !usesA {
			st.as[i] = nil
		}
		if !usesB {
			st.bs[i] = nil
		}
	}
	return st
}

// shared returns the memory of an earlier stage that is equal, or new memory.
func (*SRITableau) shared(before [][]float64, i int, c []float64, a, b [][]float64, size int) []float64 {
	zero := func(row []float64) bool { return !slices.ContainsFunc(row, func(v float64) bool { return v != 0 }) }
	for j, v := range before {
		if c[i] == c[j] && zero(a[i][j:]) && zero(b[i][j:]) && slices.Equal(a[i][:j], a[j]) && slices.Equal(b[i][:j], b[j]) {
			return v
		}
	}
	return make([]float64, size)
}

type sri struct {
	scratch
	m      *SRITableau
	as, bs [][]float64 // of the stages; equal ones share memory, unused ones have none
	z, g   []float64
	chi    []float64
	h      float64   // of the last step
	w      []float64 // and its ΔW
}

// fresh reports whether a stage has memory that no earlier stage has.
func fresh(stages [][]float64, i int) bool {
	return stages[i] != nil && !slices.ContainsFunc(stages[:i], func(v []float64) bool { return v != nil && &v[0] == &stages[i][0] })
}

func (st *sri) Step(dst []float64, t, h float64, y, dw []float64) error {
	m, n := st.m, len(y)
	path := st.parts(noise.SpaceTime, dst, y, dw)
	st.h, st.w = h, path.W
	size := math.Abs(h)
	root := math.Sqrt(size)
	chi, z, g := st.chi[:n], st.z[:n], st.g[:n]
	for i, w := range path.W {
		chi[i] = path.H[i] + 0.5*w
	}
	for i := range m.Alpha {
		if fresh(st.as, i) {
			st.drifts(z, h, y, m.A0[i])
			if st.noises(g, m.B0[i]) {
				for k, v := range g {
					z[k] += v * chi[k]
				}
			}
			if err := st.s.Drift(st.as[i][:n], t+m.C0[i]*h, z); err != nil {
				return err
			}
		}
		if fresh(st.bs, i) {
			st.drifts(z, h, y, m.A1[i])
			if st.noises(g, m.B1[i]) {
				floats.AddScaled(z, root, g)
			}
			if err := st.evalNoise(st.bs[i][:n], t+m.C1[i]*h, z); err != nil {
				return err
			}
		}
	}
	st.drifts(dst, h, y, m.Alpha)
	for i, b := range st.bs {
		if b == nil {
			continue
		}
		// β2 I_(1,1)/√h and β4 I_(1,1,1)/h, as polynomials in ΔW.
		b1, b2, b3, b4 := m.Beta1[i], m.Beta2[i]/(2*root), m.Beta3[i], m.Beta4[i]/(6*size)
		for k, w := range path.W {
			dst[k] += b[k] * (b1*w + b2*(w*w-size) + b3*chi[k] + b4*w*(w*w-3*size))
		}
	}
	return nil
}

// drifts writes y + h Σ_j weight_j a_j.
func (st *sri) drifts(z []float64, h float64, y, weight []float64) {
	copy(z, y)
	for j, v := range weight {
		if v != 0 {
			floats.AddScaled(z, h*v, st.as[j][:len(z)])
		}
	}
}

// noises writes Σ_j weight_j b_j, if there is any.
func (st *sri) noises(g, weight []float64) bool {
	any := false
	for j, v := range weight {
		if v == 0 {
			continue
		}
		if !any {
			clear(g)
			any = true
		}
		floats.AddScaled(g, v, st.bs[j][:len(g)])
	}
	return any
}

// evalNoise evaluates the diagonal, for each row where the system has it once.
func (st *sri) evalNoise(b []float64, t float64, z []float64) error {
	if !st.s.Structure.IsAdditive() {
		return st.s.Diffusion(b, t, z)
	}
	n := st.s.Dim
	err := st.s.Diffusion(b[:n], t, nil)
	for r := n; r < len(b); r += n {
		copy(b[r:r+n], b[:n])
	}
	return err
}
