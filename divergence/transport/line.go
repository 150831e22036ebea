package transport

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
	"github.com/ito-sde/ito/sde/statistics"
)

// Line returns the Wasserstein distance of order p ≥ 1 between two samples on the
// line, exact, by coupling quantiles,
//
//	W_p^p = ∫₀¹ |F_x⁻¹(u) − F_y⁻¹(u)|^p du,   W_∞ = max_u |F_x⁻¹(u) − F_y⁻¹(u)|
//
// in the units of the data. The sizes may differ. The standard error is that of
// the dual potentials, √(Var φ(x)/N + Var ψ(y)/M) / (p W^{p−1}), right where the
// two laws differ; it is NaN for p = ∞ and where the samples coincide, p > 1.
//
// Errors: divergence.ErrSamples if one is empty, ErrNotFinite, ErrOrder for p < 1.
//
// Villani (2003), theorem 2.18; del Barrio, Gordaliza, Loubes (2019), theorem 2.1,
// for the error.
func Line(x, y []float64, p float64) (statistics.Estimate, error) {
	if _, _, err := rows.Check2(x, y, 1, 1); err != nil {
		return failed, err
	}
	if err := checkOrder(p); err != nil {
		return failed, err
	}
	a, b := slices.Clone(x), slices.Clone(y)
	slices.Sort(a)
	slices.Sort(b)
	if math.IsInf(p, 1) {
		return statistics.Estimate{Value: largest(a, b), Error: math.NaN()}, nil
	}
	phi, psi := make([]float64, len(a)), make([]float64, len(b))
	size := largest(a, b)
	return power{size, cost(a, b, size, p), variance(a, b, phi, psi, size, p)}.root(p), nil
}

var failed = statistics.Estimate{Value: math.NaN(), Error: math.NaN()}

func checkOrder(p float64) error {
	if !(p >= 1) {
		return fmt.Errorf("%w: Wasserstein order %v; it must be at least 1", divergence.ErrOrder, p)
	}
	return nil
}

// power is W_p^p with the variance of its error, in units of size^p, so that
// nothing over- or underflows.
type power struct{ size, mean, variance float64 }

// root returns W_p.
func (w power) root(p float64) statistics.Estimate {
	if w.mean <= 0 {
		e := statistics.Estimate{Value: 0, Error: math.NaN()}
		if p == 1 {
			e.Error = 0
		}
		return e
	}
	v := math.Pow(w.mean, 1/p)
	return statistics.Estimate{
		Value: w.size * v,
		Error: w.size * math.Sqrt(w.variance) * v / (p * w.mean),
	}
}

// largest returns W_∞ of sorted samples.
func largest(a, b []float64) float64 {
	var size float64
	couple(a, b, func(i, j, _ int) { size = max(size, math.Abs(a[i]-b[j])) })
	return size
}

// couple calls do with every pair of coupled points of sorted samples and their
// mass in units of 1/(NM).
func couple(a, b []float64, do func(i, j, mass int)) {
	n, m := len(a), len(b)
	i, j, left, right := 0, 0, m, n
	for i < n && j < m {
		w := min(left, right)
		do(i, j, w)
		if left -= w; left == 0 {
			i, left = i+1, m
		}
		if right -= w; right == 0 {
			j, right = j+1, n
		}
	}
}

func raise(d, p float64) float64 {
	switch d = math.Abs(d); p {
	case 1:
		return d
	case 2:
		return d * d
	}
	return math.Pow(d, p)
}

// cost returns W_p^p of sorted samples in units of size^p.
func cost(a, b []float64, size, p float64) float64 {
	if size == 0 {
		return 0
	}
	inverse := 1 / size
	if len(a) == len(b) {
		var sum float64
		for i, v := range a {
			sum += raise((v-b[i])*inverse, p)
		}
		return sum / float64(len(a))
	}
	var sum float64
	couple(a, b, func(i, j, mass int) { sum += float64(mass) * raise((a[i]-b[j])*inverse, p) })
	return sum / float64(len(a)) / float64(len(b))
}

// variance fills phi and psi with optimal dual potentials, φ_i + ψ_j ≤ |a_i − b_j|^p
// with equality on the coupling, and returns Var φ/N + Var ψ/M.
//
// Where the coupling leaves both points at once, the increment of φ may lie
// anywhere between those along b_j and along b_{j+1}: the middle is taken.
func variance(a, b, phi, psi []float64, size, p float64) float64 {
	if size == 0 {
		clear(phi)
		clear(psi)
		return 0
	}
	inverse := 1 / size
	c := func(i, j int) float64 { return raise((a[i]-b[j])*inverse, p) }
	pi, pj := 0, 0
	phi[0], psi[0] = 0, c(0, 0)
	couple(a, b, func(i, j, _ int) {
		switch {
		case i > pi && j > pj:
			phi[i] = phi[pi] + (c(i, pj)-c(pi, pj)+c(i, j)-c(pi, j))/2
			psi[j] = c(i, j) - phi[i]
		case i > pi:
			phi[i] = c(i, j) - psi[j]
		case j > pj:
			psi[j] = c(i, j) - phi[i]
		}
		pi, pj = i, j
	})
	return meanVariance(phi) + meanVariance(psi)
}

// meanVariance returns the variance of the mean of x; of a single number it is
// unknown.
func meanVariance(x []float64) float64 {
	return stat.Variance(x, nil) / float64(len(x))
}
