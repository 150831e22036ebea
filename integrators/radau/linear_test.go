package radau_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/radau"
)

// padé is the approximation of e^z with numerator of degree s−1 and denominator
// of degree s, the stability function. Hairer, Wanner (1996), eq. IV.3.30.
func padé(s int, z complex128) complex128 {
	p, q := complex(1, 0), complex(1, 0)
	term := complex(1, 0)
	for j := 1; j < s; j++ {
		term *= z * complex(float64(s-j)/float64((2*s-j)*j), 0)
		p += term
	}
	term = 1
	for j := 1; j <= s; j++ {
		term *= -z * complex(float64(s-j+1)/float64((2*s-j)*j), 0)
		q += term
	}
	return p / q
}

func spiral(lambda complex128) problem {
	a, b := real(lambda), imag(lambda)
	f := func(d []float64, _ float64, y []float64) error {
		d[0], d[1] = a*y[0]-b*y[1], b*y[0]+a*y[1]
		return nil
	}
	return problem{f: f, y0: []float64{1, 0}, t1: 1}
}

func TestStabilityFunction(t *testing.T) {
	for _, e := range radau.Catalogue[:4] {
		order, _ := e.Method.Order()
		for _, z := range []complex128{-0.1, -1, -30, -1e4, -1e8, 0.5, 2i, -1 + 7i, -50 - 50i, 1000i} {
			_, y := fixed(t, e.Method, spiral(z), 1)
			got, want := complex(y[0], y[1]), padé((order+1)/2, z)
			// Some 100 roundings of numbers up to 1 + |R|, times the condition of T.
			require.Less(t, cmplx.Abs(got-want), 2e-12*(1+cmplx.Abs(want)), "%v at %v: %v, want %v", e.Method, z, got, want)
		}
	}
}

// The estimate on y' = λy, (γ − z)⁻¹ (z − h u'(0)), falls as z^(s+1) for z → 0 and
// goes to −1 for z → −∞: it does not overestimate a damped component.
func TestEstimate(t *testing.T) {
	for _, e := range radau.Catalogue[:4] {
		_, order := e.Method.Order()
		at := func(z float64) float64 {
			s := e.Method.Stepper(spiral(complex(z, 0)).f, 2)
			require.NoError(t, s.Reset(0, []float64{1, 0}))
			y, est := make([]float64, 2), make([]float64, 2)
			require.NoError(t, s.Try(y, est, 1))
			return est[0]
		}
		z := -0.01 * float64(order*order)
		both := at(z) * at(-z) / (at(z/2) * at(-z/2)) // the next power of z cancels
		require.InDelta(t, order+1, math.Log2(both)/2, 0.1, "%v", e.Method)
		require.InDelta(t, -1, at(-1e9), 1e-6, "%v", e.Method)
	}
}

// heat is y' = κ Δy − y³ on n points, with a mass matrix of the finite elements
// where mass is set.
func heat(n int, p *jacobian.Pattern, user, mass bool) problem {
	const k = 50
	at := func(y []float64, i int) float64 {
		if i < 0 || i >= n {
			return 0
		}
		return y[i]
	}
	pr := problem{t1: 0.1, f: func(d []float64, _ float64, y []float64) error {
		for i, v := range y {
			d[i] = k*(at(y, i-1)-2*v+at(y, i+1)) - v*v*v
		}
		return nil
	}}
	pr.l.Pattern = p
	if user {
		pr.l.Jacobian = func(m *jacobian.Matrix, _ float64, y []float64) error {
			for i, v := range y {
				m.Set(i, i, -2*k-3*v*v)
				if i > 0 {
					m.Set(i, i-1, k)
					m.Set(i-1, i, k)
				}
			}
			return nil
		}
	}
	if mass {
		pr.l.Mass = jacobian.Banded(n, 1, 1).New()
		for i := range n {
			pr.l.Mass.Set(i, i, 2./3)
			if i > 0 {
				pr.l.Mass.Set(i, i-1, 1./6)
				pr.l.Mass.Set(i-1, i, 1./6)
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		pr.y0 = append(pr.y0, 1+r.Float64())
	}
	return pr
}

// Dense, banded and sparse matrices and both sources of J give the same states:
// to the tolerance of Newton's iteration, a few units of rounding.
func TestForms(t *testing.T) {
	const n = 13
	var entries [][2]int
	for i := 1; i < n; i++ {
		entries = append(entries, [2]int{i, i - 1}, [2]int{i - 1, i})
	}
	sparse, err := jacobian.Sparse(n, entries)
	require.NoError(t, err)
	for _, m := range []*radau.Method{radau.IIA5, radau.IIA9, radau.IIA13} {
		for _, mass := range []bool{false, true} {
			_, want := fixed(t, m, heat(n, nil, true, mass), 10)
			for _, p := range []*jacobian.Pattern{nil, jacobian.Banded(n, 1, 1), sparse} {
				for _, user := range []bool{false, true} {
					s, y := fixed(t, m, heat(n, p, user, mass), 10)
					require.InDeltaSlice(t, want, y, 1e-12, "%v", m)
					if c := s.Counts(); !user && p != nil {
						// Three groups of columns, and f itself once a Jacobian.
						order, _ := m.Order()
						require.Equal(t, c.Iterations*(order+1)/2+4*c.Jacobians, c.Evaluations)
					}
				}
			}
		}
	}
}

// With M = diag(d), M y' = f is y' = f/d.
func TestMass(t *testing.T) {
	f := rotations["cubic"]
	mass := jacobian.Diagonal([]float64{2, -0.5})
	scaled := func(d []float64, t float64, y []float64) error {
		err := f(d, t, y)
		d[0], d[1] = d[0]/2, d[1]/-0.5
		return err
	}
	for _, e := range radau.Catalogue {
		y0 := []float64{0.3, 0.4}
		_, want := fixed(t, e.Method, problem{f: scaled, y0: y0, t1: 1}, 10)
		_, y := fixed(t, e.Method, problem{f: f, y0: y0, t1: 1, l: integrators.Linearisation{Mass: mass}}, 10)
		require.InDeltaSlice(t, want, y, 1e-13, "%v", e.Method)
	}
}
