package main

import (
	"context"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/symplectic"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/ode"
)

func kepler(ctx context.Context) (drawing, error) {
	field := func(dst []float64, _ float64, y []float64) error {
		r := math.Hypot(y[0], y[1])
		dst[0], dst[1] = y[2], y[3]
		dst[2], dst[3] = -y[0]/(r*r*r), -y[1]/(r*r*r)
		return nil
	}
	energy := func(y []float64) float64 { return (y[2]*y[2]+y[3]*y[3])/2 - 1/math.Hypot(y[0], y[1]) }
	const eccentricity, periods = 0.5, 30
	y0 := []float64{1 - eccentricity, 0, 0, math.Sqrt((1 + eccentricity) / (1 - eccentricity))}
	drift := report.Panel{Title: "error of the energy", X: "periods", LogY: true}
	var orbits []report.Panel
	for _, m := range []struct {
		name       string
		method     integrators.Method
		perPeriod  float64 // evaluations cost the same
		everyOrbit bool
	}{
		{"Verlet", symplectic.Verlet, 240, true},
		{"midpoint rule, explicit", integrators.Midpoint, 120, true},
		{"Runge–Kutta of order 4", integrators.RK4, 60, false},
		{"Blanes–Moan of order 4", symplectic.BlanesMoan4, 40, false},
	} {
		c, orbit := report.Curve{Name: m.name}, report.Curve{Name: m.name}
		worst, period := 0.0, 0.0
		_, err := ode.Solve(ctx, m.method, field, 0, 2*math.Pi*periods, y0, ode.Config{Step: 2 * math.Pi / m.perPeriod, Observer: func(s ode.Step) {
			orbit.X, orbit.Y = append(orbit.X, s.Y[0]), append(orbit.Y, s.Y[1])
			worst = max(worst, math.Abs(energy(s.Y)-energy(y0)))
			if now := math.Floor(4*s.T/(2*math.Pi)) / 4; now > period { // the most within a quarter of a period
				c.X, c.Y = append(c.X, now), append(c.Y, worst)
				worst, period = 0, now
			}
		}})
		if err != nil {
			return drawing{}, err
		}
		drift.Curves = append(drift.Curves, c)
		if m.everyOrbit {
			orbits = append(orbits, report.Panel{Title: m.name, X: "x", Y: "y", Curves: []report.Curve{orbit}})
		}
	}
	return drawing{panels: append(orbits, drift)}, nil
}
