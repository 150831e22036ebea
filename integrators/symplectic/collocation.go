package symplectic

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
)

// ErrConvergence is wrapped by Try and Interpolate of a [Gauss] stepper whose
// stages were not found. It wraps [integrators.ErrDiverged].
var ErrConvergence = fmt.Errorf("symplectic: stages not found by fixed-point iteration: %w", integrators.ErrDiverged)

const (
	maxSweeps = 200
	// stale sweeps without a smaller change end the iteration: at rounding level,
	// if the changes are below noise of the state, else without success.
	maxStale = 8
	noise    = 1e-9
	ulps     = 16 * 0x1p-52
)

// reached is a state and the step that led to it.
type reached struct {
	t, tLow float64
	h       float64 // 0: no step yet
	y, low  []float64
	k       [][]float64
}

// collocation steps a Gauss.
type collocation struct {
	m        *Gauss
	f        integrators.Field
	stage, k []float64

	start, now, next, inside *reached
	counts                   integrators.Counts
}

func newCollocation(m *Gauss, f integrators.Field, dim int) *collocation {
	if dim < 1 {
		panic(fmt.Sprintf("symplectic: a state of %d numbers", dim))
	}
	for _, row := range append([][]float64{m.B, m.C}, m.A...) {
		if len(row) != len(m.A) || len(row) == 0 {
			panic(fmt.Sprintf("symplectic: %s has rows of unequal lengths", m.Name))
		}
	}
	g := &collocation{m: m, f: f, stage: make([]float64, dim), k: make([]float64, dim)}
	for _, p := range []**reached{&g.start, &g.now, &g.next, &g.inside} {
		*p = &reached{y: make([]float64, dim), low: make([]float64, dim), k: make([][]float64, len(m.B))}
		for i := range m.B {
			(*p).k[i] = make([]float64, dim)
		}
	}
	return g
}

func (g *collocation) Reset(t float64, y []float64) error {
	g.length(y)
	g.now.t, g.now.tLow, g.now.h = t, 0, 0
	copy(g.now.y, y)
	clear(g.now.low)
	return nil
}

func (g *collocation) length(y []float64) {
	if len(y) != len(g.stage) {
		panic(fmt.Sprintf("symplectic: state of %d numbers, want %d", len(y), len(g.stage)))
	}
}

func (g *collocation) Try(dst, _ []float64, h float64) error {
	g.length(dst)
	rho := h / g.now.h // not finite before the first step
	if err := g.flow(g.next, g.now, h, g.now.k, 1, rho); err != nil {
		return err
	}
	copy(dst, g.next.y)
	return nil
}

func (g *collocation) Accept() { g.start, g.now, g.next = g.now, g.next, g.start }

func (g *collocation) Counts() integrators.Counts { return g.counts }

// Interpolate makes a step of length θh from the start of the last one, of the
// method's full order.
func (g *collocation) Interpolate(dst []float64, theta float64) error {
	g.length(dst)
	if err := g.flow(g.inside, g.start, theta*g.now.h, g.now.k, 0, theta); err != nil {
		return err
	}
	copy(dst, g.inside.y)
	return nil
}

// flow makes one step from a to b. The stages start from the polynomial through
// the slopes known of another step, at its nodes from + rho C_i.
func (g *collocation) flow(b, a *reached, h float64, known [][]float64, from, rho float64) error {
	if math.Abs(rho) <= 2 {
		g.extrapolate(b.k, known, from, rho)
	} else {
		g.counts.Evaluations++
		if err := g.f(b.k[0], a.t, a.y); err != nil {
			return err
		}
		for _, k := range b.k[1:] {
			copy(k, b.k[0])
		}
	}
	best, stale := math.Inf(1), 0
	for sweep := 1; ; sweep++ {
		change, scale, err := g.sweep(b.k, a, h)
		if err != nil {
			return err
		}
		if change < best {
			best, stale = change, 0
		} else {
			stale++
		}
		finite := scale < math.Inf(1) // false for NaN
		if finite && (change == 0 || stale > 0 && change <= ulps*scale || stale == maxStale && change <= noise*scale) {
			break
		}
		if stale == maxStale || sweep == maxSweeps || !finite {
			return fmt.Errorf("%w: t = %v, h = %v, still changing by %.1e after %d sweeps: take shorter steps, or an implicit method with Newton's iteration",
				ErrConvergence, a.t, h, change, sweep)
		}
	}
	for i, y := range a.y {
		sum := 0.0
		for j, w := range g.m.B {
			sum += w * b.k[j][i]
		}
		b.y[i], b.low[i] = twoSum(y, h*sum+a.low[i])
	}
	b.t, b.tLow = twoSum(a.t, a.tLow+h)
	b.h = h
	return nil
}

// sweep evaluates each stage once with the newest of the others and returns by
// how much the increments h k changed, and the size of them and the state, in
// 1-norms: sums, which keep what is not finite.
func (g *collocation) sweep(k [][]float64, a *reached, h float64) (change, scale float64, err error) {
	g.counts.Iterations++
	for i, row := range g.m.A {
		for c, y := range a.y {
			sum := 0.0
			for j, w := range row {
				sum += w * k[j][c]
			}
			g.stage[c] = y + (a.low[c] + h*sum)
		}
		g.counts.Evaluations++
		if err = g.f(g.k, a.t+(a.tLow+g.m.C[i]*h), g.stage); err != nil {
			return 0, 0, err
		}
		old := k[i][:len(g.k)]
		y := a.y[:len(g.k)]
		for c, v := range g.k {
			change += math.Abs(h * (v - old[c]))
			scale += math.Abs(y[c]) + math.Abs(h*v)
		}
		k[i], g.k = g.k, old
	}
	return change, scale, nil
}

// extrapolate evaluates the polynomial with values known_j at C_j at the nodes
// from + rho C_i.
func (g *collocation) extrapolate(dst, known [][]float64, from, rho float64) {
	for i, c := range g.m.C {
		x := from + rho*c
		clear(dst[i])
		for j, cj := range g.m.C {
			l := 1.0
			for m, cm := range g.m.C {
				if m != j {
					l *= (x - cm) / (cj - cm)
				}
			}
			for n, v := range known[j] {
				dst[i][n] += l * v
			}
		}
	}
}
