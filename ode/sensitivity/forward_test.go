package sensitivity_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
)

// Of a linear system the derivatives are exponentials, at the end and between,
// forward and backward in time.
func TestForwardLinear(t *testing.T) {
	for _, control := range []bool{false, true} {
		for _, to := range []float64{2, -1.5} {
			c := sensitivity.Config{Config: tolerance(1e-10), ErrorControl: control}
			c.At = []float64{0, 0.3 * to, to / 2, to}
			r, err := sensitivity.Forward(background, integrators.DormandPrince, linear, 0, to, linear0, linearP, c)
			require.NoError(t, err)
			y0, p := linearSolution(to)
			// Errors per step of 1e-10 add up over tens of steps.
			require.Less(t, distance(r.Y0, y0), 1e-8)
			require.Less(t, distance(r.P, p), 1e-8)
			require.Len(t, r.At, 4)
			require.Len(t, r.AtP, 4)
			require.Len(t, r.AtY0, 4)
			require.True(t, mat.Equal(r.AtY0[0], mat.NewDiagDense(3, []float64{1, 1, 1})))
			require.Zero(t, mat.Norm(r.AtP[0], 1))
			for i, a := range c.At[1:] {
				y0, p := linearSolution(a)
				require.Less(t, distance(r.AtY0[i+1], y0), 1e-7)
				require.Less(t, distance(r.AtP[i+1], p), 1e-7)
			}
			require.True(t, mat.Equal(r.AtP[3], r.P))
			// The solution is the same combination of its derivatives.
			var y, q mat.VecDense
			y.MulVec(y0, mat.NewVecDense(3, linear0))
			q.MulVec(p, mat.NewVecDense(2, linearP))
			y.AddVec(&y, &q)
			require.InDeltaSlice(t, y.RawVector().Data, r.Y, 1e-8)
		}
	}
}

// Without control of their error the sensitivities leave the state and its steps
// as they are, to the last bit.
func TestForwardLeavesTheState(t *testing.T) {
	field := func(d []float64, t float64, y []float64) error { return lotka.Field(d, t, y, lotkaP) }
	for _, m := range []integrators.Method{integrators.DormandPrince, integrators.DOP853, integrators.BogackiShampine, integrators.Verner7} {
		c := tolerance(1e-6)
		c.At = []float64{0.1, 1, 4.5}
		var plain, beside []float64
		c.Observer = func(s ode.Step) { plain = append(plain, s.T) }
		want, err := ode.Solve(background, m, field, 0, 5, lotka0, c)
		require.NoError(t, err)
		c.Observer = func(s ode.Step) { beside = append(beside, s.T); require.Len(t, s.Y, 2) }
		got, err := sensitivity.Forward(background, m, lotka, 0, 5, lotka0, lotkaP, sensitivity.Config{Config: c})
		require.NoError(t, err)
		require.Equal(t, plain, beside, "%v", m)
		require.Equal(t, want.Y, got.Y)
		require.Equal(t, want.At, got.At)
		require.Equal(t, want.Stats.Accepted, got.Stats.Accepted)
		c.Observer = nil
		controlled, err := sensitivity.Forward(background, m, lotka, 0, 5, lotka0, lotkaP, sensitivity.Config{Config: c, ErrorControl: true})
		require.NoError(t, err)
		require.Greater(t, controlled.Stats.Accepted, want.Stats.Accepted, "sensitivities grow and are harder")
		require.Less(t, distance(got.P, controlled.P), 1e-3)
	}
}

// Fixed steps: the sensitivities are the derivatives of the numbers computed, so
// central differences of whole solves find them to the accuracy of differences.
func TestForwardIsTheDerivativeOfTheNumbers(t *testing.T) {
	for _, e := range integrators.Catalogue {
		c := ode.Config{Step: 0.1, At: []float64{0.25}}
		solve := func(y0, p []float64) ode.Result {
			f := func(d []float64, t float64, y []float64) error { return lotka.Field(d, t, y, p) }
			r, err := ode.Solve(background, e.Method, f, 0, 1, y0, c)
			require.NoError(t, err)
			return r
		}
		r, err := sensitivity.Forward(background, e.Method, lotka, 0, 1, lotka0, lotkaP, sensitivity.Config{Config: c})
		require.NoError(t, err)
		// Truncation, h²/6 times the third derivative, is 1.5e-9 here; rounding is
		// ε/h times coefficients of up to 4e3.
		const h = 1e-4
		for j := range lotkaP {
			p, q := append([]float64(nil), lotkaP...), append([]float64(nil), lotkaP...)
			p[j], q[j] = p[j]+h, q[j]-h
			up, down := solve(lotka0, p), solve(lotka0, q)
			for i := range lotka0 {
				require.InDelta(t, (up.Y[i]-down.Y[i])/(2*h), r.P.At(i, j), 1e-8, "%s ∂y%d/∂p%d", e.Name, i, j)
				require.InDelta(t, (up.At[0][i]-down.At[0][i])/(2*h), r.AtP[0].At(i, j), 1e-8, e.Name)
			}
		}
		for j := range lotka0 {
			p, q := append([]float64(nil), lotka0...), append([]float64(nil), lotka0...)
			p[j], q[j] = p[j]+h, q[j]-h
			up, down := solve(p, lotkaP), solve(q, lotkaP)
			for i := range lotka0 {
				require.InDelta(t, (up.Y[i]-down.Y[i])/(2*h), r.Y0.At(i, j), 1e-8, "%s ∂y%d/∂y0%d", e.Name, i, j)
				require.InDelta(t, (up.At[0][i]-down.At[0][i])/(2*h), r.AtY0[0].At(i, j), 1e-8, e.Name)
			}
		}
	}
}

// The sensitivities have the method's order: the slope of the error of ∂y/∂p of
// y' = p y (1 − y), y = 1/(1 + (1/y0 − 1) e^(−pt)), and of y' = −p y cos t.
func TestForwardOrder(t *testing.T) {
	logistic := sensitivity.System{Field: func(d []float64, _ float64, y, p []float64) error { d[0] = p[0] * y[0] * (1 - y[0]); return nil },
		Jacobian: func(fy, fp *mat.Dense, _ float64, y, p []float64) error {
			fy.Set(0, 0, p[0]*(1-2*y[0]))
			fp.Set(0, 0, y[0]*(1-y[0]))
			return nil
		}}
	cosine := sensitivity.System{Field: func(d []float64, t float64, y, p []float64) error { d[0] = -p[0] * y[0] * math.Cos(t); return nil },
		Jacobian: func(fy, fp *mat.Dense, t float64, y, p []float64) error {
			fy.Set(0, 0, -p[0]*math.Cos(t))
			fp.Set(0, 0, -y[0]*math.Cos(t))
			return nil
		}}
	y := 1 / (1 + 9*math.Exp(-2*2))
	for _, problem := range []struct {
		s    sensitivity.System
		y0   float64
		want float64
	}{{logistic, 0.1, 2 * y * (1 - y)}, {cosine, 1, -math.Sin(2) * math.Exp(-2*math.Sin(2))}} {
		for _, m := range []integrators.Method{integrators.Euler, integrators.Heun, integrators.BogackiShampine, integrators.RK4, symplectic.Gauss4} {
			var x, e []float64
			for _, steps := range []float64{128, 192, 256, 384} {
				r, err := sensitivity.Forward(background, m, problem.s, 0, 2, []float64{problem.y0}, []float64{2}, sensitivity.Config{Config: ode.Config{Step: 2 / steps}})
				require.NoError(t, err)
				x, e = append(x, math.Log(1/steps)), append(e, math.Log(math.Abs(r.P.At(0, 0)-problem.want)))
			}
			_, slope := stat.LinearRegression(x, e, nil, false)
			order, _ := m.Order()
			require.InDelta(t, order, slope, 0.1, "%v", m)
		}
	}
}

// Differences in the place of the Jacobian leave about ten digits.
func TestForwardByDifferences(t *testing.T) {
	for _, control := range []bool{false, true} {
		c := sensitivity.Config{Config: tolerance(1e-9), ErrorControl: control}
		with, err := sensitivity.Forward(background, integrators.Tsitouras5, lotka, 0, 3, lotka0, lotkaP, c)
		require.NoError(t, err)
		diff, err := sensitivity.Forward(background, integrators.Tsitouras5, without(lotka), 0, 3, lotka0, lotkaP, c)
		require.NoError(t, err)
		require.Less(t, distance(diff.P, with.P), 1e-8)
		require.Less(t, distance(diff.Y0, with.Y0), 1e-8)
		require.Greater(t, diff.Stats.Evaluations, 10*with.Stats.Evaluations)
	}
}

// The variables asked for are those found, and initial values may depend on p.
func TestForwardVariables(t *testing.T) {
	c := sensitivity.Config{Config: tolerance(1e-10)}
	all, err := sensitivity.Forward(background, integrators.DormandPrince, linear, 0, 1, linear0, linearP, c)
	require.NoError(t, err)
	c.Variables = sensitivity.Initial
	r, err := sensitivity.Forward(background, integrators.DormandPrince, linear, 0, 1, linear0, linearP, c)
	require.NoError(t, err)
	require.Nil(t, r.P)
	require.True(t, mat.Equal(all.Y0, r.Y0))
	c.Variables = sensitivity.Parameters
	c.Start = mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6})
	r, err = sensitivity.Forward(background, integrators.DormandPrince, linear, 0, 1, linear0, linearP, c)
	require.NoError(t, err)
	require.Nil(t, r.Y0)
	var want mat.Dense
	want.Mul(all.Y0, c.Start)
	want.Add(&want, all.P)
	require.Less(t, distance(r.P, &want), 1e-14) // the recursion is linear
	none, err := sensitivity.Forward(background, integrators.DormandPrince, without(lotka), 0, 0, lotka0, lotkaP, sensitivity.Config{Config: tolerance(1e-6)})
	require.NoError(t, err)
	require.Zero(t, mat.Norm(none.P, 1))
	require.True(t, mat.Equal(none.Y0, mat.NewDiagDense(2, []float64{1, 1})))
}

func TestForwardErrors(t *testing.T) {
	dp, ok := integrators.DormandPrince, sensitivity.Config{Config: tolerance(1e-6)}
	try := func(m integrators.Method, s sensitivity.System, y0, p []float64, c sensitivity.Config) error {
		r, err := sensitivity.Forward(background, m, s, 0, 1, y0, p, c)
		require.Equal(t, 0.0, r.T)
		return err
	}
	require.ErrorIs(t, try(nil, lotka, lotka0, lotkaP, ok), sensitivity.ErrConfig)
	require.ErrorIs(t, try(dp, sensitivity.System{}, lotka0, lotkaP, ok), sensitivity.ErrConfig)
	require.ErrorIs(t, try(dp, lotka, nil, lotkaP, ok), sensitivity.ErrConfig)
	require.ErrorIs(t, try(dp, lotka, lotka0, []float64{1, math.NaN(), 1, 1}, ok), sensitivity.ErrConfig)
	require.ErrorIs(t, try(dp, lotka, []float64{1, math.NaN()}, lotkaP, ok), ode.ErrNotFinite)
	require.ErrorIs(t, try(dp, lotka, lotka0, lotkaP, sensitivity.Config{}), ode.ErrConfig)
	for _, start := range []*mat.Dense{mat.NewDense(1, 4, nil), mat.NewDense(2, 4, []float64{1, 2, 3, 4, 5, 6, 7, math.Inf(1)})} {
		c := ok
		c.Start = start
		require.ErrorIs(t, try(dp, lotka, lotka0, lotkaP, c), sensitivity.ErrConfig)
	}
	c := ok
	c.Variables = 8
	require.ErrorIs(t, try(dp, lotka, lotka0, lotkaP, c), sensitivity.ErrConfig)
	c = ok
	c.At = []float64{0.5, 0.2}
	require.ErrorIs(t, try(dp, lotka, lotka0, lotkaP, c), ode.ErrConfig)

	boom := errors.New("boom")
	bad := lotka
	bad.Jacobian = func(_, _ *mat.Dense, t float64, _, _ []float64) error {
		if t > 0.5 {
			return boom
		}
		return nil
	}
	r, err := sensitivity.Forward(background, dp, bad, 0, 1, lotka0, lotkaP, ok)
	require.ErrorIs(t, err, boom)
	require.Positive(t, r.T)
	require.NotNil(t, r.P)
	bad.Jacobian = func(fy, _ *mat.Dense, _ float64, _, _ []float64) error { fy.Set(0, 1, math.NaN()); return nil }
	_, err = sensitivity.Forward(background, dp, bad, 0, 1, lotka0, lotkaP, ok)
	require.ErrorIs(t, err, sensitivity.ErrNotFinite)
	// A state at rest whose sensitivities, multiplied by 7 a step, overflow.
	grows := sensitivity.System{Field: func(d []float64, _ float64, y, p []float64) error { d[0] = p[0] * y[0]; return nil }}
	r, err = sensitivity.Forward(background, integrators.RK4, grows, 0, 1, []float64{0}, []float64{1000}, sensitivity.Config{Config: ode.Config{Step: 0.002}})
	require.ErrorIs(t, err, sensitivity.ErrNotFinite)
	require.InDelta(t, 0.73, r.T, 0.01) // 308 ln 10/ln 7 steps
	ctx, cancel := context.WithCancel(background)
	cancel()
	_, err = sensitivity.Forward(ctx, dp, lotka, 0, 1, lotka0, lotkaP, ok)
	require.ErrorIs(t, err, context.Canceled)
}

// More steps allocate no more.
func TestForwardAllocations(t *testing.T) {
	allocs := func(to float64) float64 {
		return testing.AllocsPerRun(5, func() {
			if _, err := sensitivity.Forward(background, integrators.DormandPrince, lotka, 0, to, lotka0, lotkaP, sensitivity.Config{Config: tolerance(1e-6)}); err != nil {
				panic(err)
			}
		})
	}
	require.Equal(t, allocs(2), allocs(20))
}

// Decay y' = −p y from 1: y(1) = e^−p and ∂y(1)/∂p = −e^−p.
func ExampleForward() {
	decay := sensitivity.System{
		Field: func(dst []float64, _ float64, y, p []float64) error { dst[0] = -p[0] * y[0]; return nil },
	}
	r, err := sensitivity.Forward(context.Background(), integrators.DormandPrince, decay, 0, 1, []float64{1}, []float64{2},
		sensitivity.Config{Config: ode.Config{RTol: 1e-10, ATol: 1e-10}})
	fmt.Printf("%.7f %.7f %.7f %v\n", r.Y[0], r.P.At(0, 0), r.Y0.At(0, 0), err)
	// Output: 0.1353353 -0.1353353 0.1353353 <nil>
}
