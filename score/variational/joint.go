package variational

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
)

// Split returns the two sides of the identity
//
//	KL(p(x, z)‖q(x, z)) = KL(p(x)‖q(x)) + E_p KL(p(z|x)‖q(z|x))
//
// for jointly Gaussian (x, z), the first coordinates of p and q being x. With the data
// and an encoder for p, p(x)p(z|x), and a generator for q, q(z)q(x|z), minimising the
// joint divergence is
//
//   - EM, with p(z|x) free: its step makes the conditional term 0, and what is left is
//     the likelihood (Dempster, Laird, Rubin 1977);
//   - a VAE, with p(z|x) of a family: −E ELBO − H(p(x)) is the joint divergence
//     (Kingma, Welling 2014);
//   - an adversarial autoencoder, with the same divergence split at z instead, see [Swap]:
//     KL(p(z)‖q(z)) + E KL(p(x|z)‖q(x|z)) (Makhzani et al. 2016);
//   - adversarially learned inference, with the divergence of the joint laws itself
//     estimated by a classifier of pairs, as package divergence/ratio does, in either
//     direction or the symmetric one (Dumoulin et al. 2017).
//
// Errors: [score.ErrDimension] unless 0 < first < dimension of both,
// [score.ErrIndefinite] for a singular covariance.
func Split(p, q *divergence.Gaussian, first int) (marginal, conditional float64, err error) {
	if p.Dim() != q.Dim() || first < 1 || first >= p.Dim() {
		return 0, 0, fmt.Errorf("%w: first %d of %d and of %d coordinates", score.ErrDimension, first, p.Dim(), q.Dim())
	}
	a, err := condition(p, first)
	if err != nil {
		return 0, 0, err
	}
	b, err := condition(q, first)
	if err != nil {
		return 0, 0, err
	}
	if marginal, err = divergence.KL(a.first, b.first); err != nil {
		return 0, 0, err
	}
	// The means of z given x differ by (A_p − A_q)x + c, which is Gaussian under p: the
	// expected divergence is that of N(0, S_p) and N(mean, S_q), plus its spread.
	var slope, half, middle, spread mat.Dense
	slope.Sub(a.slope, b.slope)
	mean := mat.NewVecDense(p.Dim()-first, nil)
	mean.MulVec(&slope, mat.NewVecDense(first, a.first.Mean(nil)))
	for i := range mean.Len() {
		mean.SetVec(i, mean.AtVec(i)+a.offset[i]-b.offset[i])
	}
	from, err := divergence.NewGaussian(mean.RawVector().Data, a.cov)
	if err != nil {
		return 0, 0, fmt.Errorf("%w: %w", score.ErrIndefinite, err)
	}
	to, err := divergence.NewGaussian(make([]float64, mean.Len()), b.cov)
	if err != nil {
		return 0, 0, fmt.Errorf("%w: %w", score.ErrIndefinite, err)
	}
	if conditional, err = divergence.KL(from, to); err != nil {
		return 0, 0, err
	}
	half.Mul(&slope, a.first.Cov())
	middle.Mul(&half, slope.T())
	var chol mat.Cholesky
	if !chol.Factorize(b.cov) {
		return 0, 0, fmt.Errorf("%w: conditional covariance", score.ErrIndefinite)
	}
	if err := chol.SolveTo(&spread, &middle); err != nil {
		return 0, 0, fmt.Errorf("%w: %w", score.ErrIndefinite, err)
	}
	return marginal, conditional + 0.5*mat.Trace(&spread), nil
}

// Swap returns the law of (z, x) for that of (x, z), with first coordinates of x.
// Errors: [score.ErrDimension] unless 0 < first < dimension.
func Swap(g *divergence.Gaussian, first int) (*divergence.Gaussian, error) {
	n := g.Dim()
	if first < 1 || first >= n {
		return nil, fmt.Errorf("%w: first %d of %d coordinates", score.ErrDimension, first, n)
	}
	old, cov := g.Cov(), mat.NewSymDense(n, nil)
	mean, from := g.Mean(nil), make([]float64, n)
	for i := range n {
		from[i] = mean[(i+first)%n]
		for j := range i + 1 {
			cov.SetSym(i, j, old.At((i+first)%n, (j+first)%n))
		}
	}
	return divergence.NewGaussian(from, cov)
}

// conditional is z | x ~ N(slope·x + offset, cov).
type conditional struct {
	first  *divergence.Gaussian
	slope  *mat.Dense
	offset []float64
	cov    *mat.SymDense
}

func condition(g *divergence.Gaussian, first int) (conditional, error) {
	n := g.Dim()
	cov, mean := g.Cov(), g.Mean(nil)
	xx := mat.NewSymDense(first, nil)
	xx.CopySym(cov.SliceSym(0, first))
	zx := mat.DenseCopyOf(cov).Slice(first, n, 0, first)
	var chol mat.Cholesky
	var solved mat.Dense
	if !chol.Factorize(xx) {
		return conditional{}, fmt.Errorf("%w: covariance of the first %d coordinates", score.ErrIndefinite, first)
	}
	if err := chol.SolveTo(&solved, zx.T()); err != nil {
		return conditional{}, fmt.Errorf("%w: %w", score.ErrIndefinite, err)
	}
	c := conditional{slope: mat.DenseCopyOf(solved.T()), offset: make([]float64, n-first), cov: mat.NewSymDense(n-first, nil)}
	var explained mat.Dense
	explained.Mul(c.slope, zx.T())
	var err error
	if c.first, err = divergence.NewGaussian(mean[:first], xx); err != nil {
		return c, fmt.Errorf("%w: %w", score.ErrIndefinite, err)
	}
	shift := mat.NewVecDense(n-first, nil)
	shift.MulVec(c.slope, mat.NewVecDense(first, mean[:first]))
	for i := range n - first {
		c.offset[i] = mean[first+i] - shift.AtVec(i)
		for j := range i + 1 {
			c.cov.SetSym(i, j, cov.At(first+i, first+j)-0.5*(explained.At(i, j)+explained.At(j, i)))
		}
	}
	return c, nil
}

// Joint returns the law of (x, z) of the generator.
func (v *LinearVAE) Joint() (*divergence.Gaussian, error) {
	n := v.dim + v.k
	mean := append(append([]float64(nil), v.mean...), make([]float64, v.k)...)
	cov, xx := mat.NewSymDense(n, nil), v.marginal.Cov()
	for i := range n {
		for j := range i + 1 {
			switch {
			case i < v.dim:
				cov.SetSym(i, j, xx.At(i, j))
			case j < v.dim:
				cov.SetSym(i, j, v.w.At(j, i-v.dim))
			case i == j:
				cov.SetSym(i, j, 1)
			}
		}
	}
	return divergence.NewGaussian(mean, cov)
}

// Encoded returns the law of (x, z) for Gaussian data x and z drawn by an encoder.
// Errors: as for ELBO.
func (v *LinearVAE) Encoded(data *divergence.Gaussian, e Encoder) (*divergence.Gaussian, error) {
	if data.Dim() != v.dim {
		return nil, fmt.Errorf("%w: data of %d coordinates, model of %d", score.ErrDimension, data.Dim(), v.dim)
	}
	if _, err := v.check(e); err != nil {
		return nil, err
	}
	var cross, own mat.Dense
	cross.Mul(e.Weight, data.Cov())
	own.Mul(&cross, e.Weight.T())
	own.Add(&own, e.Cov)
	m, diff := mat.NewVecDense(v.k, nil), make([]float64, v.dim)
	e.mean(m, diff, data.Mean(nil), v.mean)
	n, xx := v.dim+v.k, data.Cov()
	cov := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			switch {
			case i < v.dim:
				cov.SetSym(i, j, xx.At(i, j))
			case j < v.dim:
				cov.SetSym(i, j, cross.At(i-v.dim, j))
			default:
				cov.SetSym(i, j, 0.5*(own.At(i-v.dim, j-v.dim)+own.At(j-v.dim, i-v.dim)))
			}
		}
	}
	return divergence.NewGaussian(append(data.Mean(nil), m.RawVector().Data...), cov)
}

// SplitTable is [Split] for discrete laws, tables of rows x and cols columns z whose
// entries are scaled to add up to 1: +Inf where p has what q has not. Errors:
// [score.ErrDimension] for tables that do not fit, [score.ErrWeights] for an entry that
// is negative or not finite, or a sum of 0.
func SplitTable(p, q []float64, cols int) (marginal, conditional float64, err error) {
	if len(p) != len(q) {
		return 0, 0, fmt.Errorf("%w: tables of %d and %d numbers", score.ErrDimension, len(p), len(q))
	}
	sp, err := tableSum(p, cols)
	if err != nil {
		return 0, 0, err
	}
	sq, err := tableSum(q, cols)
	if err != nil {
		return 0, 0, err
	}
	for i := 0; i < len(p); i += cols {
		var px, qx, inner float64
		for j := range cols {
			px += p[i+j] / sp
			qx += q[i+j] / sq
		}
		if px == 0 {
			continue
		}
		marginal += px * math.Log(px/qx)
		for j := range cols {
			if a := p[i+j] / sp / px; a > 0 {
				inner += a * math.Log(a/(q[i+j]/sq/qx))
			}
		}
		if qx == 0 { // all of it is in the marginal
			inner = 0
		}
		conditional += px * inner
	}
	return marginal, conditional, nil
}

func tableSum(p []float64, cols int) (float64, error) {
	if cols < 1 || len(p) == 0 || len(p)%cols != 0 {
		return 0, fmt.Errorf("%w: %d numbers are no table of %d columns", score.ErrDimension, len(p), cols)
	}
	var sum float64
	for i, v := range p {
		if !(v >= 0) || math.IsInf(v, 1) {
			return 0, fmt.Errorf("%w: entry (%d, %d) is %v", score.ErrWeights, i/cols, i%cols, v)
		}
		sum += v
	}
	if !(sum > 0) || math.IsInf(sum, 1) {
		return 0, fmt.Errorf("%w: entries add up to %v", score.ErrWeights, sum)
	}
	return sum, nil
}
