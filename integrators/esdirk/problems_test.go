package esdirk_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/validation/problems"
)

func problem(t testing.TB, name string) problems.Problem {
	p, ok := problems.ByName(name)
	require.True(t, ok, name)
	return p
}

func linearisation(p problems.Problem) integrators.Linearisation {
	return integrators.Linearisation{Jacobian: func(dst *jacobian.Matrix, t float64, y []float64) error {
		p.Jacobian(dst.Set, t, y)
		return nil
	}}
}

// known is a problem on [0, t1] with its solution, split in two.
type known struct {
	name        string
	dim         int
	t1          float64
	stiff, soft integrators.Field
	exact       func(dst []float64, t float64)
}

// whole is the sum of both parts.
func (p known) whole(dst []float64, t float64, y []float64) error {
	if err := p.stiff(dst, t, y); err != nil {
		return err
	}
	other := make([]float64, p.dim)
	err := p.soft(other, t, y)
	for i, v := range other {
		dst[i] += v
	}
	return err
}

var knowns = []known{
	{
		// r' = r (1 − r²), φ' = 2r².
		name: "spiral", dim: 2, t1: 1.5,
		stiff: func(dst []float64, _ float64, y []float64) error {
			a := 1 - y[0]*y[0] - y[1]*y[1]
			dst[0], dst[1] = a*y[0], a*y[1]
			return nil
		},
		soft: func(dst []float64, _ float64, y []float64) error {
			a := 2 * (y[0]*y[0] + y[1]*y[1])
			dst[0], dst[1] = -a*y[1], a*y[0]
			return nil
		},
		exact: func(dst []float64, t float64) {
			const c = 3 // 1/r² − 1 at 0
			r := 1 / math.Sqrt(1+c*math.Exp(-2*t))
			phi := 2*t + math.Log((1+c*math.Exp(-2*t))/(1+c))
			dst[0], dst[1] = r*math.Cos(phi), r*math.Sin(phi)
		},
	},
	{
		// y' = −2t y² and a second component y₂' = −y₂² + …, made to have
		// y₂ = 1 + sin(4t)/2.
		name: "driven", dim: 2, t1: 1,
		stiff: func(dst []float64, t float64, y []float64) error {
			s := 1 + math.Sin(4*t)/2
			dst[0] = -2*t*y[0]*y[0] + t*y[1]
			dst[1] = -3*y[1]*y[1]*y[0] + 3*s*s/(1+t*t)
			return nil
		},
		soft: func(dst []float64, t float64, y []float64) error {
			dst[0] = -t * (1 + math.Sin(4*t)/2)
			dst[1] = 2*math.Cos(4*t) + (1+t*t)*y[0] - 1
			return nil
		},
		exact: func(dst []float64, t float64) { dst[0], dst[1] = 1/(1+t*t), 1+math.Sin(4*t)/2 },
	},
}

// slope fits d log e / d log h.
func slope(h, e []float64) float64 {
	var sx, sy, sxx, sxy float64
	for i := range h {
		x, y := math.Log(h[i]), math.Log(e[i])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	n := float64(len(h))
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// march takes n steps and returns the state.
func march(t testing.TB, s integrators.Stepper, y0 []float64, t0, t1 float64, n int) []float64 {
	require.NoError(t, s.Reset(t0, y0))
	y := make([]float64, len(y0))
	for range n {
		require.NoError(t, s.Try(y, nil, (t1-t0)/float64(n)))
		s.Accept()
	}
	return y
}

func distance(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = math.Hypot(d, a[i]-b[i])
	}
	return d
}
