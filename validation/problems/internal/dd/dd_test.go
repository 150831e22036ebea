package dd

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// eps is a few units of 2⁻¹⁰⁶.
const eps = 1e-31

// exact is x in 300 bits.
func exact(x Real) *big.Float {
	b := new(big.Float).SetPrec(300).SetFloat64(x.Hi)
	return b.Add(b, new(big.Float).SetFloat64(x.Lo))
}

func near(t require.TestingT, want *big.Float, got Real, of float64) {
	d, _ := new(big.Float).Sub(want, exact(got)).Float64()
	require.LessOrEqual(t, math.Abs(d), eps*of, "%v", got)
}

func number(t *rapid.T, name string) Real {
	return normal(rapid.Float64Range(-1e3, 1e3).Draw(t, name), rapid.Float64Range(-1e-17, 1e-17).Draw(t, name+" low"))
}

// TestArithmetic compares with 300 bits. A sum is exact to the larger summand.
func TestArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := number(t, "x"), number(t, "y")
		a, b := exact(x), exact(y)
		f := func() *big.Float { return new(big.Float).SetPrec(300) }
		near(t, f().Add(a, b), x.Add(y), math.Abs(x.Hi)+math.Abs(y.Hi))
		near(t, f().Sub(a, b), x.Sub(y), math.Abs(x.Hi)+math.Abs(y.Hi))
		near(t, f().Mul(a, b), x.Mul(y), math.Abs(x.Hi*y.Hi))
		if math.Abs(y.Hi) > 1e-6 {
			near(t, f().Quo(a, b), x.Div(y), math.Abs(x.Hi/y.Hi))
		}
		if x.Hi > 0 {
			near(t, f().Sqrt(a), x.Sqrt(), math.Sqrt(x.Hi))
		}
	})
}

// TestElementary checks known digits and the addition theorems.
func TestElementary(t *testing.T) {
	for _, c := range []struct {
		want string
		got  Real
	}{
		{"2.71828182845904523536028747135266249775724709369995", From(1).Exp()},
		{"2.35385266837019985407899910749034804508871617254555e17", From(40).Exp()},
		{"1.09861228866810969139524523692252570464749055782275", From(3).Log()},
		{"-4.60517018598809136803598290936872841520220297725754", must("0.01").Log()},
	} {
		want, _, err := big.ParseFloat(c.want, 10, 300, big.ToNearestEven)
		require.NoError(t, err)
		w, _ := want.Float64()
		near(t, want, c.got, 10*math.Abs(w))
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-20, 20).Draw(t, "x")
		y := rapid.Float64Range(-20, 20).Draw(t, "y")
		sx, cx := From(x).Sincos()
		sy, cy := From(y).Sincos()
		s, c := From(x).Add(From(y)).Sincos()
		require.InDelta(t, math.Sin(x), sx.Hi, 1e-15)
		near(t, exact(sx.Mul(cy).Add(cx.Mul(sy))), s, 50)
		near(t, exact(cx.Mul(cy).Sub(sx.Mul(sy))), c, 50)
		e := From(x).Add(From(y)).Exp()
		near(t, exact(From(x).Exp().Mul(From(y).Exp())), e, 50*e.Hi)
	})
}

func TestText(t *testing.T) {
	x, err := Parse("-2.00158510637908252240537862224")
	require.NoError(t, err)
	require.Equal(t, "-2.00158510637908252240537862e+00", x.Text(26))
	_, err = Parse("two")
	require.Error(t, err)
	_, err = Parse("1e999")
	require.Error(t, err)
}
