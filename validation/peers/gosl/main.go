// Command gosl measures the ODE methods of github.com/cpmech/gosl, which needs cgo
// and many libraries: it is a module of its own so that nothing else does.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/cpmech/gosl/la"
	"github.com/cpmech/gosl/ode"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
	"github.com/ito-sde/ito/validation/problems"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	d, err := measure.Parse(os.Args[1:], os.Stdout)
	if err != nil {
		return err
	}
	p, ok := problems.ByName(d.Problem)
	if !ok {
		return fmt.Errorf("gosl: no problem %q", d.Problem)
	}
	measure.Alone()
	methods := []string{"dopri5", "dopri8"}
	if p.Stiff {
		methods = []string{"radau5"}
	}
	for _, tol := range d.Tolerances {
		for _, m := range methods {
			err := d.Solve("gosl", m, tol, func() ([]float64, int, error) { return solve(p, m, tol, tol*d.AbsScale) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// solve integrates; gosl panics where it gives up.
func solve(p problems.Problem, method string, rtol, atol float64) (y []float64, evaluations int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("gosl: %v", r)
		}
	}()
	c := ode.NewConfig(method, "")
	c.Eps = 1e-30 // its floor on tolerances is above the absolute ones of Robertson's problem
	c.SetTols(atol, rtol)
	c.Eps = 1e-16
	c.NmaxSS = 10_000_000
	c.GoChan = false
	c.IniH = 1e-4
	var jac ode.JacF
	if p.Stiff {
		c.IniH = 1e-6
		entries := 0
		p.Jacobian(func(int, int, float64) { entries++ }, p.T0, p.Y0)
		jac = func(j *la.Triplet, _, x float64, y la.Vector) {
			if j.Max() == 0 {
				j.Init(len(y), len(y), entries)
			}
			j.Start()
			p.Jacobian(j.Put, x, y)
		}
	}
	var failed error
	s := ode.NewSolver(len(p.Y0), c, func(f la.Vector, _, x float64, y la.Vector) {
		evaluations++
		failed = errors.Join(failed, p.F(f, x, y))
	}, jac, nil)
	defer s.Free()
	y = append(y, p.Y0...)
	s.Solve(y, p.T0, p.T1)
	return y, evaluations, failed
}
