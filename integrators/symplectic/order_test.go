package symplectic_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
)

func TestCompositionsSatisfyTheirOrderConditions(t *testing.T) {
	for _, c := range compositions() {
		require.NoError(t, c.Validate())
		higher := *c
		higher.P++
		require.ErrorIs(t, higher.Validate(), symplectic.ErrComposition, "%s is of no higher order than claimed", c.Name)
		broken := func(change func(kick, drift []float64)) {
			b := *c
			b.Kick, b.Drift = slices.Clone(c.Kick), slices.Clone(c.Drift)
			change(b.Kick, b.Drift)
			require.ErrorIs(t, b.Validate(), symplectic.ErrComposition, c.Name)
		}
		for i := range c.Kick {
			broken(func(k, _ []float64) { k[i] += 1e-9 })
			broken(func(_, d []float64) { d[i] += 1e-9 })
			if c.Kick[i] != 0 {
				broken(func(k, _ []float64) { k[i] = -k[i] })
			}
			if c.Drift[i] != 0 {
				broken(func(_, d []float64) { d[i] = -d[i] })
			}
		}
	}
}

// Kicks and drifts enter the order conditions alike: with every kick made a
// drift and every drift a kick, one after the other as before, a method keeps its
// order, if it is for every T. With the two rows exchanged, and so each pair's turn, it does not, nor
// with one exchanged pair of unequal kicks, from orders 2 and 3 on.
func TestExchangedCoefficients(t *testing.T) {
	for _, c := range compositions() {
		dual := *c
		dual.Kick, dual.Drift = append([]float64{0}, c.Drift...), append(slices.Clone(c.Kick), 0)
		if err := dual.Validate(); c.Nystrom {
			require.ErrorIs(t, err, symplectic.ErrComposition, "%s is not its own dual", c.Name)
		} else {
			require.NoError(t, err, c.Name)
		}
		exchanged := *c
		exchanged.Kick, exchanged.Drift = c.Drift, c.Kick
		if c.P > 1 {
			require.ErrorIs(t, exchanged.Validate(), symplectic.ErrComposition, "%s with rows exchanged", c.Name)
		}
		for i := 1; i < len(c.Kick) && c.P > 2; i++ {
			if math.Abs(c.Kick[i]-c.Kick[i-1]) < 1e-9 {
				continue
			}
			b := *c
			b.Kick = slices.Clone(c.Kick)
			b.Kick[i], b.Kick[i-1] = b.Kick[i-1], b.Kick[i]
			require.ErrorIs(t, b.Validate(), symplectic.ErrComposition, "%s with kicks %d and %d exchanged", c.Name, i-1, i)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	for _, c := range []symplectic.Composition{
		{Name: "empty", P: 1},
		{Name: "ragged", P: 1, Kick: []float64{1}, Drift: []float64{1, 0}},
		{Name: "no order", Kick: []float64{1}, Drift: []float64{1}},
		{Name: "too high", P: 17, Kick: []float64{1}, Drift: []float64{1}},
		{Name: "nan", P: 1, Kick: []float64{math.NaN()}, Drift: []float64{1}},
	} {
		require.ErrorIs(t, c.Validate(), symplectic.ErrComposition, c.Name)
	}
}

// Gauss's methods satisfy B(2s), C(s) and are symplectic: Hairer, Nørsett, Wanner
// (1993), section IV.5, and Sanz-Serna (1988).
func TestGaussConditions(t *testing.T) {
	for _, m := range []*symplectic.Gauss{symplectic.ImplicitMidpoint, symplectic.Gauss4, symplectic.Gauss6} {
		s := len(m.B)
		for k := 1; k <= 2*s; k++ {
			sum := 0.0
			for i, b := range m.B {
				sum += b * math.Pow(m.C[i], float64(k-1))
			}
			require.InDelta(t, 1/float64(k), sum, 1e-15, "%s B(%d)", m, k)
		}
		for i, row := range m.A {
			for k := 1; k <= s; k++ {
				sum := 0.0
				for j, a := range row {
					sum += a * math.Pow(m.C[j], float64(k-1))
				}
				require.InDelta(t, math.Pow(m.C[i], float64(k))/float64(k), sum, 1e-15, "%s C(%d)", m, k)
			}
			for j := range m.B {
				require.InDelta(t, m.B[i]*m.B[j], m.B[i]*m.A[i][j]+m.B[j]*m.A[j][i], 1e-16, "%s symplectic", m)
			}
		}
	}
}

// slope fits log error against log steps over the last six step counts, in
// ratios of 1.2, whose error is above rounding's: 1e-15 a step. With
// inside, the error is of the state 0.4 into the last step.
func slope(t *testing.T, m integrators.Method, p problem, inside bool) float64 {
	var x, y []float64
	if c, ok := m.(*symplectic.Composition); ok {
		m = c.Compensate()
	}
	s := m.Stepper(p.f, len(p.y0))
	want := make([]float64, len(p.y0))
	for count := 5.0; count < 20000; count *= 1.2 {
		n := int(count)
		h := p.end / float64(n)
		got, err := steps(s, 0, p.y0, h, n)
		if errors.Is(err, symplectic.ErrConvergence) {
			continue // h too long for fixed-point iteration
		}
		require.NoError(t, err)
		at := p.end
		if inside {
			at -= 0.6 * h
			require.NoError(t, s.(integrators.Interpolator).Interpolate(got, 0.4))
		}
		p.exact(want, at)
		e := distance(got, want)
		if e < max(2e-14, 1e-15*float64(n)) {
			break
		}
		x, y = append(x, math.Log(float64(n))), append(y, math.Log(e))
	}
	require.GreaterOrEqual(t, len(x), 6, "%v, %s", m, p.name)
	_, b := stat.LinearRegression(x[len(x)-6:], y[len(y)-6:], nil, false)
	return -b
}

func TestOrders(t *testing.T) {
	for _, e := range symplectic.Catalogue {
		order, estimate := e.Method.Order()
		require.Zero(t, estimate)
		c, _ := e.Method.(*symplectic.Composition)
		for _, p := range problems {
			got := slope(t, e.Method, p, false)
			if c != nil && c.Nystrom && p.general {
				require.Less(t, got, float64(order)-0.9, "%s, %s: a Nyström method with a general T", e.Name, p.name)
				continue
			}
			require.InDelta(t, order, got, 0.1, "%s, %s", e.Name, p.name)
		}
		require.InDelta(t, order, slope(t, e.Method, problems[0], true), 0.1, "%s between steps", e.Name)
	}
}

// The order test sees a wrong sign: one coefficient's, or the force's.
func TestOrderTestSeesWrongSigns(t *testing.T) {
	wrong := *symplectic.Ruth3
	wrong.Drift = []float64{2. / 3, 2. / 3, 1}
	require.Less(t, slope(t, &wrong, problems[0], false), 0.5)
	repelled := problems[0]
	repelled.f = func(d []float64, at float64, y []float64) error {
		err := kepler(d, at, y)
		d[2], d[3] = -d[2], -d[3]
		return err
	}
	require.Less(t, slope(t, symplectic.Verlet, repelled, false), 0.5)
	exchanged := *symplectic.BlanesMoanNystrom6
	exchanged.Kick, exchanged.Drift = exchanged.Drift, exchanged.Kick
	require.Less(t, slope(t, &exchanged, problems[0], false), 2.5)
}

// Errors at 2000 forces, as the documentation compares them.
func TestErrorsAtEqualWork(t *testing.T) {
	for _, c := range []struct {
		good, poor  *symplectic.Composition
		least, most float64 // factors between their errors
	}{
		{symplectic.McLachlan4, symplectic.Yoshida4, 5, 300},
		{symplectic.BlanesMoan4, symplectic.Yoshida4, 10, 530},
		{symplectic.BlanesMoan6, symplectic.Yoshida6, 5, 5000},
		{symplectic.KahanLi8, symplectic.Yoshida8, 70, 10000},
		{symplectic.BlanesMoanNystrom6, symplectic.BlanesMoan6, 1, 100},
	} {
		for _, p := range problems {
			if p.general && c.good.Nystrom {
				continue
			}
			err := func(m *symplectic.Composition) float64 {
				n := 2000 / forces(m)
				want := make([]float64, len(p.y0))
				p.exact(want, p.end)
				return distance(want, run(t, m.Compensate().Stepper(p.f, len(p.y0)), 0, p.y0, p.end/float64(n), n))
			}
			ratio := err(c.poor) / err(c.good)
			require.Less(t, c.least, ratio, "%s, %s", c.good, p.name)
			require.Less(t, ratio, c.most, "%s, %s", c.good, p.name)
		}
	}
}

// forces is how many of them a step costs.
func forces(c *symplectic.Composition) int {
	n := 0
	for _, k := range c.Kick {
		if k != 0 {
			n++
		}
	}
	if last := len(c.Kick) - 1; c.Kick[0] != 0 && c.Drift[last] == 0 {
		n-- // the last force is the next step's first
	}
	return n
}
