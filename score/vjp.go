package score

import "github.com/ito-sde/ito/sde"

// VJP is the ability of a [Model] to give the product (∂D/∂x)ᵀ v for every row
// of x and v: the gradient of v·D(x), by which a loss on D is differentiated.
// [Gaussian], [Mixture] and [Network] have it.
type VJP interface {
	VJPDenoise(dst, x, v []float64, at sde.Level) error
}

// VJPDenoise writes (∂D/∂x)ᵀ v, which is (∂D/∂x) v: the Jacobian of an exact
// denoiser is α/σ² times the covariance of x_0 given x, and so symmetric (Efron
// 2011, eq. 2.8). Errors: [ErrLevel].
func (g *Gaussian) VJPDenoise(dst, x, v []float64, at sde.Level) error {
	return g.JVPDenoise(dst, x, v, at)
}

// VJPDenoise writes (∂D/∂x)ᵀ v, which is (∂D/∂x) v as it is for a [Gaussian].
// Errors: [ErrLevel].
func (m *Mixture) VJPDenoise(dst, x, v []float64, at sde.Level) error {
	return m.JVPDenoise(dst, x, v, at)
}
