// Package variational holds latent-variable models whose evidence is known: linear
// autoencoders, the diffusion as a hierarchy of latents, the information that latents
// carry, and the one identity that their training rests on,
//
//	ln p(x) = ELBO + KL(q(z|x)‖p(z|x)).
package variational

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
)

// LinearVAE is the linear-Gaussian autoencoder, probabilistic principal component
// analysis,
//
//	z ~ N(0, I_k),   x | z ~ N(μ + Wz, σ²I),   x ~ N(μ, WWᵀ + σ²I).
//
// It is immutable and safe for concurrent use.
type LinearVAE struct {
	dim, k   int
	mean     []float64
	w        *mat.Dense // dim×k
	variance float64
	marginal *divergence.Gaussian
	exact    *Encoder
	root     mat.Cholesky // of the marginal's covariance
}

// Encoder is an amortised Gaussian posterior q(z|x) = N(V(x − μ) + b, S).
type Encoder struct {
	Weight *mat.Dense    // V, k×dim
	Bias   []float64     // b; nil means 0
	Cov    *mat.SymDense // S
}

// NewLinearVAE returns the model with mean μ, weights W, dim×k, and noise σ² = variance.
//
// Errors: [score.ErrDimension], [score.ErrNotFinite], [score.ErrIndefinite] unless
// variance > 0.
func NewLinearVAE(mean []float64, w mat.Matrix, variance float64) (*LinearVAE, error) {
	dim, k := w.Dims()
	if dim != len(mean) {
		return nil, fmt.Errorf("%w: weights are %d×%d, mean has %d numbers", score.ErrDimension, dim, k, len(mean))
	}
	if !(variance > 0) || math.IsInf(variance, 1) {
		return nil, fmt.Errorf("%w: variance %v; it must be positive", score.ErrIndefinite, variance)
	}
	v := &LinearVAE{dim: dim, k: k, mean: append([]float64(nil), mean...), w: mat.DenseCopyOf(w), variance: variance}
	cov := mat.NewSymDense(dim, nil)
	cov.SymOuterK(1, v.w)
	for i := range dim {
		cov.SetSym(i, i, cov.At(i, i)+variance)
	}
	var err error
	if v.marginal, err = divergence.NewGaussian(mean, cov); err != nil {
		return nil, fmt.Errorf("%w: %w", score.ErrNotFinite, err)
	}
	if !v.root.Factorize(cov) {
		return nil, fmt.Errorf("%w: covariance WWᵀ + %v I to working precision; raise the variance", score.ErrIndefinite, variance)
	}
	v.exact, err = v.posterior()
	return v, err
}

// FitLinearVAE returns the model of largest likelihood of rows of dim numbers with k
// latents: W = U(Λ − σ²I)^½ of the k leading eigenvectors and eigenvalues of the
// covariance (divisor n), σ² the mean of the others.
//
// Errors: [score.ErrDimension] also unless 0 < k < dim; [score.ErrSamples],
// [score.ErrNotFinite], [score.ErrIndefinite] where the others are 0.
//
// Tipping, Bishop (1999), eqs. 7 and 8.
func FitLinearVAE(x []float64, dim, k int) (*LinearVAE, error) {
	g, err := score.FitGaussian(x, dim) // checks, and divides by n − 1
	if err != nil {
		return nil, err
	}
	if k < 1 || k >= dim {
		return nil, fmt.Errorf("%w: %d latents for %d coordinates; want 1 to %d", score.ErrDimension, k, dim, dim-1)
	}
	cov, n := g.Cov(), float64(len(x)/dim)
	cov.ScaleSym((n-1)/n, cov)
	var e mat.EigenSym
	if !e.Factorize(cov, true) {
		return nil, fmt.Errorf("%w: eigenvalues of a %d×%d covariance", score.ErrConvergence, dim, dim)
	}
	values := e.Values(nil) // ascending
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	rest := max(0, floats.Sum(values[:dim-k])/float64(dim-k))
	w := mat.NewDense(dim, k, nil)
	for j := range k {
		scale := math.Sqrt(max(0, values[dim-1-j]-rest))
		for i := range dim {
			w.Set(i, j, scale*vectors.At(i, dim-1-j))
		}
	}
	return NewLinearVAE(g.Mean(), w, rest)
}

// posterior is N(M⁻¹Wᵀ(x − μ), σ²M⁻¹), M = WᵀW + σ²I.
func (v *LinearVAE) posterior() (*Encoder, error) {
	m := mat.NewSymDense(v.k, nil)
	m.SymOuterK(1, v.w.T())
	for j := range v.k {
		m.SetSym(j, j, m.At(j, j)+v.variance)
	}
	var chol mat.Cholesky
	e := &Encoder{Weight: new(mat.Dense), Bias: make([]float64, v.k), Cov: new(mat.SymDense)}
	if !chol.Factorize(m) {
		return nil, fmt.Errorf("%w: WᵀW + %v I", score.ErrIndefinite, v.variance)
	}
	if err := chol.SolveTo(e.Weight, v.w.T()); err != nil {
		return nil, fmt.Errorf("%w: %w", score.ErrIndefinite, err)
	}
	if err := chol.InverseTo(e.Cov); err != nil {
		return nil, fmt.Errorf("%w: %w", score.ErrIndefinite, err)
	}
	e.Cov.ScaleSym(v.variance, e.Cov)
	return e, nil
}

// Latents returns k.
func (v *LinearVAE) Latents() int { return v.k }

// Weights returns a copy of W.
func (v *LinearVAE) Weights() *mat.Dense { return mat.DenseCopyOf(v.w) }

// Marginal returns the law N(μ, WWᵀ + σ²I) of x.
func (v *LinearVAE) Marginal() *divergence.Gaussian { return v.marginal }

// Posterior returns a copy of the exact encoder p(z|x) = N(M⁻¹Wᵀ(x − μ), σ²M⁻¹) with
// M = WᵀW + σ²I (Tipping, Bishop 1999, eq. 6).
func (v *LinearVAE) Posterior() Encoder {
	e := Encoder{Weight: mat.DenseCopyOf(v.exact.Weight), Bias: make([]float64, v.k), Cov: mat.NewSymDense(v.k, nil)}
	e.Cov.CopySym(v.exact.Cov)
	return e
}

// LogDensity sets dst[i] = ln p(x_i), the log evidence of row i, in nats. It panics
// unless x is len(dst) rows.
func (v *LinearVAE) LogDensity(dst, x []float64) {
	v.must(dst, x)
	diff, solved := mat.NewVecDense(v.dim, nil), mat.NewVecDense(v.dim, nil)
	constant := -0.5 * (float64(v.dim)*math.Log(2*math.Pi) + v.root.LogDet())
	for i := range dst {
		floats.SubTo(diff.RawVector().Data, x[i*v.dim:][:v.dim], v.mean)
		// A condition number that is large costs digits, and is no failure.
		_ = v.root.SolveVecTo(solved, diff)
		dst[i] = constant - 0.5*mat.Dot(diff, solved)
	}
}

// ELBO sets dst[i] to the evidence lower bound of row i with an encoder, in nats and in
// closed form,
//
//	ELBO = E_q ln p(x|z) − KL(q(z|x)‖N(0, I))
//	     = −½dim ln 2πσ² − (|x − μ − Wm|² + tr WᵀWS)/(2σ²) − ½(tr S + |m|² − k − ln det S),
//
// m = V(x − μ) + b. It is ln p(x) for the exact posterior, and less by Gap for others
// (Kingma, Welling 2014, eq. 3). It panics unless x is len(dst) rows. Errors:
// [score.ErrDimension], [score.ErrIndefinite] unless S is positive definite.
func (v *LinearVAE) ELBO(dst, x []float64, e Encoder) error {
	v.must(dst, x)
	logDet, err := v.check(e)
	if err != nil {
		return err
	}
	var spread mat.Dense
	spread.Mul(v.w, e.Cov)
	trace := 0.0
	for i := range v.dim {
		trace += floats.Dot(spread.RawRowView(i), v.w.RawRowView(i))
	}
	constant := -0.5 * (float64(v.dim)*math.Log(2*math.Pi*v.variance) + trace/v.variance + mat.Trace(e.Cov) - float64(v.k) - logDet)
	diff, m, back := make([]float64, v.dim), mat.NewVecDense(v.k, nil), mat.NewVecDense(v.dim, nil)
	for i := range dst {
		e.mean(m, diff, x[i*v.dim:][:v.dim], v.mean)
		back.MulVec(v.w, m)
		miss := floats.Distance(diff, back.RawVector().Data, 2)
		dst[i] = constant - 0.5*(miss*miss/v.variance+mat.Dot(m, m))
	}
	return nil
}

// Gap sets dst[i] = KL(q(z|x_i)‖p(z|x_i)) in nats, what the bound of row i falls short
// of the evidence. Errors as for ELBO.
func (v *LinearVAE) Gap(dst, x []float64, e Encoder) error {
	v.must(dst, x)
	if _, err := v.check(e); err != nil {
		return err
	}
	diff, m, want := make([]float64, v.dim), mat.NewVecDense(v.k, nil), mat.NewVecDense(v.k, nil)
	for i := range dst {
		e.mean(m, diff, x[i*v.dim:][:v.dim], v.mean)
		v.exact.mean(want, diff, x[i*v.dim:][:v.dim], v.mean)
		q, err := divergence.NewGaussian(m.RawVector().Data, e.Cov)
		if err != nil {
			return fmt.Errorf("%w: %w", score.ErrIndefinite, err)
		}
		p, err := divergence.NewGaussian(want.RawVector().Data, v.exact.Cov)
		if err != nil {
			return fmt.Errorf("%w: %w", score.ErrIndefinite, err)
		}
		if dst[i], err = divergence.KL(q, p); err != nil {
			return err
		}
	}
	return nil
}

// mean sets diff = x − μ and m = V diff + b.
func (e *Encoder) mean(m *mat.VecDense, diff, x, mu []float64) {
	floats.SubTo(diff, x, mu)
	m.MulVec(e.Weight, mat.NewVecDense(len(diff), diff))
	if e.Bias != nil {
		floats.Add(m.RawVector().Data, e.Bias)
	}
}

// check returns ln det S.
func (v *LinearVAE) check(e Encoder) (float64, error) {
	if e.Weight == nil || e.Cov == nil {
		return 0, fmt.Errorf("%w: an encoder without weights or covariance", score.ErrDimension)
	}
	rows, cols := e.Weight.Dims()
	if rows != v.k || cols != v.dim || e.Cov.SymmetricDim() != v.k || e.Bias != nil && len(e.Bias) != v.k {
		return 0, fmt.Errorf("%w: encoder of %d×%d weights, %d biases and a covariance of %d; want %d×%d, %d and %d", score.ErrDimension,
			rows, cols, len(e.Bias), e.Cov.SymmetricDim(), v.k, v.dim, v.k, v.k)
	}
	var chol mat.Cholesky
	if !chol.Factorize(e.Cov) {
		return 0, fmt.Errorf("%w: encoder's covariance", score.ErrIndefinite)
	}
	return chol.LogDet(), nil
}

func (v *LinearVAE) must(dst, x []float64) {
	if len(x) != len(dst)*v.dim {
		panic(fmt.Sprintf("variational: %d numbers are not %d rows of %d", len(x), len(dst), v.dim))
	}
}
