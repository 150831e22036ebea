package integrators

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every coefficient is the nearest to the one in testdata; a unit of rounding is
// left to those that are sums. The sign of an estimate is free.
func TestCoefficientsAreRounded(t *testing.T) {
	for _, entry := range Catalogue {
		m, p := entry.Method, read(t, entry)
		same := func(label string, got []float64, want []*big.Float, sign float64) {
			g, w := make([]float64, max(len(got), len(want))), make([]float64, max(len(got), len(want)))
			copy(g, got)
			copy(w, floats(want))
			for i := range w {
				require.InDelta(t, sign*w[i], g[i], 0x1p-52*math.Abs(w[i]), "%s: %s %d", entry.Name, label, i+1)
			}
		}
		sign := 1.0
		if m.E != nil && m.E[0]*floats(p.e)[0] < 0 {
			sign = -1
		}
		same("E", m.E, p.e, sign)
		same("E3", m.E3, p.e3, 1)
		same("B", m.B, p.b, 1)
		same("C", slices.Concat(m.C, m.ExtraC), p.c[:len(m.C)+len(m.ExtraC)], 1)
		for i, row := range slices.Concat(m.A, m.ExtraA) {
			same("A", row, p.a[i], 1)
		}
		for i, row := range m.Dense {
			same("Dense", row, p.dense[i], 1)
		}
	}
}

// The order conditions of all trees hold to the digits given, but for seven: the
// coefficients reach 1e5 and their terms cancel.
func TestOrderConditionsToAllDigits(t *testing.T) {
	for _, entry := range Catalogue {
		p, m := read(t, entry), entry.Method
		one, theta, est := number(1), ratio(2, 5), m.Est
		if m.E3 != nil {
			est = 5
		}
		less := func(e []*big.Float) []*big.Float {
			hat := make([]*big.Float, len(e))
			for i := range e {
				hat[i] = dot([]*big.Float{p.b[i], e[i]}, numbers([]float64{1, -1}))
			}
			return hat
		}
		conditions := []struct {
			weights []*big.Float
			order   int
			theta   *big.Float
		}{{p.b, m.P, one}, {less(p.e), est, one}, {less(p.e3), min(est, 3), one}, {p.weights(theta), m.DenseOrder(), theta}}
		for _, tr := range trees(m.P) {
			phi := p.phi(tr)
			for _, c := range conditions {
				if tr.order() > c.order {
					continue
				}
				off := mul(append(slices.Repeat([]*big.Float{c.theta}, tr.order()), ratio(-1, int64(tr.gamma())))...)
				v, _ := off.Add(off, dot(c.weights, phi)).Float64()
				require.Less(t, math.Abs(v), math.Pow10(7-p.digits), "%s: tree of order %d", entry.Name, tr.order())
			}
		}
	}
}

// errors returns log₂ of the errors over [1/2, 3/4] with 4, 8, ..., 512 steps: at
// the end, in the last step through the interpolant, and in the first, whose start
// is exact.
func (p *precise) errors(problem int) (end, last, first []float64) {
	pr := algebraic[problem]
	failure := func(x []*big.Float, t *big.Float) float64 {
		sum := 0.0
		for i, want := range pr.exact(t) {
			d, _ := number(0).Sub(x[i], want).Float64()
			sum += d * d
		}
		return math.Log2(sum) / 2
	}
	for n := int64(4); n <= 512; n *= 2 {
		h, y := ratio(1, 4*n), pr.exact(ratio(1, 2))
		for i := 2 * n; i < 3*n; i++ {
			inside, stages := i == 2*n || i == 3*n-1, p.stages
			if inside {
				stages = len(p.a)
			}
			k := p.slopes(pr.f, ratio(i, 4*n), h, y, stages)
			if inside {
				e := failure(combine(y, h, p.weights(ratio(2, 5)), k), ratio(5*i+2, 20*n))
				if i == 2*n {
					first = append(first, e)
				} else {
					last = append(last, e)
				}
			}
			y = combine(y, h, p.b, k)
		}
		end = append(end, failure(y, ratio(3, 4)))
	}
	return end, last, first
}

// order is the slope of log error over log h in the limit of small h, from the
// four finest steps whose error is above what the coefficients' digits allow: two
// rounds of extrapolation take up the next two orders.
func (p *precise) order(e []float64) float64 {
	for e[len(e)-1] < float64(3-p.digits)*math.Log2(10) {
		e = e[:len(e)-1]
	}
	e = e[len(e)-4:]
	return (8*(e[2]-e[3]) - 6*(e[1]-e[2]) + (e[0] - e[1])) / 3
}

// In float64 the tuned methods' errors reach rounding before their leading terms
// lead. The error of one step inside is of one order more than the interpolant.
func TestOrdersBeyondRounding(t *testing.T) {
	for _, entry := range Catalogue {
		p, order, dense := read(t, entry), float64(entry.Method.P), float64(entry.Method.DenseOrder()+1)
		for i, pr := range algebraic {
			end, last, first := p.errors(i)
			require.InDelta(t, order, p.order(end), 0.05, "%s: %s", entry.Name, pr.name)
			require.InDelta(t, min(order, dense), p.order(last), 0.05, "%s inside: %s", entry.Name, pr.name)
			require.InDelta(t, dense, p.order(first), 0.05, "%s inside one step: %s", entry.Name, pr.name)
		}
	}
}

// The stepper's second step, its estimate and a point inside it agree with those
// in 200 bits.
func TestStepperIsPreciseToRounding(t *testing.T) {
	const step = 1. / 2
	pr, h, theta := algebraic[2], ratio(1, 2), ratio(2, 5)
	field := func(d []float64, t float64, y []float64) error {
		slope := make([]*big.Float, len(y))
		pr.f(slope, number(t), numbers(y))
		copy(d, floats(slope))
		return nil
	}
	for _, entry := range Catalogue {
		p, s := read(t, entry), entry.Method.Stepper(field, 2)
		y, zero := pr.exact(number(0)), numbers([]float64{0, 0})
		got, estimate, inside := floats(y), []float64{0, 0}, []float64{0, 0}
		require.NoError(t, s.Reset(0, got))
		require.NoError(t, s.Try(got, nil, step))
		s.Accept()
		require.NoError(t, s.Try(got, estimate, step))
		s.Accept()
		require.NoError(t, s.(Interpolator).Interpolate(inside, 0.4))

		y = combine(y, h, p.b, p.slopes(pr.f, number(0), h, y, p.stages))
		k := p.slopes(pr.f, h, h, y, len(p.a))
		check := func(what string, want, got []float64, weights []float64, size float64) {
			// A few units of rounding in every slope and in the terms of the sum that
			// it is taken at.
			for i, w := range weights {
				row := 1.0
				for _, a := range floats(p.a[i]) {
					row += math.Abs(a)
				}
				size += step * math.Abs(w) * row
			}
			require.InDeltaSlice(t, want, got, 8*0x1p-53*size, "%s: %s", entry.Name, what)
		}
		check("step", floats(combine(y, h, p.b, k)), got, entry.Method.B, 1)
		weights := p.weights(theta)
		sizes := floats(weights)
		if entry.Method.Dense != nil {
			_, sizes = entry.Method.at(0.4)
		}
		check("inside", floats(combine(y, h, weights, k)), inside, sizes, 1)
		e := floats(combine(zero, h, p.e, k))
		if entry.Method.E3 != nil {
			for i, third := range floats(combine(zero, h, p.e3, k)) {
				e[i] *= math.Abs(e[i]) / math.Hypot(e[i], 0.1*third)
			}
		}
		if e[0]*estimate[0] < 0 {
			e[0], e[1] = -e[0], -e[1]
		}
		check("estimate", e, estimate, entry.Method.E, 0)
	}
}
