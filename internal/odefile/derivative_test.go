package odefile

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/jacobian"
)

// The Jacobian of every function and operation against central differences of
// step h = 1e-5, which leave h² and ε/h, with the derivatives of third order below
// 100: 1e-8 and 1e-9.
func TestJacobian(t *testing.T) {
	var expressions []string
	for _, f := range unary {
		inner := "0.3*x + 0.1*y*y"
		if f.name == "acosh" {
			inner = "1 + x + y"
		}
		if f.derivative != "" {
			expressions = append(expressions, fmt.Sprintf("%s(%s)", f.name, inner))
		}
	}
	for _, f := range binary {
		expressions = append(expressions, fmt.Sprintf("%s(x*y, x + 2*y)", f.name), fmt.Sprintf("%s(y, x)", f.name))
	}
	expressions = append(expressions, "x + y - (-x)*y/(x - 3)", "x^5 - y^-2 + x^y + 2^x + x^0.5", "x % y",
		"(x > y ? x*x : y) + (x < y or x == 3 ? x : t*y)", "let q = x*y; q*q/t", "7", "t")
	for _, e := range expressions {
		text := fmt.Sprintf("equations: {x: %q, y: %q}\ny0: {x: 0.7, y: 1.1}\nt1: 1", e, "y*x")
		s, err := Parse("f.yaml", []byte(text), nil)
		require.NoError(t, err, e)
		require.NotNil(t, s.Linearisation.Jacobian, e)
		j := s.Linearisation.Pattern.New()
		require.NoError(t, s.Linearisation.Jacobian(j, 0.5, s.Y0))
		const h = 1e-5
		for k := range 2 {
			plus, minus := make([]float64, 2), make([]float64, 2)
			y := append([]float64(nil), s.Y0...)
			y[k] += h
			require.NoError(t, s.F(plus, 0.5, y))
			y[k] -= 2 * h
			require.NoError(t, s.F(minus, 0.5, y))
			for i := range 2 {
				require.InDelta(t, (plus[i]-minus[i])/(2*h), j.At(i, k), 2e-8, "%s: entry %d, %d", e, i, k)
			}
		}
		require.Zero(t, testing.AllocsPerRun(10, func() { _ = s.Linearisation.Jacobian(j, 0.5, s.Y0) }))
	}
}

// A ring of heat conduction couples neighbours only; a function without derivative
// leaves it to differences, as does an entry that is not finite.
func TestJacobianForms(t *testing.T) {
	ring := func(n int, wrap bool) string {
		var f, y []string
		for i := range n {
			left, right := (i+n-1)%n, (i+1)%n
			if !wrap {
				left, right = max(i-1, 0), min(i+1, n-1)
			}
			f = append(f, fmt.Sprintf("u%d: u%d - 2*u%d + u%d", i, left, i, right))
			y = append(y, fmt.Sprintf("u%d: 1", i))
		}
		return "equations: {" + strings.Join(f, ", ") + "}\ny0: {" + strings.Join(y, ", ") + "}\nt1: 1"
	}
	for _, c := range []struct {
		n    int
		wrap bool
		want float64 // columns that a difference cannot share
	}{{100, true, 3}, {100, false, 3}, {5, true, 5}} {
		s, err := Parse("f.yaml", []byte(ring(c.n, c.wrap)), nil)
		require.NoError(t, err)
		p := s.Linearisation.Pattern
		require.InDelta(t, c.want, float64(jacobian.NewDifferences(p, s.F, 0).Evaluations()), 1)
		j := p.New()
		require.NoError(t, s.Linearisation.Jacobian(j, 0, s.Y0))
		require.Equal(t, []float64{1, -2, 1}, []float64{j.At(2, 1), j.At(2, 2), j.At(2, 3)})
	}
	s, err := one(t, "gamma(x)")
	require.NoError(t, err)
	require.Nil(t, s.Linearisation.Jacobian)
	s, err = one(t, "sqrt(abs(x))")
	require.NoError(t, err)
	j := s.Linearisation.Pattern.New()
	require.NoError(t, s.Linearisation.Jacobian(j, 0, []float64{0}))
	require.False(t, math.IsNaN(j.At(0, 0)) || math.IsInf(j.At(0, 0), 0))
}
