package system

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/validation/problems/internal/dd"
)

func parse(t *testing.T, text string) *System {
	s, err := Parse(text)
	require.NoError(t, err)
	return s
}

func relativeError(want, got dd.Real) float64 {
	return math.Abs(want.Sub(got).Hi / want.Hi)
}

const everything = `
	c = 3/2
	a' = c*a*b - sqrt(a)/b + t
	b' = exp(-a)*log(b) + sin(a*t) - cos(b)/(1 + a) - c
	a(0) = 2*c - 1
	b(0) = 0.7
	T = pi/20`

// TestDerivative compares the gradients with central differences in 106 bits,
// which are off by 1e-18 at h = 1e-9; gradients are in float64.
func TestDerivative(t *testing.T) {
	s := parse(t, everything)
	require.Equal(t, 2, s.Dim())
	require.Equal(t, []float64{2, 0.7}, []float64{s.Y0[0].Hi, s.Y0[1].Hi})
	at := dd.From(0.3)
	f := func(h float64, j int) []dd.Real {
		y := append([]dd.Real(nil), s.Y0...)
		y[j] = y[j].Add(dd.From(h))
		dst := make([]dd.Real, 2)
		s.Eval(dst, at, y)
		return dst
	}
	found := 0
	s.Jacobian(at, s.Y0, func(i, j int, d float64) {
		found++
		slope := f(1e-9, j)[i].Sub(f(-1e-9, j)[i]).Div(dd.From(2e-9))
		require.InEpsilon(t, slope.Hi, d, 1e-14, "(%d, %d)", i, j)
	})
	require.Equal(t, 4, found)
	require.InEpsilon(t, 3*0.7-math.Sqrt2/0.7+0.3, f(0, 0)[0].Hi, 1e-15)
	require.InEpsilon(t, math.Exp(-2)*math.Log(0.7)+math.Sin(0.6)-math.Cos(0.7)/3-1.5, f(0, 0)[1].Hi, 1e-14)
}

// TestSolvers solves y' = y cos t, y = e^(sin t), and the rest by both methods.
func TestSolvers(t *testing.T) {
	for _, c := range []struct {
		text string
		want dd.Real
	}{
		{"y' = y*cos(t)\n y(0) = 1\n T = pi/2", dd.From(1).Exp()},
		{"y' = -y*y*y/2\n y(0) = 1\n T = 8", dd.From(1).Div(dd.From(3))},
		{"y' = 1/(2*sqrt(1 + t)) + 0*y\n y(0) = 1\n T = 3", dd.From(2)},
		{"y' = exp(-y)\n T = 4", dd.From(5).Log()},
		{"y' = log(1 + t) + 0*y\n T = 1", dd.From(2).Log().Scale(2).Sub(dd.From(1))},
		{"y' = sin(t)*sin(t) + 0*y\n T = pi", dd.Pi.Scale(0.5)},
	} {
		s := parse(t, c.text)
		got, err := s.Taylor(30, 1e-31)
		require.NoError(t, err)
		require.LessOrEqual(t, relativeError(c.want, got[0]), 1e-29, c.text)
		got, err = s.Collocation(9, 1e-12, 1e-20)
		require.NoError(t, err)
		require.LessOrEqual(t, relativeError(c.want, got[0]), 1e-19, c.text)
	}
	both := parse(t, everything)
	a, err := both.Taylor(30, 1e-31)
	require.NoError(t, err)
	b, err := both.Collocation(9, 1e-12, 1e-20)
	require.NoError(t, err)
	for i := range a {
		require.LessOrEqual(t, relativeError(a[i], b[i]), 1e-19)
	}
}

// TestJumps solves y' = y in [0, 1), −2y in [1, 2), y in [2, 2.5].
func TestJumps(t *testing.T) {
	got, err := parse(t, "y' = (1 - 3*(floor(t) - 2*floor(t/2)))*y\n y(0) = 1\n T = 2.5").Taylor(30, 1e-31)
	require.NoError(t, err)
	require.LessOrEqual(t, relativeError(dd.From(-0.5).Exp(), got[0]), 1e-29)
}

// TestStiff solves the problem of Prothero and Robinson, y = sin t, and a
// differential-algebraic one, x = e^(−t), y = x², where M couples the equations.
func TestStiff(t *testing.T) {
	got, err := parse(t, "y' = -1e8*(y - sin(t)) + cos(t)\n T = 1").Collocation(9, 1e-12, 1e-20)
	require.NoError(t, err)
	want, _ := dd.From(1).Sincos()
	require.LessOrEqual(t, relativeError(want, got[0]), 1e-19)

	s := parse(t, "x' = -x - 2*y\n y' = x*x - y\n M(1,1) = 1\n M(1,2) = 1\n x(0) = 1\n y(0) = 1\n T = 2")
	_, err = s.Taylor(30, 1e-30)
	require.Error(t, err)
	got, err = s.Collocation(9, 1e-12, 1e-20)
	require.NoError(t, err)
	require.LessOrEqual(t, relativeError(dd.From(-2).Exp(), got[0]), 1e-19)
	require.LessOrEqual(t, relativeError(dd.From(-4).Exp(), got[1]), 1e-19)
}

// TestRadau checks s = 2, whose coefficients are in every book, and the
// quadrature Σ_j a_ij c_j^k = c_i^(k+1)/(k+1) of others.
func TestRadau(t *testing.T) {
	c, a := radau(2)
	third := dd.From(1).Div(dd.From(3))
	require.LessOrEqual(t, relativeError(third, c[0]), 1e-30)
	for i, row := range [][]float64{{5, -1}, {9, 3}} {
		for j, v := range row {
			require.LessOrEqual(t, relativeError(dd.From(v).Div(dd.From(12)), a[i][j]), 1e-30)
		}
	}
	for s := 3; s <= 12; s++ {
		c, a := radau(s)
		require.Len(t, c, s)
		for i := range c {
			power := dd.From(1)
			sums := make([]dd.Real, s)
			for k := range sums {
				for j := range c {
					p := dd.From(1)
					for range k {
						p = p.Mul(c[j])
					}
					sums[k] = sums[k].Add(a[i][j].Mul(p))
				}
				power = power.Mul(c[i])
				require.InDelta(t, 0, power.Div(dd.From(float64(k+1))).Sub(sums[k]).Hi, 1e-28)
			}
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, text := range []string{
		"", "T = 1", "y' = z", "y' = y\n y(0) = t", "y' = y\n M(2,1) = 1", "y' = y\n y = 3", "y' = y\n t = 3",
		"y' = y ^ 2", "y' = tan(y)", "y' = sin(y, y)", "y' = !y", "y' = \"y\"", "y'", "y' = (", "c = 1\n c = 2\n y' = c\n T = 1",
		"y' = y\n z(0) = 1", "y' = y\n T = y",
	} {
		_, err := Parse(text)
		require.Error(t, err, text)
	}
}

// TestRecipes parses all texts; each name occurs once.
func TestRecipes(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Recipes() {
		require.False(t, seen[r.Name], r.Name)
		seen[r.Name] = true
		s := parse(t, r.Text)
		require.Positive(t, s.T.Hi, r.Name)
		if r.Stages == 0 {
			require.Nil(t, s.Mass, r.Name)
		}
	}
}
