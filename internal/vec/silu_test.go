package vec

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/internal/simd"
)

// exact returns SiLU, its derivative and the scale of the derivative's error.
func exact(x float32) (y, dy, scale float64) {
	z := float64(x)
	s, t := 1/(1+math.Exp(-z)), 1/(1+math.Exp(z))
	return z * s, s * (1 + z*t), s + math.Abs(z)*s*t
}

// checkSiLU asserts the documented accuracy and special values.
func checkSiLU(t require.TestingT, isa simd.ISA, x []float32) {
	y, dy, one := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
	for i := range one {
		one[i] = 1
	}
	silu(isa, y, x)
	siluGrad(isa, dy, x, one)
	for i, x := range x {
		wantY, wantDY, scale := exact(x)
		y, dy := float64(y[i]), float64(dy[i])
		var ok bool
		switch {
		case x != x || math.IsInf(float64(x), -1):
			ok = y != y && dy != dy
		case math.IsInf(float64(x), 1):
			ok = math.IsInf(y, 1) && dy != dy
		case x < -87.3366:
			ok = y == 0 && math.Signbit(y) && dy == 0
		case x < -87.3:
			ok = math.Abs(y-wantY) < 1.2e-36 && math.Abs(dy-wantDY) < 1.2e-36
		default:
			// The least normal number allows for results and products in the subnormal range.
			ok = math.Abs(y-wantY) <= 1e-6*math.Abs(wantY)+1.2e-38 && math.Abs(dy-wantDY) <= 1e-6*scale+1.2e-38
		}
		if !ok {
			require.Failf(t, "inaccurate", "x = %v (%s): SiLU %v, want %v; derivative %v, want %v", x, isa, y, wantY, dy, wantDY)
		}
	}
}

// TestSiLUAccuracy goes through all float32 numbers in steps.
func TestSiLUAccuracy(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		x := make([]float32, 0, 4096)
		for bits := uint64(0); bits < 1<<32; bits += 4099 {
			if x = append(x, math.Float32frombits(uint32(bits))); len(x) == cap(x) {
				checkSiLU(t, isa, x)
				x = x[:0]
			}
		}
		for i := range 200_000 { // where networks live
			if x = append(x, float32(i-100_000)*1e-3); len(x) == cap(x) {
				checkSiLU(t, isa, x)
				x = x[:0]
			}
		}
		checkSiLU(t, isa, x)
	})
}

func FuzzSiLU(f *testing.F) {
	f.Add([]byte{0, 0, 0xaf, 0xc2, 0, 0, 0x80, 0xff, 0, 0, 0xc0, 0x7f})
	f.Fuzz(func(t *testing.T, data []byte) {
		x := make([]float32, len(data)/4)
		for i := range x {
			x[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		for _, isa := range simd.Available() {
			checkSiLU(t, isa, x)
		}
	})
}

// TestSiLUPosition: an element alone, at any place of a slice and in place has the
// same bits, and nothing beside dst is written.
func TestSiLUPosition(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		rapid.Check(t, func(t *rapid.T) {
			r, n, special := draw(t)
			x, dy := newGuarded[float32](r, n, special), newGuarded[float32](r, n, special)
			y, grad := newGuarded[float32](r, n, false), newGuarded[float32](r, n, false)
			wantY, wantGrad := y.clone(), grad.clone()
			for i := range n {
				silu(isa, wantY.x[i:i+1], x.x[i:i+1])
				siluGrad(isa, wantGrad.x[i:i+1], x.x[i:i+1], dy.x[i:i+1])
			}
			silu(isa, y.x, x.x)
			siluGrad(isa, grad.x, x.x, dy.x)
			y.requireSame(t, wantY)
			grad.requireSame(t, wantGrad)

			silu(isa, y.x[:0], x.x[:0])
			inPlace := x.clone()
			silu(isa, inPlace.x, inPlace.x)
			requireBits(t, wantY.x, inPlace.x)
			siluGrad(isa, dy.x, x.x, dy.x)
			requireBits(t, wantGrad.x, dy.x)
		})
	})
}

// TestSiLULong crosses the bound of a kernel call.
func TestSiLULong(t *testing.T) {
	each(t, func(t *testing.T, isa simd.ISA) {
		r := rand.New(rand.NewPCG(3, 4))
		x := make([]float32, 3*4096+5)
		for i := range x {
			x[i] = float32(10 * r.NormFloat64())
		}
		checkSiLU(t, isa, x)
	})
}

// TestSiLUFamilies: with the same arithmetic the assembly families agree to the bit.
func TestSiLUFamilies(t *testing.T) {
	var first []float32
	for _, isa := range simd.Available()[1:] {
		r := rand.New(rand.NewPCG(5, 6))
		x := newGuarded[float32](r, 100_000, true)
		dy := newGuarded[float32](r, 100_000, false)
		silu(isa, x.x, x.x)
		siluGrad(isa, dy.x, x.x, dy.x)
		if got := append(x.x, dy.x...); first == nil {
			first = got
		} else {
			requireBits(t, first, got)
		}
	}
}
