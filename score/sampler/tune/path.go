package tune

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// Range bounds a number that is tuned; Lo = Hi fixes it.
type Range struct{ Lo, Hi float64 }

func (r Range) free() bool { return r.Lo < r.Hi }

func (r Range) check(what string) error {
	if !(r.Lo <= r.Hi) || math.IsInf(r.Lo, 0) || math.IsInf(r.Hi, 0) {
		return fmt.Errorf("%w: %s is between %v and %v; want finite bounds, the lower one first", ErrConfig, what, r.Lo, r.Hi)
	}
	return nil
}

// at maps the line to the range, lo + (hi − lo)/(1 + e^(−x)).
func (r Range) at(x float64) float64 { return r.Lo + (r.Hi-r.Lo)/(1+math.Exp(-x)) }

// inverse is the x at v; ends of the range stand for points a thousandth inside.
func (r Range) inverse(v float64) float64 {
	const inside = 1e-3
	u := min(max((v-r.Lo)/(r.Hi-r.Lo), inside), 1-inside)
	return math.Log(u / (1 - u))
}

// path maps free numbers to a grid and back. The first Steps of them are the
// logarithms θ of the increments of λ up to a common factor,
//
//	λ_k = first + (last − first) Σ_{j<k} e^θ_j / Σ_j e^θ_j,
//
// then follow the free ends, and the knob.
type path struct {
	process     sde.Process
	steps       int
	first, last Range
	knob        *Knob
	rule        sampler.Rule
}

func (p *path) dim() int {
	n := p.steps
	for _, free := range []bool{p.first.free(), p.last.free(), p.knob != nil && p.knob.Range.free()} {
		if free {
			n++
		}
	}
	return n
}

// lambdas sets λ_0 … λ_steps.
func (p *path) lambdas(dst, x []float64) {
	theta, rest := x[:p.steps], x[p.steps:]
	end := func(r Range) float64 {
		if !r.free() {
			return r.Lo
		}
		v := r.at(rest[0])
		rest = rest[1:]
		return v
	}
	a := end(p.first)
	b := end(p.last)
	top := floats.Max(theta) // no overflow
	var sum float64
	for i, v := range theta {
		dst[i] = sum
		sum += math.Exp(v - top)
	}
	for i := range theta {
		dst[i] = a + (b-a)*dst[i]/sum
	}
	dst[p.steps] = b
}

// config is the sampler at x, with its model left to the objective. A grid whose
// increments are below the rounding of its times is an error.
func (p *path) config(x []float64) (sampler.Config, float64, error) {
	l := make([]float64, p.steps+1)
	p.lambdas(l, x)
	cutoff, end := p.process.Horizon()
	for i, v := range l {
		l[i] = min(p.process.TimeOf(v), end)
	}
	// The process's own ends are exact, whatever the inversion of λ rounds to.
	if p.first.Lo == p.process.At(end).Lambda() && !p.first.free() {
		l[0] = end
	}
	if p.last.Lo == p.process.At(cutoff).Lambda() && !p.last.free() {
		l[p.steps] = cutoff
	}
	g, err := sampler.NewGrid(p.process, l, true)
	c := sampler.Config{Process: p.process, Rule: p.rule, Grid: g}
	var value float64
	if p.knob != nil {
		value = p.knob.Range.Lo
		if p.knob.Range.free() {
			value = p.knob.Range.at(x[len(x)-1])
		}
		c.Rule = p.knob.Rule(value)
	}
	return c, value, err
}

// numbers are those of a grid of the same number of steps; what it has outside the bounds
// is moved to them.
func (p *path) numbers(g sampler.Grid) []float64 {
	levels := g.Levels(nil)
	x := make([]float64, 0, p.dim())
	for i, l := range levels[1:] {
		x = append(x, math.Log(l.Lambda()-levels[i].Lambda()))
	}
	if p.first.free() {
		x = append(x, p.first.inverse(levels[0].Lambda()))
	}
	if p.last.free() {
		x = append(x, p.last.inverse(levels[p.steps].Lambda()))
	}
	if p.knob != nil && p.knob.Range.free() {
		x = append(x, 0)
	}
	return x
}

// roughness is the mean square of the second differences of θ: 0 where the steps
// grow or shrink by a constant factor.
func (p *path) roughness(x []float64) float64 {
	var sum float64
	for i := 1; i+1 < p.steps; i++ {
		d := x[i+1] - 2*x[i] + x[i-1]
		sum += d * d
	}
	return sum / float64(max(p.steps-2, 1))
}

// addRoughness adds scale times the second and first derivatives of the roughness.
func (p *path) addRoughness(hessian *mat.SymDense, gradient *mat.VecDense, x []float64, scale float64) {
	difference := [3]float64{1, -2, 1}
	scale *= 2 / float64(max(p.steps-2, 1))
	for i := 0; i+2 < p.steps; i++ {
		d := floats.Dot(difference[:], x[i:i+3])
		for j, v := range difference {
			gradient.SetVec(i+j, gradient.AtVec(i+j)+scale*d*v)
			for k, w := range difference[:j+1] {
				hessian.SetSym(i+j, i+k, hessian.At(i+j, i+k)+scale*v*w)
			}
		}
	}
}
