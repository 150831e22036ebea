package vec

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/ito-sde/ito/internal/simd"
)

// Of these kernels every family gives the same bits, special values included.

func draw(t *rapid.T) (r *rand.Rand, n int, special bool) {
	seed := rapid.Uint64().Draw(t, "seed")
	return rand.New(rand.NewPCG(seed, 1)), rapid.IntRange(0, 100).Draw(t, "n"), rapid.Bool().Draw(t, "special")
}

func TestAdamSameBits(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		rapid.Check(t, func(t *rapid.T) {
			r, n, special := draw(t)
			w, g := newGuarded[float32](r, n, special), newGuarded[float32](r, n, special)
			m, v := newGuarded[float32](r, n, special), newGuarded[float32](r, n, special)
			for i, x := range v.x {
				v.x[i] = x * x
			}
			w1, g1, m1, v1 := w.clone(), g.clone(), m.clone(), v.clone()
			c := adamConstants{0.1, 0.001, 1.5, 2.5, 1e-8, r.Float32(), 1e-3}
			adam(isa, w.x, g.x, m.x, v.x, &c)
			adamPortable(w1.x, g1.x, m1.x, v1.x, &c)
			w.requireSame(t, w1)
			g.requireSame(t, g1)
			m.requireSame(t, m1)
			v.requireSame(t, v1)
		})
	})
}

func TestLerpSameBits(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		rapid.Check(t, func(t *rapid.T) {
			r, n, special := draw(t)
			x, y := newGuarded[float32](r, n, special), newGuarded[float32](r, n, special)
			x1, y1 := x.clone(), y.clone()
			s := r.Float32()
			lerp(isa, x.x, y.x, s)
			lerpPortable(x1.x, y1.x, s)
			x.requireSame(t, x1)
			y.requireSame(t, y1)
		})
	})
}

func TestNarrowSameBits(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		rapid.Check(t, func(t *rapid.T) {
			r, n, special := draw(t)
			x, y := newGuarded[float32](r, n, false), newGuarded[float64](r, n, special)
			x1, y1 := x.clone(), y.clone()
			s := r.NormFloat64() * 1e20
			narrow(isa, x.x, y.x, s)
			narrowPortable(x1.x, y1.x, s)
			x.requireSame(t, x1)
			y.requireSame(t, y1)
		})
	})
}

func TestWidenSameBits(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		rapid.Check(t, func(t *rapid.T) {
			r, n, special := draw(t)
			x, y := newGuarded[float64](r, n, false), newGuarded[float32](r, n, special)
			x1, y1 := x.clone(), y.clone()
			s := r.NormFloat64() * 1e20
			widen(isa, x.x, y.x, s)
			widenPortable(x1.x, y1.x, s)
			x.requireSame(t, x1)
			y.requireSame(t, y1)
		})
	})
}
