package esdirk_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// diffusion is a reaction–diffusion equation on n cells.
func diffusion(n int) (integrators.Field, func(set func(i, j int, v float64), y []float64)) {
	const d = 30
	f := func(dst []float64, t float64, y []float64) error {
		for i, v := range y {
			left, right := 1.0, 0.0
			if i > 0 {
				left = y[i-1]
			}
			if i < n-1 {
				right = y[i+1]
			}
			dst[i] = d*(left-2*v+right) + 5*v*(1-v*v) + math.Sin(t)
		}
		return nil
	}
	return f, func(set func(i, j int, v float64), y []float64) {
		for i, v := range y {
			set(i, i, -2*d+5-15*v*v)
			if i > 0 {
				set(i, i-1, d)
			}
			if i < n-1 {
				set(i, i+1, d)
			}
		}
	}
}

func patterns(t *testing.T, n int) map[string]*jacobian.Pattern {
	var entries [][2]int
	for i := range n {
		for j := max(0, i-1); j < min(n, i+2); j++ {
			entries = append(entries, [2]int{i, j})
		}
	}
	sparse, err := jacobian.Sparse(n, entries)
	require.NoError(t, err)
	return map[string]*jacobian.Pattern{"dense": jacobian.Dense(n), "banded": jacobian.Banded(n, 1, 1), "sparse": sparse}
}

// Pattern and kind of Jacobian do not matter to the solution, nor does one that is
// wrong by a third: only the path there changes. Thirty unknowns take the branch
// that keeps old factorisations.
func TestJacobianDoesNotMatter(t *testing.T) {
	for _, n := range []int{8, 30} {
		f, jac := diffusion(n)
		y0 := make([]float64, n)
		want := march(t, esdirk.KenCarp4.Stepper(f, n), y0, 0, 0.4, 8)
		for name, p := range patterns(t, n) {
			for how, scale := range map[string]float64{"differences": 0, "exact": 1, "wrong": 1.3} {
				l := integrators.Linearisation{Pattern: p}
				if scale != 0 {
					l.Jacobian = func(dst *jacobian.Matrix, _ float64, y []float64) error {
						jac(func(i, j int, v float64) { dst.Set(i, j, v*scale) }, y)
						return nil
					}
				}
				s, err := esdirk.KenCarp4.Implicit(f, n, l)
				require.NoError(t, err)
				// Rounding of slopes of the size of d, twice around.
				require.InDeltaSlice(t, want, march(t, s, y0, 0, 0.4, 8), 1e-13, "%s %s", name, how)
			}
		}
	}
}

// Where steps change little W is kept, and with it the solution to the tolerance.
func TestFactorisationIsKept(t *testing.T) {
	const n = 40
	f, _ := diffusion(n)
	l := integrators.Linearisation{Pattern: jacobian.Banded(n, 1, 1), RTol: 1e-6, ATol: 1e-6}
	run := func(p *jacobian.Pattern) ([]float64, integrators.Counts) {
		l.Pattern = p
		s, err := esdirk.Kvaerno5.Implicit(f, n, l)
		require.NoError(t, err)
		y := make([]float64, n)
		require.NoError(t, s.Reset(0, y))
		for i := range 30 {
			h := 0.01 * (1 + 0.05*math.Sin(float64(i)))
			require.NoError(t, s.Try(y, nil, h))
			s.Accept()
		}
		return y, s.Counts()
	}
	narrow, often := run(jacobian.Banded(n, 1, 1))
	wide, seldom := run(jacobian.Dense(n))
	require.InDeltaSlice(t, narrow, wide, 1e-6)
	require.Equal(t, 30, often.Factorisations)
	require.LessOrEqual(t, seldom.Factorisations, 7) // two of them where the state has come far from its start at zero
	require.Less(t, seldom.Jacobians, often.Jacobians+1)
	require.Equal(t, seldom.Iterations+40*seldom.Jacobians+seldom.Jacobians, seldom.Evaluations) // one at the start, one to each later J
}

// M y' = M g(y) is y' = g(y), for steps, splits and estimates alike.
func TestMass(t *testing.T) {
	const n = 6
	g, jac := diffusion(n)
	p := jacobian.Banded(n, 2, 2)
	mass := jacobian.Banded(n, 1, 1).New()
	for i := range n {
		mass.Set(i, i, 3+float64(i))
		if i > 0 {
			mass.Set(i, i-1, -1)
			mass.Set(i-1, i, 0.5)
		}
	}
	times := func(f integrators.Field) integrators.Field {
		r := make([]float64, n)
		return func(dst []float64, t float64, y []float64) error {
			err := f(r, t, y)
			mass.MulVec(dst, r)
			return err
		}
	}
	exact := func(dst *jacobian.Matrix, _ float64, y []float64) error { // M J
		j := jacobian.Dense(n).New()
		jac(j.Set, y)
		for i := range n {
			for k := max(0, i-2); k < min(n, i+3); k++ {
				for l := max(0, i-1); l < min(n, i+2); l++ {
					dst.Add(i, k, mass.At(i, l)*j.At(l, k))
				}
			}
		}
		return nil
	}
	soft := func(dst []float64, t float64, y []float64) error {
		for i, v := range y {
			dst[i] = math.Cos(t) - v*v
		}
		return nil
	}
	split, err := esdirk.KenCarp4.IMEX(soft)
	require.NoError(t, err)
	massed, err := esdirk.KenCarp4.IMEX(times(soft))
	require.NoError(t, err)
	for name, m := range map[string][2]integrators.Implicit{"whole": {esdirk.Kvaerno5, esdirk.Kvaerno5}, "split": {split, massed}} {
		for _, jf := range []jacobian.Func{exact, nil} {
			a := m[0].Stepper(g, n)
			b, err := m[1].Implicit(times(g), n, integrators.Linearisation{Jacobian: jf, Pattern: p, Mass: mass})
			require.NoError(t, err)
			y0 := []float64{1, 0.9, 0.5, 0.2, 0.1, 0}
			require.InDeltaSlice(t, march(t, a, y0, 0, 0.3, 5), march(t, b, y0, 0, 0.3, 5), 1e-13, name)
			ya, yb, ea, eb := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
			require.NoError(t, a.Reset(0.1, y0)) // so that both have a J of this point
			require.NoError(t, b.Reset(0.1, y0))
			require.NoError(t, a.Try(ya, ea, 0.07))
			require.NoError(t, b.Try(yb, eb, 0.07))
			require.InDeltaSlice(t, ea, eb, 1e-8*0.1, name) // J by differences, to eight digits
			a.Accept()
			b.Accept()
			require.NoError(t, a.(integrators.Interpolator).Interpolate(ya, 0.3))
			require.NoError(t, b.(integrators.Interpolator).Interpolate(yb, 0.3))
			require.InDeltaSlice(t, ya, yb, 1e-13, name)
		}
	}
}

func TestBadLinearisation(t *testing.T) {
	f := func(dst []float64, _ float64, y []float64) error { copy(dst, y); return nil }
	for name, l := range map[string]integrators.Linearisation{
		"singular mass matrix": {Mass: jacobian.Diagonal([]float64{1, 0})},
		"of order 3":           {Pattern: jacobian.Dense(3)},
		"RTol -1":              {RTol: -1},
		"ATol NaN":             {ATol: math.NaN()},
		"ATol +Inf":            {ATol: math.Inf(1)},
	} {
		_, err := esdirk.KenCarp4.Implicit(f, 2, l)
		require.ErrorIs(t, err, integrators.ErrLinearisation, name)
		if name != "singular mass matrix" {
			require.ErrorContains(t, err, name)
		} else {
			require.ErrorContains(t, err, "nonsingular mass matrix")
		}
	}
	_, err := esdirk.KenCarp4.Implicit(f, 0, integrators.Linearisation{})
	require.ErrorIs(t, err, integrators.ErrLinearisation)
	require.Panics(t, func() { esdirk.KenCarp4.Stepper(f, 0) })
	require.Panics(t, func() { _ = esdirk.KenCarp4.Stepper(f, 2).Reset(0, []float64{1}) })
}
