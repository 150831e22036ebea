package divergence

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/divergence/internal/dense"
)

// bures returns tr(A + B − 2(A^½BA^½)^½) for A = Σ_p, B = Σ_q, tr A ≥ tr B.
//
// Five ways, by how much the trace cancels. If it hardly does, by the eigenvalues of
// A^½BA^½ where none is so small that its root is not known, else by the singular
// values of Σ_q^{½ᵀ}Σ_p^½, which are those roots; for close covariances by a Lyapunov equation
// without eigenvectors where that is exact enough, else by iterating for the optimal map's
// T − I; in between (small in norm, yet not small along the small
// principal axes) by a difference formula for the square root.
func (d pair) bures() (float64, error) {
	if d.close() {
		if b, ok := d.buresNear(); ok {
			return b, nil
		}
		t, err := d.axes()
		if err != nil {
			return 0, err
		}
		if b, ok := t.iterate(); ok {
			return b, nil
		}
		return d.sylvester(t)
	}
	total := mat.Trace(d.p.cov) + mat.Trace(d.q.cov)
	if d.p.rank == 0 || d.q.rank == 0 {
		return total, nil
	}
	b, ok := d.fast(total)
	if !ok {
		m, err := d.roots()
		if err != nil {
			return 0, err
		}
		var svd mat.SVD
		if !svd.Factorize(m, mat.SVDNone) {
			return 0, fmt.Errorf("%w: singular values of a %d×%d product of roots", ErrConvergence, d.q.rank, d.p.rank)
		}
		b = total - 2*floats.Sum(svd.Values(nil)) // The error is about ε·total.
	}
	if b >= 1e-5*total {
		return b, nil
	}
	t, err := d.axes()
	if err != nil {
		return 0, err
	}
	return d.sylvester(t)
}

// close tells whether |A − B| ≤ |A|/1000 in the Frobenius norm.
func (d pair) close() bool {
	w := borrow(len(d.delta))
	defer pool.Put(w)
	d.takeGap(w)
	far, size := dense.Squares(w.gap), dense.Squares(d.p.data())
	if far > 1e-290 && size < 1e290 {
		return far <= 1e-6*size
	}
	hi, _ := d.gap()
	return mat.Norm(hi, 2) <= 1e-3*mat.Norm(d.p.cov, 2)
}

// From few to some dimensions eigenvectors take no longer than what avoids them.
const few, some = 16, 48

// buresNear is the squared Bures distance of near covariances by the Cayley transform Y of the
// optimal map, T = (I + Y/2)(I − Y/2)⁻¹. From TAT = B,
//
//	A = (I − Y/2)N(I − Y/2),   B = (I + Y/2)N(I + Y/2),   NY + YN = B − A,   W2² = tr YNY
//
// with N = (A + B)/2 − YNY/4. The solution for N = (A + B)/2 = M is wrong in fourth order only,
//
//	W2² = tr YMY + tr MY⁴/4 + O(|Y|⁶),   MY + YM = B − A
//
// ok is false where |Y|⁴ shows, or A or B is ill-conditioned.
func (d pair) buresNear() (b float64, ok bool) {
	n := len(d.delta)
	if n > few && n <= some || d.p.upper == nil || d.q.upper == nil || d.ill() {
		return 0, false
	}
	w := borrow(n)
	defer pool.Put(w)
	d.takeGap(w)
	sum{d.p.cov, d.q.cov, 0.5, 0.5}.to(w.change)
	energy, fourth, square, ok := dense.Lyapunov(w.change, w.gap, n)
	return energy + fourth/4, ok && square <= 1e-7 && energy > 1e-280
}

// fast returns total − 2 Σ√μ for the eigenvalues μ of A^½BA^½, which are known up to a
// few roundings of the largest; ok is false where that is not enough for ten digits
// of the result.
func (d pair) fast(total float64) (b float64, ok bool) {
	if d.p.upper == nil || d.q.upper == nil || !(total > 1e-70 && total < 1e70) {
		return 0, false
	}
	mu, ok := dense.SingularSquares(d.q.upper, d.p.upper)
	if !ok || mu[0] <= 0 {
		return 0, false
	}
	n := len(mu)
	slack := 4 * math.Sqrt(float64(n)) * 0x1p-52 * mu[n-1]
	var sum, unknown float64
	for _, v := range mu {
		r := math.Sqrt(v)
		sum += r
		unknown += slack / r // twice the change of the root
	}
	b = total - 2*sum
	return b, unknown <= 1e-10*b
}

// roots returns F_qᵀF_p for roots of the covariances.
func (d pair) roots() (*mat.Dense, error) {
	if d.p.upper != nil && d.q.upper != nil {
		n := d.p.Dim()
		return mat.NewDense(n, n, dense.Cross(d.q.upper, d.p.upper)), nil
	}
	fp, err := d.p.root()
	if err != nil {
		return nil, err
	}
	fq, err := d.q.root()
	if err != nil {
		return nil, err
	}
	var m mat.Dense
	m.Mul(fq.T(), fp)
	return &m, nil
}

// axes is B − A in the principal axes of A: the square of size rank A on its
// range, and the trace of B on its null space.
type axes struct {
	lambda []float64     // positive eigenvalues of A
	basis  *mat.Dense    // their vectors
	change *mat.SymDense // basisᵀ(B − A)basis
	rest   float64
}

func (d pair) axes() (axes, error) {
	values, vectors, err := d.p.eigen()
	if err != nil {
		return axes{}, err
	}
	n, r := d.p.Dim(), d.p.rank
	hi, _ := d.gap()
	c := congruence(vectors, hi)
	c.ScaleSym(-1, c)
	t := axes{
		lambda: values[n-r:],
		basis:  mat.DenseCopyOf(vectors.Slice(0, n, n-r, n)),
		change: c.SliceSym(n-r, n).(*mat.SymDense),
	}
	for i := range n - r {
		t.rest += c.At(i, i)
	}
	t.rest = max(t.rest, 0)
	return t, nil
}

// iterate solves for X = T − I, where T is the optimal map from A to B, TAT = B:
//
//	XA + AX = B − A − XAX,   W2² = tr XAX = Σ_ij X_ij² λ_j
//
// by fixed point in the principal axes of A. ok is false where it contracts
// slowly, that is where X is not small.
func (t axes) iterate() (b float64, ok bool) {
	r := len(t.lambda)
	x, next := make([]float64, r*r), make([]float64, r*r)
	scaled, square := make([]float64, r*r), make([]float64, r*r)
	change := whole(t.change)
	previous := math.Inf(1)
	for k := range 20 {
		var moved, size float64
		b = 0
		for i, li := range t.lambda {
			for j, lj := range t.lambda {
				e := i*r + j
				v := (change[e] - square[e]) / (li + lj)
				next[e] = v
				scaled[e] = v * lj
				dv := v - x[e]
				b += v * v * lj
				moved += dv * dv * lj
				if v = math.Abs(v); v > size {
					size = v
				}
			}
		}
		if moved <= 1e-26*b {
			return b + t.rest, true
		}
		if size > 0.1 || moved > previous || (k > 0 && moved > 0.1*previous) {
			return 0, false
		}
		previous = moved
		x, next = next, x
		square = dense.Product(r, r, r, scaled, false, x, false)
	}
	return 0, false
}

// sylvester uses that the square roots Y = (A^½BA^½)^½ = U diag(μ) Uᵀ and
// A = V diag(λ) Vᵀ of Y² and A² differ by Z with YZ + ZA = A^½(B − A)A^½, so that
//
//	W2² = |A^{−½}Z|² = Σ_ij ( UᵀA^½(B − A)V )_ij² / (μ_i + λ_j)²
//
// μ and U come from the singular value decomposition of Σ_q^{½ᵀ}A^½, for squaring
// would halve the digits of μ.
func (d pair) sylvester(t axes) (float64, error) {
	r := len(t.lambda)
	fq, err := d.q.root()
	if err != nil {
		return 0, err
	}
	root := mat.NewDiagDense(r, nil)
	for i, v := range t.lambda {
		root.SetDiag(i, math.Sqrt(v))
	}
	var m mat.Dense
	m.Mul(fq.T(), t.basis)
	m.Mul(&m, root)
	var svd mat.SVD
	if !svd.Factorize(&m, mat.SVDFullV) {
		return 0, fmt.Errorf("%w: singular vectors of a %d×%d product of roots", ErrConvergence, d.q.rank, r)
	}
	mu := make([]float64, r)
	copy(mu, svd.Values(nil))
	var u, k mat.Dense
	svd.VTo(&u)
	k.Mul(u.T(), root)
	k.Mul(&k, t.change)
	sum := t.rest
	for i := range r {
		for j := range r {
			v := k.At(i, j) / (mu[i] + t.lambda[j])
			sum += v * v
		}
	}
	return sum, nil
}
