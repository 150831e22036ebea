package multistep_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/multistep"
)

// In 300 bits, orders 11 and 12 show their slopes too.
const bits = 300

func precise(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }

func product(a, b *big.Float) *big.Float { return precise(0).Mul(a, b) }
func total(a, b *big.Float) *big.Float   { return precise(0).Add(a, b) }
func less(a, b *big.Float) *big.Float    { return precise(0).Sub(a, b) }
func over(a, b *big.Float) *big.Float    { return precise(0).Quo(a, b) }

// rational is a problem whose solution is.
type rational struct {
	name  string
	f     func(t *big.Float, y []*big.Float) []*big.Float
	exact func(t *big.Float) []*big.Float
}

var rationals = []rational{
	{"y' = −2ty²", func(t *big.Float, y []*big.Float) []*big.Float {
		return []*big.Float{product(product(precise(-2), t), product(y[0], y[0]))}
	}, func(t *big.Float) []*big.Float {
		return []*big.Float{over(precise(1), total(precise(1), product(t, t)))}
	}},
	{"a circle", func(_ *big.Float, y []*big.Float) []*big.Float {
		speed := total(precise(1), y[0])
		return []*big.Float{precise(0).Neg(product(y[1], speed)), product(y[0], speed)}
	}, func(t *big.Float) []*big.Float {
		square := product(t, t)
		d := total(precise(1), square)
		return []*big.Float{over(less(precise(1), square), d), over(product(precise(2), t), d)}
	}},
}

// gammas are γ_0, γ_1, ..., γ_n: Σ_(i≤j) γ_i/(j+1−i) = 1. Hairer, Nørsett, Wanner
// (1993), eq. III.1.7.
func gammas(n int) []*big.Float {
	g := make([]*big.Float, n+1)
	for j := range g {
		g[j] = precise(1)
		for i := range j {
			g[j].Sub(g[j], over(g[i], precise(float64(j+1-i))))
		}
	}
	return g
}

// The stepper's coefficients are these, but for the rounding of differences.
func TestEqualSteps(t *testing.T) {
	for j, g := range gammas(12) {
		want, _ := g.Float64()
		require.InEpsilon(t, want, multistep.EqualSteps(j), 1e-14, "γ_%d", j)
	}
}

// integrals are (1/a) ∫_0^a u(u+1)...(u+j−1)/j! du, j < n: the weights of backward
// differences of f in the mean of its interpolation polynomial.
func integrals(a *big.Float, n int) []*big.Float {
	g := make([]*big.Float, n)
	poly := []*big.Float{precise(1)} // coefficients, lowest first
	for j := range g {
		g[j] = precise(0)
		for i := len(poly) - 1; i >= 0; i-- {
			g[j] = total(product(g[j], a), over(poly[i], precise(float64(i+1))))
		}
		next := make([]*big.Float, len(poly)+1)
		for i := range next {
			next[i] = precise(0)
			if i < len(poly) {
				next[i].Add(next[i], product(poly[i], precise(float64(j))))
			}
			if i > 0 {
				next[i].Add(next[i], poly[i-1])
			}
			next[i] = over(next[i], precise(float64(j+1)))
		}
		poly = next
	}
	return g
}

// The interpolant's coefficients are these. Its recurrence loses a bit a row.
func TestInterpolantWeights(t *testing.T) {
	for _, theta := range []float64{0.25, 0.5, 0.75} {
		got := multistep.Integral(theta, 13)
		for j, g := range integrals(precise(theta-1), 13) {
			want, _ := g.Float64()
			require.InDelta(t, want, got[j], 0x1p-52*math.Exp2(float64(j)/2), "g_%d at θ = %v", j, theta)
		}
	}
}

// The pair of every order, which TestAdamsLinear ties the stepper to, has its order
// on two nonlinear problems: the largest error over [0, 1], at
// and between the steps, falls by the power k+1 of the step.
func TestAdamsOrderPrecise(t *testing.T) {
	gamma := gammas(12)
	for k := 1; k <= 12; k++ {
		for _, p := range rationals {
			var h, e, dense []float64
			for _, steps := range []int{700, 1000, 1400} {
				h = append(h, -math.Log(float64(steps)))
				at, between := p.errors(gamma, k, steps)
				e, dense = append(e, math.Log(at)), append(dense, math.Log(between))
			}
			_, slope := stat.LinearRegression(h, e, nil, false)
			require.InDelta(t, float64(k+1), slope, 0.1, "order %d, %s", k, p.name)
			_, slope = stat.LinearRegression(h, dense, nil, false)
			require.InDelta(t, float64(k+1), slope, 0.1, "order %d, %s, between", k, p.name)
		}
	}
}

// errors are the largest of Adams' pair of order k in equal steps to t = 1, and of
// its interpolant in the middle of steps, whose cubic correction is of the order of
// the error of a step.
func (p *rational) errors(gamma []*big.Float, k, steps int) (at, between float64) {
	middle := precise(-0.5)
	weights := integrals(middle, k+1)
	h := over(precise(1), precise(float64(steps)))
	y := p.exact(precise(0))
	diff := make([][]*big.Float, k) // backward differences of f
	row := make([][]*big.Float, k)
	for j := range row {
		t := product(precise(float64(-j)), h)
		row[j] = p.f(t, p.exact(t))
	}
	for i := range diff {
		diff[i] = row[0]
		next := make([][]*big.Float, len(row)-1)
		for j := range next {
			next[j] = apart(row[j], row[j+1])
		}
		row = next
	}
	for n := range steps {
		t := product(precise(float64(n+1)), h)
		q, sum := make([]*big.Float, len(y)), make([]*big.Float, len(y))
		for l := range y {
			q[l], sum[l] = precise(0), precise(0)
			for i := range k {
				q[l].Add(q[l], product(gamma[i], diff[i][l]))
				sum[l].Add(sum[l], diff[i][l])
			}
			q[l] = total(y[l], product(h, q[l]))
		}
		for l, d := range apart(p.f(t, q), sum) {
			y[l] = total(q[l], product(product(h, gamma[k]), d))
		}
		f := p.f(t, y)
		for i := range diff {
			f, diff[i] = apart(f, diff[i]), f
		}
		inner := make([]*big.Float, len(y))
		for l := range inner {
			inner[l] = product(weights[k], f[l])
			for i := range k {
				inner[l].Add(inner[l], product(weights[i], diff[i][l]))
			}
			inner[l] = total(y[l], product(product(h, middle), inner[l]))
		}
		at = max(at, largest(apart(y, p.exact(t))))
		between = max(between, largest(apart(inner, p.exact(total(t, product(h, middle))))))
	}
	return at, between
}

func largest(v []*big.Float) float64 {
	worst := 0.0
	for _, x := range v {
		e, _ := x.Float64()
		worst = max(worst, math.Abs(e))
	}
	return worst
}

func apart(a, b []*big.Float) []*big.Float {
	d := make([]*big.Float, len(a))
	for l := range d {
		d[l] = less(a[l], b[l])
	}
	return d
}
