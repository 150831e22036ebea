package sampler

import (
	"github.com/ito-sde/ito/integrators"
)

// Flow integrates the probability flow
//
//	dx/dt = f x − ½ g² s(x, t),   s = (α D − x)/σ²
//
// in the process's own time with one step of Method from grid point to grid
// point. Order and evaluations are the method's; a first-same-as-last method
// saves one evaluation in every step but the first.
//
// Song, Sohl-Dickstein, Kingma, Kumar, Ermon, Poole (2021), eq. 13.
type Flow struct{ Method *integrators.Tableau }

// Memory is 0.
func (Flow) Memory() int { return 0 }

// Cost is the method's number of stages.
func (r Flow) Cost() Cost {
	if n := r.Method.Stages(); r.Method.FSAL() {
		return Cost{Evaluations: n - 1, Start: 1}
	} else {
		return Cost{Evaluations: n}
	}
}

// Apply makes one step. The driver goes through Start instead, which keeps the
// stepper from step to step.
func (r Flow) Apply(s *Step) error { return r.Start(len(s.X)).Apply(s) }

// Start returns the rule with a stepper for size numbers.
func (r Flow) Start(size int) Rule {
	f := &flow{Flow: r, d: make([]float64, size)}
	f.stepper = r.Method.Stepper(f.field, size)
	return f
}

type flow struct {
	Flow
	stepper integrators.Stepper
	step    *Step
	d       []float64
}

func (r *flow) field(dst []float64, t float64, x []float64) error {
	at := r.step.Process.At(t)
	if err := r.step.Eval(r.d, x, at); err != nil {
		return err
	}
	f, g := r.step.Process.Coefficients(t)
	k := 0.5 * g * g / (at.Sigma * at.Sigma)
	a, b := f+k, -k*at.Alpha
	for i, v := range x {
		dst[i] = a*v + b*r.d[i]
	}
	return nil
}

// Apply makes one step.
func (r *flow) Apply(s *Step) error {
	r.step = s
	if s.First {
		if err := r.stepper.Reset(s.Time, s.X); err != nil {
			return err
		}
	}
	if err := r.stepper.Try(s.X, nil, s.Next-s.Time); err != nil {
		return err
	}
	r.stepper.Accept()
	return nil
}
