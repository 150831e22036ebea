package stochastic

import (
	"fmt"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde/noise"
)

// SRKTableau is a stochastic Runge–Kutta method for Stratonovich's calculus as
// data, that sees of the path its increment and its space–time Lévy area,
//
//	z_i = y + h Σ_{j<i} A_ij a_j + Σ_{j<i} b_j (W_ij ΔW + H_ij H),
//	y_1 = y + h Σ_i Alpha_i a_i + Σ_i b_i (BetaW_i ΔW + BetaH_i H),
//
// a_i, b_i = a, b at (t + C_i h, z_i). Stages of a or of b that no coefficient
// uses are not evaluated, nor twice those of additive noise at one time.
//
// Stratonovich, any noise; see the methods for their orders. A *SRKTableau is a
// Method. Foster, dos Reis, Strange (2023), "High order splitting methods for
// SDEs satisfying a commutativity condition", section 6.
type SRKTableau struct {
	Name                string
	C                   []float64
	A, W, H             [][]float64 // row i has i entries
	Alpha, BetaW, BetaH []float64
	// General, Commutative and Additive are the orders on noise of these
	// structures.
	General, Commutative, Additive Order
}

// Order is a strong and a weak order of convergence.
type Order struct{ Strong, Weak float64 }

// Calculus returns Stratonovich.
func (*SRKTableau) Calculus() Calculus { return Stratonovich }

// Structure returns General.
func (*SRKTableau) Structure() Structure { return General }

// Orders returns what the tableau says of the structure.
func (m *SRKTableau) Orders(on Structure) (strong, weak float64) {
	o := m.Commutative
	switch {
	case on.IsAdditive():
		o = m.Additive
	case on == General:
		o = m.General
	}
	return o.Strong, o.Weak
}

// Needs returns SpaceTime.
func (*SRKTableau) Needs(Structure) noise.Functionals { return noise.SpaceTime }

// String returns Name.
func (m *SRKTableau) String() string { return m.Name }

// Validate checks the shapes, C, and the conditions of strong order 1 on commutative
// noise; to which come, where Additive.Strong is 1½, those of that order on additive
// noise. Those of order 1½ on commutative noise are not among them. The error wraps
// [ErrTableau].
func (m *SRKTableau) Validate() error {
	n := len(m.Alpha)
	e := ones(n)
	a, ok1 := lower(m.A, e)
	w, ok2 := lower(m.W, e)
	h, ok3 := lower(m.H, e)
	if n == 0 || !ok1 || !ok2 || !ok3 || len(m.C) != n || len(m.BetaW) != n || len(m.BetaH) != n {
		return fmt.Errorf("%w: %s: sizes do not go together", ErrTableau, m.Name)
	}
	dot := floats.Dot
	var of []condition
	for i, c := range m.C {
		of = append(of, condition{"C beside the sum of A's row", c, a[i]})
	}
	of = append(of, []condition{
		{"α·e", dot(m.Alpha, e), 1},
		{"βW·e", dot(m.BetaW, e), 1},
		{"βH·e", dot(m.BetaH, e), 0},
		// ½ΔW², and nothing of H² or of ΔW H but its antisymmetric part.
		{"βW·W e", dot(m.BetaW, w), 0.5},
		{"βH·H e", dot(m.BetaH, h), 0},
		{"βW·H e + βH·W e", dot(m.BetaW, h) + dot(m.BetaH, w), 0},
	}...)
	if m.Additive.Strong > 1 {
		square := func(u, v []float64) float64 {
			s := 0.0
			for i, alpha := range m.Alpha {
				s += alpha * u[i] * v[i]
			}
			return s
		}
		of = append(of,
			condition{"α·A e", dot(m.Alpha, a), 0.5},
			condition{"α·W e", dot(m.Alpha, w), 0.5},
			condition{"α·H e", dot(m.Alpha, h), 1},
			// E of the square of α's argument is ½h: W e and H e squared, with
			// Var ΔW = h and Var H = h/12.
			condition{"α·((W e)² + (H e)²/12)", square(w, w) + square(h, h)/12, 0.5},
			// ∫ s dW/h = ½ΔW − H.
			condition{"βW·C", dot(m.BetaW, m.C), 0.5},
			condition{"βH·C", dot(m.BetaH, m.C), -1},
		)
	}
	return conditions(m.Name, of)
}

// Stepper returns a stepper for up to rows rows of s. It panics if the tableau
// is not valid.
func (m *SRKTableau) Stepper(s *System, rows int) Stepper {
	if err := m.Validate(); err != nil {
		panic(err.Error())
	}
	n, size := len(m.Alpha), rows*s.Dim
	st := &srk{scratch: newScratch(s, rows), m: m, z: make([]float64, size), as: make([][]float64, n), ws: make([][]float64, n), hs: make([][]float64, n)}
	uses := func(final float64, i int, later ...[][]float64) []float64 {
		for _, of := range later {
			for k := i + 1; k < n; k++ {
				if of[k][i] != 0 {
					return make([]float64, size)
				}
			}
		}
		if final != 0 {
			return make([]float64, size)
		}
		return nil
	}
	for i := range n {
		st.as[i], st.ws[i], st.hs[i] = uses(m.Alpha[i], i, m.A), uses(m.BetaW[i], i, m.W), uses(m.BetaH[i], i, m.H)
	}
	return st
}

type srk struct {
	scratch
	m          *SRKTableau
	z          []float64
	as, ws, hs [][]float64 // a, b ΔW and b H of the stages that are used
}

func (st *srk) Step(dst []float64, t, h float64, y, dw []float64) error {
	m, n := st.m, len(y)
	path := st.parts(noise.SpaceTime, dst, y, dw)
	at, b := 0, st.b[:0] // the stage that b is of
	for i := range m.Alpha {
		z := y
		if i > 0 {
			z = st.z[:n]
			copy(z, y)
			st.add(z, h, m.A[i], m.W[i], m.H[i])
		}
		if st.as[i] != nil {
			if err := st.s.Drift(st.as[i][:n], t+m.C[i]*h, z); err != nil {
				return err
			}
		}
		if st.ws[i] == nil && st.hs[i] == nil {
			continue
		}
		if len(b) == 0 || !st.s.Structure.IsAdditive() || m.C[i] != m.C[at] {
			var err error
			if b, err = st.diffusion(st.b, t+m.C[i]*h, z); err != nil {
				return err
			}
			at = i
		}
		st.product(st.ws[i], b, path.W, n)
		st.product(st.hs[i], b, path.H, n)
	}
	copy(dst, y)
	st.add(dst, h, m.Alpha, m.BetaW, m.BetaH)
	return nil
}

// product writes b v, if it is used.
func (st *srk) product(dst, b, v []float64, n int) {
	if dst != nil {
		clear(dst[:n])
		st.addNoise(dst[:n], 1, b, v)
	}
}

// add adds stages with weights.
func (st *srk) add(z []float64, h float64, a, w, hh []float64) {
	for j := range a {
		if a[j] != 0 {
			floats.AddScaled(z, h*a[j], st.as[j][:len(z)])
		}
		if w[j] != 0 {
			floats.AddScaled(z, w[j], st.ws[j][:len(z)])
		}
		if hh[j] != 0 {
			floats.AddScaled(z, hh[j], st.hs[j][:len(z)])
		}
	}
}
