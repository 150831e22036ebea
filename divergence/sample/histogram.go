package sample

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/sde/statistics"
)

// Binned are divergences between two discrete laws p and q, in nats where they have
// a unit, estimated from counts. Standard errors are those of the delta method and
// NaN at p = q, where they would be 0: there the p-value is the judge.
type Binned struct {
	KL             statistics.Estimate // Σ p ln(p/q); +Inf where a cell of p is empty in q
	JensenShannon  statistics.Estimate // ½ KL(p‖r) + ½ KL(q‖r), r = ½(p+q); at most ln 2
	TotalVariation statistics.Estimate // ½ Σ |p − q|, in [0, 1]
	Hellinger2     statistics.Estimate // 1 − Σ √(pq), in [0, 1]
	// P is the p-value of one law, by the permutation of the Jensen–Shannon
	// divergence; NaN where that was not asked for.
	P float64
}

// Counts compares two laws by how often each value was seen, a and b counts in the
// same cells. All are biased upwards by numbers of order cells/N; the first-order term of Jensen–Shannon's bias, (cells − 1)(1/N + 1/M)/8, is taken
// off (Miller, Madow, 1954, applied to its three entropies).
//
// Errors: divergence.ErrDimension where the cells differ, ErrNotFinite for a count
// that is negative or no whole number, ErrSamples where all counts are 0.
//
// Lin (1991), eq. 3.1, for Jensen–Shannon; Kullback, Leibler (1951).
func Counts(a, b []float64) (Binned, error) {
	bad := Binned{P: math.NaN()}
	if len(a) != len(b) || len(a) == 0 {
		return bad, fmt.Errorf("%w: %d cells and %d", divergence.ErrDimension, len(a), len(b))
	}
	var n, m float64
	for i, v := range a {
		for _, c := range []float64{v, b[i]} {
			if !(c >= 0) || c != math.Trunc(c) || math.IsInf(c, 1) {
				return bad, fmt.Errorf("%w: count %v in cell %d", divergence.ErrNotFinite, c, i)
			}
		}
		n += v
		m += b[i]
	}
	if n == 0 || m == 0 {
		return bad, fmt.Errorf("%w: no counts", divergence.ErrSamples)
	}
	var kl, js, tv, h delta
	cells := 0.0
	for i, v := range a {
		p, q := v/n, b[i]/m
		if p+q == 0 {
			continue
		}
		cells++
		r := (p + q) / 2
		kl.add(p, q, xlogy(p, p/q), math.Log(p/q)+1, -p/q)
		js.add(p, q, xlogy(p, p/r)/2+xlogy(q, q/r)/2, math.Log(p/r)/2, math.Log(q/r)/2)
		s := math.Copysign(0.5, p-q)
		if p == q {
			s = 0
		}
		tv.add(p, q, math.Abs(p-q)/2, s, -s)
		h.add(p, q, square(math.Sqrt(p)-math.Sqrt(q))/2, -math.Sqrt(q/p)/2, -math.Sqrt(p/q)/2)
	}
	out := Binned{kl.estimate(n, m), js.estimate(n, m), tv.estimate(n, m), h.estimate(n, m), math.NaN()}
	out.JensenShannon.Value -= (cells - 1) * (1/n + 1/m) / 8
	if math.IsInf(out.KL.Value, 1) {
		out.KL.Error = math.NaN()
	}
	return out, nil
}

func square(x float64) float64 { return x * x }

// xlogy returns x ln y, 0 at x = 0.
func xlogy(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(y)
}

// delta sums a functional of two discrete laws and the variances of its derivatives
// by p and q.
type delta struct{ value, p1, p2, q1, q2 float64 }

func (d *delta) add(p, q, value, byP, byQ float64) {
	d.value += value
	if p > 0 {
		d.p1 += p * byP
		d.p2 += p * byP * byP
	}
	if q > 0 {
		d.q1 += q * byQ
		d.q2 += q * byQ * byQ
	}
}

func (d *delta) estimate(n, m float64) statistics.Estimate {
	v := max(d.p2-d.p1*d.p1, 0)/n + max(d.q2-d.q1*d.q1, 0)/m
	if v == 0 {
		v = math.NaN()
	}
	return statistics.Estimate{Value: d.value, Error: math.Sqrt(v)}
}

// Histogram compares the laws of two samples on a common grid of bins^dim equal
// cells over the range of both. The estimates are those of the binned laws, which
// are closer to each other than the laws. Only cells that were hit are kept.
//
// Errors: divergence.ErrDimension also for bins < 1, ErrSamples if a sample is
// empty, ErrNotFinite; that of ctx.
func Histogram(ctx context.Context, x, y []float64, dim, bins int, c Config) (Binned, error) {
	bad := Binned{P: math.NaN()}
	n, m, err := rows.Check2(x, y, dim, 1)
	if err != nil {
		return bad, err
	}
	if bins < 1 {
		return bad, fmt.Errorf("%w: %d bins; at least 1 is needed", divergence.ErrDimension, bins)
	}
	if err := c.check(); err != nil {
		return bad, err
	}
	cell, count := grid(slices.Concat(x, y), dim, bins)
	a, b := make([]float64, count), make([]float64, count)
	tally := func(index []int) {
		clear(a)
		clear(b)
		for _, i := range index[:n] {
			a[cell[i]]++
		}
		for _, i := range index[n:] {
			b[cell[i]]++
		}
	}
	index := make([]int, n+m)
	var out Binned
	js := make([]float64, c.Permutations+1)
	for k := range js {
		if err := ctx.Err(); err != nil {
			return bad, err
		}
		permutation.Deal(index, c.Seed, k)
		tally(index)
		v, err := Counts(a, b)
		if err != nil {
			return bad, err
		}
		if k == 0 {
			out = v
		}
		js[k] = v.JensenShannon.Value
	}
	out.P = permutation.P(js)
	return out, nil
}

// grid numbers the cells that were hit and returns that of every row.
func grid(z []float64, dim, bins int) (cell []int, count int) {
	lo, hi := slices.Clone(z[:dim]), slices.Clone(z[:dim])
	for i, v := range z {
		lo[i%dim], hi[i%dim] = min(lo[i%dim], v), max(hi[i%dim], v)
	}
	seen := map[string]int{}
	key := make([]byte, 0, 4*dim)
	for i := 0; i < len(z); i += dim {
		key = key[:0]
		for j, v := range z[i : i+dim] {
			k := 0
			if width := hi[j] - lo[j]; width > 0 {
				k = min(int(float64(bins)*((v-lo[j])/width)), bins-1)
			}
			key = append(key, byte(k), byte(k>>8), byte(k>>16), byte(k>>24))
		}
		at, ok := seen[string(key)]
		if !ok {
			at = len(seen)
			seen[string(key)] = at
		}
		cell = append(cell, at)
	}
	return cell, len(seen)
}
