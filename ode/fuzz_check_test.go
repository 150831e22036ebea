package ode_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/ode"
)

// step is the end of a step, or the start of all.
type step struct {
	t float64
	y []float64
}

// trial is a solve that succeeded.
type trial struct {
	ode.Entry
	system
	c    ode.Config
	dir  float64
	seen []step // the start and the ends of steps, as far as there was no action
}

// before tells that s is where the field does not yet misbehave.
func (r *trial) before(s step) bool { return r.dir*(r.when-s.t) > 0 }

// check compares the last step of a trial with what other methods make of the problem.
func check(ctx context.Context, t *testing.T, r trial) {
	last := len(r.seen) - 1
	switch r.trouble {
	case notANumber, infinite:
		// Methods that do not evaluate the field at the end of a step may end one
		// there, and none can start.
		if last > 0 && !r.before(r.seen[last]) {
			last--
		}
		require.True(t, last == 0 || r.before(r.seen[last]), "%s passes a field that is not finite", r.Name)
	case chatter:
		// Steps longer than the period of the jumps sample them at random, and their
		// estimates do.
		for last > 0 && !r.before(r.seen[last]) {
			last--
		}
	}
	begin := 0
	if r.c.First != 0 && last > 0 {
		// No estimate is without zeros, and a first step that is not the driver's
		// choice, here the whole interval, may be on one: what comes after it counts.
		begin = 1
	}
	if last == begin {
		return
	}
	r.seen = r.seen[begin : last+1]
	if _, estimate := r.Method.Order(); estimate == 0 {
		r.checkOrder(ctx, t)
		return
	}
	r.checkTolerance(ctx, t)
}

// reference is the solve of another method at a tight tolerance, to the last step of
// the trial.
func (r *trial) reference(ctx context.Context, y0 []float64, name string) (ode.Result, error) {
	other, err := ode.ByName(name)
	if err != nil {
		return ode.Result{}, err
	}
	return ode.Solve(ctx, other.Method, r.field, r.seen[0].t, r.seen[len(r.seen)-1].t, y0, r.tight(r.seen[0].t))
}

// tight are settings for references from a time on. They know of jumps.
func (r *trial) tight(from float64) ode.Config {
	c := ode.Config{RTol: 1e-9, ATol: 1e-9, MaxSteps: 20_000}
	end := r.seen[len(r.seen)-1].t
	for _, s := range append(slices.Clone(r.c.Stops), r.when) {
		if r.dir*(s-from) > 0 && r.dir*(end-s) > 0 && !slices.Contains(c.Stops, s) {
			c.Stops = append(c.Stops, s)
		}
	}
	slices.SortFunc(c.Stops, func(a, b float64) int { return int(math.Copysign(1, r.dir*(a-b))) })
	return c
}

// tolerance is what a step may err by: the tolerance, or, where a step holds a jump that
// it was not told of, what that adds to it. No estimate sees every jump.
func (r *trial) tolerance() float64 {
	tol := math.Max(math.Max(r.c.RTol, r.c.ATol), 1e-9)
	if (r.trouble == jump || r.trouble == root) && r.hidden {
		for k, s := range r.seen[1:] {
			from := r.seen[k]
			if !r.before(from) || r.before(s) {
				continue
			}
			size := 3.0
			if r.trouble == root {
				size = math.Sqrt(math.Max(math.Abs(from.y[0]), math.Abs(s.y[0])))
			}
			tol = math.Max(tol, size*math.Abs(s.t-from.t))
		}
	}
	return tol
}

// checkTolerance compares with one method, and where that finds another answer, or a
// pole, with a second: a solution that is unstable but exactly kept, like one on an
// axis, is lost by the method that rounds.
func (r *trial) checkTolerance(ctx context.Context, t *testing.T) {
	first, second := "rodas5p", "verner9"
	if r.Name == first {
		first = "radau9"
	}
	if r.Name == second {
		second = "dop853"
	}
	verdict, _ := r.against(ctx, t, first)
	if verdict == "" {
		return
	}
	if other, compared := r.against(ctx, t, second); other != "" || !compared {
		require.Fail(t, "wrong answer", verdict)
	}
}

// against allows what the problem makes of perturbations of a hundred tolerances,
// times √n for the errors of n steps: a hundred times what it makes of one or, since
// solutions move towards poles faster than that, ten times what it makes of ten or what
// it makes of a hundred themselves. An
// empty verdict: there is nothing against the answer, or nothing to compare it with.
func (r *trial) against(ctx context.Context, t *testing.T, name string) (verdict string, compared bool) {
	from, end := r.seen[0], r.seen[len(r.seen)-1]
	tol := r.tolerance()
	other, err := r.reference(ctx, from.y, name)
	// A pole near the end may lie behind it for so loose a tolerance, and a solution
	// that the slightest error drives to a pole be found by one method alone.
	if errors.Is(err, ode.ErrStepSize) && !errors.Is(err, ode.ErrNotFinite) && math.Abs(end.t-other.T) > 100*tol*math.Abs(end.t-from.t) {
		if _, too := r.reference(ctx, from.y, r.Name); errors.Is(too, ode.ErrStepSize) && r.alwaysPole(ctx, name, tol) {
			return fmt.Sprintf("%s returns %v where it fails at a tighter tolerance, and %s: %v", r.Name, end.y, name, err), false
		}
	}
	if err != nil {
		return "", false // a pole, or more than 20,000 steps
	}
	want, size := other.Y, 1.0
	for _, v := range want {
		size = math.Max(size, math.Abs(v))
	}
	allowed := tol * size
	within := func(from step, times float64) bool {
		grown := r.grown(ctx, name, from, want, times*tol) / times
		allowed = math.Max(allowed, 100*(tol*size+grown)*math.Sqrt(float64(len(r.seen))))
		for j, v := range want {
			if !(math.Abs(v-end.y[j]) <= allowed) {
				return false
			}
		}
		return true
	}
	near := func(from step) bool {
		return within(from, 1) || within(from, 10) || within(from, 100)
	}
	if near(from) {
		return "", true
	}
	// What is committed on the way may grow where what is committed at the start
	// is damped: ask at every twentieth of the steps before a verdict.
	m, err := ode.ByName(name)
	require.NoError(t, err)
	n, least := 0, math.Inf(1)
	every := max(other.Stats.Accepted/20, 1)
	for s, err := range ode.Steps(ctx, m.Method, r.field, from.t, end.t, from.y, r.tight(from.t)) {
		require.NoError(t, err)
		here := step{s.T, slices.Clone(s.Y)}
		if !r.before(here) {
			least = math.Min(least, math.Abs(s.Y[0]))
		}
		if n++; n%every == 0 && s.T != end.t && near(here) {
			return "", true
		}
	}
	if r.trouble == root && least < 0.1 {
		return "", false // through zero, or along it, there is more than one solution
	}
	return fmt.Sprintf("%s at %g: %v, another method: %v, allowed %v; %d steps", r.Name, tol, end.y, want, allowed, len(r.seen)), true
}

// alwaysPole tells whether solutions from within a tolerance of the start run to a pole
// too. What is unstable but exactly kept, on an axis, may while its neighbours do not.
func (r *trial) alwaysPole(ctx context.Context, name string, tol float64) bool {
	for i := range r.seen[0].y {
		for _, sign := range []float64{1, -1} {
			moved := slices.Clone(r.seen[0].y)
			moved[i] += sign * tol * math.Max(1, math.Abs(moved[i]))
			if _, err := r.reference(ctx, moved, name); err == nil {
				return false
			}
		}
	}
	return true
}

// grown is what becomes of perturbations of a state by the tolerance, infinite on the
// edge of a blow-up.
func (r *trial) grown(ctx context.Context, name string, from step, want []float64, tol float64) float64 {
	grown := 0.0
	m, err := ode.ByName(name)
	if err != nil {
		return math.Inf(1)
	}
	for i := range from.y {
		for _, sign := range []float64{1, -1} {
			moved := slices.Clone(from.y)
			moved[i] += sign * tol * math.Max(1, math.Abs(moved[i]))
			shifted, err := ode.Solve(ctx, m.Method, r.field, from.t, r.seen[len(r.seen)-1].t, moved, r.tight(from.t))
			if err != nil {
				return math.Inf(1)
			}
			for j, v := range shifted.Y {
				grown = math.Max(grown, math.Abs(v-want[j]))
			}
		}
	}
	return grown
}

// checkOrder takes fixed steps h, h/2 and h/4, so short that h|J| < 1/10 and that the
// force turns by less, and asks that errors fall with h as the order says, within a
// factor of two.
func (r *trial) checkOrder(ctx context.Context, t *testing.T) {
	from, end := r.seen[0], r.seen[len(r.seen)-1]
	if (r.trouble == root || r.trouble == jump && r.hidden) && !r.before(end) {
		return // the order is that of smooth fields
	}
	other, err := r.reference(ctx, from.y, "verner9")
	if err != nil {
		return
	}
	m, err := ode.ByName("verner9")
	require.NoError(t, err)
	rate, size := 8.0, 1.0 // of the force, at most
	for s, err := range ode.Steps(ctx, m.Method, r.field, from.t, end.t, from.y, r.tight(from.t)) {
		require.NoError(t, err)
		size = math.Max(size, norm(s.Y))
		if s.T != end.t {
			rate = math.Max(rate, r.lipschitz(t, s.T, s.Y))
		}
	}
	h := r.c.Step
	for h*rate > 0.1 {
		h /= 2
	}
	order, _ := r.Method.Order()
	var errs [3]float64
	for k := 0; k < len(errs); k++ {
		if steps := 4 * math.Abs(end.t-from.t) / h; steps > 50_000 {
			return // stiff, and not for a method without an estimate
		}
		c := ode.Config{Step: math.Ldexp(h, -k), MaxSteps: 100_000, Stops: r.tight(from.t).Stops}
		got, err := ode.Solve(ctx, r.Method, r.field, from.t, end.t, from.y, c)
		if errors.Is(err, ode.ErrNotFinite) && k == 0 { // so long that errors grow to a pole
			h, k = h/2, -1
			continue
		}
		require.NoError(t, err, r.Name)
		for j, v := range got.Y {
			errs[k] = math.Max(errs[k], math.Abs(v-other.Y[j]))
		}
	}
	// Where the leading term vanishes by chance, at h the error at 2h does not.
	fall := math.Exp2(-float64(order))
	grown := r.grown(ctx, "verner9", from, other.Y, 1e-9)
	require.LessOrEqual(t, errs[2], 2*fall*math.Max(errs[1], fall*errs[0])+100*(1e-9*size+grown), "%s: %v", r.Name, errs)
}

// lipschitz is the largest sum of a row of |∂f/∂y|, by differences.
func (r *trial) lipschitz(t *testing.T, at float64, y []float64) float64 {
	n := len(y)
	f0, f1, sums := make([]float64, n), make([]float64, n), make([]float64, n)
	require.NoError(t, r.field(f0, at, y))
	for j := range y {
		moved := slices.Clone(y)
		moved[j] += 1e-6
		require.NoError(t, r.field(f1, at, moved))
		for i := range sums {
			sums[i] += math.Abs(f1[i]-f0[i]) / 1e-6
		}
	}
	return slices.Max(sums)
}

func norm(y []float64) float64 {
	largest := 0.0
	for _, v := range y {
		largest = math.Max(largest, math.Abs(v))
	}
	return largest
}
