package esdirk_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
	"github.com/ito-sde/ito/ode"
)

// counts are numbers of steps for which errors of methods of order p are clear of
// both rounding and higher terms.
func counts(p int, split bool) []int {
	switch {
	case p >= 5 && split:
		return []int{128, 160, 192, 224}
	case p >= 5:
		return []int{80, 96, 112, 128}
	}
	return []int{64, 96, 128, 192}
}

func checkOrder(t *testing.T, m integrators.Method, f integrators.Field, p known, want float64) {
	y, exact := make([]float64, p.dim), make([]float64, p.dim)
	var h, e []float64
	order, _ := m.Order()
	_, split := m.(*esdirk.Split)
	for _, n := range counts(order, split) {
		s, step, worst := m.Stepper(f, p.dim), p.t1/float64(n), 0.0
		p.exact(y, 0)
		require.NoError(t, s.Reset(0, y))
		for i := range n {
			require.NoError(t, s.Try(y, nil, step))
			s.Accept()
			p.exact(exact, float64(i+1)*step)
			worst = max(worst, distance(y, exact))
		}
		h, e = append(h, step), append(e, worst)
	}
	require.InDelta(t, want, slope(h, e), 0.1, "errors %v", e)
}

func TestOrder(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		for _, p := range knowns {
			t.Run(p.name, func(t *testing.T) { checkOrder(t, m, p.whole, p, float64(m.P)) })
		}
	})
}

// The order holds however the field is split; a wrong explicit coefficient breaks
// the coupled conditions.
func TestSplitOrder(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		if m.Explicit == nil {
			t.Skip("does not split")
		}
		for _, p := range knowns {
			s, err := m.IMEX(p.soft)
			require.NoError(t, err)
			t.Run(p.name, func(t *testing.T) { checkOrder(t, s, p.stiff, p, float64(m.P)) })
			back, err := m.IMEX(p.stiff)
			require.NoError(t, err)
			t.Run(p.name+" the other way round", func(t *testing.T) { checkOrder(t, back, p.soft, p, float64(m.P)) })
		}
	})
}

// Advection by central differences, explicit, and the reaction of Fisher with rate
// 8, implicit, on a ring of 24 cells.
func TestAdvectionReaction(t *testing.T) {
	const n = 24
	advection := func(dst []float64, _ float64, y []float64) error {
		for i := range dst {
			dst[i] = -n / 2 * (y[(i+1)%n] - y[(i+n-1)%n])
		}
		return nil
	}
	reaction := func(dst []float64, _ float64, y []float64) error {
		for i, v := range y {
			dst[i] = 8 * v * (1 - v)
		}
		return nil
	}
	both := func(dst []float64, t float64, y []float64) error {
		var r [n]float64
		_ = advection(dst, t, y)
		_ = reaction(r[:], t, y)
		for i, v := range r {
			dst[i] += v
		}
		return nil
	}
	y0 := make([]float64, n)
	for i := range y0 {
		y0[i] = 0.5 + 0.3*math.Sin(2*math.Pi*float64(i)/n)
	}
	const t1 = 0.4
	ref, err := ode.Solve(context.Background(), integrators.Verner9, both, 0, t1, y0, ode.Config{RTol: 1e-14, ATol: 1e-14})
	require.NoError(t, err)
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		if m.Explicit == nil {
			t.Skip("does not split")
		}
		split, err := m.IMEX(advection)
		require.NoError(t, err)
		var h, e []float64
		for _, k := range counts(m.P, true) {
			y := march(t, split.Stepper(reaction, n), y0, 0, t1, k)
			h, e = append(h, t1/float64(k)), append(e, distance(y, ref.Y))
		}
		require.InDelta(t, float64(m.P), slope(h, e), 0.1, "errors %v", e)
	})
}

// Within one step from an exact state the interpolant errs like h^(order + 1); the
// estimate does so with the embedded order.
func TestInterpolantAndEstimateOrder(t *testing.T) {
	check := func(t *testing.T, m integrators.Method, f integrators.Field, p known, dense int) {
		order, est := m.Order()
		s := m.Stepper(f, p.dim)
		var hs, inside, estimates []float64
		for _, h := range []float64{0.02, 0.015, 0.01, 0.0075} {
			worst, largest := 0.0, 0.0
			y, e, exact := make([]float64, p.dim), make([]float64, p.dim), make([]float64, p.dim)
			for start := 0.0; start < 1; start += 0.1 {
				p.exact(y, start)
				require.NoError(t, s.Reset(start, y))
				require.NoError(t, s.Try(y, e, h))
				s.Accept()
				inter := s.(integrators.Interpolator)
				for _, theta := range []float64{0.2, 0.4, 0.6, 0.8} {
					p.exact(exact, start+theta*h)
					got := make([]float64, p.dim)
					require.NoError(t, inter.Interpolate(got, theta))
					worst = max(worst, distance(got, exact))
				}
				for _, theta := range []float64{0, 1} {
					p.exact(exact, start)
					if theta == 1 {
						copy(exact, y)
					}
					got := make([]float64, p.dim)
					require.NoError(t, inter.Interpolate(got, theta))
					require.InDeltaSlice(t, exact, got, 4e-15) // cancellation among weights up to 60
				}
				largest = max(largest, math.Hypot(e[0], e[1]))
			}
			hs, inside, estimates = append(hs, h), append(inside, worst), append(estimates, largest)
		}
		// An interpolant that solves nearly all conditions of the next order may do
		// better than its own.
		require.Greater(t, slope(hs, inside), float64(dense)+0.8, "%v", inside)
		require.InDelta(t, float64(min(order, est)+1), slope(hs, estimates), 0.3, "%v", estimates)
	}
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		for _, p := range knowns {
			check(t, m, p.whole, p, m.DenseOrder())
			if m.Explicit != nil {
				split, err := m.IMEX(p.soft)
				require.NoError(t, err)
				check(t, split, p.stiff, p, split.DenseOrder())
			}
		}
	})
}

// On y' = λ(y − φ) + φ' with −λh ≫ 1 a stiffly accurate method of stage order 2
// errs like h²/λ (Hairer, Wanner 1996, section IV.15).
func TestProtheroRobinson(t *testing.T) {
	phi := func(t float64) float64 { return math.Sin(t + 0.3) }
	run := func(t *testing.T, m *esdirk.Tableau, lambda float64, n int) float64 {
		f := func(dst []float64, t float64, y []float64) error {
			dst[0] = lambda*(y[0]-phi(t)) + math.Cos(t+0.3)
			return nil
		}
		y := march(t, m.Stepper(f, 1), []float64{phi(0)}, 0, 1, n)
		return math.Abs(y[0] - phi(1))
	}
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		var h, e []float64
		for _, n := range []int{10, 14, 20, 28} {
			h, e = append(h, 1/float64(n)), append(e, run(t, m, -1e6, n))
		}
		require.InDelta(t, 2, slope(h, e), 0.2, "%v", e)
		require.InDelta(t, 10, run(t, m, -1e5, 20)/run(t, m, -1e6, 20), 0.5)
		require.Less(t, e[0], 0.1*0.1/1e6)
	})
}

// Between the ends of steps too a stiff component stays on its curve, y = sin(t + 0.3)
// to the order of the interpolant, however stiff.
func TestInterpolantOfStiffComponent(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		const lambda, h = -1e9, 0.1
		s := m.Stepper(func(dst []float64, t float64, y []float64) error {
			dst[0] = lambda*(y[0]-math.Sin(t+0.3)) + math.Cos(t+0.3)
			return nil
		}, 1)
		// Off the curve at the start: the interpolant may not blow the distance up.
		require.NoError(t, s.Reset(0, []float64{math.Sin(0.3) + 1e-6}))
		y := make([]float64, 1)
		for i := range 10 {
			require.NoError(t, s.Try(y, nil, h))
			s.Accept()
			for _, theta := range []float64{0.1, 0.3, 0.5, 0.7, 0.9} {
				require.NoError(t, s.(integrators.Interpolator).Interpolate(y, theta))
				// With derivatives of at most 1: the stages are of order two, but these
				// interpolants are exact for cubic curves.
				bound := 0.1 * h * h * h
				if slices.Contains([]string{"kencarp4", "kencarp5", "kencarp47", "kencarp58", "esdirk547", "esdirk659"}, m.Name) {
					bound *= h
				}
				if i == 0 {
					bound += 1e-4 // a hundred times the distance
				}
				require.InDelta(t, math.Sin((float64(i)+theta)*h+0.3), y[0], bound, "step %d, θ = %v", i, theta)
			}
		}
	})
}
