package divergence

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"pgregory.net/rapid"
)

// drawn returns k Gaussians of one dimension, from close together to far apart.
func drawn(t *rapid.T, k int) []*Gaussian {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	n := rapid.IntRange(1, 8).Draw(t, "n")
	cond := math.Pow(10, rapid.Float64Range(0, 4).Draw(t, "log κ"))
	apart := math.Pow(10, rapid.Float64Range(-9, 0.5).Draw(t, "log distance"))
	g := []*Gaussian{random(t, r, n, cond)}
	for len(g) < k {
		if apart > 1 {
			g = append(g, random(t, r, n, cond))
		} else {
			g = append(g, near(t, r, g[0], apart))
		}
	}
	return g
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawn(t, 3)
		p, q, m := g[0], g[1], g[2]
		do := must(t)

		for _, e := range Catalogue() {
			require.GreaterOrEqual(t, do(e.Func(p, q)), 0.0, e.Name)
		}
		// Bit for bit.
		for _, f := range []func(p, q *Gaussian) (float64, error){Jeffreys, Bhattacharyya, Hellinger, W2, W2Squared} {
			require.Equal(t, do(f(p, q)), do(f(q, p)))
		}
		// Metrics. The slack is the rounding of three distances at 1e-9.
		for _, f := range []func(p, q *Gaussian) (float64, error){Hellinger, W2} {
			a, b, c := do(f(p, q)), do(f(q, m)), do(f(p, m))
			require.LessOrEqual(t, a, (b+c)*(1+1e-9))
		}
		// Like Pinsker's: 2H² ≤ 2BD ≤ KL, the latter by Jensen.
		kl, h, bd := do(KL(p, q)), do(Hellinger(p, q)), do(Bhattacharyya(p, q))
		require.LessOrEqual(t, h*h, bd*(1+1e-9))
		require.LessOrEqual(t, 2*bd, kl*(1+1e-9))
		require.InEpsilon(t, kl+do(KL(q, p)), do(Jeffreys(p, q)), 1e-15)

		// Rényi increases with α and passes through KL.
		last := 0.0
		for _, alpha := range []float64{0.01, 0.3, 0.5, 0.9, 1, 1.1, 2, 10} {
			v := do(Renyi(p, q, alpha))
			require.GreaterOrEqual(t, v, last*(1-1e-9), "α = %v", alpha)
			last = v
		}
		require.InEpsilon(t, 2*bd, do(Renyi(p, q, 0.5)), 1e-15)
	})
}

// R_α is analytic in α, so both sides meet KL at first order in α − 1.
func TestRenyiMeetsKL(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, eps := range []float64{1e-9, 1e-3, 0.1, -1} {
		p := random(t, r, 5, 10)
		q := random(t, r, 5, 10)
		if eps > 0 {
			q = near(t, r, p, eps)
		}
		kl := must(t)(KL(p, q))
		for _, h := range []float64{1e-8, 1e-12} {
			above, below := must(t)(Renyi(p, q, 1+h)), must(t)(Renyi(p, q, 1-h))
			// The derivative is half the variance of the log-ratio, at most about KL².
			require.InEpsilon(t, kl, above, 100*h*(1+kl)+1e-10)
			require.InEpsilon(t, kl, below, 100*h*(1+kl)+1e-10)
		}
	}
}

// An invertible affine map leaves all but W2 alone; W2 scales with a similarity.
func TestAffineInvariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		n := rapid.IntRange(1, 6).Draw(t, "n")
		p, q := random(t, r, n, 10), random(t, r, n, 10)
		do := must(t)

		b := frame(r, n, n)
		shift := make([]float64, n)
		for i := range n {
			shift[i] = r.NormFloat64()
		}
		b.Scale(3, b)
		require.InEpsilon(t, 3*do(W2(p, q)), do(W2(embed(t, p, b, shift), embed(t, q, b, shift))), 1e-10)

		for i := range n {
			for j := range n {
				b.Set(i, j, b.At(i, j)*math.Exp(float64(i-j)/2))
			}
		}
		ap, aq := embed(t, p, b, shift), embed(t, q, b, shift)
		for _, e := range divergences() {
			want := do(e.Func(p, q))
			if math.IsInf(want, 1) {
				require.Equal(t, want, do(e.Func(ap, aq)), e.Name)
				continue
			}
			if e.Name == "renyi2" {
				continue // as ill-conditioned as Σ_* is close to singular
			}
			// κ of the images is below 1e6, so rounding their entries moves them 1e-9.
			require.InEpsilon(t, want, do(e.Func(ap, aq)), 1e-8, e.Name)
		}
	})
}

func TestAgainstGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for _, n := range []int{1, 2, 10, 40} {
		for range 5 {
			p, q := random(t, r, n, 30), random(t, r, n, 30)
			gp, ok := distmv.NewNormal(p.mean, p.cov, nil)
			require.True(t, ok)
			gq, ok := distmv.NewNormal(q.mean, q.cov, nil)
			require.True(t, ok)
			do := must(t)
			require.InEpsilon(t, distmv.KullbackLeibler{}.DistNormal(gp, gq), do(KL(p, q)), 1e-10)
			require.InEpsilon(t, distmv.Bhattacharyya{}.DistNormal(gp, gq), do(Bhattacharyya(p, q)), 1e-10)
			require.InEpsilon(t, distmv.Hellinger{}.DistNormal(gp, gq), do(Hellinger(p, q)), 1e-10)
			require.InEpsilon(t, distmv.Renyi{Alpha: 0.3}.DistNormal(gp, gq), do(Renyi(p, q, 0.3)), 1e-10)
			// gonum returns the square.
			require.InEpsilon(t, distmv.Wasserstein{}.DistNormal(gp, gq), do(W2Squared(p, q)), 1e-9)
		}
	}
}

// Many dimensions: independent planes, shuffled, add up in KL, BD and W2².
func TestManyPlanes(t *testing.T) {
	const planes = 40
	r := rand.New(rand.NewPCG(19, 20))
	for _, eps := range []float64{1e-9, 1e-5, 1e-2, 1} {
		order := r.Perm(2 * planes)
		sp, sq := mat.NewSymDense(2*planes, nil), mat.NewSymDense(2*planes, nil)
		mp, mq := make([]float64, 2*planes), make([]float64, 2*planes)
		var kl, bd, w2 float64
		for k := range planes {
			p := random(t, r, 2, 100)
			q := near(t, r, p, eps)
			kl += bigKL(p, q)
			bd += bigBhattacharyya(p, q)
			w2 += bigBures2(p, q)
			for i := range 2 {
				a := order[2*k+i]
				mp[a], mq[a] = p.mean[i], q.mean[i]
				w2 += (p.mean[i] - q.mean[i]) * (p.mean[i] - q.mean[i])
				for j := range 2 {
					b := order[2*k+j]
					sp.SetSym(a, b, p.cov.At(i, j))
					sq.SetSym(a, b, q.cov.At(i, j))
				}
			}
		}
		p, err := NewGaussian(mp, sp)
		require.NoError(t, err)
		q, err := NewGaussian(mq, sq)
		require.NoError(t, err)
		require.InEpsilon(t, kl, must(t)(KL(p, q)), 1e-9, "ε = %g", eps)
		require.InEpsilon(t, bd, must(t)(Bhattacharyya(p, q)), 1e-9, "ε = %g", eps)
		require.InEpsilon(t, w2, must(t)(W2Squared(p, q)), 1e-9, "ε = %g", eps)
	}
}

// The Lyapunov equation with its fourth-order term, on planes: without that term the distance
// would be wrong by some |Y|², 4e-10 of it at the end, with a wrong sign by twice that.
func TestBuresNear(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	for trial, eps := range []float64{1e-9, 1e-6, 3e-5, 1e-9, 1e-6, 3e-5} {
		planes := []int{5, 40}[trial/3]
		sp, sq := mat.NewSymDense(2*planes, nil), mat.NewSymDense(2*planes, nil)
		order := r.Perm(2 * planes)
		var want float64
		for k := range planes {
			p := random(t, r, 2, 10)
			q := near(t, r, p, eps)
			want += bigBures2(p, q)
			for i := range 2 {
				for j := range 2 {
					sp.SetSym(order[2*k+i], order[2*k+j], p.cov.At(i, j))
					sq.SetSym(order[2*k+i], order[2*k+j], q.cov.At(i, j))
				}
			}
		}
		zero := make([]float64, 2*planes)
		p, err := NewGaussian(zero, sp)
		require.NoError(t, err)
		q, err := NewGaussian(zero, sq)
		require.NoError(t, err)
		b, ok := difference(p, q).buresNear()
		require.True(t, ok)
		// κ = 10 times the rounding of 80 dimensions.
		require.InEpsilon(t, want, b, 1e-12, "ε = %g", eps)
		reverse, ok := difference(q, p).buresNear()
		require.True(t, ok)
		require.Equal(t, b, reverse)
	}
}

// The parts of the logarithms, on both sides of where they change: against the library, whose
// error is a rounding of a number of size one for φ, and relative for the others.
func TestLogarithms(t *testing.T) {
	for _, x := range []float64{1e-9, 0.9999e-5, 1.0001e-5, 0.9999e-4, 1.0001e-4, 1e-3, 0.0999, 0.1001, 0.9} {
		require.InEpsilon(t, -math.Log1p(-x), negLog1m(x), 1e-15)
		for _, y := range []float64{x, -x} {
			want := new(big.Float).Sub(num(y), bigLog(new(big.Float).Add(num(1), num(y))))
			require.InEpsilon(t, float(want), phi(y), 1e-14, "x = %g", y)
		}
	}
	require.Zero(t, phi(0))
	require.Zero(t, negLog1m(0))
	p, want := product{rest: 1}, 0.0
	for _, x := range []float64{2, 1e80, 1e90, 1e300, 1e-200, 1e-300, 3, 1e-99, 0.5} {
		p.times(x)
		want += math.Log(x)
	}
	require.InDelta(t, want, p.sum(), 1e-12) // of terms up to 700
}
