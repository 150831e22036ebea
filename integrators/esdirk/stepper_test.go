package esdirk_test

import (
	"errors"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
	"github.com/ito-sde/ito/integrators/jacobian"
)

// On y' = λy the estimate is z Σ E_i Y_i / (1 − γz): bounded where z → −∞. KenCarp47's
// goes without the denominator.
func TestEstimateIsFiltered(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		for _, z := range []float64{-0.1, -3, -1e4} {
			s := m.Stepper(func(dst []float64, _ float64, y []float64) error { dst[0] = z * y[0]; return nil }, 1)
			require.NoError(t, s.Reset(0, []float64{1}))
			y, e := make([]float64, 1), make([]float64, 1)
			require.NoError(t, s.Try(y, e, 1))
			stages, want := []float64{1}, m.E[0]
			for i := 1; i < m.Stages(); i++ {
				sum := 1.0
				for j, a := range m.A[i][:i] {
					sum += z * a * stages[j]
				}
				stages = append(stages, sum/(1-z*m.Gamma()))
				want += m.E[i] * stages[i]
			}
			// J by differences is good to eight digits.
			if want *= z; m != esdirk.KenCarp47 {
				want /= 1 - z*m.Gamma()
			}
			require.InDelta(t, want, e[0], 1e-7, "%v", z)
		}
	})
}

// The stages of y' = y² have no solution for 4hγy > 1: the step is refused, and a
// shorter one from the same stepper is that of a fresh one.
func TestDivergence(t *testing.T) {
	for _, l := range []integrators.Linearisation{{}, {RTol: 1e-6, ATol: 1e-6}} {
		square := func(dst []float64, _ float64, y []float64) error { dst[0] = y[0] * y[0]; return nil }
		s, err := esdirk.Kvaerno5.Implicit(square, 1, l)
		require.NoError(t, err)
		require.NoError(t, s.Reset(0, []float64{1}))
		y := make([]float64, 1)
		require.ErrorIs(t, s.Try(y, nil, 3), integrators.ErrDiverged)
		require.ErrorIs(t, s.Try(y, nil, math.Inf(1)), integrators.ErrDiverged)
		require.ErrorIs(t, s.Try(y, nil, 0), integrators.ErrDiverged)
		require.NoError(t, s.Try(y, nil, 0.1))
		require.InDelta(t, 1/0.9, y[0], 1e-6)
		fresh, err := esdirk.Kvaerno5.Implicit(square, 1, l)
		require.NoError(t, err)
		require.InDelta(t, march(t, fresh, []float64{1}, 0, 0.1, 1)[0], y[0], 1e-6*(l.RTol+1e-9))

		nan := func(dst []float64, t float64, y []float64) error { dst[0] = math.Sqrt(0.5 - t); return nil }
		s, err = esdirk.KenCarp4.Implicit(nan, 1, l)
		require.NoError(t, err)
		require.NoError(t, s.Reset(0, []float64{1}))
		require.ErrorIs(t, s.Try(y, nil, 1), integrators.ErrDiverged)
	}
}

func TestFieldErrorPasses(t *testing.T) {
	boom := errors.New("boom")
	for fails := range 12 { // at the start, in J, in a stage
		calls := 0
		f := func(dst []float64, _ float64, y []float64) error {
			if calls++; calls > fails {
				return boom
			}
			dst[0] = -y[0]
			return nil
		}
		s := esdirk.KenCarp4.Stepper(f, 1)
		require.NoError(t, s.Reset(0, []float64{1}))
		y := make([]float64, 1)
		require.ErrorIs(t, s.Try(y, nil, 0.1), boom)
		calls = -1000
		require.NoError(t, s.Try(y, nil, 0.1))
		require.InDelta(t, real(cmplx.Exp(-0.1)), y[0], 1e-6)
	}
}

// Steps tried in vain leave no trace, nor does an earlier integration; and there is
// a way back in time.
func TestRetryResetReverse(t *testing.T) {
	p := knowns[0]
	split, err := esdirk.KenCarp58.IMEX(p.soft)
	require.NoError(t, err)
	for _, c := range []struct {
		m integrators.Implicit
		f integrators.Field
	}{{esdirk.KenCarp58, p.whole}, {split, p.stiff}} {
		y0, y, again := make([]float64, 2), make([]float64, 2), make([]float64, 2)
		p.exact(y0, 0)
		s := c.m.Stepper(c.f, 2)
		want := march(t, s, y0, 0, 1, 10)
		require.Equal(t, want, march(t, s, y0, 0, 1, 10))
		require.NoError(t, s.Try(y, nil, 0.3))
		require.NoError(t, s.Try(y, nil, 0.1))
		s.Accept()
		require.NoError(t, s.(integrators.Interpolator).Interpolate(again, 1))
		require.InDeltaSlice(t, y, again, 4e-15)
		other := march(t, c.m.Stepper(c.f, 2), y0, 0, 1.1, 11)
		require.InDeltaSlice(t, other, y, 1e-13) // Jacobians of other points
		back := march(t, s, want, 1, 0, 200)
		require.InDeltaSlice(t, y0, back, 1e-5) // the error of the ten steps forth
	}
}

func TestNoAllocations(t *testing.T) {
	p := problem(t, "hires")
	n := len(p.Y0)
	split, err := esdirk.KenCarp4.IMEX(func(dst []float64, _ float64, y []float64) error { clear(dst); return nil })
	require.NoError(t, err)
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	for _, m := range []integrators.Implicit{esdirk.KenCarp4, esdirk.Kvaerno5, split} {
		for _, l := range []integrators.Linearisation{linearisation(p), {RTol: 1e-6, ATol: 1e-10}, {RTol: 1e-6, ATol: 1e-10, Mass: jacobian.Diagonal(ones)}} {
			s, err := m.Implicit(p.F, n, l)
			require.NoError(t, err)
			require.NoError(t, s.Reset(0, p.Y0))
			y, e, h := make([]float64, n), make([]float64, n), 1e-4
			step := func() {
				if s.Try(y, e, h) != nil {
					panic("failed")
				}
				s.Accept()
				_ = s.(integrators.Interpolator).Interpolate(e, 0.4)
				h *= 1.02
			}
			least := math.Inf(1) // of three counts: the runtime allocates now and then too
			for range 3 {
				least = min(least, testing.AllocsPerRun(1, func() {
					for range 50 {
						step()
					}
				}))
			}
			require.Zero(t, least)
		}
	}
}

// What rounding takes off the state is kept: twenty thousand steps of a constant
// slope leave the rounding of one, where plain sums lose a thousand times as much.
func TestSumsAreCompensated(t *testing.T) {
	const n, h, slope = 20_000, 5e-5, 0.3
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		steppers := []integrators.Stepper{m.Stepper(func(dst []float64, _ float64, _ []float64) error { dst[0] = slope; return nil }, 1)}
		if m.Explicit != nil {
			split, err := m.IMEX(func(dst []float64, _ float64, _ []float64) error { dst[0] = slope; return nil })
			require.NoError(t, err)
			steppers = append(steppers, split.Stepper(func(dst []float64, _ float64, _ []float64) error { dst[0] = 0; return nil }, 1))
		}
		for _, s := range steppers {
			y := []float64{1}
			require.NoError(t, s.Reset(0, y))
			carry := s.(integrators.Compensated).Carry
			for i := range n {
				require.NoError(t, s.Try(y, nil, h))
				if s.Accept(); i%10 == 9 { // from another stepper it may as well go on
					low := carry()[0]
					require.NoError(t, s.Reset(0, y))
					require.Zero(t, carry()[0])
					carry()[0] = low
				}
			}
			// The weights add up to 1 to some roundings, and 1 + 0.3 rounds once.
			require.InDelta(t, 1+n*h*slope, y[0], 8*0x1p-53)
		}
	})
}
