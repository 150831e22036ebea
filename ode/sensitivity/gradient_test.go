package sensitivity_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
)

// pull returns Σ Sᵀ μ over the end and the output times, for p and y0: what the
// gradient must be by forward sensitivities.
func pull(r sensitivity.Result, end []float64, at [][]float64) (dy0, dp []float64) {
	add := func(dst []float64, s *mat.Dense, mu []float64) {
		for i, v := range mu {
			floats.AddScaled(dst, v, s.RawRowView(i))
		}
	}
	_, m := r.P.Dims()
	dy0, dp = make([]float64, len(r.Y)), make([]float64, m)
	add(dy0, r.Y0, end)
	add(dp, r.P, end)
	for i, mu := range at {
		add(dy0, r.AtY0[i], mu)
		add(dp, r.AtP[i], mu)
	}
	return dy0, dp
}

func relative(a, b []float64) float64 {
	return floats.Distance(a, b, math.Inf(1)) / floats.Norm(b, math.Inf(1))
}

// Backwards and forwards are one derivative: vᵀS = (Sᵀv)ᵀ to rounding, for every
// tableau, with fixed and chosen steps, outputs inside steps, on their ends and at
// both ends of time, in both directions of time.
func TestGradientIsForward(t *testing.T) {
	end, mu := []float64{0.3, -1.2}, [][]float64{{1, 0.5}, {-2, 0.1}, nil, {0.4, 0.4}, {0, 3}, {1, 1}}
	for _, e := range integrators.Catalogue {
		for _, to := range []float64{2, -1} {
			configs := []ode.Config{{Step: 0.125}}
			if e.Method.Est > 0 {
				configs = append(configs, tolerance(1e-5))
			}
			for _, c := range configs {
				c.At = []float64{0, 0.11 * to, 0.12 * to, 0.125 * to, 0.7 * to, to}
				f, err := sensitivity.Forward(background, e.Method, lotka, 0, to, lotka0, lotkaP, sensitivity.Config{Config: c})
				require.NoError(t, err)
				r, err := sensitivity.Record(background, e.Method, lotka, 0, to, lotka0, lotkaP, c, 0)
				require.NoError(t, err)
				require.Equal(t, f.Y, r.Y)
				for _, at := range [][][]float64{nil, mu} {
					wantY, wantP := pull(f, end, at)
					y0, p, err := r.Gradient(background, end, at)
					require.NoError(t, err)
					bound := 1e-13
					if e.Method == integrators.Verner6 || e.Method == integrators.Verner8 {
						bound = 1e-10 // coefficients up to 4e3, in the interpolants 1e6, cancel
					}
					require.Less(t, relative(y0, wantY), bound, "%s to %v", e.Name, to)
					require.Less(t, relative(p, wantP), bound, "%s to %v", e.Name, to)
				}
			}
		}
	}
}

// The loss itself, by differences of the recorded solves with fixed steps.
func TestGradientIsTheDerivativeOfTheLoss(t *testing.T) {
	c := ode.Config{Step: 0.07, At: []float64{0.3, 1.1}}
	loss := func(r *sensitivity.Trace) float64 {
		return r.Y[0]*r.Y[1] + r.At[0][0]*r.At[0][0] + math.Sin(r.At[1][1])
	}
	record := func(y0, p []float64) *sensitivity.Trace {
		r, err := sensitivity.Record(background, integrators.Tsitouras5, lotka, 0, 1.5, y0, p, c, 1)
		require.NoError(t, err)
		return r
	}
	r := record(lotka0, lotkaP)
	dy0, dp, err := r.Gradient(background, []float64{r.Y[1], r.Y[0]}, [][]float64{{2 * r.At[0][0], 0}, {0, math.Cos(r.At[1][1])}})
	require.NoError(t, err)
	const h = 1e-5 // truncation h², rounding ε/h
	moved := func(v []float64, j int, by float64) []float64 {
		v = slices.Clone(v)
		v[j] += by
		return v
	}
	for j, d := range dp {
		up, down := record(lotka0, moved(lotkaP, j, h)), record(lotka0, moved(lotkaP, j, -h))
		require.InDelta(t, (loss(up)-loss(down))/(2*h), d, 1e-8)
	}
	for j, d := range dy0 {
		up, down := record(moved(lotka0, j, h), lotkaP), record(moved(lotka0, j, -h), lotkaP)
		require.InDelta(t, (loss(up)-loss(down))/(2*h), d, 1e-8)
	}
}

// Of a linear system the gradient of vᵀy(T) is (e^(AT))ᵀ v.
func TestGradientLinear(t *testing.T) {
	r, err := sensitivity.Record(background, integrators.DOP853, linear, 0, 3, linear0, linearP, tolerance(1e-11), 0)
	require.NoError(t, err)
	v := []float64{1, -2, 0.5}
	dy0, dp, err := r.Gradient(background, v, nil)
	require.NoError(t, err)
	y0, p := linearSolution(3)
	var wantY, wantP mat.VecDense
	wantY.MulVec(y0.T(), mat.NewVecDense(3, v))
	wantP.MulVec(p.T(), mat.NewVecDense(3, v))
	// Errors per step of 1e-11 add up.
	require.InDeltaSlice(t, wantY.RawVector().Data, dy0, 1e-9)
	require.InDeltaSlice(t, wantP.RawVector().Data, dp, 1e-9)
}

// The gradient has the method's order: of y(1) of y' = −p y cos t by p.
func TestGradientOrder(t *testing.T) {
	cosine := sensitivity.System{
		Field: func(d []float64, t float64, y, p []float64) error { d[0] = -p[0] * y[0] * math.Cos(t); return nil },
		VJP: func(wy, wp []float64, t float64, y, p, v []float64) error {
			wy[0], wp[0] = -p[0]*math.Cos(t)*v[0], -y[0]*math.Cos(t)*v[0]
			return nil
		},
	}
	want := -math.Sin(2) * math.Exp(-2*math.Sin(2))
	for _, m := range []*integrators.Tableau{integrators.Euler, integrators.Midpoint, integrators.BogackiShampine, integrators.RK4, integrators.DormandPrince} {
		var x, e []float64
		for _, steps := range []float64{64, 96, 128, 192} {
			r, err := sensitivity.Record(background, m, cosine, 0, 2, []float64{1}, []float64{2}, ode.Config{Step: 2 / steps}, 0)
			require.NoError(t, err)
			_, dp, err := r.Gradient(background, []float64{1}, nil)
			require.NoError(t, err)
			x, e = append(x, math.Log(1/steps)), append(e, math.Log(math.Abs(dp[0]-want)))
		}
		_, slope := stat.LinearRegression(x, e, nil, false)
		require.InDelta(t, m.P, slope, 0.1, "%v", m)
	}
}

// What is kept changes no bit; where the derivatives come from, few.
func TestGradientHowever(t *testing.T) {
	gradient := func(s sensitivity.System, every int) (dy0, dp []float64) {
		c := tolerance(1e-8)
		c.At = []float64{0.5, 3.3}
		r, err := sensitivity.Record(background, integrators.DormandPrince, s, 0, 4, lotka0, lotkaP, c, every)
		require.NoError(t, err)
		for range 2 { // the trace serves again
			dy0, dp, err = r.Gradient(background, []float64{1, 2}, [][]float64{{1, 0}, {0, 1}})
			require.NoError(t, err)
		}
		return dy0, dp
	}
	y0, p := gradient(lotka, 1)
	for _, every := range []int{0, 2, 3, 7, 1 << 40} {
		a, b := gradient(lotka, every)
		// Time in a replay may differ in its last bit.
		require.Less(t, relative(a, y0), 1e-13, "every %d", every)
		require.Less(t, relative(b, p), 1e-13, "every %d", every)
	}
	s := lotka
	s.VJP = nil
	a, b := gradient(s, 1)
	require.Less(t, relative(a, y0), 1e-14)
	require.Less(t, relative(b, p), 1e-14)
	a, b = gradient(without(lotka), 1)
	require.Less(t, relative(a, y0), 1e-8) // ten digits, less what a long way loses
	require.Less(t, relative(b, p), 1e-8)
}

func TestGradientErrors(t *testing.T) {
	c := tolerance(1e-6)
	c.At = []float64{0.5}
	r, err := sensitivity.Record(background, integrators.DormandPrince, lotka, 0, 1, lotka0, lotkaP, c, 0)
	require.NoError(t, err)
	for _, bad := range []struct {
		end []float64
		at  [][]float64
	}{{end: []float64{1}}, {at: [][]float64{{1, 2}, {3, 4}}}, {at: [][]float64{{1}}}} {
		_, _, err := r.Gradient(background, bad.end, bad.at)
		require.ErrorIs(t, err, sensitivity.ErrConfig)
	}
	_, _, err = r.Gradient(background, []float64{math.Inf(1), 0}, nil)
	require.ErrorIs(t, err, sensitivity.ErrNotFinite)
	ctx, cancel := context.WithCancel(background)
	cancel()
	_, _, err = r.Gradient(ctx, []float64{1, 0}, nil)
	require.ErrorIs(t, err, context.Canceled)
	zero, p, err := r.Gradient(background, nil, nil)
	require.NoError(t, err)
	require.Equal(t, []float64{0, 0}, zero)
	require.Equal(t, []float64{0, 0, 0, 0}, p)

	for _, every := range []int{-1, 0} {
		bad := c
		if every == 0 {
			bad.At = []float64{7}
		}
		r, err := sensitivity.Record(background, integrators.DormandPrince, lotka, 0, 1, lotka0, lotkaP, bad, every)
		require.Error(t, err)
		_, _, err = r.Gradient(background, nil, nil)
		require.ErrorIs(t, err, sensitivity.ErrConfig)
	}
	_, err = sensitivity.Record(background, nil, lotka, 0, 1, lotka0, lotkaP, c, 0)
	require.ErrorIs(t, err, sensitivity.ErrConfig)
	_, err = sensitivity.Record(background, integrators.DormandPrince, sensitivity.System{}, 0, 1, lotka0, lotkaP, c, 0)
	require.ErrorIs(t, err, sensitivity.ErrConfig)

	// A field with a memory does not repeat.
	calls := 0.0
	memory := without(lotka)
	memory.Field = func(d []float64, t float64, y, p []float64) error {
		calls++
		d[0], d[1] = calls, 0
		return nil
	}
	r, err = sensitivity.Record(background, integrators.RK4, memory, 0, 1, lotka0, lotkaP, ode.Config{Step: 0.1}, 1)
	require.NoError(t, err)
	_, _, err = r.Gradient(background, []float64{1, 1}, nil)
	require.ErrorIs(t, err, sensitivity.ErrRepeat)

	boom := errors.New("boom")
	bad := lotka
	bad.VJP = func(_, _ []float64, _ float64, _, _, _ []float64) error { return boom }
	r, err = sensitivity.Record(background, integrators.RK4, bad, 0, 1, lotka0, lotkaP, ode.Config{Step: 0.1}, 0)
	require.NoError(t, err)
	_, _, err = r.Gradient(background, []float64{1, 1}, nil)
	require.ErrorIs(t, err, boom)
}

// A zero-length interval hands the derivatives through.
func TestGradientOfNoStep(t *testing.T) {
	c := tolerance(1e-6)
	c.At = []float64{1, 1}
	r, err := sensitivity.Record(background, integrators.DormandPrince, lotka, 1, 1, lotka0, lotkaP, c, 0)
	require.NoError(t, err)
	dy0, dp, err := r.Gradient(background, []float64{1, 2}, [][]float64{{10, 20}, {100, 200}})
	require.NoError(t, err)
	require.Equal(t, []float64{111, 222}, dy0)
	require.Equal(t, make([]float64, 4), dp)
}

// More steps allocate no more, but for the record.
func TestGradientAllocations(t *testing.T) {
	allocs := func(to float64) float64 {
		r, err := sensitivity.Record(background, integrators.DormandPrince, lotka, 0, to, lotka0, lotkaP, tolerance(1e-6), 0)
		require.NoError(t, err)
		end := []float64{1, 1}
		return testing.AllocsPerRun(5, func() {
			if _, _, err := r.Gradient(background, end, nil); err != nil {
				panic(err)
			}
		})
	}
	require.Equal(t, allocs(2), allocs(20))
}

// The rate of a decay from three noiseless measurements: the gradient of
// L = Σ (y(t_i) − d_i)² by p, first where p is wrong, then where it is right.
func ExampleTrace_Gradient() {
	decay := sensitivity.System{
		Field: func(dst []float64, _ float64, y, p []float64) error { dst[0] = -p[0] * y[0]; return nil },
		VJP: func(wy, wp []float64, _ float64, y, p, v []float64) error {
			wy[0], wp[0] = -p[0]*v[0], -y[0]*v[0]
			return nil
		},
	}
	c := ode.Config{RTol: 1e-10, ATol: 1e-10, At: []float64{0.5, 1, 2}}
	for _, p := range []float64{1, 2} {
		r, err := sensitivity.Record(context.Background(), integrators.DormandPrince, decay, 0, 2, []float64{1}, []float64{p}, c, 0)
		if err != nil {
			fmt.Println(err)
			return
		}
		var at [][]float64
		for i, y := range r.At {
			at = append(at, []float64{2 * (y[0] - math.Exp(-2*c.At[i]))})
		}
		_, dp, err := r.Gradient(context.Background(), nil, at)
		fmt.Printf("%.6f %v\n", math.Abs(dp[0]), err)
	}
	// Output:
	// 0.379193 <nil>
	// 0.000000 <nil>
}
