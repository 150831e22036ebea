package divergence

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// divergences are the entries of the catalogue that compare densities.
func divergences() []Entry {
	var out []Entry
	for _, e := range Catalogue() {
		if e.Name != "w2" && e.Name != "w2-squared" {
			out = append(out, e)
		}
	}
	return out
}

// embed returns the law of offset + Bx for x ~ g.
func embed(t require.TestingT, g *Gaussian, b *mat.Dense, offset []float64) *Gaussian {
	n, _ := b.Dims()
	mean := mat.NewVecDense(n, append([]float64(nil), offset...))
	var bm mat.VecDense
	bm.MulVec(b, mat.NewVecDense(g.Dim(), g.Mean(nil)))
	mean.AddVec(mean, &bm)
	out, err := NewGaussian(mean.RawVector().Data, congruence(mat.DenseCopyOf(b.T()), g.cov))
	require.NoError(t, err)
	return out
}

// frame returns n×r orthonormal columns.
func frame(r *rand.Rand, n, k int) *mat.Dense {
	z := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			z.Set(i, j, r.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(z)
	var q mat.Dense
	qr.QTo(&q)
	return mat.DenseCopyOf(q.Slice(0, n, 0, k))
}

func TestCommonSubspace(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, size := range []struct{ n, k int }{{2, 1}, {7, 3}, {40, 13}} {
		b := frame(r, size.n, size.k)
		offset := make([]float64, size.n)
		for i := range offset {
			offset[i] = r.NormFloat64()
		}
		small, other := random(t, r, size.k, 10), random(t, r, size.k, 10)
		p, q := embed(t, small, b, offset), embed(t, other, b, offset)
		require.Equal(t, size.k, p.Rank())
		require.True(t, math.IsInf(p.Entropy(), -1))
		for _, e := range Catalogue() {
			// An isometry changes no distance; κ = 10 and rounding of the embedding.
			want, got := must(t)(e.Func(small, other)), must(t)(e.Func(p, q))
			if math.IsInf(want, 1) {
				require.Equal(t, want, got, e.Name) // Rényi of order 2 may diverge
				continue
			}
			require.InEpsilon(t, want, got, 1e-11, e.Name)
		}

		// The same shape beside the subspace, on another subspace, in all of space.
		away := append([]float64(nil), offset...)
		away[0] += 0.1
		turned := embed(t, other, frame(r, size.n, size.k), offset)
		full := random(t, r, size.n, 10)
		for _, s := range []*Gaussian{embed(t, other, b, away), turned, full} {
			for _, e := range divergences() {
				want := math.Inf(1)
				if e.Name == "hellinger" {
					want = 1
				}
				require.Equal(t, want, must(t)(e.Func(p, s)), e.Name)
				require.Equal(t, want, must(t)(e.Func(s, p)), e.Name)
			}
			w := must(t)(W2(p, s))
			require.False(t, math.IsInf(w, 0) || math.IsNaN(w))
			require.Positive(t, w)
		}
	}
}

// Same subspace, tiny difference: entries that are exact in binary keep the two
// on it, so that the planar reference applies to the upper left corner.
func TestCloseOnSubspace(t *testing.T) {
	const eps = 0x1p-30
	at := func(a, b, c float64) *Gaussian {
		g, err := NewGaussianDense([]float64{0, 0, 0}, []float64{a, b, a, b, c, b, a, b, a})
		require.NoError(t, err)
		require.Equal(t, 2, g.Rank())
		return g
	}
	flat := func(a, b, c float64) *Gaussian {
		// (x, y, x) is isometric to (√2x, y); the factor √2 is exact on x² only.
		g, err := NewGaussianDense([]float64{0, 0}, []float64{2 * a, math.Sqrt2 * b, math.Sqrt2 * b, c})
		require.NoError(t, err)
		return g
	}
	p, q := at(1, 0, 0.5), at(1+eps, 0, 0.5-3*eps)
	fp, fq := flat(1, 0, 0.5), flat(1+eps, 0, 0.5-3*eps)
	require.InEpsilon(t, bigKL(fp, fq), must(t)(KL(p, q)), 1e-9)
	require.InEpsilon(t, bigBhattacharyya(fp, fq), must(t)(Bhattacharyya(p, q)), 1e-9)
	require.InEpsilon(t, bigBures2(fp, fq), must(t)(W2Squared(p, q)), 1e-9)
}

func TestW2OfSingular(t *testing.T) {
	do := must(t)
	dense := func(mean []float64, cov ...float64) *Gaussian {
		g, err := NewGaussianDense(mean, cov)
		require.NoError(t, err)
		return g
	}
	o := []float64{0, 0}
	// Lines at an angle θ: W2² = 1 + 1 − 2|cos θ|.
	for _, theta := range []float64{0.3, 1, 2} {
		c, s := math.Cos(theta), math.Sin(theta)
		got := do(W2Squared(dense(o, 1, 0, 0, 0), dense(o, c*c, c*s, c*s, s*s)))
		require.InEpsilon(t, 2-2*math.Abs(c), got, 1e-13)
	}
	// Perpendicular lines, a line and the plane, points.
	require.InEpsilon(t, 2.0, do(W2Squared(dense(o, 1, 0, 0, 0), dense(o, 0, 0, 0, 1))), 1e-15)
	require.InEpsilon(t, 4.0, do(W2Squared(dense(o, 9, 0, 0, 0), dense(o, 9, 0, 0, 4))), 1e-15)
	require.InEpsilon(t, 5.0, do(W2(dense(o, 0, 0, 0, 0), dense([]float64{3, 4}, 0, 0, 0, 0))), 1e-15)
	require.InEpsilon(t, 7.0, do(W2Squared(dense(o, 0, 0, 0, 0), dense([]float64{1, 1}, 2, 1, 1, 3))), 1e-15)
	// A tiny thickness: W2 is the standard deviation that vanished.
	require.InEpsilon(t, 1e-6, do(W2(dense(o, 1, 0, 0, 0), dense(o, 1, 0, 0, 1e-12))), 1e-9)
	// Points are equal or singular to each other.
	a, b := dense(o, 0, 0, 0, 0), dense([]float64{0, 1}, 0, 0, 0, 0)
	require.Zero(t, do(KL(a, dense(o, 0, 0, 0, 0))))
	require.True(t, math.IsInf(do(KL(a, b)), 1))
}

func TestIdentical(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, n := range []int{1, 4, 30} {
		for _, cond := range []float64{1, 1e12, math.Inf(1)} {
			p := random(t, r, n, cond)
			q, err := NewGaussian(p.mean, p.cov)
			require.NoError(t, err)
			for _, e := range Catalogue() {
				require.Zero(t, must(t)(e.Func(p, q)), "%s, κ = %g", e.Name, cond)
				require.Zero(t, must(t)(e.Func(p, p)), "%s, κ = %g", e.Name, cond)
			}
			require.Zero(t, must(t)(Renyi(p, q, 0.3)))
		}
	}
}
