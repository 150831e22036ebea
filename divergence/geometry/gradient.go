package geometry

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence"
)

// Slope is the gradient by one Gaussian's mean and covariance. A change dm, dΣ,
// symmetric, changes the divergence by Meanᵀdm + tr(Cov dΣ).
type Slope struct {
	Mean *mat.VecDense
	Cov  *mat.SymDense
}

// Gradient is the gradient by both arguments.
type Gradient struct{ P, Q Slope }

// inverses is what the gradients are made of: of positive definite covariances.
type inverses struct {
	n     int
	p, q  *mat.SymDense
	delta *mat.VecDense // m_p − m_q
}

func invert(p, q *divergence.Gaussian) (inverses, error) {
	if err := same(p, q); err != nil {
		return inverses{}, err
	}
	n := p.Dim()
	out := inverses{n: n, delta: mat.NewVecDense(n, p.Mean(nil))}
	out.delta.SubVec(out.delta, mat.NewVecDense(n, q.Mean(nil)))
	for _, s := range []struct {
		g  *divergence.Gaussian
		to **mat.SymDense
	}{{p, &out.p}, {q, &out.q}} {
		chol, err := factor(s.g)
		if err != nil {
			return inverses{}, err
		}
		*s.to = inverse(chol)
	}
	return out, nil
}

// inverse of an ill-conditioned matrix is what it is: its condition is the caller's.
func inverse(chol *mat.Cholesky) *mat.SymDense {
	var s mat.SymDense
	_ = chol.InverseTo(&s)
	return &s
}

// slope returns u·Σ⁻¹δ with Σ⁻¹ = at, and a·A + b·B + c·(Σ⁻¹δ)(Σ⁻¹δ)ᵀ.
func (d inverses) slope(at *mat.SymDense, u, a float64, first *mat.SymDense, b float64, second *mat.SymDense, c float64) Slope {
	var v mat.VecDense
	v.MulVec(at, d.delta)
	cov := mat.NewSymDense(d.n, nil)
	for i := range d.n {
		for j := i; j < d.n; j++ {
			cov.SetSym(i, j, a*first.At(i, j)+b*second.At(i, j)+c*v.AtVec(i)*v.AtVec(j))
		}
	}
	v.ScaleVec(u, &v)
	return Slope{&v, cov}
}

// KL returns the gradient of divergence.KL(p, q). With δ = m_p − m_q,
//
//	∂m_p = Σ_q⁻¹δ = −∂m_q,   ∂Σ_p = ½(Σ_q⁻¹ − Σ_p⁻¹),
//	∂Σ_q = ½(Σ_q⁻¹ − Σ_q⁻¹(Σ_p + δδᵀ)Σ_q⁻¹)
//
// Errors: divergence.ErrDimension, ErrIndefinite where a covariance is singular.
//
// Petersen, Pedersen (2012), eqs. 57, 61, 124.
func KL(p, q *divergence.Gaussian) (Gradient, error) {
	d, err := invert(p, q)
	if err != nil {
		return Gradient{}, err
	}
	return d.kl(p), nil
}

func (d inverses) kl(p *divergence.Gaussian) Gradient {
	return Gradient{
		P: d.slope(d.q, 1, 0.5, d.q, -0.5, d.p, 0),
		Q: d.slope(d.q, -1, 0.5, d.q, -0.5, congruence(d.q, p.Cov()), -0.5),
	}
}

// Jeffreys returns the gradient of divergence.Jeffreys(p, q), the sum of those of
// KL(p‖q) and KL(q‖p). Errors as for [KL].
func Jeffreys(p, q *divergence.Gaussian) (Gradient, error) {
	d, err := invert(p, q)
	if err != nil {
		return Gradient{}, err
	}
	g := d.kl(p)
	d.p, d.q = d.q, d.p
	d.delta.ScaleVec(-1, d.delta)
	back := d.kl(q)
	for _, s := range [][2]Slope{{g.P, back.Q}, {g.Q, back.P}} {
		s[0].Mean.AddVec(s[0].Mean, s[1].Mean)
		s[0].Cov.AddSym(s[0].Cov, s[1].Cov)
	}
	return g, nil
}

// Renyi returns the gradient of divergence.Renyi(p, q, α), α ≠ 1. With
// Σ_* = αΣ_q + (1−α)Σ_p and v = Σ_*⁻¹δ,
//
//	∂m_p = αv = −∂m_q,   ∂Σ_p = ½(Σ_*⁻¹ − Σ_p⁻¹) − ½α(1−α)vvᵀ,
//	∂Σ_q = ½α/(1−α) (Σ_*⁻¹ − Σ_q⁻¹) − ½α²vvᵀ
//
// Errors as for [KL]; divergence.ErrOrder for an order that is not positive and
// finite, or 1; ErrIndefinite also where Σ_* is, the divergence being infinite.
//
// Gil, Alajaji, Linder (2013), table 2, differentiated.
func Renyi(p, q *divergence.Gaussian, alpha float64) (Gradient, error) {
	if !(alpha > 0) || alpha == 1 || math.IsInf(alpha, 1) {
		return Gradient{}, fmt.Errorf("%w: %v; for 1 take KL", divergence.ErrOrder, alpha)
	}
	d, err := invert(p, q)
	if err != nil {
		return Gradient{}, err
	}
	var mixed, part mat.SymDense
	mixed.ScaleSym(alpha, q.Cov())
	part.ScaleSym(1-alpha, p.Cov())
	mixed.AddSym(&mixed, &part)
	var chol mat.Cholesky
	if !chol.Factorize(&mixed) {
		return Gradient{}, fmt.Errorf("%w: αΣ_q + (1−α)Σ_p at α = %v; the divergence is infinite", divergence.ErrIndefinite, alpha)
	}
	s := inverse(&chol)
	c := 0.5 * alpha / (1 - alpha)
	return Gradient{
		P: d.slope(s, alpha, 0.5, s, -0.5, d.p, -0.5*alpha*(1-alpha)),
		Q: d.slope(s, -alpha, c, s, -c, d.q, -0.5*alpha*alpha),
	}, nil
}

// Bhattacharyya returns the gradient of divergence.Bhattacharyya(p, q), half that of
// [Renyi] at α = ½. Errors as for [KL].
func Bhattacharyya(p, q *divergence.Gaussian) (Gradient, error) {
	g, err := Renyi(p, q, 0.5)
	if err != nil {
		return g, err
	}
	g.scale(0.5)
	return g, nil
}

// Hellinger returns the gradient of the square of divergence.Hellinger(p, q), which
// unlike that of the distance is finite at p = q: e^{−BD} times that of
// [Bhattacharyya]. Errors as for [KL].
func Hellinger(p, q *divergence.Gaussian) (Gradient, error) {
	bd, err := divergence.Bhattacharyya(p, q)
	if err != nil {
		return Gradient{}, err
	}
	g, err := Bhattacharyya(p, q)
	if err != nil {
		return g, err
	}
	g.scale(math.Exp(-bd))
	return g, nil
}

func (g Gradient) scale(by float64) {
	for _, s := range []Slope{g.P, g.Q} {
		s.Mean.ScaleVec(by, s.Mean)
		s.Cov.ScaleSym(by, s.Cov)
	}
}

// W2Squared returns the gradient of divergence.W2Squared(p, q),
//
//	∂m_p = 2δ = −∂m_q,   ∂Σ_p = I − T(p → q),   ∂Σ_q = I − T(q → p)
//
// with the maps of [OptimalMap]. Errors as for [KL].
//
// Malagò, Montrucchio, Pistone (2018), proposition 9.
func W2Squared(p, q *divergence.Gaussian) (Gradient, error) {
	d, err := invert(p, q)
	if err != nil {
		return Gradient{}, err
	}
	there, err := OptimalMap(p, q)
	if err != nil {
		return Gradient{}, err
	}
	back, err := OptimalMap(q, p)
	if err != nil {
		return Gradient{}, err
	}
	unit := mat.NewSymDense(d.n, nil)
	for i := range d.n {
		unit.SetSym(i, i, 1)
	}
	return Gradient{
		P: d.slope(unit, 2, 1, unit, -1, there, 0),
		Q: d.slope(unit, -2, 1, unit, -1, back, 0),
	}, nil
}
