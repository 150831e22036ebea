package divergence

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The covariances are random, full, and their entries are exact; the tolerance
// is the promise of the documentation.
func TestAgainstExtendedPrecision(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 5, 12} {
		for _, cond := range []float64{1, 1e3, 1e8, 1e12} {
			p := random(t, r, n, cond)
			for _, eps := range []float64{1e-12, 1e-9, 1e-6, 1e-4, 1e-3, 1e-2, 0.1, 0.5, -1} {
				q := random(t, r, n, cond)
				if eps > 0 {
					q = near(t, r, p, eps)
				}
				t.Run(fmt.Sprintf("n=%d/cond=%g/eps=%g", n, cond, eps), func(t *testing.T) {
					do := must(t)
					tol := 1e-9
					require.InEpsilon(t, bigKL(p, q), do(KL(p, q)), tol, "KL")
					require.InEpsilon(t, bigKL(q, p), do(KL(q, p)), tol, "KL")
					require.InEpsilon(t, bigKL(p, q)+bigKL(q, p), do(Jeffreys(p, q)), tol, "Jeffreys")
					bd := bigBhattacharyya(p, q)
					require.InEpsilon(t, bd, do(Bhattacharyya(p, q)), tol, "BD")
					require.InEpsilon(t, math.Sqrt(-math.Expm1(-bd)), do(Hellinger(p, q)), tol, "Hellinger")
					for _, alpha := range []float64{1e-6, 0.1, 0.5, 0.7, 1 - 1e-9, 1 + 1e-9, 1.5} {
						got := do(Renyi(p, q, alpha))
						if alpha > 1 && math.IsInf(got, 1) {
							require.Greater(t, eps*eps, 1e-4, "Σ_* is positive definite for close arguments")
							continue
						}
						require.InEpsilon(t, bigRenyi(p, q, alpha), got, tol, "Rényi %v", alpha)
					}
				})
			}
		}
	}
}

// Where covariances are near and means are not, what the covariances' gap takes off the
// means' term, a share of 1e-9 or so, is right too.
func TestBhattacharyyaOfMeansApart(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 2))
	for range 20 {
		p := random(t, r, 5, 10)
		q := near(t, r, p, 5e-5)
		mean := p.Mean(nil)
		for i := range mean {
			mean[i] += r.NormFloat64()
		}
		q, err := NewGaussian(mean, q.Cov())
		require.NoError(t, err)
		got, err := Bhattacharyya(p, q)
		require.NoError(t, err)
		require.InEpsilon(t, bigBhattacharyya(p, q), got, 1e-13)
	}
}

// plane returns a Gaussian in the plane with standard deviations 1 and 1/√cond.
func plane(t *testing.T, angle, first, second float64) *Gaussian {
	c, s := math.Cos(angle), math.Sin(angle)
	g, err := NewGaussianDense([]float64{0, 0}, []float64{
		c*c*first + s*s*second, c * s * (first - second),
		c * s * (first - second), s*s*first + c*c*second,
	})
	require.NoError(t, err)
	return g
}

// Where the entries of D = Σ_p − Σ_q are down to their rounding, ε, the change
// along the small axis is ε·κ relative to it and W2² mostly that: it is then
// known to about ε·κ only.
func TestW2AgainstExtendedPrecision(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, cond := range []float64{1, 1e3, 1e6, 1e12} {
		for _, eps := range []float64{1e-12, 1e-9, 1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1, 5} {
			for range 5 {
				a := 6 * r.Float64()
				p := plane(t, a, 1, 1/cond)
				q := plane(t, a+eps*r.NormFloat64(), math.Exp(eps*r.NormFloat64()), math.Exp(eps*r.NormFloat64())/cond)
				do := must(t)
				tol := 1e-9
				if cond > 1e6 && eps < 1e-6 {
					tol = 0x1p-50 * cond
				}
				want := bigBures2(p, q)
				require.InEpsilon(t, want, do(W2Squared(p, q)), tol, "κ = %g, ε = %g", cond, eps)
				require.InEpsilon(t, math.Sqrt(want), do(W2(p, q)), tol, "κ = %g, ε = %g", cond, eps)
			}
		}
	}
}
