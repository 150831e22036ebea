package multistep_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/multistep"
)

func lotkaInvariant(y []float64) float64 {
	return y[0] - 3*math.Log(y[0]) + y[1] - 1.5*math.Log(y[1])
}

// The achieved error follows the tolerance: to within ten times on an orbit whose
// neighbours stay. They part like t from Kepler's ellipse, and by a factor of a
// thousand where Arenstorf's orbit passes the moon.
func TestAdamsTolerance(t *testing.T) {
	for _, c := range []struct {
		problem
		growth float64
	}{{circle, 10}, {kepler, 30}, {arenstorf, 5e3}} {
		previous := math.Inf(1)
		for tol := 1e-4; tol > 1e-13; tol /= 100 {
			d := driver{rtol: tol, atol: tol}
			y, err := d.solve(multistep.Adams{}.Stepper(c.f, len(c.y0)), c.problem)
			require.NoError(t, err)
			e := distance(y, c.want)
			require.Less(t, e, math.Min(c.growth*tol, previous), "%s at %g", c.name, tol)
			require.Less(t, d.rejected, d.accepted/4+10, "%s at %g", c.name, tol)
			previous = e
		}
	}
	d := driver{rtol: 1e-10, atol: 1e-10}
	y, err := d.solve(multistep.Adams{}.Stepper(lotka.f, 2), lotka)
	require.NoError(t, err)
	require.InDelta(t, lotkaInvariant(lotka.y0), lotkaInvariant(y), 1e-8)
}

// pair is a driver's view of a Runge–Kutta pair of order 5.
type pair struct{ integrators.Stepper }

func (pair) Choose(h, norm float64, _ []float64) float64 {
	return h * math.Max(0.2, math.Min(5, 0.9*math.Pow(math.Max(norm, 1e-10), -0.2)))
}

// To an error of 1e-9 Adams takes less than a third of the evaluations of
// Dormand and Prince's pair.
func TestAdamsEvaluations(t *testing.T) {
	for _, p := range []problem{kepler, circle} {
		cost := func(s integrators.Stepper) int {
			for tol := 1e-8; ; tol /= 2 {
				y, err := (&driver{rtol: tol, atol: tol}).solve(s, p)
				require.NoError(t, err)
				before := s.Counts().Evaluations
				if distance(y, p.want) < 1e-9 {
					_, err = (&driver{rtol: tol, atol: tol}).solve(s, p)
					require.NoError(t, err)
					return s.Counts().Evaluations - before
				}
			}
		}
		n := len(p.y0)
		adams, rk := cost(multistep.Adams{}.Stepper(p.f, n)), cost(pair{integrators.DormandPrince.Stepper(p.f, n)})
		t.Logf("%s: Adams %d, Dormand–Prince %d", p.name, adams, rk)
		require.Less(t, 3*adams, rk, p.name)
	}
}

// A driver may shorten steps at will.
func TestShortenedSteps(t *testing.T) {
	for _, e := range multistep.Catalogue {
		random := rand.New(rand.NewPCG(3, 4))
		d := driver{rtol: 1e-7, atol: 1e-7, limit: func(h float64) float64 {
			if random.IntN(4) == 0 {
				return h * random.Float64()
			}
			return h
		}}
		y, err := d.solve(e.Method.Stepper(circle.f, 2), circle)
		require.NoError(t, err)
		free := driver{rtol: 1e-7, atol: 1e-7}
		_, err = free.solve(e.Method.Stepper(circle.f, 2), circle)
		require.NoError(t, err)
		require.Less(t, distance(y, circle.want), 1e-4, e.Name)
		require.Less(t, d.accepted, 3*free.accepted, e.Name)
	}
}

// The dense output goes through both ends of every step, is as accurate as the
// steps are, and the derivative of Adams' is continuous.
func TestDenseOutput(t *testing.T) {
	for _, e := range multistep.Catalogue {
		s := e.Method.Stepper(circle.f, 2)
		in := s.(integrators.Interpolator)
		start := append([]float64(nil), circle.y0...)
		slope := []float64{1, 0}
		d := driver{rtol: 1e-6, atol: 1e-6, each: func(at, h float64, y []float64) {
			z := make([]float64, 2)
			require.NoError(t, in.Interpolate(z, 0))
			require.InDeltaSlice(t, start, z, 1e-14)
			if e.Name == "adams" {
				// A difference over a ten-thousandth of a step has an error of that size.
				require.NoError(t, in.Interpolate(z, 1e-4))
				require.InDelta(t, slope[0], (z[0]-start[0])/(1e-4*h), 1e-3*h+1e-9/h)
			}
			require.NoError(t, in.Interpolate(z, 1))
			require.InDeltaSlice(t, y, z, 1e-15)
			copy(start, y)
			slope[0] = y[1]
			for theta := 0.1; theta < 1; theta += 0.2 {
				require.NoError(t, in.Interpolate(z, theta))
				tau := at + (theta-1)*h
				require.InDelta(t, math.Sin(tau), z[0], 1e-3, e.Name)
			}
		}}
		_, err := d.solve(s, circle)
		require.NoError(t, err)
	}
}

// Nothing allocates after the first steps.
func TestAllocations(t *testing.T) {
	for _, e := range multistep.Catalogue {
		s := e.Method.Stepper(kepler.f, 4)
		y, next, estimate := append([]float64(nil), kepler.y0...), make([]float64, 4), make([]float64, 4)
		weights := []float64{1e6, 1e6, 1e6, 1e6}
		require.NoError(t, s.Reset(0, y))
		h := 1e-5
		step := func() {
			if err := s.Try(next, estimate, h); err != nil {
				panic(err)
			}
			norm := 0.0
			for _, v := range estimate {
				norm = math.Max(norm, math.Abs(v)*1e6)
			}
			if norm <= 1 {
				s.Accept()
			}
			h = s.(integrators.Chooser).Choose(h, norm, weights)
			if err := s.(integrators.Interpolator).Interpolate(next, 0.3); err != nil {
				panic(err)
			}
		}
		step()
		require.Zero(t, testing.AllocsPerRun(300, step), e.Name)
	}
}

// The same steps from the same state give the same bits, whatever came before.
func TestReset(t *testing.T) {
	for _, e := range multistep.Catalogue {
		s := e.Method.Stepper(kepler.f, 4)
		d := driver{rtol: 1e-5, atol: 1e-5}
		first, err := d.solve(s, kepler)
		require.NoError(t, err)
		second, err := d.solve(s, kepler)
		require.NoError(t, err)
		require.Equal(t, first, second, e.Name)
	}
}

// The field's error comes back, from whichever evaluation it is.
func TestFieldErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, e := range multistep.Catalogue {
		for last := 1; last < 12; last++ {
			calls := 0
			p := circle
			p.f = func(d []float64, at float64, y []float64) error {
				if calls++; calls > last {
					return broken
				}
				return circle.f(d, at, y)
			}
			_, err := (&driver{rtol: 1e-6, atol: 1e-6}).solve(e.Method.Stepper(p.f, 2), p)
			require.ErrorIs(t, err, broken, e.Name)
		}
	}
}

// A field that is not finite ends in steps too short for the time, not in a hang.
func TestNotFinite(t *testing.T) {
	for _, e := range multistep.Catalogue {
		p := circle
		p.f = func(d []float64, at float64, y []float64) error {
			_ = circle.f(d, at, y)
			if at > 1 {
				d[0] = math.NaN()
			}
			return nil
		}
		d := driver{rtol: 1e-6, atol: 1e-6}
		_, err := d.solve(e.Method.Stepper(p.f, 2), p)
		require.ErrorIs(t, err, errStuck, e.Name)
		require.Less(t, d.accepted+d.rejected, 10_000)
	}
}

func TestOrders(t *testing.T) {
	for _, m := range []integrators.Method{
		multistep.Adams{MaxOrder: 13}, multistep.Adams{MinOrder: 5, MaxOrder: 4}, multistep.Adams{MinOrder: -1},
		multistep.NDF{MaxOrder: 6}, multistep.BDF{MinOrder: 3, MaxOrder: 2},
	} {
		require.ErrorIs(t, m.Stepper(circle.f, 2).Reset(0, circle.y0), multistep.ErrOrder, "%v", m)
	}
	order, estimate := multistep.Adams{}.Order()
	require.Equal(t, []int{13, 12}, []int{order, estimate})
	order, estimate = multistep.NDF{MaxOrder: 3}.Order()
	require.Equal(t, []int{3, 3}, []int{order, estimate})
}
