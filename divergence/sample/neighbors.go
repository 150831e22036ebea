package sample

import (
	"context"
	"fmt"
	"math"
	"math/bits"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/neighbors"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/statistics"
)

// Entropy returns the differential entropy in nats of the law of a sample, by the
// distances ε_i to the k-th nearest other row,
//
//	H ≈ ψ(N) − ψ(k) + ln V + (dim/N) Σ_i ln ε_i,   V = π^{dim/2}/Γ(dim/2 + 1)
//
// k = 3 or 4 is usual: a larger one has less variance and more bias, which falls
// as N^{−2/dim}. The standard error is that of the mean over up to 32 interleaved
// parts of the sample, each with neighbours of its own: neighbours' distances depend
// on each other, parts do not. It is NaN for fewer than 200k rows, and silent about
// the bias.
//
// Errors: divergence.ErrDimension, ErrSamples for at most k rows or k < 1,
// ErrNotFinite, ErrTies where k + 1 rows coincide; that of ctx.
//
// Kozachenko, Leonenko (1987); Kraskov, Stögbauer, Grassberger (2004), eq. 20.
func Entropy(ctx context.Context, x []float64, dim, k int, c Config) (statistics.Estimate, error) {
	n, err := rows.Check(x, dim, 1)
	if err != nil {
		return permutation.Failed.Estimate, err
	}
	if err := checkNeighbors(k, n-1); err != nil {
		return permutation.Failed.Estimate, err
	}
	entropy := func(x []float64) (float64, error) {
		logs, err := logDistances(ctx, x, x, dim, k, true, c.Workers)
		if err != nil {
			return math.NaN(), err
		}
		n, d := float64(len(x)/dim), float64(dim)
		return mathext.Digamma(n) - mathext.Digamma(float64(k)) + logBall(dim) + d*stat.Mean(logs, nil), nil
	}
	value, err := entropy(x)
	if err != nil {
		return permutation.Failed.Estimate, err
	}
	spread, err := parts(n, k, 32, func(part, of int) (float64, error) { return entropy(every(x, dim, part, of)) })
	return statistics.Estimate{Value: value, Error: spread}, err
}

// logBall returns the logarithm of the volume of the unit ball.
func logBall(dim int) float64 {
	half := float64(dim) / 2
	g, _ := math.Lgamma(half + 1)
	return half*math.Log(math.Pi) - g
}

// KL returns the Kullback–Leibler divergence KL(p‖q) in nats between the laws of
// two samples, by the distances ρ_i of x_i to its k-th nearest other row of x and
// ν_i to that of y,
//
//	KL ≈ (dim/N) Σ_i ln(ν_i/ρ_i) + ln( M/(N−1) )
//
// near 0 it may be negative. Standard error, bias and errors as for [Entropy]; the
// p-value repeats the estimate for every permutation.
//
// Wang, Kulkarni, Verdú (2009), eq. 14.
func KL(ctx context.Context, x, y []float64, dim, k int, c Config) (permutation.Result, error) {
	n, m, err := rows.Check2(x, y, dim, 1)
	if err != nil {
		return permutation.Failed, err
	}
	if err := checkNeighbors(k, min(n-1, m)); err != nil {
		return permutation.Failed, err
	}
	if err := c.check(); err != nil {
		return permutation.Failed, err
	}
	kl := func(x, y []float64) (float64, error) {
		own, err := logDistances(ctx, x, x, dim, k, true, c.Workers)
		if err != nil {
			return math.NaN(), err
		}
		other, err := logDistances(ctx, x, y, dim, k, false, c.Workers)
		if err != nil {
			return math.NaN(), err
		}
		floats.Sub(other, own)
		n, m := float64(len(x)/dim), float64(len(y)/dim)
		return float64(dim)*stat.Mean(other, nil) + math.Log(m/(n-1)), nil
	}
	out := permutation.Failed
	if out.Value, err = kl(x, y); err != nil {
		return permutation.Failed, err
	}
	out.Error, err = parts(min(n, m), k, 32, func(part, of int) (float64, error) {
		return kl(every(x, dim, part, of), every(y, dim, part, of))
	})
	if err != nil {
		return permutation.Failed, err
	}
	out.P, err = permuted(x, y, dim, c, out.Value, kl)
	return out, err
}

func checkNeighbors(k, most int) error {
	if k < 1 || k > most {
		return fmt.Errorf("%w: neighbour %d of %d others; it must be at least 1 and there must be that many", divergence.ErrSamples, k, most)
	}
	return nil
}

// queries is how many rows are asked for at a time.
const queries = 256

// logDistances returns the logarithm of the distance of every row of x to its k-th
// nearest row of y, which is x where self is set.
func logDistances(ctx context.Context, x, y []float64, dim, k int, self bool, workers int) ([]float64, error) {
	n := len(x) / dim
	tree := neighbors.New(y, dim, neighbors.Euclid)
	out := make([]float64, n)
	tiles := (n + queries - 1) / queries
	own := make([]*neighbors.Query, par.Workers(workers, tiles))
	for i := range own {
		own[i] = tree.NewQuery(k)
	}
	err := par.For(ctx, workers, tiles, func(worker, tile int) error {
		for i := tile * queries; i < min((tile+1)*queries, n); i++ {
			skip := -1
			if self {
				skip = i
			}
			d, _ := own[worker].Nearest(x[i*dim:(i+1)*dim], skip)
			if d[k-1] == 0 {
				return fmt.Errorf("%w: row %d and %d others; the law has no density, or the numbers are rounded", divergence.ErrTies, i, k)
			}
			out[i] = math.Log(d[k-1])
		}
		return nil
	})
	return out, err
}

// parts returns the standard error of an estimate from the spread of the same
// estimate over at most most interleaved parts of n rows, each of 25k rows at least: with fewer
// the neighbours are so far that the spread is not yet that of a large sample.
func parts(n, k, most int, estimate func(part, of int) (float64, error)) (float64, error) {
	const least = 8
	count := min(most, n/(25*k))
	if count < least {
		return math.NaN(), nil
	}
	v := make([]float64, count)
	for i := range v {
		var err error
		if v[i], err = estimate(i, count); err != nil {
			return math.NaN(), err
		}
	}
	return widened(stat.StdDev(v, nil)/math.Sqrt(float64(count)), count-1), nil
}

// widened makes the normal interval of 95% of a standard error that of Student.
func widened(e float64, freedom int) float64 {
	student := distuv.StudentsT{Sigma: 1, Nu: float64(freedom)}
	return e * student.Quantile(0.975) / distuv.UnitNormal.Quantile(0.975)
}

// halves returns the standard error of an estimate from 15 ways to halve n rows. Row i
// goes by the sign of element (h, i mod 16) of Sylvester's Hadamard matrix; half the
// difference of the halves' estimates then has the variance of the whole, and for a mean
// the 15 are uncorrelated and exhaust what the 16 groups tell. Each half needs 25k rows.
func halves(n, k int, estimate func(index []int) (float64, error)) (float64, error) {
	const groups = 16
	if n < 2*25*k || n < 2*groups {
		return math.NaN(), nil
	}
	var square float64
	for h := 1; h < groups; h++ {
		var index [2][]int
		for i := range n {
			side := bits.OnesCount(uint(h&(i%groups))) & 1
			index[side] = append(index[side], i)
		}
		a, err := estimate(index[0])
		if err != nil {
			return math.NaN(), err
		}
		b, err := estimate(index[1])
		if err != nil {
			return math.NaN(), err
		}
		square += (a - b) * (a - b) / 4
	}
	return widened(math.Sqrt(square/(groups-1)), groups-1), nil
}

// every returns rows part, part + of, part + 2·of, ...
func every(x []float64, dim, part, of int) []float64 {
	var out []float64
	for i := part * dim; i < len(x); i += of * dim {
		out = append(out, x[i:i+dim]...)
	}
	return out
}

// permuted returns the p-value of a statistic of two samples whose value is known,
// NaN without permutations.
func permuted(x, y []float64, dim int, c Config, value float64, statistic func(x, y []float64) (float64, error)) (float64, error) {
	n, m := len(x)/dim, len(y)/dim
	all := []float64{value}
	pooled := append(append([]float64(nil), x...), y...)
	index := make([]int, n+m)
	var a, b []float64
	for k := 1; k <= c.Permutations; k++ {
		permutation.Deal(index, c.Seed, k)
		a, b = rows.Gather(a, pooled, dim, index[:n]), rows.Gather(b, pooled, dim, index[n:])
		v, err := statistic(a, b)
		if err != nil {
			return math.NaN(), err
		}
		all = append(all, v)
	}
	return permutation.P(all), nil
}
