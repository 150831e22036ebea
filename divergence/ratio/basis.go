package ratio

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/internal/rows"
)

// Basis are the functions φ_1 ... φ_K of a row in which a potential or a logit is
// linear. A basis is immutable and safe for concurrent use.
type Basis interface {
	Dim() int // numbers of a row
	Len() int // K
	// Values sets dst[j] = φ_j(x) for one row x.
	Values(dst, x []float64)
	// Gradients sets the rows of dst, K rows of Dim numbers, to ∇φ_j(x).
	Gradients(dst, x []float64)
	// Laplacians sets dst[j] = Δφ_j(x).
	Laplacians(dst, x []float64)
}

// Quadratic is the basis of all polynomials of degree one and two in Dim numbers,
//
//	x_1 ... x_d, then ½x_1², x_1x_2, ... x_1x_d, ½x_2², x_2x_3, ... ½x_d²,
//
// in which the logarithms of Gaussian densities and of their ratios lie but for a
// constant.
func Quadratic(dim int) (Basis, error) {
	if dim < 1 {
		return nil, fmt.Errorf("%w: dimension %d; it must be at least 1", divergence.ErrDimension, dim)
	}
	return quadratic(dim), nil
}

type quadratic int

func (q quadratic) Dim() int { return int(q) }

func (q quadratic) Len() int { return int(q) + int(q)*(int(q)+1)/2 }

func (q quadratic) Values(dst, x []float64) {
	k := copy(dst, x)
	for i, a := range x {
		dst[k] = 0.5 * a * a
		k++
		for _, b := range x[i+1:] {
			dst[k] = a * b
			k++
		}
	}
}

func (q quadratic) Gradients(dst, x []float64) {
	d := int(q)
	clear(dst)
	for i := range d {
		dst[i*d+i] = 1
	}
	k := d
	for i := range d {
		dst[k*d+i] = x[i]
		k++
		for j := i + 1; j < d; j++ {
			dst[k*d+i], dst[k*d+j] = x[j], x[i]
			k++
		}
	}
}

func (q quadratic) Laplacians(dst, _ []float64) {
	d := int(q)
	clear(dst)
	for i, k := 0, d; i < d; i++ {
		dst[k] = 1
		k += d - i
	}
}

// Kernels is the basis of Gaussian bumps φ_j(x) = exp(−|x − c_j|²/(2h²)) at the
// centres c_j, rows of dim numbers, which it copies; h is the width.
//
// Errors: divergence.ErrDimension, ErrSamples without a centre, ErrNotFinite also
// for a width that is not positive.
func Kernels(centres []float64, dim int, width float64) (Basis, error) {
	n, err := rows.Check(centres, dim, 1)
	if err != nil {
		return nil, fmt.Errorf("centres: %w", err)
	}
	if !(width > 0) || math.IsInf(width, 1) {
		return nil, fmt.Errorf("%w: width %v; it must be positive", divergence.ErrNotFinite, width)
	}
	return &kernels{n: n, dim: dim, centre: append([]float64(nil), centres...), scale: 1 / (width * width)}, nil
}

type kernels struct {
	n, dim int
	centre []float64
	scale  float64 // 1/h²
}

func (b *kernels) Dim() int { return b.dim }

func (b *kernels) Len() int { return b.n }

// square is |x − c_j|²/h².
func (b *kernels) square(x []float64, j int) float64 {
	var s float64
	for i, c := range b.centre[j*b.dim:][:b.dim] {
		s += (x[i] - c) * (x[i] - c)
	}
	return s * b.scale
}

func (b *kernels) Values(dst, x []float64) {
	for j := range b.n {
		dst[j] = math.Exp(-0.5 * b.square(x, j))
	}
}

func (b *kernels) Gradients(dst, x []float64) {
	for j := range b.n {
		factor := -b.scale * math.Exp(-0.5*b.square(x, j))
		for i, c := range b.centre[j*b.dim:][:b.dim] {
			dst[j*b.dim+i] = factor * (x[i] - c)
		}
	}
}

func (b *kernels) Laplacians(dst, x []float64) {
	for j := range b.n {
		s := b.square(x, j)
		dst[j] = b.scale * (s - float64(b.dim)) * math.Exp(-0.5*s)
	}
}
