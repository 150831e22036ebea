package stochastic

import (
	"math"

	"github.com/ito-sde/ito/sde/noise"
)

// PlatenWeak is Platen's explicit method of weak order 2. With √ meaning √|h|,
// h in variances |h|, V_jr = −V_rj = ±h and
//
//	Ῡ = y + a h + b Δw,   R_j^± = y + a h ± b_j √h,   U_r^± = y ± b_r √h,
//	y_1 = y + ½ (a(Ῡ) + a) h
//	    + ¼ Σ_j [(b_j(R_j⁺) + b_j(R_j⁻) + 2 b_j) Δw_j + (b_j(R_j⁺) − b_j(R_j⁻)) (Δw_j² − h)/√h]
//	    + ¼ Σ_j Σ_{r≠j} [(b_j(U_r⁺) + b_j(U_r⁻) − 2 b_j) Δw_j
//	                     + (b_j(U_r⁺) − b_j(U_r⁻)) (Δw_j Δw_r + V_rj)/√h],
//
// Ῡ and R at t+h, U at t.
//
// Itô, any noise, strong order 1 for commutative noise and ½ otherwise, weak
// order 2, two evaluations of a, 1 + 4 NoiseDim of b: three where the noise is
// diagonal, two where it is additive.
//
// Platen (1984); Kloeden, Platen (1992), eq. 15.1.3.
type PlatenWeak struct{}

// Calculus returns Ito.
func (PlatenWeak) Calculus() Calculus { return Ito }

// Structure returns General.
func (PlatenWeak) Structure() Structure { return General }

// Orders returns 1, or ½ for general noise, and 2.
func (PlatenWeak) Orders(on Structure) (strong, weak float64) {
	if on == General {
		return 0.5, 2
	}
	return 1, 2
}

// Needs returns TwoPoint for general noise; where it commutes V adds to nothing.
func (PlatenWeak) Needs(on Structure) noise.Functionals { return twoPoint(on) }

// twoPoint is what weak methods need.
func twoPoint(on Structure) noise.Functionals {
	if on == General {
		return noise.TwoPoint
	}
	return 0
}

// Stepper returns a stepper for up to rows rows of s.
func (PlatenWeak) Stepper(s *System, rows int) Stepper {
	c := newScratch(s, rows)
	n, m := len(c.a), len(c.b)
	st := &platenWeak{scratch: c, ahead: make([]float64, n), aAhead: make([]float64, n), support: make([]float64, n), plus: make([]float64, m), minus: make([]float64, m)}
	if !s.Structure.IsDiagonal() {
		st.symmetric, st.odd = make([]float64, rows*s.Noises()), make([]float64, rows*s.Noises())
	}
	return st
}

type platenWeak struct {
	scratch
	ahead, aAhead  []float64 // Ῡ, a(Ῡ)
	support        []float64
	plus, minus    []float64 // b there
	symmetric, odd []float64 // what multiplies sums and differences of b
}

func (p *platenWeak) Step(dst []float64, t, h float64, y, dw []float64) error {
	path := p.parts(twoPoint(p.s.Structure), dst, y, dw)
	ahead, aAhead := p.ahead[:len(y)], p.aAhead[:len(y)]
	if err := p.euler(ahead, t, h, y, path.W); err != nil {
		return err
	}
	if err := p.s.Drift(aAhead, t+h, ahead); err != nil {
		return err
	}
	for i, v := range y {
		dst[i] = v + 0.5*h*(p.a[i]+aAhead[i])
		ahead[i] = v + h*p.a[i] // the middle of R
	}
	b := p.b[:p.s.DiffusionLen(len(y)/p.s.Dim)]
	switch {
	case p.s.Structure.IsAdditive():
		there, err := p.diffusion(p.plus, t+h, y)
		if err != nil {
			return err
		}
		p.addNoise(dst, 0.5, b, path.W)
		p.addNoise(dst, 0.5, there, path.W)
		return nil
	case p.s.Structure == Diagonal:
		return p.diagonal(dst, t+h, math.Abs(h), b, path.W)
	}
	for j := range p.s.Noises() {
		if err := p.column(dst, j, t, h, y, path); err != nil {
			return err
		}
	}
	return nil
}

// both evaluates b at from ± root·b_j; b_j has elements stride apart.
func (p *platenWeak) both(from []float64, t, root float64, b []float64, j, stride int) error {
	support := p.support[:len(from)]
	for i, v := range from {
		support[i] = v + root*b[i*stride+j]
	}
	if _, err := p.diffusion(p.plus, t, support); err != nil {
		return err
	}
	for i, v := range from {
		support[i] = v - root*b[i*stride+j]
	}
	_, err := p.diffusion(p.minus, t, support)
	return err
}

func (p *platenWeak) diagonal(dst []float64, t, size float64, b, w []float64) error {
	root := math.Sqrt(size)
	if err := p.both(p.ahead[:len(dst)], t, root, b, 0, 1); err != nil {
		return err
	}
	for i, v := range w {
		up, down := p.plus[i], p.minus[i]
		dst[i] += 0.25 * ((up+down+2*b[i])*v + (up-down)*(v*v-size)/root)
	}
	return nil
}

// column adds what supporting values along b_r give, to all columns of b.
func (p *platenWeak) column(dst []float64, r int, t, h float64, y []float64, path noise.Parts) error {
	size := math.Abs(h)
	root := math.Sqrt(size)
	m := p.s.Noises()
	b, symmetric, odd := p.b[:len(y)*m], p.symmetric[:len(path.W)], p.odd[:len(path.W)]
	// b_r at R, with weights that pick out column r.
	clear(symmetric)
	clear(odd)
	for k := r; k < len(path.W); k += m {
		v := path.W[k]
		symmetric[k], odd[k] = v, (v*v-size)/root
	}
	if err := p.both(p.ahead[:len(y)], t+h, root, b, r, m); err != nil {
		return err
	}
	p.addNoise(dst, 0.5, b, symmetric)
	p.addPairs(dst)
	if m == 1 {
		return nil
	}
	// The other columns at U.
	pairs := m * (m - 1) / 2
	for row := range len(y) / p.s.Dim {
		w := path.W[row*m : (row+1)*m]
		out := odd[row*m : (row+1)*m]
		for j, v := range w {
			symmetric[row*m+j], out[j] = v, v*w[r]/root
		}
		symmetric[row*m+r], out[r] = 0, 0
		if path.V != nil {
			addAreas(out, path.V[row*pairs:(row+1)*pairs], r, 1/root)
		}
	}
	if err := p.both(y, t, root, b, r, m); err != nil {
		return err
	}
	p.addNoise(dst, -0.5, b, symmetric)
	p.addPairs(dst)
	return nil
}

// addPairs adds ¼ ((b⁺ + b⁻) symmetric + (b⁺ − b⁻) odd).
func (p *platenWeak) addPairs(dst []float64) {
	n, m := p.s.Dim, p.s.Noises()
	for i := range dst {
		plus, minus := p.plus[i*m:(i+1)*m], p.minus[i*m:(i+1)*m]
		symmetric, odd := p.symmetric[i/n*m:][:m], p.odd[i/n*m:][:m]
		sum := 0.0
		for j, up := range plus {
			down := minus[j]
			sum += (up+down)*symmetric[j] + (up-down)*odd[j]
		}
		dst[i] += 0.25 * sum
	}
}
