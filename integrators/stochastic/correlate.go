package stochastic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
)

// Correlate returns the equation
//
//	dy = a dt + b L dw,   L Lᵀ = corr,
//
// L lower triangular: that of s driven by Brownian motions of correlation matrix corr,
// written in independent ones, so that every method, Lévy area and structure means
// what it says. (Increments that are themselves correlated would not do: methods of
// order 1 take them to be independent.) General noise stays general, additive noise
// additive, commutative noise commutes, and so does diagonal noise, with matrices from
// now on. corr must be positive semidefinite with a unit diagonal; the errors wrap
// [ErrSystem].
func Correlate(s System, corr mat.Symmetric) (System, error) {
	if err := s.Validate(); err != nil {
		return System{}, err
	}
	m := s.Noises()
	l, err := factor(corr, m)
	if err != nil {
		return System{}, err
	}
	if s.semilinear != nil {
		rest := *s.semilinear
		if rest.f, err = Correlate(rest.f, corr); err != nil {
			return System{}, err
		}
		s.semilinear = &rest
	}
	s.langevin, s.pair = nil, nil // whose noise is no longer theirs
	s.Diffusion = correlated(s.Diffusion, l, s.Dim, m, s.Structure.IsDiagonal())
	s.DiffusionDerivative = nil
	s.NoiseDim = m
	switch s.Structure {
	case Diagonal:
		s.Structure = Commutative
	case AdditiveDiagonal:
		s.Structure = Additive
	}
	return s, nil
}

// correlated is b L.
func correlated(b integrators.Field, l []float64, n, m int, diagonal bool) integrators.Field {
	if !diagonal {
		return func(dst []float64, t float64, y []float64) error {
			err := b(dst, t, y)
			for ; len(dst) > 0; dst = dst[m:] {
				for k := range m { // what comes later needs none of what is overwritten
					sum := 0.0
					for j := k; j < m; j++ {
						sum += dst[j] * l[j*m+k]
					}
					dst[k] = sum
				}
			}
			return err
		}
	}
	return func(dst []float64, t float64, y []float64) error {
		// The diagonals are written at the end of dst, which no matrix reaches before
		// its own diagonal is read.
		d := dst[len(dst)-len(dst)/m:]
		err := b(d, t, y)
		for i := range d {
			v := d[i]
			for k := range m {
				dst[i*m+k] = v * l[i%n*m+k]
			}
		}
		return err
	}
}

// factor is the Cholesky factor of a correlation matrix, which may be singular.
func factor(corr mat.Symmetric, m int) ([]float64, error) {
	if n := corr.SymmetricDim(); n != m {
		return nil, fmt.Errorf("%w: correlations of %d noises, the system has %d", ErrSystem, n, m)
	}
	const rounding = 1e-13
	l := make([]float64, m*m)
	for j := range m {
		if v := corr.At(j, j); v != 1 {
			return nil, fmt.Errorf("%w: correlation (%d, %d) is %v, want 1; scale b for a variance", ErrSystem, j, j, v)
		}
		pivot := 1.0
		for k := range j {
			pivot -= l[j*m+k] * l[j*m+k]
		}
		if !(pivot >= -rounding) {
			return nil, fmt.Errorf("%w: correlations are not positive semidefinite: pivot %d is %.3g", ErrSystem, j, pivot)
		}
		if pivot <= rounding {
			pivot = 0
		}
		l[j*m+j] = math.Sqrt(pivot)
		for i := j + 1; i < m; i++ {
			v := corr.At(i, j)
			for k := range j {
				v -= l[i*m+k] * l[j*m+k]
			}
			switch {
			case pivot > 0:
				l[i*m+j] = v / l[j*m+j]
			case !(math.Abs(v) <= math.Sqrt(rounding)):
				return nil, fmt.Errorf("%w: correlations are not positive semidefinite: noise %d is made of those before it, and %.3g is left with noise %d", ErrSystem, j, v, i)
			}
		}
	}
	return l, nil
}
