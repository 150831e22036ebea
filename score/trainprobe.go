package score

import (
	"math"

	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
)

// reach is how far a row is moved to either side for a difference, in deviations of
// its noise. The density of noised rows is smooth over one, so that the error of a
// derivative is of the order of reach²/6 = 7e-4, while float32 answers of size 1 leave
// 1e-7/reach = 2e-6.
const reach = 1. / 16

// probes are the rows y of a tile at y + reach·s·v, and behind them at y − reach·s·v.
type probes struct {
	pass  nn.Pass
	in, f []float32
	level []float64
	class []int // nil: no classes
}

func newProbes(net nn.Network, rows int, classes bool) *probes {
	n := 2 * rows * net.Width()
	p := &probes{pass: net.NewPass(2*rows, true), in: make([]float32, n), f: make([]float32, n), level: make([]float64, 2*rows)}
	if classes {
		p.class = make([]int, 2*rows)
	}
	return p
}

// forward evaluates F at the rows of e moved along v.
func (p *probes) forward(e *examples, v []float64, sd float64) {
	dim, half := len(e.in)/len(e.level), len(e.in)
	for r, s := range e.sigma {
		step := reach * s / math.Hypot(s, sd) // of the network's input, y/√(s²+σ_d²)
		for k := r * dim; k < (r+1)*dim; k++ {
			x := float64(e.in[k])
			p.in[k], p.in[half+k] = float32(x+step*v[k]), float32(x-step*v[k])
		}
	}
	rows := copy(p.level, e.level)
	copy(p.level[rows:], e.level)
	copy(p.class, e.class)
	if p.class != nil {
		copy(p.class[rows:], e.class)
	}
	p.pass.Forward(p.f, p.in, p.level, p.class)
}

// implicit adds the gradient of an implicit loss. The score at α = 1 is
//
//	S(y) = (D(y) − y)/s² = σ_d/(s q) G,   G = F − (s/σ_d) y/q,   q² = s² + σ_d²,
//
// and with G± at y ± h v, h = reach·s, and Ḡ = (G₊ + G₋)/2
//
//	w s⁴ (‖S‖² + 2 vᵀ(∂S/∂y)v + d/s²) = w c² (‖Ḡ‖² + q/(reach σ_d) vᵀ(G₊ − G₋) + d q²/σ_d²) + O(h²)
//
// which in expectation over rows, noise and v is w E‖D − x_0‖²: by Stein's identity
// E S·ε = s E ∇·S. What G has besides F is linear, and its difference is known.
func (t *trainer) implicit(p *probes, b *trainTile, s *noise.Stream) {
	directions := 1
	if t.loss.matching == everyAxis {
		directions = t.dim
	}
	sd, share, n, half := t.network.SigmaData, 1/float64(directions), float64(len(b.f)), len(b.f)
	for r, sigma := range b.sigma {
		b.sums[r] = float64(t.dim) * (1 - sigma/sd*(sigma/sd))
	}
	for j := range directions {
		if t.loss.matching == everyAxis {
			clear(b.z)
			for k := j; k < half; k += t.dim {
				b.z[k] = 1
			}
		} else {
			s.Rademacher(b.z)
		}
		p.forward(&b.examples, b.z, sd)
		for r, sigma := range b.sigma {
			ratio := sigma / sd
			along, scale := math.Hypot(1, ratio)/reach, b.shrink[r]/n
			for k := r * t.dim; k < (r+1)*t.dim; k++ {
				up, down := float64(p.f[k]), float64(p.f[half+k])
				g := (up+down)/2 - ratio*float64(b.in[k])
				v := along * b.z[k]
				b.sums[r] += share*g*g + v*(up-down)
				p.f[k], p.f[half+k] = float32((share*g+v)*scale), float32((share*g-v)*scale)
			}
		}
		p.pass.Backward(b.grad, nil, p.f, p.in)
	}
	for r, sum := range b.sums {
		b.loss += sum / n * b.weight[r]
	}
}

// penalise adds the gradient of λ w ‖s (∂D/∂y) v‖² with a random v of ±1, a difference:
//
//	w s² ‖(∂D/∂y) v‖² = w c² ‖(σ_d/q) v + (F₊ − F₋)/(2 reach)‖² + O(reach²).
func (t *trainer) penalise(p *probes, b *trainTile, s *noise.Stream) {
	sd, n, half := t.network.SigmaData, float64(len(b.f)), len(b.f)
	s.Rademacher(b.z)
	p.forward(&b.examples, b.z, sd)
	for r, sigma := range b.sigma {
		skip := sd / math.Hypot(sigma, sd)
		for k := r * t.dim; k < (r+1)*t.dim; k++ {
			j := skip*b.z[k] + float64(p.f[k]-p.f[half+k])/(2*reach)
			b.penalty += t.c.Penalty * j * j / n * b.weight[r]
			d := float32(t.c.Penalty * j / reach / n * b.shrink[r])
			p.f[k], p.f[half+k] = d, -d
		}
	}
	p.pass.Backward(b.grad, nil, p.f, p.in)
}
