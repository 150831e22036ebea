package stochastic

import (
	"math"

	"github.com/ito-sde/ito/sde/noise"
)

// MilsteinCommutative is Milstein's method for commutative noise, with the
// derivatives replaced by differences along supporting values,
//
//	y_1 = y + a h + b Δw + Σ_jk (b_k(t, ŷ_j) − b_k) I_jk/√|h|,   ŷ_j = y + b_j √|h|,
//	I_jk = ½ (Δw_j Δw_k − δ_jk |h|),
//
// the symmetric part of ∫ w_j dw_k, which is all that counts where L^j b_k =
// L^k b_j.
//
// Itô, commutative noise, strong order 1, weak order 1, one evaluation of a, 1 +
// NoiseDim of b, two where the noise is diagonal.
//
// Kloeden, Platen (1992), eqs. 10.3.16 and 11.1.7.
type MilsteinCommutative struct{}

// Calculus returns Ito.
func (MilsteinCommutative) Calculus() Calculus { return Ito }

// Structure returns Commutative.
func (MilsteinCommutative) Structure() Structure { return Commutative }

// Orders returns 1 and 1.
func (MilsteinCommutative) Orders(Structure) (strong, weak float64) { return 1, 1 }

// Stepper returns a stepper for up to rows rows of s.
func (MilsteinCommutative) Stepper(s *System, rows int) Stepper { return newLevy(s, rows, 0) }

// MilsteinGeneral is Milstein's method for all noise, with differences in the
// place of derivatives,
//
//	y_1 = y + a h + b Δw + Σ_jk (b_k(t, ŷ_j) − b_k) I_jk/√|h|,   ŷ_j = y + b_j √|h|,
//	I_jk = ∫ w_j dw_k = ½ (Δw_j Δw_k − δ_jk |h|) + A_jk,
//
// with the path's Lévy area A, antisymmetric.
//
// Itô, any noise, strong order 1, weak order 1, evaluations as
// [MilsteinCommutative]. The order is that of the path whose areas it is given,
// for example of the finest grid joined to coarser ones.
//
// Kloeden, Platen (1992), eqs. 10.3.3 and 11.1.7.
type MilsteinGeneral struct{}

// Calculus returns Ito.
func (MilsteinGeneral) Calculus() Calculus { return Ito }

// Structure returns General.
func (MilsteinGeneral) Structure() Structure { return General }

// Orders returns 1 and 1.
func (MilsteinGeneral) Orders(Structure) (strong, weak float64) { return 1, 1 }

// Needs returns Area for general noise.
func (MilsteinGeneral) Needs(on Structure) noise.Functionals {
	if on == General {
		return noise.Area
	}
	return 0
}

// Stepper returns a stepper for up to rows rows of s.
func (m MilsteinGeneral) Stepper(s *System, rows int) Stepper {
	return newLevy(s, rows, m.Needs(s.Structure))
}

// levy is Milstein's step, with areas or without.
type levy struct {
	scratch
	needs          noise.Functionals
	support, there []float64 // ŷ_j and b(ŷ_j)
	integral       []float64 // I_jk/√|h| of all rows for one j
}

func newLevy(s *System, rows int, needs noise.Functionals) Stepper {
	c := newScratch(s, rows)
	return &levy{c, needs, make([]float64, len(c.a)), make([]float64, len(c.b)), make([]float64, rows*s.Noises())}
}

func (l *levy) Step(dst []float64, t, h float64, y, dw []float64) error {
	path := l.parts(l.needs, dst, y, dw)
	if err := l.euler(dst, t, h, y, path.W); err != nil || l.s.Structure.IsAdditive() {
		return err
	}
	size := math.Abs(h)
	root := math.Sqrt(size)
	if l.s.Structure == Diagonal {
		return l.diagonal(dst, t, root, y, path.W)
	}
	b := l.b[:l.s.DiffusionLen(len(y)/l.s.Dim)]
	n, m := l.s.Dim, l.s.Noises()
	support, integral := l.support[:len(y)], l.integral[:len(path.W)]
	pairs := m * (m - 1) / 2
	for j := range m {
		for i, v := range y {
			support[i] = v + root*b[i*m+j]
		}
		there, err := l.diffusion(l.there, t, support)
		if err != nil {
			return err
		}
		for i := range there {
			there[i] -= b[i]
		}
		for r := range len(y) / n {
			w := path.W[r*m : (r+1)*m]
			out := integral[r*m : (r+1)*m]
			for k, v := range w {
				out[k] = 0.5 * w[j] * v / root
			}
			out[j] -= 0.5 * root
			if path.A != nil {
				addAreas(out, path.A[r*pairs:(r+1)*pairs], j, 1/root)
			}
		}
		l.addNoise(dst, 1, there, integral)
	}
	return nil
}

// addAreas adds scale·A_jk to out_k, given the pairs above the diagonal of an
// antisymmetric A.
func addAreas(out, above []float64, j int, scale float64) {
	m := len(out)
	for k := range j {
		out[k] -= scale * above[pair(k, j, m)]
	}
	for k := j + 1; k < m; k++ {
		out[k] += scale * above[pair(j, k, m)]
	}
}

// pair is the place of j < k among the pairs of m in their order.
func pair(j, k, m int) int { return j*(2*m-j-1)/2 + k - j - 1 }

// diagonal is the step of diagonal noise, all coordinates at once.
func (l *levy) diagonal(dst []float64, t, root float64, y, w []float64) error {
	support := l.support[:len(y)]
	for i, v := range y {
		support[i] = v + root*l.b[i]
	}
	there, err := l.diffusion(l.there, t, support)
	if err != nil {
		return err
	}
	for i, v := range w {
		dst[i] += (there[i] - l.b[i]) * (v*v - root*root) / (2 * root)
	}
	return nil
}
