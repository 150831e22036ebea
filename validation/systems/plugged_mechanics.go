package main

import (
	"context"
	"math"

	"github.com/ito-sde/ito/integrators"
	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/integrators/symplectic"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/ode/sensitivity"
	"github.com/ito-sde/ito/ode/shooting"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
	"github.com/ito-sde/ito/validation/problems"
)

// mechanics are items 36 to 39.
func mechanics() []row {
	return []row{
		{36, "two bodies in polar coordinates", "angular momentum after three periods of 200 steps: √(1 − e²) to the last bit",
			"integrators/symplectic.Split", "integrators/symplectic.ExampleSplit", "integrators/symplectic.TestKeplerInPolarCoordinates",
			func(context.Context) (answer, error) {
				y, err := polar(600)
				return answer{math.Sqrt(1 - 0.25), y[1], 0}, err
			}},
		{36, "their period", "angle after three times 2π: 6π",
			"integrators/symplectic.KahanLi8", "integrators/symplectic.ExampleSplit", "integrators/symplectic.TestKeplersThirdLaw",
			func(context.Context) (answer, error) {
				y, err := polar(600)
				return answer{6 * math.Pi, -y[3], 1e-8}, err
			}},
		{36, "the same in Cartesian coordinates, adaptively", "error after ten periods of eccentricity 0.6 by DOP853",
			"validation/problems.ByName", "validation/problems.ExampleByName", "validation/problems.TestExact", cartesian},
		{37, "least action", "Verlet's path makes the discrete action stationary: largest ∂S/∂q_k",
			"integrators/symplectic.DiscreteLagrangian", "integrators/symplectic.ExampleDiscreteLagrangian", "integrators/symplectic.TestPathOfStationaryAction", action},
		{37, "bounded error of the energy", "largest of Verlet's in the last ten of a thousand swings over that in the first ten",
			"integrators/symplectic.Verlet", "integrators/symplectic.ExampleComposition", "integrators/symplectic.TestEnergyErrorIsBounded", drift},
		{38, "rotating spring", "l_1/l_0 = tan θ/θ at θ = 1",
			"ode/shooting.Problem.Solve", "ode/shooting.ExampleProblem_Solve_spring", "ode/shooting.TestRotatingSpring",
			func(ctx context.Context) (answer, error) {
				s, err := boundary(ctx, []float64{0, 1}, nil, func(dst []float64, y []float64) { dst[0], dst[1] = y[1], -y[0] },
					func(dst []float64, from, to []float64) { dst[0], dst[1] = from[0], to[1]-1 })
				if err != nil {
					return answer{}, err
				}
				return answer{math.Tan(1), s.Y[1][0], 1e-9}, nil
			}},
		{39, "geodesics of the sphere", "length of the curve of least energy: the angle between its ends, π/2",
			"ode/shooting.Problem", "ode/shooting.ExampleProblem_Solve_geodesic", "ode/shooting.TestGreatCircle", geodesic},
	}
}

// polar moves a body of eccentricity ½ from its pericentre for three periods of steps.
func polar(steps int) ([]float64, error) {
	kepler := &symplectic.Split{
		Composition: symplectic.KahanLi8,
		Velocity: func(dst []float64, _ float64, p []float64) error {
			dst[0], dst[1] = p[0], 0
			return nil
		},
		Force: func(dst []float64, _ float64, q []float64) error {
			r, l := q[0], q[1]
			dst[0], dst[1] = (l*l/r-1)/(r*r), -l/(r*r)
			return nil
		},
	}
	y := []float64{0.5, math.Sqrt(1 - 0.25), 0, 0}
	s := kepler.Stepper(nil, 4)
	if err := s.Reset(0, y); err != nil {
		return y, err
	}
	for range steps {
		if err := s.Try(y, nil, 6*math.Pi/float64(steps)); err != nil {
			return y, err
		}
		s.Accept()
	}
	return y, nil
}

func cartesian(ctx context.Context) (answer, error) {
	p, found := problems.ByName("kepler10")
	if !found {
		return answer{}, problemMissing("kepler10")
	}
	r, err := ode.Solve(ctx, integrators.DOP853, p.F, p.T0, p.T1, p.Y0, ode.Config{RTol: 1e-12, ATol: 1e-12})
	if err != nil {
		return answer{}, err
	}
	want := make([]float64, len(r.Y))
	p.Exact(want, p.T1)
	worst := 0.0
	for i, v := range want {
		worst = max(worst, math.Abs(r.Y[i]-v))
	}
	return answer{0, worst, 1e-8}, nil
}

type problemMissing string

func (p problemMissing) Error() string { return "no problem " + string(p) }

func action(context.Context) (answer, error) {
	const n, h = 50, 0.1
	force := func(dst []float64, _ float64, q []float64) error {
		dst[0] = -math.Sin(q[0])
		return nil
	}
	l := symplectic.DiscreteLagrangian{Right: 0.5, Force: force, Potential: func(_ float64, q []float64) float64 { return -math.Cos(q[0]) }}
	pendulum := func(dst []float64, t float64, y []float64) error {
		dst[0] = y[1]
		return force(dst[1:], t, y[:1])
	}
	y, path := []float64{1, 0.3}, []float64{1}
	s := symplectic.Verlet.Stepper(pendulum, 2)
	if err := s.Reset(0, y); err != nil {
		return answer{}, err
	}
	for range n {
		if err := s.Try(y, nil, h); err != nil {
			return answer{}, err
		}
		s.Accept()
		path = append(path, y[0])
	}
	gradient := make([]float64, n-1)
	if err := l.Gradient(gradient, path, 1, 0, h); err != nil {
		return answer{}, err
	}
	worst := 0.0
	for _, g := range gradient {
		worst = max(worst, math.Abs(g))
	}
	return answer{0, worst, 1e-13}, nil
}

// drift follows a pendulum's energy error over a thousand swings.
func drift(context.Context) (answer, error) {
	const swing, swings = 65, 1000 // steps of 0.1, and 6.5 is a little less than a period
	y := []float64{1, 0}
	s := symplectic.Verlet.Stepper(func(dst []float64, _ float64, y []float64) error {
		dst[0], dst[1] = y[1], -math.Sin(y[0])
		return nil
	}, 2)
	if err := s.Reset(0, y); err != nil {
		return answer{}, err
	}
	var first, last float64
	for k := range swing * swings {
		if err := s.Try(y, nil, 0.1); err != nil {
			return answer{}, err
		}
		s.Accept()
		e := math.Abs(0.5*y[1]*y[1] - math.Cos(y[0]) + math.Cos(1))
		switch {
		case k < 10*swing:
			first = max(first, e)
		case k >= (swings-10)*swing:
			last = max(last, e)
		}
	}
	// The largest in ten swings is found to the square of the angle between steps.
	return answer{1, last / first, 0.01}, nil
}

// boundary solves y' = field with two points' conditions.
func boundary(ctx context.Context, points []float64, guess func(dst []float64, t float64), field func(dst, y []float64), conditions func(dst, from, to []float64)) (*shooting.Solution, error) {
	states := 2
	if guess != nil {
		states = 4
	}
	p := shooting.Problem{
		States: states, Points: points,
		System:     sensitivity.System{Field: func(dst []float64, _ float64, y, _ []float64) error { field(dst, y); return nil }},
		Conditions: func(dst []float64, y [][]float64, _ []float64) error { conditions(dst, y[0], y[1]); return nil },
	}
	return p.Solve(ctx, guess, nil, shooting.Config{Method: integrators.DOP853, Solve: ode.Config{RTol: 1e-11, ATol: 1e-11}})
}

func geodesic(ctx context.Context) (answer, error) {
	from, to := [2]float64{math.Pi / 4, 0}, [2]float64{math.Pi / 2, math.Pi / 2}
	s, err := boundary(ctx, []float64{0, 1}, func(dst []float64, t float64) {
		for i := range 2 {
			dst[i], dst[2+i] = from[i]+t*(to[i]-from[i]), to[i]-from[i]
		}
	}, func(dst, y []float64) {
		sin, cos := math.Sincos(y[0])
		dst[0], dst[1], dst[2], dst[3] = y[2], y[3], sin*cos*y[3]*y[3], -2*cos/sin*y[2]*y[3]
	}, func(dst, a, b []float64) {
		dst[0], dst[1], dst[2], dst[3] = a[0]-from[0], a[1]-from[1], b[0]-to[0], b[1]-to[1]
	})
	if err != nil {
		return answer{}, err
	}
	y := s.Y[0]
	return answer{math.Pi / 2, math.Hypot(y[2], math.Sin(y[0])*y[3]), 1e-9}, nil
}

// wiener is E exp(−½∫W²), item 41, by paths of (W, ∫W²).
func wiener(ctx context.Context) (answer, error) {
	m, err := statistics.NewMoments(1, 2)
	if err != nil {
		return answer{}, err
	}
	const steps = 200
	r, err := sde.Ensemble{
		Method: stochastic.EulerMaruyama{},
		System: sde.System{
			Dim: 2, NoiseDim: 1, Structure: sde.General,
			Drift: func(dst []float64, _ float64, y []float64) error {
				for i := 0; i < len(y); i += 2 {
					dst[i], dst[i+1] = 0, y[i]*y[i]
				}
				return nil
			},
			Diffusion: func(dst []float64, _ float64, _ []float64) error {
				for i := 0; i < len(dst); i += 2 {
					dst[i], dst[i+1] = 1, 0
				}
				return nil
			},
		},
		T1: 1, Steps: steps, Initial: []float64{0, 0}, Paths: 20_000, Address: noise.Address{Seed: 5},
		Quantity: sde.Quantity{Width: 1, Of: func(dst []float64, o sde.Observation) error {
			for i := range dst {
				dst[i] = math.Exp(-0.5 * o.Y[2*i+1])
			}
			return nil
		}},
		Statistics: []statistics.Reducer{m},
	}.Run(ctx)
	if err != nil {
		return answer{}, err
	}
	e := r.Statistics[0][0].(*statistics.Moments).Mean(0)
	// The scheme's mean is above by no more than h/4: it leaves out half of the last step.
	return answer{1 / math.Sqrt(math.Cosh(1)), e.Value, 6*e.Error + 0.25/steps}, nil
}
