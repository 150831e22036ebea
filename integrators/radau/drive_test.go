package radau_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/radau"
)

// problem is M y' = f(t, y) from t0 to t1.
type problem struct {
	f      integrators.Field
	y0     []float64
	t0, t1 float64
	l      integrators.Linearisation
}

// fixed makes n steps of equal length and returns the stepper and the end.
func fixed(t testing.TB, m *radau.Method, p problem, n int) (integrators.Stepper, []float64) {
	s, err := m.Implicit(p.f, len(p.y0), p.l)
	require.NoError(t, err)
	require.NoError(t, s.Reset(p.t0, p.y0))
	y := make([]float64, len(p.y0))
	h := (p.t1 - p.t0) / float64(n)
	for range n {
		require.NoError(t, s.Try(y, nil, h))
		s.Accept()
	}
	return s, y
}

type stats struct{ accepted, rejected, diverged int }

// adaptive drives a stepper by its own choice of steps, as package ode does.
func adaptive(t testing.TB, m *radau.Method, p problem, tol, atol, h float64, seen func(s integrators.Stepper, t float64)) ([]float64, stats, integrators.Counts) {
	p.l.RTol, p.l.ATol = tol, atol
	s, err := m.Implicit(p.f, len(p.y0), p.l)
	require.NoError(t, err)
	y := append([]float64(nil), p.y0...)
	return y, integrate(t, s, p, y, h, seen), s.Counts()
}

func integrate(t testing.TB, s integrators.Stepper, p problem, y []float64, h float64, seen func(s integrators.Stepper, t float64)) (st stats) {
	n := len(y)
	next, est, weights := make([]float64, n), make([]float64, n), make([]float64, n)
	require.NoError(t, s.Reset(p.t0, p.y0))
	for at := p.t0; at != p.t1; {
		if st.accepted+st.rejected+st.diverged > 200_000 {
			t.Fatal("too many steps")
		}
		end := at + h
		if (p.t1-end)*h <= 1e-10*h*h {
			end = p.t1
		}
		h = end - at
		if !(math.Abs(h) > 1e-15*math.Abs(at)) {
			t.Fatalf("step %v at %v", h, at)
		}
		if err := s.Try(next, est, h); err != nil {
			if !errors.Is(err, integrators.ErrDiverged) {
				t.Fatal(err)
			}
			st.diverged++
			h = s.(integrators.Chooser).Choose(h, math.Inf(1), nil)
			continue
		}
		sum := 0.0
		for i, e := range est {
			weights[i] = 1 / (p.l.ATol + p.l.RTol*math.Max(math.Abs(y[i]), math.Abs(next[i])))
			if e != 0 {
				sum += e * weights[i] * e * weights[i]
			}
		}
		norm := math.Sqrt(sum / float64(n))
		if norm <= 1 {
			s.Accept()
			st.accepted++
			at = end
			copy(y, next)
			if seen != nil {
				seen(s, at)
			}
		} else {
			st.rejected++
		}
		h = s.(integrators.Chooser).Choose(h, norm, weights)
	}
	return st
}

func robertsonF(d []float64, _ float64, s []float64) error {
	a, b, c := 0.04*s[0], 1e4*s[1]*s[2], 3e7*s[1]*s[1]
	d[0], d[1], d[2] = b-a, a-b-c, c
	return nil
}

func robertsonJ(m *jacobian.Matrix, _ float64, y []float64) error {
	b1, b2, c := 1e4*y[2], 1e4*y[1], 6e7*y[1]
	m.Set(0, 0, -0.04)
	m.Set(0, 1, b1)
	m.Set(0, 2, b2)
	m.Set(1, 0, 0.04)
	m.Set(1, 1, -b1-c)
	m.Set(1, 2, -b2)
	m.Set(2, 1, c)
	return nil
}

var robertson = problem{f: robertsonF, y0: []float64{1, 0, 0}, t1: 1e11, l: integrators.Linearisation{Jacobian: robertsonJ}}
