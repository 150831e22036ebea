package stochastic

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde/noise"
)

// RITableau is a stochastic Runge–Kutta method of weak order 2 as data. With h in
// variances and roots meaning |h|, V_kl = −V_lk = ±h and
//
//	I_k = Δw_k,   I_kk = ½(Δw_k² − h),   I_kl = ½(Δw_k Δw_l + V_kl),
//
// sums over j < i, but over all j for B2,
//
//	Y_i     = y + h Σ_j A0_ij a_j + Σ_jl B0_ij b_lj I_l,        a_i = a(t + C0_i h, Y_i),
//	Z_i^(k) = y + h Σ_j A1_ij a_j + √h Σ_j B1_ij b_kj,          b_ki = b_k(t + C1_i h, Z_i^(k)),
//	Ẑ_i^(k) = y + Σ_j Σ_{l≠k} B2_ij b_lj I_kl/√h,               b̂_ki = b_k(t, Ẑ_i^(k)),
//	y_1 = y + h Σ_i Alpha_i a_i + Σ_ik b_ki (Beta1_i I_k + Beta2_i I_kk/√h)
//	        + Σ_ik b̂_ki (Beta3_i I_k + Beta4_i √h).
//
// Itô, any noise, weak order 2, strong order 1 for commutative noise and ½
// otherwise. b is evaluated once and 2 NoiseDim times for every further stage;
// where it is diagonal, and the Ẑ drop out, or additive once for every stage.
// Stages of a that no coefficient uses are not evaluated.
//
// A *RITableau is a Method. Rößler (2009), "Second order Runge–Kutta methods for
// Itô stochastic differential equations", eq. 5.1, with V_kl of Kloeden, Platen
// (1992), section 14.2, in the place of products of single signs, and A2 = 0.
type RITableau struct {
	Name                       string
	C0, C1                     []float64
	A0, A1, B0, B1             [][]float64 // row i has i entries
	B2                         [][]float64 // square
	Alpha                      []float64
	Beta1, Beta2, Beta3, Beta4 []float64
}

// Calculus returns Ito.
func (*RITableau) Calculus() Calculus { return Ito }

// Structure returns General.
func (*RITableau) Structure() Structure { return General }

// Orders returns 1, or ½ for general noise, and 2.
func (*RITableau) Orders(on Structure) (strong, weak float64) { return PlatenWeak{}.Orders(on) }

// Needs returns TwoPoint for general noise.
func (*RITableau) Needs(on Structure) noise.Functionals { return twoPoint(on) }

// String returns Name.
func (m *RITableau) String() string { return m.Name }

// Stepper returns a stepper for up to rows rows of s. It panics if the tableau is
// not valid.
func (m *RITableau) Stepper(s *System, rows int) Stepper {
	if err := m.Validate(); err != nil {
		panic(err.Error())
	}
	n, size := len(m.Alpha), rows*s.Dim
	c := newScratch(s, rows)
	st := &ri{
		scratch: c, m: m, z: make([]float64, size), shift: make([]float64, rows*s.Noises()),
		as: make([][]float64, n), bs: make([][]float64, n), ws: make([][]float64, n), d: make([]float64, len(c.b)),
	}
	for i := range n {
		st.bs[i], st.ws[i] = make([]float64, len(c.b)), make([]float64, size)
		used := m.Alpha[i] != 0
		for k := i + 1; k < n; k++ {
			used = used || m.A0[k][i] != 0 || m.A1[k][i] != 0
		}
		if used {
			st.as[i] = make([]float64, size)
		}
	}
	return st
}

type ri struct {
	scratch
	m          *RITableau
	as, bs, ws [][]float64 // of the stages: a, b, and b Δw
	z, shift   []float64
	d          []float64 // Σ_j B2_ij b_lj
}

func (st *ri) Step(dst []float64, t, h float64, y, dw []float64) error {
	m, size := st.m, math.Abs(h)
	path := st.parts(twoPoint(st.s.Structure), dst, y, dw)
	root := math.Sqrt(size)
	shift := st.shift[:len(path.W)]
	copy(dst, y)
	for i := range m.Alpha {
		if st.as[i] != nil {
			z := st.stage(y, h, m.A0[i])
			for j, v := range m.B0[i] {
				floats.AddScaled(z, v, st.ws[j][:len(y)])
			}
			if err := st.s.Drift(st.as[i][:len(y)], t+m.C0[i]*h, z); err != nil {
				return err
			}
			floats.AddScaled(dst, h*m.Alpha[i], st.as[i][:len(y)])
		}
		b, err := st.supports(i, t, h, root, y)
		if err != nil {
			return err
		}
		clear(st.ws[i][:len(y)])
		st.addNoise(st.ws[i][:len(y)], 1, b, path.W)
		floats.AddScaled(dst, m.Beta1[i], st.ws[i][:len(y)])
		for k, w := range path.W {
			shift[k] = 0.5 * (w*w - size) / root
		}
		st.addNoise(dst, m.Beta2[i], b, shift)
	}
	if st.s.Structure.IsAdditive() || st.s.Structure.IsDiagonal() || st.s.Noises() == 1 {
		return nil
	}
	for i := range m.Alpha {
		if err := st.mixed(dst, i, t, root, y, path); err != nil {
			return err
		}
	}
	return nil
}

// stage writes y + h Σ_j weight_j a_j.
func (st *ri) stage(y []float64, h float64, weight []float64) []float64 {
	z := st.z[:len(y)]
	copy(z, y)
	for j, v := range weight {
		if v != 0 {
			floats.AddScaled(z, h*v, st.as[j][:len(y)])
		}
	}
	return z
}

// supports evaluates the b_k of stage i, each at its own Z^(k).
func (st *ri) supports(i int, t, h, root float64, y []float64) ([]float64, error) {
	m := st.m
	t += m.C1[i] * h
	b := st.bs[i][:st.s.DiffusionLen(len(y)/st.s.Dim)]
	if i == 0 || st.s.Structure.IsAdditive() {
		return st.diffusion(b, t, y)
	}
	if st.s.Structure == Diagonal {
		z := st.stage(y, h, m.A1[i])
		for j, v := range m.B1[i] {
			floats.AddScaled(z, root*v, st.bs[j][:len(y)])
		}
		return st.diffusion(b, t, z)
	}
	noises := st.s.Noises()
	for k := range noises {
		z := st.stage(y, h, m.A1[i])
		for j, v := range m.B1[i] {
			for r := range z {
				z[r] += root * v * st.bs[j][r*noises+k]
			}
		}
		there, err := st.diffusion(st.b, t, z)
		if err != nil {
			return nil, err
		}
		for r := k; r < len(b); r += noises {
			b[r] = there[r]
		}
	}
	return b, nil
}

// mixed adds what stage i of the b̂ gives.
func (st *ri) mixed(dst []float64, i int, t, root float64, y []float64, path noise.Parts) error {
	m, noises := st.m, st.s.Noises()
	d, zero := st.d[:len(y)*noises], true
	clear(d)
	for j, v := range m.B2[i] {
		if v != 0 {
			floats.AddScaled(d, v, st.bs[j][:len(d)])
			zero = false
		}
	}
	pairs := noises * (noises - 1) / 2
	for k := range noises {
		there := st.bs[0]
		if !zero {
			shift := st.shift[:len(path.W)]
			for r := 0; r < len(shift); r += noises {
				out, w := shift[r:r+noises], path.W[r:r+noises]
				for l, v := range w {
					out[l] = 0.5 * v * w[k] / root
				}
				out[k] = 0
				if path.V != nil {
					addAreas(out, path.V[r/noises*pairs:][:pairs], k, 0.5/root)
				}
			}
			z := st.z[:len(y)]
			copy(z, y)
			st.addNoise(z, 1, d, shift)
			var err error
			if there, err = st.diffusion(st.b, t, z); err != nil {
				return err
			}
		}
		for r := range dst {
			dst[r] += there[r*noises+k] * (m.Beta3[i]*path.W[r/st.s.Dim*noises+k] + m.Beta4[i]*root)
		}
	}
	return nil
}
