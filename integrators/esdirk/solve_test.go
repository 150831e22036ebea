package esdirk_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/esdirk"
	"github.com/ito-sde/ito/integrators/jacobian"
	"github.com/ito-sde/ito/ode"
)

// The stiff problems at a tolerance that suits the method, with the Jacobian given
// and by differences. Errors are at the end of long intervals and of the worst
// component, which for Oregonator and Van der Pol are phases: hundreds of local
// tolerances.
func TestStiffProblems(t *testing.T) {
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		for _, name := range []string{"robertson", "vdp1000", "hires", "orego"} {
			p := problem(t, name)
			tol := 1e-6
			if m.P >= 4 {
				tol = 1e-8
			}
			c := ode.Config{RTol: tol, ATol: tol * p.AbsScale, Linearisation: linearisation(p)}
			given, err := ode.Solve(context.Background(), m, p.F, p.T0, p.T1, p.Y0, c)
			require.NoError(t, err, name)
			require.Less(t, p.Error(given.Y), 2000*tol, name)
			c.Linearisation.Jacobian = nil
			differences, err := ode.Solve(context.Background(), m, p.F, p.T0, p.T1, p.Y0, c)
			require.NoError(t, err, name)
			require.Less(t, p.Error(differences.Y), 2000*tol, name)
			// Newton's method is no burden: few refusals, few iterations a stage.
			stages := (m.Stages() - 1) * (given.Stats.Accepted + given.Stats.Rejected)
			require.Less(t, given.Stats.Iterations, 3*stages, name)
		}
	})
}

// A Jacobian that is wrong costs time: no step is accepted on the strength of
// rates that were measured long before.
func TestWrongJacobian(t *testing.T) {
	for _, name := range []string{"hires", "orego"} {
		p := problem(t, name)
		for _, scale := range []float64{0.7, 1.4} {
			l := integrators.Linearisation{Jacobian: func(dst *jacobian.Matrix, t float64, y []float64) error {
				p.Jacobian(func(i, j int, v float64) { dst.Set(i, j, v*scale) }, t, y)
				return nil
			}}
			for _, m := range []*esdirk.Tableau{esdirk.TRBDF2, esdirk.KenCarp4, esdirk.ESDIRK659} {
				r, err := ode.Solve(context.Background(), m, p.F, p.T0, p.T1, p.Y0, ode.Config{RTol: 1e-6, ATol: 1e-6 * p.AbsScale, Linearisation: l})
				require.NoError(t, err, "%s %v", name, m)
				require.Less(t, p.Error(r.Y), 2000*1e-6, "%s %v %v", name, m, scale)
			}
		}
	}
}

// Tolerances near and below rounding, and absolute ones alone, end well: Newton's
// method sees that increments are rounding and stops.
func TestTightTolerances(t *testing.T) {
	p := problem(t, "hires")
	for _, c := range []ode.Config{{RTol: 1e-14, ATol: 1e-18}, {ATol: 1e-15}, {RTol: 1e-15, ATol: 1e-18}} {
		for _, given := range []bool{true, false} {
			if given {
				c.Linearisation = linearisation(p)
			} else {
				c.Linearisation.Jacobian = nil
			}
			r, err := ode.Solve(context.Background(), esdirk.ESDIRK659, p.F, p.T0, 5, p.Y0, c)
			require.NoError(t, err, "%+v", c)
			half, err := ode.Solve(context.Background(), esdirk.KenCarp58, p.F, p.T0, 5, p.Y0, ode.Config{RTol: 1e-12, ATol: 1e-15})
			require.NoError(t, err)
			require.InDeltaSlice(t, half.Y, r.Y, 1e-11)
		}
	}
}

// Diffusion goes implicitly and the reaction explicitly: the Jacobian, constant, is
// evaluated once and the solution that of the whole.
func TestSplitDiffusion(t *testing.T) {
	const n, d = 40, 400
	diffuse := func(dst []float64, _ float64, y []float64) error {
		for i, v := range y {
			left, right := 1.0, 0.0
			if i > 0 {
				left = y[i-1]
			}
			if i < n-1 {
				right = y[i+1]
			}
			dst[i] = d * (left - 2*v + right)
		}
		return nil
	}
	react := func(dst []float64, t float64, y []float64) error {
		for i, v := range y {
			dst[i] = 5*v*(1-v*v) + math.Sin(t)
		}
		return nil
	}
	whole := func(dst []float64, t float64, y []float64) error {
		var r [n]float64
		_, _ = diffuse(dst, t, y), react(r[:], t, y)
		for i, v := range r {
			dst[i] += v
		}
		return nil
	}
	l := integrators.Linearisation{Pattern: jacobian.Banded(n, 1, 1), Jacobian: func(dst *jacobian.Matrix, _ float64, _ []float64) error {
		for i := range n {
			dst.Set(i, i, -2*d)
			if i > 0 {
				dst.Set(i, i-1, d)
				dst.Set(i-1, i, d)
			}
		}
		return nil
	}}
	y0 := make([]float64, n)
	at := []float64{0.1, 0.5, 1}
	fine, err := ode.Solve(context.Background(), esdirk.KenCarp58, whole, 0, 1, y0, ode.Config{RTol: 1e-11, ATol: 1e-11, At: at,
		Linearisation: integrators.Linearisation{Pattern: l.Pattern}})
	require.NoError(t, err)
	each(t, func(t *testing.T, m *esdirk.Tableau) {
		if m.Explicit == nil {
			t.Skip("does not split")
		}
		split, err := m.IMEX(react)
		require.NoError(t, err)
		r, err := ode.Solve(context.Background(), split, diffuse, 0, 1, y0, ode.Config{RTol: 1e-6, ATol: 1e-6, At: at, Linearisation: l})
		require.NoError(t, err)
		require.InDeltaSlice(t, fine.Y, r.Y, 5e-5) // the boundary costs split methods part of their order
		for i := range at {
			require.InDeltaSlice(t, fine.At[i], r.At[i], 5e-5, "%v", at[i])
		}
		// Of a linear part it is the same wherever it is looked at: seldom, then.
		require.LessOrEqual(t, r.Stats.Jacobians, 4)
	})
}

// BenchmarkRobertson reports the time of a step of Robertson's problem.
func BenchmarkRobertson(b *testing.B) {
	p := problem(b, "robertson")
	for _, e := range esdirk.Catalogue {
		b.Run(e.Name, func(b *testing.B) {
			const tol = 1e-6
			steps, evaluations := 0, 0
			for b.Loop() {
				r, err := ode.Solve(context.Background(), e.Method, p.F, p.T0, p.T1, p.Y0, ode.Config{RTol: tol, ATol: tol * p.AbsScale, Linearisation: linearisation(p)})
				if err != nil {
					b.Fatal(err)
				}
				steps += r.Stats.Accepted + r.Stats.Rejected
				evaluations += r.Stats.Evaluations
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
			b.ReportMetric(float64(evaluations)/float64(steps), "evaluations/step")
		})
	}
}
