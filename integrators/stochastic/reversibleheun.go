package stochastic

// Pair returns the system of rows (y, ŷ) of twice the numbers,
//
//	dy = a(t, ŷ) dt + b(t, ŷ) dw,   dŷ = a(t, y) dt + b(t, y) dw,
//
// both of which are the solution of s where they begin as one. [ReversibleHeun]
// steps such systems alone. It panics if s is not valid.
func Pair(s System) System {
	if err := s.Validate(); err != nil {
		panic(err.Error())
	}
	n, m := s.Dim, s.Noises()
	p := System{Dim: 2 * n, NoiseDim: m, Calculus: s.Calculus, Structure: General, pair: &s}
	if s.Structure.IsAdditive() {
		p.Structure = Additive
	}
	p.Drift = func(dst []float64, t float64, y []float64) error {
		for ; len(y) > 0; y, dst = y[2*n:], dst[2*n:] {
			if err := s.Drift(dst[:n], t, y[n:2*n]); err != nil {
				return err
			}
			if err := s.Drift(dst[n:2*n], t, y[:n]); err != nil {
				return err
			}
		}
		return nil
	}
	one := func(dst []float64, t float64, y []float64) error {
		if !s.Structure.IsDiagonal() {
			return s.Diffusion(dst, t, y)
		}
		if err := s.Diffusion(dst[:n], t, y); err != nil {
			return err
		}
		// From the last row on, so that no number is overwritten before it moves.
		for i := n - 1; i >= 0; i-- {
			v := dst[i]
			clear(dst[i*n : (i+1)*n])
			dst[i*n+i] = v
		}
		return nil
	}
	p.Diffusion = func(dst []float64, t float64, y []float64) error {
		if y == nil {
			err := one(dst[:n*m], t, nil)
			copy(dst[n*m:], dst[:n*m])
			return err
		}
		for ; len(y) > 0; y, dst = y[2*n:], dst[2*n*m:] {
			if err := one(dst[:n*m], t, y[n:2*n]); err != nil {
				return err
			}
			if err := one(dst[n*m:2*n*m], t, y[:n]); err != nil {
				return err
			}
		}
		return nil
	}
	return p
}

// ReversibleHeun carries beside y a second solution ŷ at which alone drift and
// diffusion are taken,
//
//	ŷ_1 = 2y − ŷ + a(t, ŷ) h + b(t, ŷ) Δw,
//	y_1 = y + ½ (a(t, ŷ) + a(t+h, ŷ_1)) h + ½ (b(t, ŷ) + b(t+h, ŷ_1)) Δw.
//
// A step from t+h by −h with −Δw leads back to (y, ŷ) to rounding, so that a
// gradient's backward pass needs no stored path. Its stability is that of the
// leapfrog method: none on dy = −ky dt for long times.
//
// Stratonovich, systems made by [Pair] from rows that begin as (y, y), any noise;
// strong order ½, weak order 1, two evaluations of each. On additive noise they are
// 1 and, of y, 2; the strong order of y, not ŷ, is 1 too where the noise of Pair's
// argument commutes.
//
// Kidger, Foster, Li, Lyons (2021), "Efficient and accurate gradients for neural
// SDEs", algorithms 1 and 2.
type ReversibleHeun struct{}

// Calculus returns Stratonovich.
func (ReversibleHeun) Calculus() Calculus { return Stratonovich }

// Structure returns General.
func (ReversibleHeun) Structure() Structure { return General }

// Orders returns ½ and 1, or 1 and 2 for additive noise.
func (ReversibleHeun) Orders(on Structure) (strong, weak float64) { return Heun{}.Orders(on) }

func (ReversibleHeun) fits(s *System) string {
	if s.pair == nil {
		return "make the system by Pair"
	}
	return ""
}

// Stepper returns a stepper for up to rows rows of s. It panics if s is not made
// by [Pair].
func (m ReversibleHeun) Stepper(s *System, rows int) Stepper {
	if remedy := m.fits(s); remedy != "" {
		panic("stochastic: not a pair; " + remedy)
	}
	c := newScratch(s.pair, rows)
	size := rows * s.pair.Dim
	return &reversibleHeun{c, make([]float64, size), make([]float64, size)}
}

type reversibleHeun struct {
	scratch
	hat, sum []float64 // ŷ of all rows; y
}

func (m *reversibleHeun) Step(dst []float64, t, h float64, y, dw []float64) error {
	n := m.s.Dim
	rows := len(y) / (2 * n)
	hat, sum := m.hat[:min(len(m.hat), rows*n)], m.sum[:min(len(m.sum), rows*n)]
	m.check(hat, sum, dw)
	if len(dst) != len(y) || len(y) != 2*len(hat) {
		panic("stochastic: a step of pairs that are not whole rows")
	}
	for r := range rows {
		copy(sum[r*n:], y[2*r*n:2*r*n+n])
		copy(hat[r*n:], y[2*r*n+n:2*(r+1)*n])
	}
	if err := m.half(sum, t, h, hat, dw); err != nil {
		return err
	}
	// sum is y + ½ (a h + b Δw), so ŷ_1 = 2 sum − ŷ.
	for i, v := range hat {
		hat[i] = 2*sum[i] - v
	}
	if err := m.half(sum, t+h, h, hat, dw); err != nil {
		return err
	}
	for r := range rows {
		copy(dst[2*r*n:], sum[r*n:(r+1)*n])
		copy(dst[2*r*n+n:], hat[r*n:(r+1)*n])
	}
	return nil
}

// half adds ½ (a h + b Δw), taken at y, to sum.
func (m *reversibleHeun) half(sum []float64, t, h float64, y, dw []float64) error {
	a := m.a[:len(y)]
	if err := m.s.Drift(a, t, y); err != nil {
		return err
	}
	b, err := m.diffusion(m.b, t, y)
	if err != nil {
		return err
	}
	for i, v := range a {
		sum[i] += 0.5 * h * v
	}
	m.addNoise(sum, 0.5, b, dw)
	return nil
}
