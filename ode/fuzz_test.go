package ode_test

import (
	"cmp"
	"context"
	"math"
	"slices"
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

// Ways in which a field misbehaves from a time on, in the direction of integration.
const (
	notANumber = iota + 1
	jump
	infinite
	chatter // two thousand jumps
	root    // no unique solution through zero
)

// system is a quadratic field with a periodic force, and one of the ways in
// which fields misbehave. Stiff ones decay in the direction of integration:
// methods that damp what is stiff damp what grows as fast too, and step over it.
type system struct {
	field   integrators.Field
	y0      []float64
	trouble int
	when    float64
	hidden  bool // that time is not declared
}

func (b *bits) system(dir float64) system {
	dim := 1 + b.next()%4
	var y0 []float64
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
	trouble, at := b.next()%16, b.next()
	when := float64(at) / 64
	return system{func(dst []float64, t float64, y []float64) error {
		for i := range dst {
			dst[i] = force[i] * math.Cos(rate[i]*t)
			for j, v := range y {
				dst[i] += linear[i*dim+j]*v + square[i*dim+j]*v*y[i]
			}
		}
		if dir*(t-when) >= 0 {
			switch trouble {
			case notANumber:
				dst[0] = math.NaN()
			case jump:
				dst[0] += 3
			case infinite:
				dst[0] = math.Inf(1)
			case chatter:
				dst[0] += math.Copysign(2, math.Sin(1000*t))
			case root:
				dst[0] += math.Sqrt(math.Abs(y[0]))
			}
		}
		return nil
	}, y0, trouble, when, at%2 == 0}
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
	sys := b.system(dir)
	dim, y0 := len(sys.y0), sys.y0
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
	if within := dir*(sys.when-t0) > 0 && dir*(t1-sys.when) > 0; (sys.trouble == jump || sys.trouble == root) && within && !sys.hidden {
		c.Stops = append(c.Stops, sys.when)
		slices.SortFunc(c.Stops, func(a, b float64) int { return cmp.Compare(dir*a, dir*b) })
	}
	calls, acted := 0, false
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
			c.Events[len(c.Events)-1].Action = func(_ float64, y []float64) bool {
				acted = true
				if y[0] = -y[0]; act%11 == 0 {
					y[0] = math.Inf(1)
				}
				return act%2 == 0
			}
		}
	}
	seen := []step{{t0, y0}}
	c.Observer = func(s ode.Step) {
		if !acted {
			seen = append(seen, step{s.T, slices.Clone(s.Y)})
		}
	}
	ctx, cancel := context.WithTimeout(background, 20*time.Second)
	defer cancel()
	r, err := ode.Solve(ctx, entry.Method, sys.field, t0, t1, y0, c)
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
		require.True(t, acted || seen[len(seen)-1].t == t1, "the observer sees the last step")
	}
	// What events cut is interpolated, and what they act on is another problem: the
	// last step before the first of them is neither.
	if r.Ended >= 0 && !acted {
		seen = seen[:len(seen)-1]
	}
	check(ctx, t, trial{entry, sys, c, dir, seen})
}
