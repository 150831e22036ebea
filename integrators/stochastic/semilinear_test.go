package stochastic_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

// semilinear tells the methods with an exact linear part.
func semilinear(m stochastic.Method) bool {
	switch m.(type) {
	case stochastic.ExponentialEuler, stochastic.ExponentialSRA, stochastic.Strang:
		return true
	}
	return false
}

// adapted is the same equation in a form that a method takes: for those with an exact
// linear part a matrix A, diagonal where the noise is, and the drift less A y.
func adapted(t testing.TB, m stochastic.Method, s stochastic.System) stochastic.System {
	if !semilinear(m) {
		return s
	}
	n := s.Dim
	a := mat.NewDense(n, n, nil)
	for i := range n {
		a.Set(i, i, -0.7-0.2*float64(i))
		if !s.Structure.IsDiagonal() {
			a.Set(i, (i+1)%n, 0.3)
		}
	}
	var linear mat.Matrix = a
	if s.Structure.IsDiagonal() {
		d := mat.NewDiagDense(n, nil)
		for i := range n {
			d.SetDiag(i, a.At(i, i))
		}
		linear = d
	}
	drift := s.Drift
	rest := s
	rest.Drift = func(dst []float64, t float64, y []float64) error {
		err := drift(dst, t, y)
		for r := 0; r < len(y); r += n {
			for i := range n {
				for j := range n {
					dst[r+i] -= linear.At(i, j) * y[r+j]
				}
			}
		}
		return err
	}
	out, err := stochastic.Semilinear(linear, rest)
	require.NoError(t, err)
	return out
}

// Without f and noise a step is e^(Ah), however stiff, for a matrix and a diagonal;
// and a drift Ay + f is what the other methods see.
func TestLinearPartIsExact(t *testing.T) {
	none := func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil }
	a := mat.NewDense(2, 2, []float64{-40, 30, 5, -60})
	rest := stochastic.System{Dim: 2, NoiseDim: 2, Structure: stochastic.Additive, Drift: none, Diffusion: none}
	s, err := stochastic.Semilinear(a, rest)
	require.NoError(t, err)
	rest.Structure = stochastic.AdditiveDiagonal
	d, err := stochastic.Semilinear(mat.NewDiagDense(2, []float64{-40, -60}), rest)
	require.NoError(t, err)
	for _, m := range []stochastic.PathMethod{stochastic.ExponentialSRA{}, stochastic.Strang{}, stochastic.Strang{Base: stochastic.EulerMaruyama{}}, plain{stochastic.ExponentialEuler{}}} {
		y, dst := []float64{1, 2, -3, 5}, make([]float64, 4)
		for range 2 { // lengths that are kept
			for _, h := range []float64{0.5, 0.01, -0.01, 0.2, 0.3, 0.4} {
				require.NoError(t, m.Stepper(&s, 2).Step(dst, 0, h, y, make([]float64, 2*m.Needs(s.Structure).Len(2))))
				var e, scaled mat.Dense
				scaled.Scale(h, a)
				e.Exp(&scaled)
				for r := 0; r < 4; r += 2 {
					require.InDelta(t, e.At(0, 0)*y[r]+e.At(0, 1)*y[r+1], dst[r], 1e-13*40)
				}
				require.NoError(t, m.Stepper(&d, 2).Step(dst, 0, h, y, make([]float64, 2*m.Needs(d.Structure).Len(2))))
				require.InEpsilon(t, math.Exp(-60*h)*5, dst[3], 1e-14)
			}
		}
	}
	dst := make([]float64, 2)
	require.NoError(t, s.Drift(dst, 0, []float64{1, 2}))
	require.Equal(t, []float64{20, -115}, dst)
}

// plain is a method of increments as one of paths.
type plain struct{ stochastic.Method }

func (plain) Needs(stochastic.Structure) noise.Functionals { return 0 }

// What is kept of earlier lengths of steps changes nothing.
func TestPropagatorsAreKeptApart(t *testing.T) {
	for _, m := range []stochastic.Method{stochastic.ExponentialEuler{}, stochastic.ExponentialSRA{}, stochastic.Strang{}} {
		p := mixed(stochastic.Ito)
		s := adapted(t, m, p.sys)
		dw := []float64{0.3, -0.2, 0.05, 0.1}[:stochastic.Needs(m, s.Structure).Len(2)]
		st, got, want := m.Stepper(&s, 1), make([]float64, 2), make([]float64, 2)
		for k := range 40 {
			h := 0.01 * float64(1+k*k%13)
			require.NoError(t, st.Step(got, 0, h, []float64{1, 2}, dw))
			require.NoError(t, m.Stepper(&s, 1).Step(want, 0, h, []float64{1, 2}, dw))
			require.Equal(t, want, got, "%T, length %d", m, k)
		}
	}
}

// The Ornstein–Uhlenbeck process with a diagonal A has its exact variance at every h,
// from non-stiff to stiff, and the exact covariance with Δw; with a dense A the
// variance is off by h⁵.
func TestExponentialSRAHasTheExactLaw(t *testing.T) {
	const b = 0.7
	system := func(a mat.Matrix) stochastic.System {
		s, err := stochastic.Semilinear(a, stochastic.System{
			Dim: 1, Structure: stochastic.AdditiveDiagonal,
			Drift:     each(1, func(int, float64, float64) float64 { return 0 }),
			Diffusion: each(1, func(int, float64, float64) float64 { return b }),
		})
		require.NoError(t, err)
		return s
	}
	off := func(a mat.Matrix, k, h float64) float64 {
		s := system(a)
		r, c, d := affine(t, stochastic.ExponentialSRA{}, &s, h)
		require.InDelta(t, math.Exp(k*h), r, 1e-15*math.Exp(k*h))
		require.InEpsilon(t, b*math.Expm1(k*h)/(k*h), c, 1e-13)
		return (c*c*h+d*d*h/12)/(b*b*math.Expm1(2*k*h)/(2*k)) - 1
	}
	for _, k := range []float64{-1e-6, -1, -3, -4.99, -5.01, -50, -1e4, 0.3, 4} {
		require.InDelta(t, 0, off(mat.NewDiagDense(1, []float64{k}), k, 0.1), 1e-13, k)
	}
	dense := mat.NewDense(1, 1, []float64{-1})
	require.InDelta(t, 4, math.Log2(off(dense, -1, 0.2)/off(dense, -1, 0.1)), 0.1)
}

func TestSemilinearRefuses(t *testing.T) {
	lin := linear(stochastic.Ito).sys
	for _, a := range []mat.Matrix{mat.NewDense(3, 3, nil), mat.NewDense(2, 1, nil), mat.NewDense(2, 2, []float64{1, 2, math.NaN(), 4}), mat.NewDiagDense(2, []float64{1, math.Inf(1)})} {
		_, err := stochastic.Semilinear(a, lin)
		require.ErrorIs(t, err, stochastic.ErrSystem)
	}
	_, err := stochastic.Semilinear(mat.NewDiagDense(2, nil), stochastic.System{})
	require.ErrorIs(t, err, stochastic.ErrSystem)
	for _, m := range []stochastic.Method{stochastic.ExponentialEuler{}, stochastic.ExponentialSRA{}, stochastic.Strang{}} {
		own := additive(stochastic.Ito).sys
		require.ErrorContains(t, stochastic.Check(m, &own), "make the system by Semilinear")
		require.Panics(t, func() { m.Stepper(&own, 1) })
	}
	// Strang refuses what its Base does.
	noDerivative := lin
	noDerivative.DiffusionDerivative = nil
	s := adapted(t, stochastic.Strang{}, noDerivative)
	require.NoError(t, stochastic.Check(stochastic.Strang{}, &s))
	require.ErrorContains(t, stochastic.Check(stochastic.Strang{Base: stochastic.Milstein{}}, &s), "set System.DiffusionDerivative")
	require.ErrorContains(t, stochastic.Check(stochastic.Strang{Base: stochastic.Heun{}}, &s), "take a method of the system's calculus")
	require.ErrorContains(t, stochastic.Check(stochastic.Strang{Base: stochastic.SRA1}, &s), "declare the structure")
	require.ErrorContains(t, stochastic.Check(stochastic.Strang{Base: stochastic.SROCK2{Radius: -1}}, &s), "give SROCK2 a finite Radius")
	for base, want := range map[stochastic.Method][2]float64{
		nil: {1, 2}, stochastic.EulerMaruyama{}: {0.5, 1}, stochastic.SRI1: {1, 1.5}, stochastic.Milstein{}: {1, 1}, stochastic.SRA3: {1, 2},
	} {
		strong, weak := stochastic.Strang{Base: base}.Orders(stochastic.Diagonal)
		require.Equal(t, want, [2]float64{strong, weak}, "%T", base)
	}
	// What knew the system by its old form does no longer.
	kick := stochastic.Langevin(1, each(1, func(_ int, _, x float64) float64 { return -x }), 1, 1)
	s, err = stochastic.Semilinear(mat.NewDiagDense(2, []float64{1, 2}), kick)
	require.NoError(t, err)
	require.ErrorIs(t, stochastic.Check(stochastic.BAOAB{}, &s), stochastic.ErrMethod)
	require.NoError(t, stochastic.Check(stochastic.Strang{Base: stochastic.BAOAB{}}, &s), "the rest is one")
}

// A step back in time is one forward of the equation in −t, with −A and −f.
func TestSemilinearBackwards(t *testing.T) {
	for _, m := range []stochastic.Method{stochastic.ExponentialEuler{}, stochastic.ExponentialSRA{}, stochastic.Strang{}} {
		step := func(sign float64) []float64 {
			p := mixed(stochastic.Ito)
			b := p.sys.Diffusion
			p.sys.Drift = func(dst []float64, t float64, y []float64) error {
				for i, v := range y {
					dst[i] = sign * math.Sin(v+sign*t)
				}
				return nil
			}
			p.sys.Diffusion = func(dst []float64, t float64, y []float64) error { return b(dst, sign*t, y) }
			s, err := stochastic.Semilinear(mat.NewDense(2, 2, []float64{-sign, sign, 2 * sign, sign}), p.sys)
			require.NoError(t, err)
			dw, dst := []float64{0.3, -0.2, 0.05, 0.1}[:stochastic.Needs(m, s.Structure).Len(2)], make([]float64, 2)
			require.NoError(t, m.Stepper(&s, 1).Step(dst, sign*0.5, -sign*0.1, []float64{1, 2}, dw))
			return dst
		}
		// The exponentials of A and of −(−A) are rounded alike.
		require.InDeltaSlice(t, step(1), step(-1), 1e-14)
	}
}

// Errors of f and b come out, and a step of a length that is known costs no memory.
func TestSemilinearErrorsAndAllocations(t *testing.T) {
	for _, m := range []stochastic.Method{stochastic.ExponentialEuler{}, stochastic.ExponentialSRA{}, stochastic.Strang{}} {
		p := mixed(stochastic.Ito)
		calls, at := 0, math.MaxInt
		broken := errors.New("broken")
		count := func(f integrators.Field) integrators.Field {
			return func(dst []float64, t float64, y []float64) error {
				if calls++; calls == at {
					return broken
				}
				return f(dst, t, y)
			}
		}
		p.sys.Drift, p.sys.Diffusion = count(p.sys.Drift), count(p.sys.Diffusion)
		s := adapted(t, m, p.sys)
		st, dw, dst := m.Stepper(&s, 1), make([]float64, stochastic.Needs(m, s.Structure).Len(2)), make([]float64, 2)
		require.NoError(t, st.Step(dst, 0, 0.1, p.y0, dw))
		total := calls
		for at = 1; at <= total; at++ {
			calls = 0
			require.ErrorIs(t, st.Step(dst, 0, 0.1, p.y0, dw), broken)
		}
		at = math.MaxInt
		require.Zero(t, testing.AllocsPerRun(10, func() {
			if err := st.Step(dst, 0, 0.1, p.y0, dw); err != nil {
				t.Fatal(err)
			}
		}))
	}
}

// A rotation, exact at any length of a step, with a nonlinear rest and noise.
func ExampleStrang() {
	s, err := stochastic.Semilinear(mat.NewDense(2, 2, []float64{0, -1, 1, 0}), stochastic.System{
		Dim: 2, Structure: stochastic.Diagonal,
		Drift:     func(dst []float64, _ float64, _ []float64) error { clear(dst); return nil },
		Diffusion: func(dst []float64, _ float64, y []float64) error { dst[0], dst[1] = 0.1*y[0], 0.1*y[1]; return nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	dst := make([]float64, 2)
	for _, m := range []stochastic.Method{stochastic.Strang{Base: stochastic.EulerMaruyama{}}, stochastic.ExponentialEuler{}} {
		if err := m.Stepper(&s, 1).Step(dst, 0, math.Pi/2, []float64{1, 0}, []float64{0, 0}); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%T: radius %.4f\n", m, math.Hypot(dst[0], dst[1]))
	}
	// Output:
	// stochastic.Strang: radius 1.0000
	// stochastic.ExponentialEuler: radius 1.0000
}

// The stochastic heat equation in eigenfunctions, dy_k = (−k²y_k + f_k) dt + dw_k,
// with a step far beyond 1/k².
func ExampleExponentialSRA() {
	rates := make([]float64, 50)
	for k := range rates {
		rates[k] = -float64((k + 1) * (k + 1))
	}
	s, err := stochastic.Semilinear(mat.NewDiagDense(50, rates), stochastic.System{
		Dim: 50, Structure: stochastic.AdditiveDiagonal,
		Drift: func(dst []float64, _ float64, y []float64) error {
			for i, v := range y {
				dst[i] = math.Sin(v)
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, _ []float64) error {
			for i := range dst {
				dst[i] = 1
			}
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	y, dst, path := make([]float64, 50), make([]float64, 50), make([]float64, 100)
	y[0], path[49] = 1, 0.3 // and noise in the last
	if err := (stochastic.ExponentialSRA{}).Stepper(&s, 1).Step(dst, 0, 0.1, y, path); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f %.6f\n", dst[0], dst[49])
	// Output: 0.9845 0.001319
}
