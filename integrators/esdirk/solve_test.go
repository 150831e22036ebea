package esdirk_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/esdirk"
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
			t.Logf("%s %.1e %.1e", name, p.Error(given.Y)/tol, p.Error(differences.Y)/tol)
			// Newton's method is no burden: few refusals, few iterations a stage.
			stages := (m.Stages() - 1) * (given.Stats.Accepted + given.Stats.Rejected)
			require.Less(t, given.Stats.Iterations, 3*stages, name)
		}
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
