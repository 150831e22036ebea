package radau

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/integrators"
)

var (
	errDiverged  = fmt.Errorf("radau: %w", integrators.ErrDiverged)
	errSlow      = fmt.Errorf("radau: too slowly: %w", integrators.ErrDiverged)
	errNotFinite = fmt.Errorf("radau: stages are not finite: %w", integrators.ErrDiverged)
)

// keep is the rate of convergence up to which J is kept for the next step.
const keep = 0.001

// trust bounds what the rate of the step before promises for the first iteration:
// J is older now.
const trust = 1e-4

// convergence watches the simplified Newton iteration: after increments of norms
// n_(k−1), n_k its rate is θ = n_k/n_(k−1), and the error left about θ/(1−θ) n_k.
// Hairer, Wanner (1996), eqs. IV.8.9–11.
type convergence struct {
	theta, eta float64 // η = θ/(1−θ), carried over from step to step
	iterations int     // of the last solve
	shorter    float64 // after a failure, the length to try over that tried; else 0
}

// solve finds the stages z of a step of length h.
func (s *stepper) solve(h float64) error {
	if err := s.factor(h); err != nil {
		return err
	}
	s.guess(h)
	l, c := s.level, &s.newton
	c.eta = math.Max(math.Sqrt(c.eta)*math.Sqrt(math.Sqrt(c.eta)), trust)
	if l.exact {
		c.eta = 1
	}
	c.theta, c.shorter = keep, 0
	var before, rate float64
	for c.iterations = 1; ; c.iterations++ {
		s.lin.Counts.Iterations++
		if err := s.sweep(h); err != nil {
			return err
		}
		if c.iterations == 1 {
			s.weigh()
		}
		norm := s.increment()
		if !(norm <= math.MaxFloat64) {
			return s.fail(errNotFinite)
		}
		if c.iterations > 1 {
			q := norm / before
			theta := q
			if c.iterations > 2 {
				theta = math.Sqrt(q * rate)
			}
			rate = q
			if theta >= 0.99 {
				if norm <= l.noise {
					return nil // rounding: no further sweep would do better
				}
				return s.fail(errDiverged)
			}
			c.theta, c.eta = theta, theta/(1-theta)
			if !l.exact && theta >= 0.5 && norm <= 0x1p-8*l.noise {
				return nil // so it is most likely
			}
		}
		if c.eta*norm <= l.enough {
			return nil
		}
		left := l.most - c.iterations
		if left == 0 {
			return s.fail(errDiverged)
		}
		if c.iterations > 1 && !l.exact {
			excess := c.eta * norm / l.enough
			for range left - 1 {
				excess *= c.theta
			}
			if excess >= 1 {
				shorter := 0.8 * math.Pow(math.Min(20, excess), -1/float64(left+3))
				s.control.unexpected = shorter <= 0.5
				c.shorter = shorter
				return errSlow
			}
		}
		before = math.Max(norm, 0x1p-52)
	}
}

// fail notes a failure that speaks against the order.
func (s *stepper) fail(err error) error {
	s.control.unexpected = true
	s.newton.eta, s.newton.shorter = 1, 0.5
	return err
}

// sweep is one iteration: z += T Δw, Δw kept in g. The residual is that of z = h A M⁻¹ f,
//
//	(λ/h M − J) Δw = λ/h (T⁻¹ (h A f − M z))_λ,
//
// so that what T and its inverse round off slows the iteration down but does not move
// its end.
func (s *stepper) sweep(h float64) error {
	l, n := s.level, s.dim
	for i, c := range l.C {
		stage := s.stage
		z, y := s.part(s.z, i)[:len(stage)], s.y[:len(stage)]
		for k, v := range z {
			stage[k] = y[k] + v
		}
		if err := s.lin.Eval(s.f[i*s.pad:i*s.pad+n], s.t+c*h, stage[:n]); err != nil {
			return err
		}
	}
	for i := range l.integrals {
		z := s.part(s.z, i)
		if s.lin.Mass != nil {
			s.lin.Mass.MulVec(s.stage[:n], z[:n])
			z = s.stage
		}
		l.integrals[i].Combine(s.part(s.r, i), z, -h, s.f)
	}
	for i := range l.back {
		l.back[i].Combine(s.part(s.g, i), nil, -1/h, s.r)
	}
	d := s.g[:n]
	for i, v := range d {
		d[i] = l.Gamma * v
	}
	s.real.Solve(d)
	for k, lambda := range l.Lambda {
		at := (1 + 2*k) * s.pad
		to := at + s.pad
		gr, gi := s.g[at:at+n], s.g[to:to+n]
		a, b := real(lambda), imag(lambda)
		rhs := s.rhs[:n]
		for i := range rhs {
			rhs[i] = complex(a*gr[i]-b*gi[i], a*gi[i]+b*gr[i])
		}
		s.pairs[k].Solve(rhs)
		for i, v := range rhs {
			gr[i], gi[i] = real(v), imag(v)
		}
	}
	for i := range l.rows {
		z := s.part(s.z, i)
		l.rows[i].Combine(z, z, 1, s.g)
	}
	return nil
}

// increment is the weighted root mean square of Δw.
func (s *stepper) increment() float64 {
	sum := 0.0
	inverse := s.inverse[:s.dim]
	for k := range s.level.C {
		for i, v := range s.part(s.g, k)[:len(inverse)] {
			v *= inverse[i]
			sum += v * v
		}
	}
	return math.Sqrt(sum / float64(s.dim*len(s.level.C)))
}

// weigh sets the weights, 1/(atol + rtol |y_i|). Without atol a component counts
// as large as it gets in the step, and as √ε of the largest at least.
func (s *stepper) weigh() {
	l := s.level
	inverse := s.inverse[:s.dim]
	if l.atol > 0 {
		for i, v := range s.y[:s.dim] {
			inverse[i] = 1 / (l.atol + l.rtol*math.Abs(v))
		}
		return
	}
	largest := 0.0
	for i, v := range s.y[:s.dim] {
		v = math.Abs(v)
		for k := range l.C {
			v = math.Max(v, math.Abs(s.z[k*s.pad+i]))
		}
		inverse[i] = v
		largest = math.Max(largest, v)
	}
	if largest == 0 {
		largest = 1
	}
	for i, v := range inverse {
		inverse[i] = 1 / (l.rtol * math.Max(v, 0x1p-26*largest))
	}
}
