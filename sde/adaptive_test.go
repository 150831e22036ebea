package sde_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// brownian is dy = dw: y is the path.
func brownian(dim int) sde.System {
	return sde.System{
		Dim: dim, Structure: sde.AdditiveDiagonal,
		Drift: func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil },
		Diffusion: func(dst []float64, _ float64, _ []float64) error {
			copy(dst, ones(len(dst)))
			return nil
		},
	}
}

// ends are the paths of rows at time 1.
func ends(t testing.TB, seed uint64, rows, dim int, f noise.Functionals) []float64 {
	tree, err := noise.NewPathTree(seed, 0, f, dim, 0, 1, 0x1p-40)
	require.NoError(t, err)
	out, path := make([]float64, 0, rows*dim), make([]float64, f.Len(dim))
	for r := range rows {
		tree.Reset(uint64(r))
		tree.Increment(path, 0, 1)
		out = append(out, path[:dim]...)
	}
	return out
}

// Steps are rejected at random, because the path has moved far, or where it is
// above 0: each is the way in which redrawn noise gets a wrong law. The states still
// are the path's, so their law is that of Brownian motion at t1 and at times
// between, and increments over fixed intervals are independent of each other.
func TestRejectionsLeaveThePathAlone(t *testing.T) {
	const rows = 2000
	at := []float64{0.2, 1. / 3, 0.7, 1}
	coin := noise.NewStream(noise.Address{Seed: 1, Use: noise.Test})
	for name, reject := range []func(t float64, y []float64) bool{
		func(float64, []float64) bool { return coin.Uniform() < 0.25 },
		func(_ float64, y []float64) bool { return y[0] > 0 && coin.Uniform() < 0.3 },
	} {
		c := sde.Adaptive{ATol: 0.3, First: 0.3, Max: 0.3, At: at, Seed: 5, Reject: reject, Workers: 1}
		r, err := sde.SolveAdaptive(t.Context(), jumpy{}, brownian(1), 0, 1, make([]float64, rows), c)
		require.NoError(t, err)
		accepted, rejected := 0, 0
		for i := range rows {
			accepted, rejected = accepted+r.Accepted[i], rejected+r.Rejected[i]
		}
		require.Greater(t, rejected, rows, name)
		require.Greater(t, accepted, 5*rows, name)
		// Sums of increments, to rounding.
		require.InDeltaSlice(t, ends(t, 5, rows, 1, 0), r.Y, 1e-13, name)
		// Normal scores of the increments between outputs: their moments and
		// products, each within five standard errors, 2·10 chances of 6e-7.
		z := make([][]float64, len(at))
		for i := range rows {
			last, lastT := 0.0, 0.0
			for k, tau := range at {
				w := r.At[i*len(at)+k]
				z[k] = append(z[k], (w-last)/math.Sqrt(tau-lastT))
				last, lastT = w, tau
			}
		}
		for k := range z {
			for p, want := range []float64{0, 1, 0, 3} { // E z, z², z³, z⁴
				variance := []float64{1, 2, 15, 96}[p]
				sum := 0.0
				for _, v := range z[k] {
					sum += math.Pow(v, float64(p+1))
				}
				require.InDelta(t, want, sum/rows, 5*math.Sqrt(variance/rows), "%d, moment %d of increment %d", name, p+1, k)
			}
			for j := range k {
				require.InDelta(t, 0, floats.Dot(z[j], z[k])/rows, 5/math.Sqrt(rows), name)
			}
		}
	}
}

// What a rejected step has shown of the path is not skipped: a later step begins
// where it would have ended.
func TestEndsOfRejectedStepsAreVisited(t *testing.T) {
	coin := noise.NewStream(noise.Address{Seed: 2, Use: noise.Test})
	visited, rejected := map[float64]bool{1: true}, []float64{}
	s := brownian(1)
	s.Drift = func(dst []float64, t float64, _ []float64) error {
		visited[t] = true
		clear(dst)
		return nil
	}
	reject := func(t float64, _ []float64) bool {
		if coin.Uniform() < 0.3 {
			rejected = append(rejected, t)
			return true
		}
		return false
	}
	_, err := sde.SolveAdaptive(t.Context(), jumpy{}, s, 0, 1, make([]float64, 50), sde.Adaptive{ATol: 10, Max: 0.1, Reject: reject, Workers: 1})
	require.NoError(t, err)
	require.Greater(t, len(rejected), 100)
	for _, end := range rejected {
		require.True(t, visited[end], end)
	}
}

// An accepted step has Σ (estimate_i/(ATol + RTol max(|y_i|, |y'_i|)))² ≤ Dim, here of
// estimates that are the increments, and one longer than that is rejected.
func TestAcceptedStepsAreWithinTheTolerance(t *testing.T) {
	const aTol, rTol, dim = 0.1, 0.2, 3
	last, largest, steps := make([]float64, dim), 0.0, 0
	look := func(_ float64, y []float64) bool {
		sum := 0.0
		for i, v := range y {
			e := (v - last[i]) / (aTol + rTol*max(math.Abs(v), math.Abs(last[i])))
			sum += e * e / dim
		}
		largest = max(largest, sum)
		steps++
		copy(last, y)
		return false
	}
	r, err := sde.SolveAdaptive(t.Context(), jumpy{}, brownian(dim), 0, 30, make([]float64, dim), sde.Adaptive{ATol: aTol, RTol: rTol, Reject: look})
	require.NoError(t, err)
	require.Equal(t, steps, r.Accepted[0])
	require.Greater(t, steps, 500)
	require.LessOrEqual(t, largest, 1+1e-12)
	require.Greater(t, largest, 0.95, "the tolerance is used")
	require.Greater(t, r.Rejected[0], steps/20)
}

// jumpy is Euler–Maruyama's method with the increment of the noise for an error, so
// that steps over which the path moves far are rejected.
type jumpy struct{ stochastic.EulerMaruyama }

func (m jumpy) Stepper(s *sde.System, rows int) stochastic.Stepper {
	return &jumpyStepper{Stepper: m.EulerMaruyama.Stepper(s, rows)}
}

type jumpyStepper struct {
	stochastic.Stepper
	w []float64
}

func (j *jumpyStepper) Step(dst []float64, t, h float64, y, dw []float64) error {
	j.w = dw
	return j.Stepper.Step(dst, t, h, y, dw)
}

func (j *jumpyStepper) Estimate(dst []float64) { copy(dst, j.w) }

// adaptiveError is the root mean square error, relative beyond 1, of dy = ay dt +
// by dw against the solution on the same path, and the steps of a row.
func adaptiveError(t *testing.T, m stochastic.Method, tol float64) (rms float64, steps int) {
	const rows, a, b = 250, 0.5, 1.2
	r, err := sde.SolveAdaptive(t.Context(), m, geometric(1, m.Calculus(), a, b), 0, 1, ones(rows), sde.Adaptive{RTol: tol, ATol: tol, Seed: 2})
	require.NoError(t, err)
	k := a
	if m.Calculus() == sde.Ito {
		k -= b * b / 2
	}
	sum := 0.0
	for i, w := range ends(t, 2, rows, 1, stochastic.Needs(m, sde.Diagonal)) {
		exact := math.Exp(k + b*w)
		sum += (r.Y[i] - exact) * (r.Y[i] - exact) / (1 + exact*exact)
		steps += r.Accepted[i] + r.Rejected[i]
	}
	return math.Sqrt(sum / rows), steps / rows
}

// Steps of error tol have h ∝ tol^(1/k), k = p + ½ for an estimate of order p: 1½
// for methods of order 1 and embedded ones of order 1, 2 for order 1½ by doubling.
// The error at the end is tol^(q/k) to tol^((q−½)/k), q being the method's order.
func TestAdaptiveStepsConverge(t *testing.T) {
	for _, test := range []struct {
		m    stochastic.Method
		q, k float64
	}{
		{stochastic.Milstein{}, 1, 1.5}, {stochastic.Heun{}, 1, 1.5},
		{stochastic.SRI1, 1.5, 1.5}, {stochastic.SOSRI, 1.5, 1.5}, {stochastic.SlowRK, 1.5, 2},
	} {
		var logTol, logError, logSteps []float64
		for _, tol := range []float64{1e-3, 3e-4, 1e-4, 3e-5} {
			rms, steps := adaptiveError(t, test.m, tol)
			require.Less(t, rms, 20*tol*math.Sqrt(float64(steps)), "a random walk of steps of error tol, which the system makes larger")
			logTol, logError, logSteps = append(logTol, math.Log(tol)), append(logError, math.Log(rms)), append(logSteps, math.Log(float64(steps)))
		}
		_, slope := stat.LinearRegression(logTol, logError, nil, false)
		_, growth := stat.LinearRegression(logTol, logSteps, nil, false)
		t.Logf("%T %v: error ∝ tol^%.2f, steps ∝ tol^%.2f", test.m, test.m, slope, growth)
		require.Greater(t, slope, (test.q-0.5)/test.k-0.1, "%T", test.m)
		require.Less(t, slope, test.q/test.k+0.1, "%T", test.m)
		require.InDelta(t, -1/test.k, growth, 0.1, "%T", test.m)
	}
}

// Few steps are rejected, and one that a jump cuts short does not make those after it
// short: jumps of no effect add about two steps each.
func TestAdaptiveStepsAreFew(t *testing.T) {
	const rows, rate = 50, 10
	count := func(j sde.Jumps) (accepted, rejected float64) {
		r, err := sde.SolveAdaptive(t.Context(), stochastic.SRI1, geometric(1, sde.Ito, 0.5, 1.2), 0, 1, ones(rows), sde.Adaptive{RTol: 1e-4, ATol: 1e-4, Seed: 2, Jumps: j})
		require.NoError(t, err)
		for i, n := range r.Accepted {
			accepted, rejected = accepted+float64(n)/rows, rejected+float64(r.Rejected[i])/rows
		}
		return accepted, rejected
	}
	accepted, rejected := count(sde.Jumps{})
	require.Less(t, rejected, 0.25*accepted)
	cut, more := count(sde.Jumps{Rate: rate, Apply: func(float64, []float64, *noise.Stream) error { return nil }})
	require.Less(t, cut, accepted+2*rate)
	require.Less(t, more, 0.25*cut)
	t.Logf("accepted %.0f, rejected %.0f; with jumps %.0f and %.0f", accepted, rejected, cut, more)
}

// What a method of order ½ leaves out of accepted steps has a mean: it does not
// converge, whatever it says of itself.
func TestAdaptiveStepsOfOrderHalf(t *testing.T) {
	_, err := sde.SolveAdaptive(t.Context(), stochastic.EulerMaruyama{}, geometric(1, sde.Ito, 0.5, 1.2), 0, 1, ones(1), sde.Adaptive{RTol: 1e-2})
	require.ErrorIs(t, err, sde.ErrConfig)
	require.ErrorContains(t, err, "stochastic.EulerMaruyama has strong order 0.5 on diagonal noise")
	coarse, _ := adaptiveError(t, boastful{}, 3e-2)
	fine, steps := adaptiveError(t, boastful{}, 1e-3)
	require.Greater(t, steps, 300)
	require.Greater(t, fine, 0.7*coarse)
}

type boastful struct{ stochastic.EulerMaruyama }

func (boastful) Orders(stochastic.Structure) (strong, weak float64) { return 1, 1 }
