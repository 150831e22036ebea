package guidance

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// axes is an observation in the singular axes of A = U diag(s) Vᵀ: for every
// axis z = Uᵀy is s (v·x_0) plus noise, and the axes know nothing of each other.
type axes struct {
	dim   int
	v     []float64 // rank×dim, orthonormal rows
	s, z  []float64 // rank
	off   float64   // |y − UUᵀy|², what no x_0 explains
	noise float64
}

func newAxes(o score.Observation, dim int) (*axes, error) {
	if err := o.Check(dim); err != nil {
		return nil, err
	}
	a := &axes{dim: dim, noise: o.Noise}
	var svd mat.SVD
	if !svd.Factorize(o.A, mat.SVDThin) {
		return nil, fmt.Errorf("%w: singular values of an observation of %d×%d", score.ErrConvergence, len(o.Y), dim)
	}
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	values := svd.Values(nil)
	floor := float64(max(len(o.Y), dim)) * 0x1p-52 * values[0]
	rest := mat.NewVecDense(len(o.Y), append([]float64(nil), o.Y...))
	for j, s := range values {
		if s <= floor {
			break
		}
		z := mat.Dot(u.ColView(j), rest)
		rest.AddScaledVec(rest, -z, u.ColView(j))
		a.s, a.z = append(a.s, s), append(a.z, z)
		a.v = append(a.v, mat.Col(nil, j, &v)...)
	}
	if len(a.s) == 0 {
		return nil, fmt.Errorf("%w: A is zero", score.ErrObservation)
	}
	a.off = mat.Dot(rest, rest)
	return a, nil
}

// along writes v·x of every axis.
func (a *axes) along(dst, x []float64) {
	blas64.Gemv(blas.NoTrans, 1, a.matrix(), blas64.Vector{N: a.dim, Data: x, Inc: 1}, 0,
		blas64.Vector{N: len(a.s), Data: dst, Inc: 1})
}

// add adds Σ_j c_j v_j to dst.
func (a *axes) add(dst, c []float64) {
	blas64.Gemv(blas.Trans, 1, a.matrix(), blas64.Vector{N: len(a.s), Data: c, Inc: 1}, 1,
		blas64.Vector{N: a.dim, Data: dst, Inc: 1})
}

func (a *axes) matrix() blas64.General {
	return blas64.General{Rows: len(a.s), Cols: a.dim, Stride: a.dim, Data: a.v}
}

// residual writes Uᵀ(y − A d).
func (a *axes) residual(dst, d []float64) {
	a.along(dst, d)
	for j, c := range dst[:len(a.s)] {
		dst[j] = a.z[j] - a.s[j]*c
	}
}

// likelihood is D + (σ²/α) Jᵀ Aᵀ w, w being weigh's answer to the residual.
type likelihood struct {
	model score.Model
	vjp   score.VJP
	*axes
	// weigh turns the residual of one row, in axes, into w.
	weigh   func(r []float64, at sde.Level)
	scratch sync.Pool
}

func newLikelihood(m score.Model, o score.Observation) (*likelihood, error) {
	vjp, err := differentiable(m)
	if err != nil {
		return nil, err
	}
	a, err := newAxes(o, m.Dim())
	if err != nil {
		return nil, err
	}
	l := &likelihood{model: m, vjp: vjp, axes: a}
	l.scratch.New = func() any { return new([]float64) }
	return l, nil
}

func (l *likelihood) Dim() int { return l.dim }

// Denoise implements score.Model.
func (l *likelihood) Denoise(dst, x []float64, at sde.Level) error {
	mustRows(dst, x, l.dim)
	factor, err := likelihoodFactor(at)
	if err != nil {
		return err
	}
	if err := l.model.Denoise(dst, x, at); err != nil {
		return err
	}
	w := l.scratch.Get().(*[]float64)
	defer l.scratch.Put(w)
	n, rank := len(x), len(l.s)
	all := grow(w, 2*n+rank)
	v, gradient, r := all[:n], all[n:2*n], all[2*n:]
	clear(v)
	for i := 0; i < n; i += l.dim {
		l.residual(r, dst[i:i+l.dim])
		l.weigh(r, at)
		floats.Mul(r, l.s)
		l.add(v[i:i+l.dim], r)
	}
	if err := l.vjp.VJPDenoise(gradient, x, v, at); err != nil {
		return err
	}
	floats.AddScaled(dst, factor, gradient)
	return nil
}

// positive refuses what must be positive and finite.
func positive(what string, v float64) error {
	if !(v > 0) || math.IsInf(v, 1) {
		return fmt.Errorf("%w: %s %v; it must be positive and finite", ErrConfig, what, v)
	}
	return nil
}
