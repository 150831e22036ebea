package multistep_test

import (
	"errors"
	"math"

	"github.com/ito-sde/ito/integrators"
)

// problem is y' = f(t, y) from y0 at 0 to end.
type problem struct {
	name string
	f    integrators.Field
	y0   []float64
	end  float64
	want []float64 // at the end
}

var lotka = problem{
	name: "lotka", y0: []float64{1, 1}, end: 10,
	f: func(d []float64, _ float64, y []float64) error {
		d[0], d[1] = y[0]*(1.5-y[1]), y[1]*(y[0]-3)
		return nil
	},
}

// kepler is an ellipse of eccentricity 1/2 from its pericentre, once around.
var kepler = problem{
	name: "kepler", y0: []float64{0.5, 0, 0, math.Sqrt(3)}, end: 2 * math.Pi, want: []float64{0.5, 0, 0, math.Sqrt(3)},
	f: func(d []float64, _ float64, y []float64) error {
		r := math.Hypot(y[0], y[1])
		d[0], d[1], d[2], d[3] = y[2], y[3], -y[0]/(r*r*r), -y[1]/(r*r*r)
		return nil
	},
}

// arenstorf is a closed orbit of the restricted three-body problem. Hairer,
// Nørsett, Wanner (1993), eq. II.0.1.
var arenstorf = problem{
	name: "arenstorf", y0: []float64{0.994, 0, 0, -2.00158510637908252240537862224}, end: 17.0652165601579625588917206249,
	want: []float64{0.994, 0, 0, -2.00158510637908252240537862224},
	f: func(d []float64, _ float64, y []float64) error {
		const m = 0.012277471
		a, b := math.Hypot(y[0]+m, y[1]), math.Hypot(y[0]-1+m, y[1])
		a, b = (1-m)/(a*a*a), m/(b*b*b)
		d[0], d[1] = y[2], y[3]
		d[2] = y[0] + 2*y[3] - a*(y[0]+m) - b*(y[0]-1+m)
		d[3] = y[1] - 2*y[2] - (a+b)*y[1]
		return nil
	},
}

// circle has the solution (sin t, cos t).
var circle = problem{
	name: "circle", y0: []float64{0, 1}, end: 10, want: []float64{math.Sin(10), math.Cos(10)},
	f: func(d []float64, _ float64, y []float64) error { d[0], d[1] = y[1], -y[0]; return nil },
}

// driver is the loop over time, with what a step may be limited to.
type driver struct {
	rtol, atol float64
	limit      func(h float64) float64
	each       func(t, h float64, y []float64) // after every accepted step

	accepted, rejected int
}

var errStuck = errors.New("no step is accepted")

func (d *driver) solve(s integrators.Stepper, p problem) ([]float64, error) {
	n := len(p.y0)
	y, next, estimate, weights := append([]float64(nil), p.y0...), make([]float64, n), make([]float64, n), make([]float64, n)
	if err := s.Reset(0, y); err != nil {
		return nil, err
	}
	weigh := func(z []float64) {
		for i := range weights {
			weights[i] = 1 / (d.atol + d.rtol*math.Max(math.Abs(y[i]), math.Abs(z[i])))
		}
	}
	norm := func(e []float64) float64 {
		sum := 0.0
		for i, w := range weights {
			sum += e[i] * w * e[i] * w
		}
		if r := math.Sqrt(sum / float64(n)); r == r {
			return r
		}
		return math.Inf(1)
	}
	if err := p.f(next, 0, y); err != nil {
		return nil, err
	}
	weigh(y)
	// The first step is short enough for a method of order 1.
	t, h := 0.0, 1e-3*p.end
	if e := norm(next); e > 0 {
		h = math.Min(h, 0.5/e)
	}
	for t < p.end {
		if d.limit != nil {
			h = d.limit(h)
		}
		to := math.Min(t+h, p.end)
		tried, e := to-t, math.Inf(1)
		err := s.Try(next, estimate, tried)
		switch {
		case err == nil:
			weigh(next)
			e = norm(estimate)
		case !errors.Is(err, integrators.ErrDiverged):
			return y, err
		default:
			weigh(y)
		}
		if e <= 1 {
			s.Accept()
			copy(y, next)
			t = to
			d.accepted++
			if d.each != nil {
				d.each(t, tried, y)
			}
		} else {
			d.rejected++
		}
		h = s.(integrators.Chooser).Choose(tried, e, weights)
		if d.accepted+d.rejected > 1e6 || t+h == t {
			return y, errStuck
		}
	}
	return y, nil
}

// distance is ‖a − b‖/‖b‖.
func distance(a, b []float64) float64 {
	var up, down float64
	for i := range a {
		up, down = math.Hypot(up, a[i]-b[i]), math.Hypot(down, b[i])
	}
	return up / down
}

// worst is max |a_i − b_i|/|b_i|.
func worst(a, b []float64) float64 {
	e := 0.0
	for i := range a {
		e = math.Max(e, math.Abs(a[i]-b[i])/math.Abs(b[i]))
	}
	return e
}
