package variational

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/score"
)

// Channel is the noisy linear encoder z = Ax + ε, ε ~ N(0, N), of an information
// bottleneck. It is immutable and safe for concurrent use.
type Channel struct {
	a     *mat.Dense
	noise *divergence.Gaussian
}

// NewChannel returns the channel with A and the covariance N of its noise. Errors:
// [score.ErrDimension], [score.ErrIndefinite] unless N is positive definite.
func NewChannel(a mat.Matrix, noise mat.Symmetric) (*Channel, error) {
	k, _ := a.Dims()
	if noise.SymmetricDim() != k {
		return nil, fmt.Errorf("%w: %d outputs, noise of %d", score.ErrDimension, k, noise.SymmetricDim())
	}
	g, err := divergence.NewGaussian(make([]float64, k), noise)
	if err != nil {
		return nil, fmt.Errorf("%w: noise: %w", score.ErrIndefinite, err)
	}
	if g.Rank() < k {
		return nil, fmt.Errorf("%w: noise of rank %d in %d outputs; z would tell x without error", score.ErrIndefinite, g.Rank(), k)
	}
	return &Channel{a: mat.DenseCopyOf(a), noise: g}, nil
}

// Output returns the law of z for Gaussian x. Errors: [score.ErrDimension].
func (c *Channel) Output(x *divergence.Gaussian) (*divergence.Gaussian, error) {
	k, dim := c.a.Dims()
	if x.Dim() != dim {
		return nil, fmt.Errorf("%w: x of %d coordinates for a channel of %d", score.ErrDimension, x.Dim(), dim)
	}
	mean := mat.NewVecDense(k, nil)
	mean.MulVec(c.a, mat.NewVecDense(dim, x.Mean(nil)))
	cov := c.noise.Cov()
	cov.AddSym(cov, c.signal(x))
	return divergence.NewGaussian(mean.RawVector().Data, cov)
}

// signal is AVAᵀ.
func (c *Channel) signal(x *divergence.Gaussian) *mat.SymDense {
	k, _ := c.a.Dims()
	var half, through mat.Dense
	half.Mul(c.a, x.Cov())
	through.Mul(&half, c.a.T())
	s := mat.NewSymDense(k, nil)
	for i := range k {
		for j := range i + 1 {
			s.SetSym(i, j, 0.5*(through.At(i, j)+through.At(j, i)))
		}
	}
	return s
}

// Information returns I(x; z) in nats for Gaussian x of covariance V,
//
//	I = ½ ln det(AVAᵀ + N) − ½ ln det N,
//
// which is ½ ln(1 + a²v/b²) for z = ax + bε. Errors: [score.ErrDimension]. Cover, Thomas
// (2006), section 9.4.
func (c *Channel) Information(x *divergence.Gaussian) (float64, error) {
	z, err := c.Output(x)
	if err != nil {
		return 0, err
	}
	return 0.5 * (z.LogDet() - c.noise.LogDet()), nil
}

// Rate returns the bottleneck's cost with a prior r of its own, in nats,
//
//	E_x KL(p(z|x)‖r) = I(x; z) + KL(p(z)‖r) ≥ I(x; z),
//
// here as an expectation: ½E(Ax − m)ᵀR⁻¹(Ax − m) + ½(tr R⁻¹N − k − ln det R⁻¹N).
//
// Errors: [score.ErrDimension], [score.ErrIndefinite] for a singular prior. Alemi,
// Fischer, Dillon, Murphy (2017), "Deep variational information bottleneck", eq. 14.
func (c *Channel) Rate(x, r *divergence.Gaussian) (float64, error) {
	k, _ := c.a.Dims()
	if r.Dim() != k {
		return 0, fmt.Errorf("%w: prior of %d coordinates for %d outputs", score.ErrDimension, r.Dim(), k)
	}
	z, err := c.Output(x)
	if err != nil {
		return 0, err
	}
	// p(z|x) averaged over x has the mean of z and its noise; what Ax varies comes on top.
	centre, err := divergence.NewGaussian(z.Mean(nil), c.noise.Cov())
	if err != nil {
		return 0, err
	}
	rate, err := divergence.KL(centre, r)
	if err != nil {
		return 0, err
	}
	var chol mat.Cholesky
	var solved mat.Dense
	if !chol.Factorize(r.Cov()) {
		return 0, fmt.Errorf("%w: prior", score.ErrIndefinite)
	}
	if err := chol.SolveTo(&solved, c.signal(x)); err != nil {
		return 0, fmt.Errorf("%w: prior: %w", score.ErrIndefinite, err)
	}
	return rate + 0.5*mat.Trace(&solved), nil
}

// TableInformation returns I(x; z) in nats of a joint law of rows x and cols columns z,
// scaled to add up to 1: KL of it to the product of its marginals. Errors: as for
// [SplitTable].
func TableInformation(p []float64, cols int) (float64, error) {
	sum, err := tableSum(p, cols)
	if err != nil {
		return 0, err
	}
	row, col := make([]float64, len(p)/cols), make([]float64, cols)
	for i, v := range p {
		row[i/cols] += v / sum
		col[i%cols] += v / sum
	}
	var information float64
	for i, v := range p {
		if v > 0 {
			information += v / sum * math.Log(v/sum/(row[i/cols]*col[i%cols]))
		}
	}
	return max(information, 0), nil
}
