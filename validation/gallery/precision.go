package main

import (
	"context"
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/validation/problems"
)

func precision(ctx context.Context) (drawing, error) {
	p, ok := problems.ByName("arenstorf")
	if !ok {
		return drawing{}, fmt.Errorf("no problem of that name")
	}
	panel := report.Panel{X: "evaluations", Y: "error", LogX: true, LogY: true, Marks: true}
	for _, m := range []*integrators.Tableau{integrators.BogackiShampine, integrators.DormandPrince, integrators.Tsitouras5, integrators.Verner7, integrators.DOP853, integrators.Verner9} {
		c := report.Curve{Name: m.Name}
		for k := 3.0; k <= 13; k++ {
			tol := math.Pow(10, -k)
			r, err := ode.Solve(ctx, m, p.F, p.T0, p.T1, p.Y0, ode.Config{RTol: tol, ATol: tol * p.AbsScale})
			if err != nil {
				return drawing{}, err
			}
			if e := p.Error(r.Y); e < 0.1 && r.Stats.Evaluations < 100_000 {
				c.X, c.Y = append(c.X, float64(r.Stats.Evaluations)), append(c.Y, e)
			}
		}
		panel.Curves = append(panel.Curves, c)
	}
	orbit := report.Curve{Name: "the orbit"}
	for s, err := range ode.Steps(ctx, integrators.Verner9, p.F, p.T0, p.T1, p.Y0, ode.Config{RTol: 1e-12, ATol: 1e-12, Max: 0.02}) {
		if err != nil {
			return drawing{}, err
		}
		orbit.X, orbit.Y = append(orbit.X, s.Y[0]), append(orbit.Y, s.Y[1])
	}
	return drawing{panels: []report.Panel{panel, {X: "x", Y: "y", Curves: []report.Curve{orbit}}}}, nil
}
