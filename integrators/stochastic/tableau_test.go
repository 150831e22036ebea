package stochastic_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/integrators/stochastic"
)

var tableaus = []interface{ Validate() error }{
	stochastic.SRA1, stochastic.SRA3, stochastic.SOSRA, stochastic.SRI1, stochastic.SOSRI, stochastic.ShARK, stochastic.SPaRK, stochastic.SlowRK,
	stochastic.DRI1, stochastic.RI5, stochastic.RI6,
}

func TestTableausAreValid(t *testing.T) {
	for _, m := range tableaus {
		require.NoError(t, m.Validate(), "%v", m)
	}
}

// Any coefficient that is changed is found, alone or beside those that weights of
// zero switch off.
func TestWrongCoefficientsAreFound(t *testing.T) {
	sra := func(change func(m *stochastic.SRATableau)) error {
		m := *stochastic.SRA1
		m.Alpha, m.Beta1, m.Beta2, m.C1 = clone(m.Alpha), clone(m.Beta1), clone(m.Beta2), clone(m.C1)
		m.B0 = [][]float64{{}, clone(m.B0[1])}
		change(&m)
		return m.Validate()
	}
	require.NoError(t, sra(func(*stochastic.SRATableau) {}))
	for name, change := range map[string]func(m *stochastic.SRATableau){
		"Alpha": func(m *stochastic.SRATableau) { m.Alpha[0], m.Alpha[1] = m.Alpha[1], m.Alpha[0] },
		"Beta1": func(m *stochastic.SRATableau) { m.Beta1[0], m.Beta1[1] = m.Beta1[1], m.Beta1[0] },
		"Beta2": func(m *stochastic.SRATableau) { m.Beta2[0] = 1; m.Beta2[1] = -1 },
		"B0":    func(m *stochastic.SRATableau) { m.B0[1][0] = -1.5 },
		"C1":    func(m *stochastic.SRATableau) { m.C1[1] = 0.5 },
		"size":  func(m *stochastic.SRATableau) { m.C1 = m.C1[:1] },
		"NaN":   func(m *stochastic.SRATableau) { m.Alpha[0] = math.NaN() },
	} {
		require.ErrorIs(t, sra(change), stochastic.ErrTableau, name)
	}
	sri := *stochastic.SRI1
	sri.Beta4 = []float64{-2, 5. / 3, 1, -2. / 3}
	require.ErrorIs(t, sri.Validate(), stochastic.ErrTableau)
	require.Panics(t, func() { sri.Stepper(&linearIto, 1) })
	srk := *stochastic.SPaRK
	srk.BetaH = []float64{-1, 0, 1}
	require.ErrorIs(t, srk.Validate(), stochastic.ErrTableau)
	require.Panics(t, func() { srk.Stepper(&linearIto, 1) })
	srk = *stochastic.SPaRK
	srk.C = []float64{0, 0.4, 1}
	require.ErrorIs(t, srk.Validate(), stochastic.ErrTableau)
}

// Every single coefficient of a method of weak order 2, changed by a thousandth, breaks
// a condition.
func TestEveryCoefficientOfWeakTableausCounts(t *testing.T) {
	for _, original := range []*stochastic.RITableau{stochastic.DRI1, stochastic.RI5, stochastic.RI6} {
		m := *original
		vectors := []*[]float64{&m.C0, &m.C1, &m.Alpha, &m.Beta1, &m.Beta2, &m.Beta3, &m.Beta4}
		for _, a := range []*[][]float64{&m.A0, &m.A1, &m.B0, &m.B1, &m.B2} {
			*a = append([][]float64(nil), *a...)
			for i := range *a {
				vectors = append(vectors, &(*a)[i])
			}
		}
		for _, v := range vectors {
			old := *v
			for i := range old {
				*v = clone(old)
				if (*v)[i] == 0 {
					continue // what is not used may be anything
				}
				(*v)[i] *= 1.001
				require.ErrorIs(t, m.Validate(), stochastic.ErrTableau)
			}
			*v = old
		}
		require.NoError(t, m.Validate())
		m.B2 = m.B2[:2]
		require.ErrorIs(t, m.Validate(), stochastic.ErrTableau)
		require.Panics(t, func() { m.Stepper(&linearIto, 1) })
	}
}

var linearIto = linear(stochastic.Ito).sys

func clone(v []float64) []float64 { return append([]float64(nil), v...) }

// Without noise the methods are Runge–Kutta methods: on y' = −y they multiply by
// polynomials that agree with e^(−h) to their deterministic order.
func TestDeterministicLimits(t *testing.T) {
	for name, order := range map[string]float64{
		"em": 1, "heun": 2, "midpoint": 2, "implicit": 1, "theta": 2, "impmidpoint": 2, "sra1": 2, "sra3": 3, "sosra": 2, "sri1": 2, "sosri": 2,
		"shark": 2, "spark": 2, "slowrk": 2, "platenweak": 2, "dri1": 3, "ri5": 3, "ri6": 2, "srock2": 2, "skrock": 1,
	} {
		m, err := stochastic.ByName(name)
		require.NoError(t, err)
		s := stochastic.System{
			Dim: 1, Calculus: m.Calculus(), Structure: stochastic.AdditiveDiagonal,
			Drift:     each(1, func(_ int, _, y float64) float64 { return -y }),
			Diffusion: each(1, func(int, float64, float64) float64 { return 1 }),
		}
		st, dst := m.Stepper(&s, 1), make([]float64, 1)
		var errors []float64
		steps := []int{16, 32, 64, 128}
		for _, n := range steps {
			require.NoError(t, st.Step(dst, 0, 1/float64(n), []float64{1}, make([]float64, stochastic.Needs(m, s.Structure).Len(1))))
			errors = append(errors, dst[0]-math.Exp(-1/float64(n)))
		}
		require.InDelta(t, order+1, logSlope(steps, errors), 0.05, name)
	}
}

// Drifts of dy = −y³ dt + dw from y = 40 in steps of ¼: Euler–Maruyama runs away,
// the tamed and the implicit method come back.
func TestSuperlinearDrift(t *testing.T) {
	s := stochastic.System{
		Dim: 1, Structure: stochastic.AdditiveDiagonal,
		Drift:     each(1, func(_ int, _, y float64) float64 { return -y * y * y }),
		Diffusion: each(1, func(int, float64, float64) float64 { return 1 }),
	}
	end := func(m stochastic.Method) float64 {
		st, y, next := m.Stepper(&s, 1), []float64{40}, make([]float64, 1)
		for k := range 60 {
			require.NoError(t, st.Step(next, 0, 0.25, y, []float64{0.5 * math.Sin(float64(k))}))
			y, next = next, y
		}
		return math.Abs(y[0])
	}
	require.True(t, math.IsNaN(end(stochastic.EulerMaruyama{})))
	require.Less(t, end(stochastic.TamedEuler{}), 2.0)
	require.Less(t, end(stochastic.DriftImplicitEuler{}), 2.0)
}

// The heat equation on 40 points, tridiagonal: with its pattern and without the
// step is (I + hA)⁻¹, for a product of h and A's norm of 1600·4·0.1; and it costs
// no memory.
func TestDriftImplicitEulerOnStiffSystem(t *testing.T) {
	const n, h = 40, 0.1
	laplace := func(dst, y []float64) {
		for i := range dst {
			dst[i] = -2 * y[i] * n * n
			if i > 0 {
				dst[i] += y[i-1] * n * n
			}
			if i < n-1 {
				dst[i] += y[i+1] * n * n
			}
		}
	}
	s := stochastic.System{
		Dim: n, Structure: stochastic.AdditiveDiagonal,
		Drift: func(dst []float64, _ float64, y []float64) error {
			for r := 0; r < len(y); r += n {
				laplace(dst[r:r+n], y[r:r+n])
			}
			return nil
		},
		Diffusion: func(dst []float64, _ float64, _ []float64) error {
			for i := range dst {
				dst[i] = 1
			}
			return nil
		},
	}
	y, dw, dst, back := make([]float64, 2*n), make([]float64, 2*n), make([]float64, 2*n), make([]float64, n)
	for i := range y {
		y[i], dw[i] = math.Sin(float64(i)), math.Cos(float64(3*i))
	}
	for _, m := range []stochastic.DriftImplicitEuler{{}, {Pattern: jacobian.Banded(n, 1, 1)}} {
		require.NoError(t, stochastic.Check(m, &s))
		st := m.Stepper(&s, 2)
		require.NoError(t, st.Step(dst, 0, h, y, dw))
		for r := 0; r < 2*n; r += n {
			laplace(back, dst[r:r+n])
			for i := range back {
				// Rounding of 640·y by 1e-15 or so.
				require.InDelta(t, y[r+i]+dw[r+i], dst[r+i]-h*back[i], 1e-11)
			}
		}
		require.Zero(t, testing.AllocsPerRun(5, func() {
			if err := st.Step(dst, 0, h, y, dw); err != nil {
				t.Fatal(err)
			}
		}))
	}
	wrong := stochastic.DriftImplicitEuler{Pattern: jacobian.Dense(3)}
	require.ErrorContains(t, stochastic.Check(wrong, &s), "make the Jacobian's pattern of order 40")
	require.Panics(t, func() { wrong.Stepper(&s, 1) })
}

// x = 1 + x² + 1 has no real solution, and x = x has no unique one.
func TestDriftImplicitEulerFails(t *testing.T) {
	for _, drift := range []integrators.Field{
		each(1, func(_ int, _, y float64) float64 { return 1 + y*y }),
		each(1, func(_ int, _, y float64) float64 { return y }),
	} {
		s := stochastic.System{
			Dim: 1, Structure: stochastic.AdditiveDiagonal, Drift: drift,
			Diffusion: each(1, func(int, float64, float64) float64 { return 1 }),
		}
		err := stochastic.DriftImplicitEuler{}.Stepper(&s, 1).Step(make([]float64, 1), 0, 1, []float64{1}, []float64{0})
		require.ErrorIs(t, err, stochastic.ErrNewton)
	}
}

// A tableau of one's own is a method, once its conditions hold.
func ExampleSRATableau() {
	m := &stochastic.SRATableau{
		Name: "mine", C0: []float64{0, 0.75}, C1: []float64{1, 0},
		A0: [][]float64{{}, {0.75}}, B0: [][]float64{{}, {1.5}},
		Alpha: []float64{1. / 3, 2. / 3}, Beta1: []float64{1, 0}, Beta2: []float64{-1, 1},
	}
	fmt.Println(m.Validate())
	m.Beta2 = []float64{1, -1}
	fmt.Println(m.Validate())
	// Output:
	// <nil>
	// stochastic: tableau: mine: β2·C1 is 1, want -1
}

// The members of RI6's family with another last stage are methods as long as it is not
// used.
func ExampleRITableau() {
	m := *stochastic.RI6
	m.Name, m.C0, m.A0 = "mine", []float64{0, 1, 0.5}, [][]float64{{}, {1}, {0.5, 0}}
	fmt.Println(m.Validate())
	m.Alpha = []float64{0.5, 0, 0.5}
	fmt.Println(m.Validate())
	// Output:
	// <nil>
	// stochastic: tableau: mine: α·A0 e is 0.25, want 0.5
}

// One step of dy = −1000 (y − cos t) dt + 0.1 dw that is a hundred times too long
// for an explicit method.
func ExampleDriftImplicitEuler() {
	s := stochastic.System{
		Dim: 1, Structure: stochastic.AdditiveDiagonal,
		Drift: func(dst []float64, t float64, y []float64) error {
			dst[0] = -1000 * (y[0] - math.Cos(t))
			return nil
		},
		Diffusion: func(dst []float64, _ float64, _ []float64) error { dst[0] = 0.1; return nil },
	}
	dst := make([]float64, 1)
	if err := (stochastic.DriftImplicitEuler{}).Stepper(&s, 1).Step(dst, 0, 0.2, []float64{0}, []float64{0.4}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.6f beside cos 0.2 = %.6f\n", dst[0], math.Cos(0.2))
	// Output: 0.975390 beside cos 0.2 = 0.980067
}
