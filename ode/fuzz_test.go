package ode_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
)

// bits hands out the bytes of a fuzzer's input, zeros at its end.
type bits struct{ b []byte }

func (b *bits) next() int {
	if len(b.b) == 0 {
		return 0
	}
	v := b.b[0]
	b.b = b.b[1:]
	return int(v)
}

// coefficient is a number from −2 to 2, often zero.
func (b *bits) coefficient() float64 {
	v := b.next()
	if v%3 == 0 {
		return 0
	}
	return float64(v-128) / 64
}

// system makes a field: quadratic with a periodic force, and one of the ways in
// which fields misbehave. Stiff ones decay in the direction of integration:
// methods that damp what is stiff damp what grows as fast too, and step over it.
func (b *bits) system(dir float64) (dim int, f integrators.Field, y0 []float64, rough bool) {
	dim = 1 + b.next()%4
	linear, square := make([]float64, dim*dim), make([]float64, dim*dim)
	force, rate := make([]float64, dim), make([]float64, dim)
	for i := range linear {
		linear[i] = b.coefficient()
	}
	for i := range square {
		square[i] = b.coefficient() / 4
	}
	for i := range force {
		force[i], rate[i] = b.coefficient(), 4*b.coefficient()
		y0 = append(y0, b.coefficient())
	}
	if b.next()%4 == 0 { // stiff
		linear[0] = -dir * math.Exp2(float64(b.next()%24))
	}
	trouble, when := b.next()%16, float64(b.next())/64
	rough = trouble > 0 && trouble < 6
	return dim, func(dst []float64, t float64, y []float64) error {
		for i := range dst {
			dst[i] = force[i] * math.Cos(rate[i]*t)
			for j, v := range y {
				dst[i] += linear[i*dim+j]*v + square[i*dim+j]*v*y[i]
			}
		}
		if t > when {
			switch trouble {
			case 1:
				dst[0] = math.NaN()
			case 2:
				dst[0] += 3 // a jump
			case 3:
				dst[0] = math.Inf(1)
			case 4:
				dst[0] += math.Copysign(2, math.Sin(1000*t)) // two thousand jumps
			case 5:
				dst[0] += math.Sqrt(math.Abs(y[0])) // no unique solution through zero
			}
		}
		return nil
	}, y0, rough
}

// FuzzSolve tries random systems, methods and settings: whatever they are, a
// solve ends soon, with a typed error or with an answer that agrees with another
// method's at a tighter tolerance, to within what the problem makes of a
// perturbation of the size of the tolerance.
func FuzzSolve(f *testing.F) {
	for seed := range 300 {
		data := make([]byte, 60)
		state := uint64(seed)*0x9e3779b97f4a7c15 + 1
		for i := range data {
			state ^= state << 13
			state ^= state >> 7
			state ^= state << 17
			data[i] = byte(state >> 32)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { fuzzSolve(t, data) })
}

func fuzzSolve(t *testing.T, data []byte) {
	b := &bits{data}
	entry := ode.Catalogue[b.next()%len(ode.Catalogue)]
	t0, t1 := float64(b.next()-128)/32, float64(b.next()-128)/32
	dir := math.Copysign(1, t1-t0)
	dim, field, y0, rough := b.system(dir)
	_, estimate := entry.Method.Order()
	tol := math.Pow(10, -2-float64(b.next()%10))
	c := ode.Config{RTol: tol, ATol: tol, MaxSteps: 20_000}
	if estimate == 0 {
		c = ode.Config{Step: math.Exp2(-float64(b.next() % 12)), MaxSteps: 20_000}
	}
	switch b.next() % 32 {
	case 1:
		c.RTol = math.NaN()
	case 2:
		c.RTol, c.ATol = 1e-16, 0
	case 3:
		c.RTol, c.ATol = 0, 1e-300
	case 4:
		c.Max = math.Abs(t1-t0) / 7
	case 5:
		c.First = 1e3
	case 6:
		c.Filter = ode.Filter{Beta: [3]float64{b.coefficient(), b.coefficient(), b.coefficient()}, Most: 1e300}
	case 7:
		y0[0] = math.NaN()
	case 8:
		y0 = nil
	}
	for range b.next() % 4 {
		c.At = append(c.At, t0+float64(len(c.At)+1)*(t1-t0)/4)
	}
	for range b.next() % 3 {
		c.Stops = append(c.Stops, t0+dir*math.Min(math.Abs(t1-t0), float64(len(c.Stops))/8))
	}
	calls, acts := 0, false
	for range b.next() % 3 {
		kind, level, act := b.next()%5, b.coefficient(), b.next()
		c.Events = append(c.Events, ode.Event{Direction: b.next()%3 - 1, Terminal: b.next() % 3, Samples: b.next()%12 - 1, Max: 50,
			G: func(t float64, y []float64) float64 {
				switch kind {
				case 0:
					return math.Sin(30*t) - level
				case 1:
					calls++
					return float64(calls%3 - 1)
				case 2:
					return 0
				}
				return y[0] - level
			}})
		if act%3 == 0 {
			acts = true
			c.Events[len(c.Events)-1].Action = func(_ float64, y []float64) bool {
				if y[0] = -y[0]; act%11 == 0 {
					y[0] = math.Inf(1)
				}
				return act%2 == 0
			}
		}
	}
	ctx, cancel := context.WithTimeout(background, 20*time.Second)
	defer cancel()
	r, err := ode.Solve(ctx, entry.Method, field, t0, t1, y0, c)
	require.NotErrorIs(t, err, context.DeadlineExceeded, "%s does not end", entry.Name)
	if err != nil {
		var typed *ode.Error
		require.ErrorAs(t, err, &typed)
		require.NotEmpty(t, err.Error())
		return
	}
	require.Len(t, r.Y, dim)
	for _, v := range r.Y {
		require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s returns %v", entry.Name, r.Y)
	}
	if r.Ended < 0 {
		require.Equal(t, t1, r.T)
		require.Len(t, r.At, len(c.At))
	}
	if rough { // no estimate sees every jump that is not declared
		return
	}
	if acts || r.Ended >= 0 || estimate == 0 || c.RTol+c.ATol < 1e-13 {
		return // another problem, or no tolerance that can be met
	}
	check(ctx, t, entry, field, t0, t1, y0, r, c)
}

// check compares a result with what two other methods make of the problem.
func check(ctx context.Context, t *testing.T, e ode.Entry, field integrators.Field, t0, t1 float64, y0 []float64, r ode.Result, c ode.Config) {
	tight := ode.Config{RTol: 1e-9, ATol: 1e-9, MaxSteps: 20_000, Stops: c.Stops}
	solve := func(y0 []float64, name string) (ode.Result, error) {
		other, err := ode.ByName(name)
		require.NoError(t, err)
		return ode.Solve(ctx, other.Method, field, t0, t1, y0, tight)
	}
	first := "rodas5p"
	if e.Name == first {
		first = "radau9"
	}
	tol := math.Max(math.Max(c.RTol, c.ATol), tight.RTol)
	if strings.HasPrefix(e.Name, "radau") {
		// What radau.Method says of its estimate: its full order is not that of
		// problems whose stiff components are driven.
		tol = math.Max(tol, 0.1*math.Pow(tol, 8./14))
	}
	other, err := solve(y0, first)
	want := other.Y
	// A field that is not finite somewhere may go unseen between stages, a pole
	// near the end lie behind it for so loose a tolerance, and a solution that
	// the slightest error drives to a pole be found by one method alone.
	if errors.Is(err, ode.ErrStepSize) && !errors.Is(err, ode.ErrNotFinite) && math.Abs(t1-other.T) > 100*tol*math.Abs(t1-t0) {
		_, too := solve(y0, e.Name)
		require.NotErrorIs(t, too, ode.ErrStepSize, "%s returns %v where it fails at a tighter tolerance, and %s: %v", e.Name, r.Y, first, err)
	}
	if err != nil {
		return
	}
	size := 1.0
	for _, v := range want {
		size = math.Max(size, math.Abs(v))
	}
	factor := 100.0
	if e.Name == "kencarp5" { // see its doc: 2400 tolerances on DETEST B1
		factor = 3000
	}
	m, err := ode.ByName(first)
	require.NoError(t, err)
	allowed := tol * size
	within := func(grown float64) bool {
		allowed = math.Max(allowed, factor*(tol*size+grown)*math.Sqrt(float64(r.Stats.Accepted+1)))
		for j, v := range want {
			if !(math.Abs(v-r.Y[j]) <= allowed) {
				return false
			}
		}
		return true
	}
	grown := func(from float64, y []float64) float64 {
		return grown(ctx, m.Method, field, from, t1, y, want, tol, tight)
	}
	if within(grown(t0, y0)) {
		return
	}
	// What is committed on the way may grow where what is committed at the start
	// is damped: ask at every twentieth of the steps before a verdict.
	n := 0
	every := max(other.Stats.Accepted/20, 1)
	for s, err := range ode.Steps(ctx, m.Method, field, t0, t1, y0, tight) {
		require.NoError(t, err)
		if n++; n%every == 0 && s.T != t1 && within(grown(s.T, s.Y)) {
			return
		}
	}
	require.Fail(t, "wrong answer", "%s at %g: %v, another method: %v, allowed %v; steps %+v", e.Name, tol, r.Y, want, allowed, r.Stats)
}

// grown is what becomes of perturbations of a state by the tolerance, infinite on the
// edge of a blow-up.
func grown(ctx context.Context, m integrators.Method, field integrators.Field, from, t1 float64, y, want []float64, tol float64, tight ode.Config) float64 {
	tight.Stops = slices.DeleteFunc(slices.Clone(tight.Stops), func(s float64) bool { return (s-from)*(t1-from) < 0 })
	grown := 0.0
	for i := range y {
		for _, sign := range []float64{1, -1} {
			moved := slices.Clone(y)
			moved[i] += sign * tol * math.Max(1, math.Abs(y[i]))
			shifted, err := ode.Solve(ctx, m, field, from, t1, moved, tight)
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
