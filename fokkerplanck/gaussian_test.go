package fokkerplanck_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/fokkerplanck"
)

// linear is a random stable A and a D of half the rank.
func linear(r *rand.Rand, n int) (*mat.Dense, *mat.SymDense) {
	a := mat.NewDense(n, n, nil)
	b := mat.NewDense(n, (n+1)/2, nil)
	for i := range n {
		for j := range n {
			a.Set(i, j, r.NormFloat64()/math.Sqrt(float64(n)))
		}
		a.Set(i, i, a.At(i, i)-2.5)
		for j := range (n + 1) / 2 {
			b.Set(i, j, r.NormFloat64())
		}
	}
	d := mat.NewSymDense(n, nil)
	d.SymOuterK(0.5, b)
	return a, d
}

// A S + S Aᵀ + 2D = 0, and what Moments keeps, in dimensions up to 60.
func TestStationaryCovariance(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 8, 20, 60} {
		a, d := linear(r, n)
		s, err := fokkerplanck.StationaryCovariance(a, d)
		require.NoError(t, err)
		var x, y mat.Dense
		x.Mul(a, s)
		y.Add(&x, x.T())
		x.Scale(2, d)
		y.Add(&y, &x)
		require.Less(t, mat.Norm(&y, 1), 1e-13*mat.Norm(s, 1)*mat.Norm(a, 1)*float64(n))
		_, p, err := fokkerplanck.Moments(a, nil, d, mat.NewVecDense(n, nil), s, 0.7)
		require.NoError(t, err)
		require.True(t, mat.EqualApprox(s, p, 1e-12*mat.Norm(s, 1)))
		_, p, err = fokkerplanck.Moments(a, nil, d, mat.NewVecDense(n, nil), mat.NewSymDense(n, nil), 500)
		require.NoError(t, err)
		require.True(t, mat.EqualApprox(s, p, 1e-12*mat.Norm(s, 1)))
	}
	// A damped oscillator with noise on the velocity alone: equipartition, to a
	// small relative error also where it is damped a millionth as fast as it turns.
	for _, damping := range []float64{2, 1e-6} {
		s, err := fokkerplanck.StationaryCovariance(mat.NewDense(2, 2, []float64{0, 1, -4, -damping}), mat.NewSymDense(2, []float64{0, 0, 0, damping * 0.3}))
		require.NoError(t, err)
		require.True(t, mat.EqualApprox(mat.NewDiagDense(2, []float64{0.3 / 4, 0.3}), s, 1e-9), "%v", s)
	}
}

// The equations m' = A m + c, P' = A P + P Aᵀ + 2D by central differences, and
// closed forms in one dimension and without drift.
func TestMoments(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 5} {
		a, d := linear(r, n)
		c, m0 := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
		for i := range n {
			c.SetVec(i, r.NormFloat64())
			m0.SetVec(i, r.NormFloat64())
		}
		_, p0 := linear(r, n)
		at := func(t1 float64) (*mat.VecDense, *mat.SymDense) {
			m, p, err := fokkerplanck.Moments(a, c, d, m0, p0, t1)
			require.NoError(t, err)
			return m, p
		}
		const h = 1e-4 // h²/6 times third derivatives of size 100, and rounding/h
		m, p := at(0.4)
		ml, pl := at(0.4 - h)
		mr, pr := at(0.4 + h)
		var dm mat.VecDense
		dm.MulVec(a, m)
		dm.AddVec(&dm, c)
		var x, dp mat.Dense
		x.Mul(a, p)
		dp.Add(&x, x.T())
		x.Scale(2, d)
		dp.Add(&dp, &x)
		for i := range n {
			require.InDelta(t, dm.AtVec(i), (mr.AtVec(i)-ml.AtVec(i))/(2*h), 1e-5)
			for j := range n {
				require.InDelta(t, dp.At(i, j), (pr.At(i, j)-pl.At(i, j))/(2*h), 1e-5)
			}
		}
		m, p = at(0)
		require.True(t, mat.EqualApprox(m0, m, 1e-15))
		require.True(t, mat.EqualApprox(p0, p, 1e-15))
	}
	for _, k := range []float64{-3, 0, 2} {
		for _, time := range []float64{1e-9, 0.3, 5} {
			one := func(v float64) *mat.SymDense { return mat.NewSymDense(1, []float64{v}) }
			m, p, err := fokkerplanck.Moments(mat.NewDense(1, 1, []float64{k}), mat.NewVecDense(1, []float64{0.7}), one(0.4), mat.NewVecDense(1, []float64{2}), one(0.1), time)
			require.NoError(t, err)
			grown, spread := time, 2*0.4*time
			if k != 0 {
				grown, spread = math.Expm1(k*time)/k, 0.4*math.Expm1(2*k*time)/k
			}
			require.InEpsilon(t, 2*math.Exp(k*time)+0.7*grown, m.AtVec(0), 1e-12)
			require.InEpsilon(t, 0.1*math.Exp(2*k*time)+spread, p.At(0, 0), 1e-12)
		}
	}
}

func TestGaussianRefuses(t *testing.T) {
	eye := mat.NewSymDense(2, []float64{1, 0, 0, 1})
	zero := mat.NewVecDense(2, nil)
	stable := mat.NewDense(2, 2, []float64{-1, 0, 0, -1})
	for name, f := range map[string]func() error{
		"unstable": func() error { _, err := fokkerplanck.StationaryCovariance(eye, eye); return err },
		"marginal": func() error {
			_, err := fokkerplanck.StationaryCovariance(mat.NewDense(2, 2, []float64{0, 1, -1, 0}), eye)
			return err
		},
		"no drift": func() error { _, err := fokkerplanck.StationaryCovariance(mat.NewDense(2, 2, nil), eye); return err },
		"sizes":    func() error { _, err := fokkerplanck.StationaryCovariance(mat.NewDense(2, 3, nil), eye); return err },
		"indefinite": func() error {
			_, err := fokkerplanck.StationaryCovariance(stable, mat.NewSymDense(2, []float64{1, 2, 2, 1}))
			return err
		},
		"NaN": func() error {
			_, err := fokkerplanck.StationaryCovariance(stable, mat.NewSymDense(2, []float64{math.NaN(), 0, 0, 1}))
			return err
		},
		"backwards": func() error { _, _, err := fokkerplanck.Moments(stable, nil, eye, zero, eye, -1); return err },
		"mean": func() error {
			_, _, err := fokkerplanck.Moments(stable, nil, eye, mat.NewVecDense(3, nil), eye, 1)
			return err
		},
		"overflow": func() error { _, _, err := fokkerplanck.Moments(eye, nil, eye, zero, eye, 1e4); return err },
	} {
		require.ErrorIs(t, f(), fokkerplanck.ErrProblem, name)
	}
}

// Position and velocity of a particle of temperature 0.3 in a well of stiffness
// 4: ½ k ⟨x²⟩ = ½ ⟨v²⟩ = ½ T.
func ExampleStationaryCovariance() {
	a := mat.NewDense(2, 2, []float64{0, 1, -4, -0.5})
	d := mat.NewSymDense(2, []float64{0, 0, 0, 0.5 * 0.3})
	s, err := fokkerplanck.StationaryCovariance(a, d)
	fmt.Printf("%.4f %.4f %v\n", s.At(0, 0), s.At(1, 1), err)
	// Output: 0.0750 0.3000 <nil>
}

// A free Brownian particle: 2Dt.
func ExampleMoments() {
	one := mat.NewSymDense(1, []float64{0.5})
	m, p, err := fokkerplanck.Moments(mat.NewDense(1, 1, nil), mat.NewVecDense(1, []float64{2}), one, mat.NewVecDense(1, nil), mat.NewSymDense(1, nil), 3)
	fmt.Printf("%.1f %.1f %v\n", m.AtVec(0), p.At(0, 0), err)
	// Output: 6.0 3.0 <nil>
}
