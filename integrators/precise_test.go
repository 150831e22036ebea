package integrators

import (
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// precise is a Tableau read from testdata, in numbers of 200 bits: there the
// order of the methods of high order shows, which in float64 drowns in rounding.
// The further stages of the interpolant are rows of a after those of the step.
// Zeros are nil.
type precise struct {
	digits   int // of the coefficients
	stages   int
	a, dense [][]*big.Float
	c        []*big.Float // the sums of the rows of a
	b, e, e3 []*big.Float
}

func number(x float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(x) }

func ratio(p, q int64) *big.Float { return number(0).SetRat(big.NewRat(p, q)) }

func numbers(x []float64) []*big.Float {
	out := make([]*big.Float, len(x))
	for i, v := range x {
		out[i] = number(v)
	}
	return out
}

func floats(x []*big.Float) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		if v != nil {
			out[i], _ = v.Float64()
		}
	}
	return out
}

func mul(x ...*big.Float) *big.Float {
	z := number(1)
	for _, v := range x {
		z.Mul(z, v)
	}
	return z
}

// dot is Σ x_i y_i over the entries of x that are not zero.
func dot(x, y []*big.Float) *big.Float {
	sum, term := number(0), number(0)
	for i, v := range x {
		if v != nil && v.Sign() != 0 {
			sum.Add(sum, term.Mul(v, y[i]))
		}
	}
	return sum
}

func read(t *testing.T, e Entry[*Tableau]) *precise {
	m := e.Method
	s, all := len(m.B), len(m.B)+len(m.ExtraA)
	if m.Dense == nil {
		all++ // f at the end of the step
	}
	vector := func(n int) []*big.Float { return make([]*big.Float, n) }
	p := &precise{digits: 40, stages: s, c: vector(all), b: vector(all), e: vector(s), e3: vector(s)}
	if m == DOP853 {
		p.digits = 30
	}
	for i := range all {
		p.a, p.dense = append(p.a, vector(i)), append(p.dense, vector(9))
	}
	matrices := map[string][][]*big.Float{"A": p.a, "B": {p.b}, "E": {p.e, p.e3}, "Dense": p.dense}
	text, err := os.ReadFile("testdata/" + e.Name + ".txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var matrix string
		var row, column int
		var value big.Rat
		_, err := fmt.Sscan(line, &matrix, &row, &column, &value)
		require.NoError(t, err, "%s: %s", e.Name, line)
		matrices[matrix][row-1][column-1] = number(0).SetRat(&value)
	}
	if m.Dense == nil {
		p.hermite()
	}
	for i, row := range p.a {
		p.c[i] = dot(row, slices.Repeat([]*big.Float{number(1)}, i))
	}
	return p
}

// hermite writes the cubic through both ends,
// (1−3θ²+2θ³) y + (3θ²−2θ³) y' + h (θ−2θ²+θ³) k_1 + h (θ³−θ²) f(y'), as weights.
func (p *precise) hermite() {
	copy(p.a[p.stages], p.b)
	for i := range p.dense {
		p.dense[i] = numbers([]float64{0, 0, 0})
		if w := p.b[i]; w != nil {
			p.dense[i][1].Mul(w, number(3))
			p.dense[i][2].Mul(w, number(-2))
		}
	}
	for j, v := range []float64{1, -2, 1} {
		p.dense[0][j].Add(p.dense[0][j], number(v))
	}
	p.dense[p.stages] = numbers([]float64{0, -1, 1})
}

// weights is b_i(θ).
func (p *precise) weights(theta *big.Float) []*big.Float {
	out, powers := make([]*big.Float, len(p.dense)), []*big.Float{theta}
	for range 8 {
		powers = append(powers, mul(powers[len(powers)-1], theta))
	}
	for i, row := range p.dense {
		out[i] = dot(row, powers)
	}
	return out
}

// phi is tree.weights.
func (p *precise) phi(t tree) []*big.Float {
	phi := slices.Repeat([]*big.Float{number(1)}, len(p.a))
	for _, s := range t {
		sub := p.phi(s)
		for i, row := range p.a {
			phi[i] = mul(phi[i], dot(row, sub))
		}
	}
	return phi
}

// slopes evaluates the first n stages of a step h from (t, y), by component.
func (p *precise) slopes(f preciseField, t, h *big.Float, y []*big.Float, n int) [][]*big.Float {
	k, slope := make([][]*big.Float, len(y)), make([]*big.Float, len(y))
	for i := range n {
		at := mul(p.c[i], h)
		f(slope, at.Add(at, t), combine(y, h, p.a[i], k))
		for d, v := range slope {
			k[d] = append(k[d], v)
		}
	}
	return k
}

// combine is y + h Σ w_i k_i.
func combine(y []*big.Float, h *big.Float, w []*big.Float, k [][]*big.Float) []*big.Float {
	out := make([]*big.Float, len(y))
	for d := range y {
		out[d] = mul(h, dot(w, k[d]))
		out[d].Add(out[d], y[d])
	}
	return out
}

type preciseField = func(d []*big.Float, t *big.Float, y []*big.Float)

// Problems whose solutions take nothing beyond a square root.
var algebraic = []struct {
	name  string
	f     preciseField
	exact func(t *big.Float) []*big.Float
}{
	{
		"y' = −2ty², y = 1/(1+t²)",
		func(d []*big.Float, t *big.Float, y []*big.Float) { d[0] = mul(number(-2), t, y[0], y[0]) },
		func(t *big.Float) []*big.Float { return []*big.Float{bell(t)} },
	},
	{
		"y' = −y³/2, y = 1/√(1+t)",
		func(d []*big.Float, _ *big.Float, y []*big.Float) { d[0] = mul(number(-0.5), y[0], y[0], y[0]) },
		func(t *big.Float) []*big.Float {
			root := number(1)
			root.Sqrt(root.Add(root, t))
			return []*big.Float{number(0).Quo(number(1), root)}
		},
	},
	{
		"x' = −2y(x²+y²), y' = x−2y², x = 1/(1+t²), y = t/(1+t²)",
		func(d []*big.Float, _ *big.Float, y []*big.Float) {
			xx, yy := mul(y[0], y[0]), mul(y[1], y[1])
			d[0], d[1] = mul(number(-2), y[1], xx.Add(xx, yy)), number(0).Sub(y[0], yy.Add(yy, yy))
		},
		func(t *big.Float) []*big.Float { return []*big.Float{bell(t), mul(t, bell(t))} },
	},
}

// bell is 1/(1+t²).
func bell(t *big.Float) *big.Float {
	one, square := number(1), mul(t, t)
	return one.Quo(one, square.Add(square, one))
}
