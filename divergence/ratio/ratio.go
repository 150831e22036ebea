// Package ratio estimates the logarithm of the ratio of two densities from samples
// of both by telling them apart: the logit of the best classifier is ln p/q. From
// it come lower bounds on divergences and the particle flows of package
// gradientflow.
package ratio

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
)

// Logit is an estimate ℓ(x) = w_0 + Σ_j w_j φ_j(x) of ln p(x)/q(x). It is immutable
// and safe for concurrent use.
type Logit struct {
	basis Basis
	w     []float64 // the constant, then one a function
}

// iterations of Newton's method: it is damped, and the loss is convex.
const iterations = 100

// Fit fits the logit by logistic regression: it maximises
//
//	½ mean_x ln σ(ℓ) + ½ mean_y ln σ(−ℓ) − ½ ridge Σ_j w_j²,   σ(ℓ) = 1/(1 + e^−ℓ),
//
// over w by Newton's method, x being rows of p and y of q, in any numbers. Without
// a ridge and with p and q themselves in place of the samples the maximum over all
// functions is ℓ = ln p/q (Goodfellow et al. 2014, proposition 1; Sugiyama, Suzuki,
// Kanamori 2012, chapter 4). A ridge > 0 is needed where a plane of the basis
// parts the samples: then the maximum is at infinity.
//
// Errors: divergence.ErrDimension, ErrSamples, ErrNotFinite also for a negative
// ridge, ErrConvergence where there is no maximum or the functions depend on each
// other; that of ctx.
func Fit(ctx context.Context, x, y []float64, basis Basis, ridge float64) (*Logit, error) {
	n, m, err := rows.Check2(x, y, basis.Dim(), 1)
	if err != nil {
		return nil, err
	}
	if !(ridge >= 0) || math.IsInf(ridge, 1) {
		return nil, fmt.Errorf("%w: ridge %v; it must not be negative", divergence.ErrNotFinite, ridge)
	}
	f := newRegression(x, y, n, m, basis, ridge)
	k := basis.Len() + 1
	w, next := make([]float64, k), make([]float64, k)
	gradient, hessian := make([]float64, k), mat.NewSymDense(k, nil)
	var chol mat.Cholesky
	loss := f.loss(w)
	for range iterations {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f.derivatives(gradient, hessian, w)
		if !chol.Factorize(hessian) || chol.Cond() > 1e15 {
			return nil, fmt.Errorf("%w: logistic regression of %d functions is singular; give a ridge above %v", divergence.ErrConvergence, k-1, ridge)
		}
		step := mat.NewVecDense(k, nil)
		if err := chol.SolveVecTo(step, mat.NewVecDense(k, gradient)); err != nil {
			return nil, fmt.Errorf("%w: %w", divergence.ErrConvergence, err)
		}
		decrement := floats.Dot(gradient, step.RawVector().Data)
		// What is left to gain is half the decrement, in nats.
		if decrement <= 1e-24 {
			return &Logit{basis: basis, w: w}, nil
		}
		moved := false
		for t := 1.0; t > 1e-10; t /= 2 {
			floats.AddScaledTo(next, w, -t, step.RawVector().Data)
			if l := f.loss(next); l <= loss-1e-4*t*decrement || t == 1 && decrement < 1e-12 {
				copy(w, next)
				loss, moved = l, true
				break
			}
		}
		if !moved {
			break
		}
	}
	return nil, fmt.Errorf("%w: the classifier grows without end, for the samples can be told apart without error; give a ridge above %v", divergence.ErrConvergence, ridge)
}

// regression holds the functions at all rows.
type regression struct {
	phi   *mat.Dense // rows × k, a column of ones first
	sign  []float64  // +1 for rows of x, −1 for those of y
	share []float64  // ½/n or ½/m
	ridge float64
	work  *mat.Dense
}

func newRegression(x, y []float64, n, m int, basis Basis, ridge float64) *regression {
	dim, k := basis.Dim(), basis.Len()+1
	f := &regression{phi: mat.NewDense(n+m, k, nil), sign: make([]float64, n+m), share: make([]float64, n+m), ridge: ridge, work: mat.NewDense(n+m, k, nil)}
	for i := range n + m {
		row := f.phi.RawRowView(i)
		row[0] = 1
		if i < n {
			f.sign[i], f.share[i] = 1, 0.5/float64(n)
			basis.Values(row[1:], x[i*dim:][:dim])
		} else {
			f.sign[i], f.share[i] = -1, 0.5/float64(m)
			basis.Values(row[1:], y[(i-n)*dim:][:dim])
		}
	}
	return f
}

func (f *regression) loss(w []float64) float64 {
	var sum float64
	for i, s := range f.sign {
		sum += f.share[i] * softplus(-s*floats.Dot(w, f.phi.RawRowView(i)))
	}
	norm := floats.Norm(w[1:], 2)
	return sum + 0.5*f.ridge*norm*norm
}

func (f *regression) derivatives(gradient []float64, hessian *mat.SymDense, w []float64) {
	clear(gradient)
	for i, s := range f.sign {
		row := f.phi.RawRowView(i)
		miss := sigmoid(-s * floats.Dot(w, row))
		floats.AddScaled(gradient, -s*f.share[i]*miss, row)
		floats.ScaleTo(f.work.RawRowView(i), math.Sqrt(f.share[i]*miss*(1-miss)), row)
	}
	floats.AddScaled(gradient[1:], f.ridge, w[1:])
	hessian.SymOuterK(1, f.work.T())
	for j := 1; j < len(w); j++ {
		hessian.SetSym(j, j, hessian.At(j, j)+f.ridge)
	}
}

// softplus is ln(1 + e^x).
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func sigmoid(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

// Weights copies w: the constant, then one for each function of the basis.
func (l *Logit) Weights() []float64 { return append([]float64(nil), l.w...) }

// Log sets dst[i] = ℓ at row i of x. It panics unless x is len(dst) rows.
func (l *Logit) Log(dst, x []float64) {
	dim := l.basis.Dim()
	if len(x) != len(dst)*dim {
		panic(fmt.Sprintf("ratio: %d numbers are not %d rows of %d", len(x), len(dst), dim))
	}
	phi := make([]float64, l.basis.Len())
	for i := range dst {
		l.basis.Values(phi, x[i*dim:][:dim])
		dst[i] = l.w[0] + floats.Dot(l.w[1:], phi)
	}
}

// Gradient sets the rows of dst to ∇ℓ at the rows of x. It panics if the lengths
// differ or are no rows.
func (l *Logit) Gradient(dst, x []float64) {
	dim, k := l.basis.Dim(), l.basis.Len()
	if len(x) != len(dst) || len(x)%dim != 0 {
		panic(fmt.Sprintf("ratio: %d numbers to %d, in rows of %d", len(x), len(dst), dim))
	}
	gradients := make([]float64, k*dim)
	for i := 0; i < len(x); i += dim {
		l.basis.Gradients(gradients, x[i:i+dim])
		row := dst[i : i+dim]
		clear(row)
		for j, w := range l.w[1:] {
			floats.AddScaled(row, w, gradients[j*dim:][:dim])
		}
	}
}
