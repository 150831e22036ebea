package gradientflow

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/integrators"
)

// Kernel is a positive kernel k(y, x) that returns its value and writes ∇_y k.
type Kernel func(gradient, y, x []float64) float64

// Bumps returns the kernel exp(−|x − y|²/(2h²)) of width h. Errors:
// divergence.ErrNotFinite for a width that is not positive.
func Bumps(width float64) (Kernel, error) {
	if !(width > 0) || math.IsInf(width, 1) {
		return nil, fmt.Errorf("%w: width %v; it must be positive", divergence.ErrNotFinite, width)
	}
	return func(gradient, y, x []float64) float64 {
		var s float64
		for i, v := range y {
			d := (x[i] - v) / width
			s += d * d
			gradient[i] = d / width
		}
		k := math.Exp(-0.5 * s)
		floats.Scale(k, gradient)
		return k
	}, nil
}

// Bilinear is the kernel 1 + xᵀy, with which Gaussians stay Gaussian: from
// N(0, v_0) to N(0, 1) on the line v' = 2v(1 − v), so that
// v = 1/(1 + (1/v_0 − 1)e^−2t), and n particles come to rest only where their
// moments are those of the target. Liu, Zhu, Wang (2023), "Towards understanding the
// dynamics of Gaussian–Stein variational gradient descent", theorem 3.1.
func Bilinear(gradient, y, x []float64) float64 {
	copy(gradient, x)
	return 1 + floats.Dot(x, y)
}

// Stein returns the velocity of all particles x_j by Stein variational gradient
// descent, a state of rows of dim numbers,
//
//	x_i' = (1/n) Σ_j [ k(x_j, x_i) ∇ ln p(x_j) + ∇_{x_j} k(x_j, x_i) ],
//
// the steepest descent of KL(q‖p) among velocities in the kernel's space. It needs
// only the gradient of the target, and one particle climbs to its mode. Two sums of
// n² kernels a call.
//
// The field holds scratch and belongs to one goroutine. Errors: those of p,
// divergence.ErrNotFinite among the particles.
//
// Liu, Wang (2016), "Stein variational gradient descent: a general purpose Bayesian
// inference algorithm", eq. 8.
func Stein(p Density, k Kernel, dim int) integrators.Field {
	var log, grad []float64
	slope := make([]float64, dim)
	return func(dst []float64, _ float64, x []float64) error {
		if len(dst) != len(x) {
			panic(fmt.Sprintf("gradientflow: %d numbers to %d", len(x), len(dst)))
		}
		if err := checkParticles(x, dim, 1); err != nil {
			return err
		}
		n := len(x) / dim
		log, grad = resize(log, n), resize(grad, len(x))
		if err := p(log, grad, x); err != nil {
			return err
		}
		clear(dst)
		for i := range n {
			at, row := x[i*dim:][:dim], dst[i*dim:][:dim]
			for j := range n {
				value := k(slope, x[j*dim:][:dim], at)
				floats.AddScaled(row, value/float64(n), grad[j*dim:][:dim])
				floats.AddScaled(row, 1/float64(n), slope)
			}
		}
		return nil
	}
}
