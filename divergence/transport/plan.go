package transport

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/divergence"
)

// Plan returns the transport plan π of least cost between discrete laws,
//
//	min_π Σ π_ij cost_ij,   Σ_j π_ij = a_i,  Σ_i π_ij = b_j,  π ≥ 0
//
// and that cost; cost is len(a)×len(b). a and b are scaled to sum to 1. It takes
// O((n+m)nm) and more, for laws of up to some thousands of points; [Assign] is
// faster for equal weights.
//
// Errors: divergence.ErrDimension, ErrNotFinite also for negative weights,
// ErrSamples where all weights are 0; that of ctx within one path.
//
// Successive shortest paths: Ahuja, Magnanti, Orlin (1993), section 9.7.
func Plan(ctx context.Context, cost, a, b []float64) (plan []float64, total float64, err error) {
	n, m := len(a), len(b)
	if n == 0 || m == 0 || len(cost) != n*m {
		return nil, math.NaN(), fmt.Errorf("%w: %d costs for %d and %d weights", divergence.ErrDimension, len(cost), n, m)
	}
	for i, c := range cost {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return nil, math.NaN(), fmt.Errorf("%w: cost [%d, %d] is %v", divergence.ErrNotFinite, i/m, i%m, c)
		}
	}
	f := flow{
		n: n, m: m, cost: cost, plan: make([]float64, n*m), u: make([]float64, n), v: make([]float64, m),
		distance: make([]float64, n+m), from: make([]int, n+m), done: make([]bool, n+m),
	}
	if f.supply, err = normalized(a); err != nil {
		return nil, math.NaN(), err
	}
	if f.demand, err = normalized(b); err != nil {
		return nil, math.NaN(), err
	}
	for i := range n {
		f.u[i] = cost[i*m]
		for _, c := range cost[i*m : (i+1)*m] {
			f.u[i] = min(f.u[i], c)
		}
	}
	for f.path() {
		if err := ctx.Err(); err != nil {
			return nil, math.NaN(), err
		}
	}
	for k, p := range f.plan {
		total += p * cost[k]
	}
	return f.plan, total, nil
}

func normalized(w []float64) ([]float64, error) {
	var sum float64
	for i, v := range w {
		if !(v >= 0) || math.IsInf(v, 1) {
			return nil, fmt.Errorf("%w: weight %d is %v", divergence.ErrNotFinite, i, v)
		}
		sum += v
	}
	if sum == 0 {
		return nil, fmt.Errorf("%w: all weights are 0", divergence.ErrSamples)
	}
	out := make([]float64, len(w))
	for i, v := range w {
		out[i] = v / sum
	}
	return out, nil
}

// flow is a plan on its way. Its nodes are the n rows, then the m columns.
type flow struct {
	n, m           int
	cost, plan     []float64
	supply, demand []float64 // what is left
	u, v           []float64 // prices: u_i + v_j ≤ cost_ij, equal where π_ij > 0
	distance       []float64
	from           []int
	done           []bool
}

// dust is what may be left over by rounding.
const dust = 1e-15

// path sends mass along a shortest path in reduced costs; false: none is left.
func (f *flow) path() bool {
	for k := range f.distance {
		f.distance[k], f.from[k], f.done[k] = math.Inf(1), -1, false
		if k < f.n && f.supply[k] > dust {
			f.distance[k] = 0
		}
	}
	sink := -1
	for sink < 0 {
		at, least := -1, math.Inf(1)
		for k, d := range f.distance {
			if !f.done[k] && d < least {
				at, least = k, d
			}
		}
		if at < 0 {
			return false
		}
		f.done[at] = true
		if at >= f.n {
			if f.demand[at-f.n] > dust {
				sink = at
				break
			}
			for i := range f.n {
				if !f.done[i] && f.plan[i*f.m+at-f.n] > 0 && least < f.distance[i] {
					f.distance[i], f.from[i] = least, at
				}
			}
			continue
		}
		for j, c := range f.cost[at*f.m : (at+1)*f.m] {
			if d := least + max(c-f.u[at]-f.v[j], 0); d < f.distance[f.n+j] {
				f.distance[f.n+j], f.from[f.n+j] = d, at
			}
		}
	}
	end := f.distance[sink]
	for k, done := range f.done {
		if !done {
			continue
		}
		if k < f.n {
			f.u[k] += end - f.distance[k]
		} else {
			f.v[k-f.n] -= end - f.distance[k]
		}
	}
	f.send(sink)
	return true
}

func (f *flow) send(sink int) {
	mass := f.demand[sink-f.n]
	k := sink
	for f.from[k] >= 0 {
		if prev := f.from[k]; k < f.n {
			mass = min(mass, f.plan[k*f.m+prev-f.n])
			k = prev
		} else {
			k = prev
		}
	}
	mass = min(mass, f.supply[k])
	f.supply[k] -= mass
	f.demand[sink-f.n] -= mass
	for k = sink; f.from[k] >= 0; k = f.from[k] {
		if prev := f.from[k]; k < f.n {
			f.plan[k*f.m+prev-f.n] -= mass
		} else {
			f.plan[prev*f.m+k-f.n] += mass
		}
	}
}
