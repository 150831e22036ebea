package divergence

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// The reference evaluates the textbook formulas in 320 bits, where nothing that
// they cancel is missed.
const bits = 320

func num(x float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(x) }

func zero() *big.Float { return new(big.Float).SetPrec(bits) }

type bigMatrix [][]*big.Float

// bigMix returns u·Σ_p + v·Σ_q exactly.
func bigMix(p, q *Gaussian, u, v *big.Float) bigMatrix {
	n := p.Dim()
	m := make(bigMatrix, n)
	for i := range m {
		m[i] = make([]*big.Float, n)
		for j := range m[i] {
			a := zero().Mul(u, num(p.cov.At(i, j)))
			m[i][j] = a.Add(a, zero().Mul(v, num(q.cov.At(i, j))))
		}
	}
	return m
}

// solve returns the solution of m·x = b for the columns of b, and ln |m|.
func (m bigMatrix) solve(b bigMatrix) (bigMatrix, *big.Float) {
	n := len(m)
	a := make(bigMatrix, n)
	x := make(bigMatrix, n)
	for i := range n {
		for _, v := range m[i] {
			a[i] = append(a[i], zero().Set(v))
		}
		for _, v := range b[i] {
			x[i] = append(x[i], zero().Set(v))
		}
	}
	det := num(1)
	for k := range n {
		det.Mul(det, a[k][k])
		for i := range n {
			if i == k {
				continue
			}
			f := zero().Quo(a[i][k], a[k][k])
			for j := range n {
				a[i][j].Sub(a[i][j], zero().Mul(f, a[k][j]))
			}
			for j := range x[i] {
				x[i][j].Sub(x[i][j], zero().Mul(f, x[k][j]))
			}
		}
	}
	for i := range n {
		for j := range x[i] {
			x[i][j].Quo(x[i][j], a[i][i])
		}
	}
	return x, bigLog(det)
}

// bigLog returns ln x by x = m·2^k and ln m = 2 artanh((m−1)/(m+1)).
func bigLog(x *big.Float) *big.Float {
	artanh2 := func(m *big.Float) *big.Float {
		z := zero().Quo(zero().Sub(m, num(1)), zero().Add(m, num(1)))
		zz := zero().Mul(z, z)
		sum, power := zero(), zero().Set(z)
		for k := 1; k < bits; k += 2 {
			sum.Add(sum, zero().Quo(power, num(float64(k))))
			power.Mul(power, zz)
		}
		return sum.Mul(sum, num(2))
	}
	m := zero()
	k := x.MantExp(m)
	l := artanh2(num(2))
	return l.Mul(l, num(float64(k))).Add(l, artanh2(m))
}

func bigQuadratic(m bigMatrix, p, q *Gaussian) *big.Float {
	d := make(bigMatrix, len(m))
	for i := range d {
		d[i] = []*big.Float{zero().Sub(num(p.mean[i]), num(q.mean[i]))}
	}
	x, _ := m.solve(d)
	sum := zero()
	for i := range d {
		sum.Add(sum, zero().Mul(d[i][0], x[i][0]))
	}
	return sum
}

func bigLogDet(m bigMatrix) *big.Float {
	_, l := m.solve(m)
	return l
}

func float(x *big.Float) float64 { f, _ := x.Float64(); return f }

func bigKL(p, q *Gaussian) float64 {
	sp, sq := bigMix(p, q, num(1), zero()), bigMix(p, q, zero(), num(1))
	r, _ := sq.solve(sp)
	sum := bigQuadratic(sq, p, q)
	for i := range r {
		sum.Add(sum, r[i][i]).Sub(sum, num(1))
	}
	sum.Sub(sum, bigLogDet(sp)).Add(sum, bigLogDet(sq))
	return float(sum) / 2
}

func bigRenyi(p, q *Gaussian, alpha float64) float64 {
	a, c := num(alpha), zero().Sub(num(1), num(alpha))
	m := bigMix(p, q, c, a)
	sum := zero().Mul(a, bigQuadratic(m, p, q))
	l := bigLogDet(m)
	l.Sub(l, zero().Mul(c, bigLogDet(bigMix(p, q, num(1), zero()))))
	l.Sub(l, zero().Mul(a, bigLogDet(bigMix(p, q, zero(), num(1)))))
	return float(sum.Add(sum, l.Quo(l, c))) / 2
}

func bigBhattacharyya(p, q *Gaussian) float64 { return bigRenyi(p, q, 0.5) / 2 }

// bigBures2 is the squared Bures distance in the plane, where
// tr(A^½BA^½)^½ = √(tr AB + 2√(|A||B|)).
func bigBures2(p, q *Gaussian) float64 {
	a, b := bigMix(p, q, num(1), zero()), bigMix(p, q, zero(), num(1))
	mul := func(x, y *big.Float) *big.Float { return zero().Mul(x, y) }
	det := func(m bigMatrix) *big.Float {
		return zero().Sub(mul(m[0][0], m[1][1]), mul(m[0][1], m[1][0]))
	}
	root := zero().Sqrt(mul(det(a), det(b)))
	s := mul(num(2), root)
	total := zero()
	for i := range 2 {
		total.Add(total, a[i][i]).Add(total, b[i][i])
		for j := range 2 {
			s.Add(s, mul(a[i][j], b[j][i]))
		}
	}
	return float(total.Sub(total, mul(num(2), s.Sqrt(s))))
}

// random returns a Gaussian whose covariance has the condition number cond, with
// random axes.
func random(t require.TestingT, r *rand.Rand, n int, cond float64) *Gaussian {
	if h, ok := t.(*testing.T); ok {
		h.Helper()
	}
	z := mat.NewDense(n, n, nil)
	mean := make([]float64, n)
	for i := range n {
		mean[i] = r.NormFloat64()
		for j := range n {
			z.Set(i, j, r.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(z)
	var q mat.Dense
	qr.QTo(&q)
	for i := range n {
		for j := range n {
			s := 1.0
			if n > 1 {
				s = math.Pow(cond, -0.5*float64(j)/float64(n-1))
			}
			z.Set(i, j, q.At(i, j)*s)
		}
	}
	var cov mat.SymDense
	cov.SymOuterK(1, z)
	g, err := NewGaussian(mean, &cov)
	require.NoError(t, err)
	return g
}

// near returns p with the covariance replaced by (I+G)Σ(I+G)ᵀ and the mean
// shifted, both by eps relative to the spread.
func near(t require.TestingT, r *rand.Rand, p *Gaussian, eps float64) *Gaussian {
	n := p.Dim()
	f, err := p.root()
	require.NoError(t, err)
	_, k := f.Dims()
	eps /= math.Sqrt(float64(k))
	g := mat.NewDense(k, k, nil)
	z := make([]float64, k)
	for i := range k {
		z[i] = eps * r.NormFloat64()
		for j := range k {
			g.Set(i, j, eps*r.NormFloat64())
		}
		g.Set(i, i, 1+g.At(i, i))
	}
	mean := p.Mean(nil)
	for i := range n {
		for j := range k {
			mean[i] += f.At(i, j) * z[j]
		}
	}
	var h mat.Dense
	h.Mul(f, g)
	var cov mat.SymDense
	cov.SymOuterK(1, &h)
	q, err := NewGaussian(mean, &cov)
	require.NoError(t, err)
	return q
}

func must(t require.TestingT) func(v float64, err error) float64 {
	return func(v float64, err error) float64 {
		require.NoError(t, err)
		return v
	}
}
