package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/validation/peers/internal/measure"
	"github.com/ito-sde/ito/validation/problems"
)

// drive is the driver of ito's own methods: every one that suits the problem and
// estimates its error, at every tolerance.
func drive(args []string, out io.Writer) error {
	d, err := measure.Parse(args, out)
	if err != nil {
		return err
	}
	p, ok := problems.ByName(d.Problem)
	if !ok {
		return fmt.Errorf("peers: no problem %q", d.Problem)
	}
	var failed error
	dst := make([]float64, len(p.Y0))
	if err := d.RHS(ito, func() { failed = p.F(dst, p.T0, p.Y0) }); err != nil || failed != nil {
		return fmt.Errorf("peers: %s: %w", p.Name, errors.Join(err, failed))
	}
	var linear integrators.Linearisation
	if p.Stiff {
		linear = p.Linearisation()
	}
	for _, tol := range d.Tolerances {
		for _, e := range ode.Catalogue {
			if order, estimate := e.Method.Order(); e.Stiff != p.Stiff || order < 3 || estimate == 0 {
				continue
			}
			c := ode.Config{RTol: tol, ATol: tol * d.AbsScale, Linearisation: linear, MaxSteps: 200_000} // ten times what any good method needs
			err := d.Solve(ito, e.Name, tol, func() ([]float64, int, error) {
				r, err := ode.Solve(context.Background(), e.Method, p.F, p.T0, p.T1, p.Y0, c)
				return r.Y, r.Stats.Evaluations, err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
