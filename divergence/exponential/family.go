// Package exponential holds exponential families p_θ = e^{θ·T(x) − A(θ)} w(x): the
// distribution of largest entropy for given moments, the divergences between members,
// also on logits, and the bound that a Gaussian gives on an integral e^−V.
package exponential

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
)

// Family is an exponential family on finitely many points,
//
//	p_i(θ) = w_i exp(θ·T_i − A(θ)),   A(θ) = ln Σ_i w_i exp(θ·T_i),
//
// with statistics T_i, k numbers a point. On the line the points are those of a
// quadrature, which is exact to rounding for smooth densities that vanish at the
// ends. It is immutable and safe for concurrent use.
type Family struct {
	n, k   int
	t      []float64 // n×k
	logW   []float64
	points []float64 // of a line, or nil
}

// New returns the family of the rows of statistics, k numbers each, with base
// weights w, not necessarily of sum 1; nil means 1 each.
//
// Errors: divergence.ErrDimension, ErrSamples without a row, ErrNotFinite also for a
// weight that is not positive.
func New(statistics []float64, k int, w []float64) (*Family, error) {
	n, err := rows.Check(statistics, k, 1)
	if err != nil {
		return nil, fmt.Errorf("statistics: %w", err)
	}
	if w != nil && len(w) != n {
		return nil, fmt.Errorf("%w: %d weights for %d points", divergence.ErrDimension, len(w), n)
	}
	f := &Family{n: n, k: k, t: append([]float64(nil), statistics...), logW: make([]float64, n)}
	for i, v := range w {
		if !(v > 0) || math.IsInf(v, 1) {
			return nil, fmt.Errorf("%w: weight %d is %v; it must be positive", divergence.ErrNotFinite, i, v)
		}
		f.logW[i] = math.Log(v)
	}
	return f, nil
}

// OnLine returns the family of densities on [lo, hi] with the statistics that t writes
// for a point, k numbers, by Gauss–Legendre quadrature with n points.
//
// Errors: as for New, and divergence.ErrNotFinite unless lo < hi.
func OnLine(lo, hi float64, n, k int, t func(dst []float64, x float64)) (*Family, error) {
	if !(lo < hi) || math.IsInf(hi-lo, 1) || n < 1 || k < 1 {
		return nil, fmt.Errorf("%w: %d points and %d statistics on [%v, %v]; want some on an interval", divergence.ErrNotFinite, n, k, lo, hi)
	}
	x, w, values := make([]float64, n), make([]float64, n), make([]float64, n*k)
	quad.Legendre{}.FixedLocations(x, w, lo, hi)
	for i, v := range x {
		t(values[i*k:][:k], v)
	}
	f, err := New(values, k, w)
	if err != nil {
		return nil, err
	}
	f.points = x
	return f, nil
}

// Len returns the number of statistics.
func (f *Family) Len() int { return f.k }

// Points copies the points of a line; nil for New.
func (f *Family) Points() []float64 { return append([]float64(nil), f.points...) }

// Log sets dst[i] = ln(p_i/w_i) = θ·T_i − A(θ), the log density where weights are those
// of a quadrature, and returns A. It panics unless there are as many numbers as
// points and statistics.
func (f *Family) Log(dst, theta []float64) float64 {
	f.must(theta)
	if len(dst) != f.n {
		panic(fmt.Sprintf("exponential: %d numbers for %d points", len(dst), f.n))
	}
	joint := make([]float64, f.n)
	for i := range dst {
		dst[i] = floats.Dot(theta, f.t[i*f.k:][:f.k])
		joint[i] = dst[i] + f.logW[i]
	}
	a := floats.LogSumExp(joint)
	floats.AddConst(-a, dst)
	return a
}

// Moments returns A(θ) and its first and second derivatives, the mean and the
// covariance of T.
func (f *Family) Moments(theta []float64) (a float64, mean []float64, cov *mat.SymDense) {
	p := make([]float64, f.n)
	a = f.Log(p, theta)
	mean, cov = make([]float64, f.k), mat.NewSymDense(f.k, nil)
	for i := range p {
		p[i] = math.Exp(p[i] + f.logW[i])
		floats.AddScaled(mean, p[i], f.t[i*f.k:][:f.k])
	}
	diff := make([]float64, f.k)
	for i, v := range p {
		floats.SubTo(diff, f.t[i*f.k:][:f.k], mean)
		cov.SymRankOne(cov, v, mat.NewVecDense(f.k, diff))
	}
	return a, mean, cov
}

// Entropy returns −Σ p_i ln(p_i/w_i) in nats, which is A(θ) − θ·∇A(θ): the
// differential entropy where weights are those of a quadrature.
func (f *Family) Entropy(theta []float64) float64 {
	log := make([]float64, f.n)
	f.Log(log, theta)
	return f.entropy(log)
}

func (f *Family) entropy(log []float64) float64 {
	var h float64
	for i, l := range log {
		if p := math.Exp(l + f.logW[i]); p > 0 {
			h -= p * l
		}
	}
	return h
}

// KL returns KL(p_θ‖p_η) = Σ p_i(θ) ln(p_i(θ)/p_i(η)) in nats, the Bregman divergence
// A(η) − A(θ) − (η − θ)·∇A(θ), as a sum of terms p φ(e^−d) ≥ 0, φ(u) = u − 1 − ln u, of
// the differences d of log densities, which keeps its digits where θ and η are close.
func (f *Family) KL(theta, eta []float64) float64 {
	p, q := make([]float64, f.n), make([]float64, f.n)
	f.Log(p, theta)
	f.Log(q, eta)
	var sum float64
	for i, l := range p {
		d, v := l-q[i], math.Exp(l+f.logW[i])
		if d < -1 { // no cancellation, and e^−d may be too large
			sum += math.Exp(q[i]+f.logW[i]) - v + v*d
		} else if v > 0 {
			sum += v * (math.Expm1(-d) + d)
		}
	}
	return max(sum, 0)
}

// Jeffreys returns KL(p_θ‖p_η) + KL(p_η‖p_θ) = (θ − η)·(∇A(θ) − ∇A(η)).
func (f *Family) Jeffreys(theta, eta []float64) float64 {
	p, q := make([]float64, f.n), make([]float64, f.n)
	f.Log(p, theta)
	f.Log(q, eta)
	var sum float64
	for i, l := range p {
		sum += symmetric(math.Exp(l+f.logW[i]), math.Exp(q[i]+f.logW[i]), l-q[i])
	}
	return sum
}

func (f *Family) must(theta []float64) {
	if len(theta) != f.k {
		panic(fmt.Sprintf("exponential: %d parameters for %d statistics", len(theta), f.k))
	}
}
