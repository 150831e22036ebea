package matching

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Noise is what regularises a regression: each adds a quadratic form of the slope A to
// the loss, exactly, because the model is linear. The zero value is none.
type Noise struct {
	// Input is σ of noise added to the inputs: E|A(x + σξ) − y|² = |Ax − y|² + σ²|A|²,
	// ridge regression. For any loss it is ½σ²Δ to leading order, see [Smoothed].
	// Bishop (1995), "Training with noise is equivalent to Tikhonov regularization".
	Input float64
	// Dropout is the probability with which each input, less its mean, is replaced by
	// 0; the others are divided by 1 − Dropout: + Dropout/(1 − Dropout) Σ_j v_j |A_j|², v_j the
	// variance of input j. Srivastava et al. (2014), section 9.1.
	Dropout float64
	// Gradient is λ of a penalty λ E|∂(Ax)/∂x|² = λ|A|². Gulrajani et al. (2017).
	Gradient float64
}

// Linear is a regression y ≈ ȳ + A(x − x̄).
type Linear struct {
	from, to []float64  // x̄, ȳ
	slope    *mat.Dense // dimY×dimX
}

// Regress fits rows of y, dimY numbers, to rows of x, dimX numbers, by the least
//
//	mean |ȳ + A(x̃ − x̄) − y|² + Gradient |A|²
//
// over A, the mean being over the noise in x̃ too, in closed form:
//
//	A = C_yx (C_xx + (Input² + Gradient) I + Dropout/(1 − Dropout) diag C_xx)⁻¹.
//
// Errors: [score.ErrDimension], [score.ErrSamples] for fewer than 2 rows,
// [score.ErrNotFinite], [score.ErrConfig] for noise out of range,
// [score.ErrIndefinite] where inputs depend on each other and there is no noise.
func Regress(x []float64, dimX int, y []float64, dimY int, z Noise) (*Linear, error) {
	n, err := checkRows(x, dimX, 2)
	if err != nil {
		return nil, fmt.Errorf("inputs: %w", err)
	}
	if m, err := checkRows(y, dimY, 2); err != nil {
		return nil, fmt.Errorf("outputs: %w", err)
	} else if m != n {
		return nil, fmt.Errorf("%w: %d rows of inputs, %d of outputs", score.ErrDimension, n, m)
	}
	if !(z.Input >= 0) || !(z.Dropout >= 0 && z.Dropout < 1) || !(z.Gradient >= 0) || math.IsInf(z.Input+z.Gradient, 1) {
		return nil, fmt.Errorf("%w: noise %v, dropout %v, gradient penalty %v; want none negative and dropout below 1", score.ErrConfig, z.Input, z.Dropout, z.Gradient)
	}
	cx, from := centred(x, dimX)
	cy, to := centred(y, dimY)
	var cov mat.SymDense
	cov.SymOuterK(1/float64(n), cx.T())
	for j := range dimX {
		v := cov.At(j, j)
		cov.SetSym(j, j, v+z.Input*z.Input+z.Gradient+z.Dropout/(1-z.Dropout)*v)
	}
	var cross, solved mat.Dense
	cross.Mul(cx.T(), cy)
	cross.Scale(1/float64(n), &cross)
	var chol mat.Cholesky
	if !chol.Factorize(&cov) || chol.Cond() > 1e15 {
		return nil, fmt.Errorf("%w: covariance of %d inputs; add noise", score.ErrIndefinite, dimX)
	}
	if err := chol.SolveTo(&solved, &cross); err != nil {
		return nil, fmt.Errorf("%w: %w", score.ErrIndefinite, err)
	}
	return &Linear{from: from, to: to, slope: mat.DenseCopyOf(solved.T())}, nil
}

func centred(x []float64, dim int) (*mat.Dense, []float64) {
	n := len(x) / dim
	c, mean := mat.NewDense(n, dim, append([]float64(nil), x...)), make([]float64, dim)
	for i := range n {
		floats.AddScaled(mean, 1/float64(n), c.RawRowView(i))
	}
	for i := range n {
		floats.Sub(c.RawRowView(i), mean)
	}
	return c, mean
}

// Slope returns a copy of A.
func (l *Linear) Slope() *mat.Dense { return mat.DenseCopyOf(l.slope) }

// Predict sets the rows of dst to the regression at the rows of x. It panics unless the
// numbers of rows match.
func (l *Linear) Predict(dst, x []float64) {
	dimX, dimY := len(l.from), len(l.to)
	n := len(x) / dimX
	if len(x) != n*dimX || len(dst) != n*dimY {
		panic(fmt.Sprintf("matching: %d numbers to %d, in rows of %d and %d", len(x), len(dst), dimX, dimY))
	}
	diff := make([]float64, dimX)
	for i := range n {
		floats.SubTo(diff, x[i*dimX:][:dimX], l.from)
		for j, mean := range l.to {
			dst[i*dimY+j] = mean + floats.Dot(l.slope.RawRowView(j), diff)
		}
	}
}

// Denoiser returns the affine denoiser of the least denoising loss at a level, over all
// noise: the regression of x_0 on αx_0 with input noise σ, so that for data of variance
// v the score is −(x − αx̄)/(α²v + σ²). It answers for this level alone.
//
// Errors: those of Regress, and [score.ErrLevel] unless α > 0 and σ ≥ 0.
func Denoiser(x []float64, dim int, at sde.Level) (score.Model, error) {
	if !(at.Alpha > 0) || !(at.Sigma >= 0) || math.IsInf(at.Alpha+at.Sigma, 1) {
		return nil, fmt.Errorf("%w: α = %v, σ = %v; want α > 0 and σ ≥ 0", score.ErrLevel, at.Alpha, at.Sigma)
	}
	noisy := append([]float64(nil), x...)
	floats.Scale(at.Alpha, noisy)
	l, err := Regress(noisy, dim, x, dim, Noise{Input: at.Sigma})
	if err != nil {
		return nil, err
	}
	return score.FromFunc(dim, score.Data, func(dst, x []float64, asked sde.Level) error {
		if err := only(at, asked); err != nil {
			return err
		}
		l.Predict(dst, x)
		return nil
	}), nil
}

// only refuses a level that a model was not fitted at.
func only(at, asked sde.Level) error {
	if asked == at {
		return nil
	}
	return fmt.Errorf("%w: fitted at α = %v, σ = %v, asked at α = %v, σ = %v", score.ErrLevel, at.Alpha, at.Sigma, asked.Alpha, asked.Sigma)
}

// Smoothed returns the expectation of a loss l under noise on its argument,
//
//	E l(x + σξ) = l(x) + ½σ²Δl(x) + O(σ⁴),   ξ ~ N(0, I),
//
// by the mean over the 2·dim points x ± σ√dim e_j, which is exact for polynomials of
// degree 3. x is changed and restored. Stroud (1971), formula 3-1 of E_n^{r²}.
func Smoothed(l func(x []float64) float64, x []float64, sigma float64) float64 {
	step := sigma * math.Sqrt(float64(len(x)))
	var sum float64
	for j, v := range x {
		x[j] = v + step
		sum += l(x)
		x[j] = v - step
		sum += l(x)
		x[j] = v
	}
	return sum / float64(2*len(x))
}
