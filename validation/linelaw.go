package validation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/interp"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde/noise"
)

// ErrNoLineLaw is wrapped by the error about a sampler whose exact law on the
// line cannot be had: a stochastic rule with memory, whose state is more than
// one number, or a map that is not monotone.
var ErrNoLineLaw = errors.New("validation: no exact law on the line")

// LineLaw is a law on the line as nodes of its quantile function: X[i] is the
// U[i]-quantile, and W[i] the probability that the node stands for.
type LineLaw struct{ X, U, W []float64 }

// W2 is the distance to a mixture, (∫ (Q(u) − Q_m(u))² du)^½.
func (l LineLaw) W2(m Mixture) float64 {
	var s float64
	for i, u := range l.U {
		// Nodes that rounding put at 0 or 1 stand for less than 1e-15.
		if u > 0 && u < 1 {
			d := l.X[i] - m.Quantile(u)
			s += l.W[i] * d * d
		}
	}
	return math.Sqrt(s)
}

// Kolmogorov is the largest difference of the distribution functions.
func (l LineLaw) Kolmogorov(m Mixture) float64 {
	var d float64
	for i, u := range l.U {
		d = max(d, math.Abs(u-m.CDF(l.X[i])))
	}
	return d
}

// CDF interpolates P(X ≤ x).
func (l LineLaw) CDF(x float64) float64 {
	i := sort.SearchFloat64s(l.X, x)
	switch {
	case i == 0:
		return 0
	case i == len(l.X):
		return 1
	}
	w := (x - l.X[i-1]) / (l.X[i] - l.X[i-1])
	return l.U[i-1] + w*(l.U[i]-l.U[i-1])
}

const lineReach = 8.5 // standard deviations that a grid covers: 2e-17 outside

// OnLine is the exact output law of a sampler whose model has dimension one,
// for any model, linear or not, from the sampler's own prior.
//
// A deterministic rule is a monotone map: its law is the push-forward of the
// prior's quantiles. A stochastic rule is a Markov chain: the law is carried
// from step to step on a grid by the kernels of its steps,
//
//	p_s(y) = Σ_i w_i φ(z_i(y)) z_i'(y),   F(x_i, z_i(y)) = y,
//
// with F the step and z its last noise; earlier noises of a step are integrated
// by Gauss–Hermite quadrature. The trapezium rule over a smooth density on the
// line converges faster than any power of the grid's width.
func OnLine(ctx context.Context, c sampler.Config) (LineLaw, error) {
	return onLineFrom(ctx, c, gaussianNodes(c.Grid.Levels(nil)[0].Sigma, 1601))
}

// onLineFrom is OnLine from another start.
func onLineFrom(ctx context.Context, c sampler.Config, law LineLaw) (LineLaw, error) {
	if c.Model.Dim() != 1 {
		return LineLaw{}, fmt.Errorf("%w: the model has %d dimensions", ErrNoLineLaw, c.Model.Dim())
	}
	cost := c.Rule.Cost()
	if cost.Noises == 0 {
		c.Start = law.X
		c.Source = silence{}
		out := make([]float64, len(law.X))
		if _, err := sampler.Sample(ctx, out, c); err != nil {
			return LineLaw{}, err
		}
		law.X = out
		return law, law.monotone()
	}
	if c.Rule.Memory() > 0 {
		return LineLaw{}, fmt.Errorf("%w: a stochastic rule with memory is no Markov chain in x", ErrNoLineLaw)
	}
	final := c.Grid.Denoises()
	levels := c.Grid.Levels(nil)
	bare, err := sampler.NewGrid(c.Process, c.Grid.Times(nil), false)
	if err != nil {
		return LineLaw{}, err
	}
	c.Grid = bare
	for k := range c.Grid.Steps() {
		c.Span = [2]int{k, k + 1}
		if law, err = lineStep(ctx, law, c); err != nil {
			return LineLaw{}, fmt.Errorf("step %d: %w", k+1, err)
		}
	}
	if final {
		out := make([]float64, len(law.X))
		if err := c.Model.Denoise(out, law.X, levels[len(levels)-1]); err != nil {
			return LineLaw{}, err
		}
		law.X = out
	}
	return law, law.monotone()
}

func (l LineLaw) monotone() error {
	for i := 1; i < len(l.X); i++ {
		// Far in the tails of a bounded map neighbours may round to one number.
		if l.X[i] < l.X[i-1]-1e-9*(1+math.Abs(l.X[i])) {
			return fmt.Errorf("%w: the map turns back at node %d, from %v to %v", ErrNoLineLaw, i, l.X[i-1], l.X[i])
		}
	}
	return nil
}

func gaussianNodes(sd float64, n int) LineLaw {
	l := LineLaw{make([]float64, n), make([]float64, n), make([]float64, n)}
	z := floats.Span(make([]float64, n), -lineReach, lineReach)
	h := z[1] - z[0]
	for i, v := range z {
		l.X[i], l.U[i] = sd*v, normalCDF(v)
		l.W[i] = h * math.Exp(-0.5*v*v) / math.Sqrt(2*math.Pi)
	}
	return l
}

// silence is a noise of zeros.
type silence struct{}

func (silence) Normal(dst []float64, _ int, _ noise.Address) { clear(dst) }

// perRow gives row r the noise z[r][stage].
type perRow struct {
	z      []float64
	stages int
}

func (p perRow) Normal(dst []float64, _ int, at noise.Address) {
	for i := range dst {
		dst[i] = p.z[(int(at.Row)+i)*p.stages+int(at.Stage)]
	}
}

// lineStep carries the law through step c.Span[0].
func lineStep(ctx context.Context, law LineLaw, c sampler.Config) (LineLaw, error) {
	stages := c.Rule.Cost().Noises
	hz, hw := hermite(stages - 1)
	lz := floats.Span(make([]float64, 41), -lineReach-1.5, lineReach+1.5) // of the last noise; its middle is 0
	n := len(law.X) * len(hw) * len(lz)
	c.Start = make([]float64, 0, n)
	z := make([]float64, 0, n*stages)
	for _, x := range law.X {
		for q := range hw {
			for _, last := range lz {
				c.Start = append(c.Start, x)
				z = append(append(z, hz[q*(stages-1):(q+1)*(stages-1)]...), last)
			}
		}
	}
	c.Source, c.FirstRow = perRow{z, stages}, 0
	y := make([]float64, n)
	if _, err := sampler.Sample(ctx, y, c); err != nil {
		return LineLaw{}, err
	}

	if law, ok := silent(law, y, len(lz), stages); ok {
		return law, law.monotone()
	}

	// The new grid: the moments of what came out, and a spacing that resolves
	// the narrowest kernel (spacing s leaves the trapezium rule e^(−2π²) wrong).
	mid := len(lz) / 2
	kernels := make([]kernel, 0, len(law.X)*len(hw))
	var mean, second, narrow float64
	narrow = math.Inf(1)
	for i := range law.X {
		for q, w := range hw {
			at := (i*len(hw) + q) * len(lz)
			k, err := newKernel(lz, y[at:at+len(lz)], law.W[i]*w)
			if err != nil {
				return LineLaw{}, fmt.Errorf("from x = %v: %w", law.X[i], err)
			}
			kernels = append(kernels, k)
			m, s := y[at+mid], k.scale
			mean += k.w * m
			second += k.w * (m*m + s*s)
			narrow = min(narrow, s)
		}
	}
	sd := math.Sqrt(second - mean*mean)
	points := int(2*lineReach*sd/(0.9*narrow)) + 1
	points = min(max(points, 1201), 8001)
	out := LineLaw{floats.Span(make([]float64, points), mean-lineReach*sd, mean+lineReach*sd), make([]float64, points), make([]float64, points)}
	h := out.X[1] - out.X[0]
	for _, k := range kernels {
		if k.w > 1e-18 {
			k.add(out, h)
		}
	}
	return out, nil
}

// silent is the law after a step that made no use of its only noise, y being the
// step at every node and every value of the noise: a map, as without noise.
func silent(law LineLaw, y []float64, values, stages int) (LineLaw, bool) {
	if stages > 1 {
		return LineLaw{}, false
	}
	out := LineLaw{make([]float64, len(law.X)), law.U, law.W}
	for i := range out.X {
		at := y[i*values : (i+1)*values]
		if at[0] != at[values-1] {
			return LineLaw{}, false
		}
		out.X[i] = at[0]
	}
	return out, true
}

// kernel is the law of one step from one point: y = F(z), z standard normal.
type kernel struct {
	w        float64
	m, scale float64              // F(0) and dF/dz there
	inverse  *interp.NaturalCubic // z(y); nil: affine
	lo, hi   float64              // reach of F
}

func newKernel(z, y []float64, w float64) (kernel, error) {
	mid := len(z) / 2
	k := kernel{w: w, m: y[mid], scale: (y[mid+1] - y[mid-1]) / (z[mid+1] - z[mid-1]), lo: y[0], hi: y[len(y)-1]}
	affine := true
	for i := range z {
		if i > 0 && y[i] <= y[i-1] {
			return k, fmt.Errorf("%w: the step is not increasing in its noise between z = %v and %v", ErrNoLineLaw, z[i-1], z[i])
		}
		affine = affine && math.Abs(y[i]-(k.m+k.scale*z[i])) <= 1e-12*(math.Abs(k.m)+k.scale*math.Abs(z[i]))
	}
	if affine {
		return k, nil
	}
	k.inverse = new(interp.NaturalCubic)
	return k, k.inverse.Fit(y, z)
}

// add puts the kernel's mass on the nodes of l, of spacing h.
func (k kernel) add(l LineLaw, h float64) {
	first := max(0, int(math.Ceil((k.lo-l.X[0])/h)))
	for i := first; i < len(l.X); i++ {
		x := l.X[i]
		if x > k.hi {
			floats.AddConst(k.w, l.U[i:])
			return
		}
		z, slope := (x-k.m)/k.scale, 1/k.scale
		if k.inverse != nil {
			z, slope = k.inverse.Predict(x), k.inverse.PredictDerivative(x)
		}
		l.U[i] += k.w * normalCDF(z)
		l.W[i] += k.w * h * slope * math.Exp(-0.5*z*z) / math.Sqrt(2*math.Pi)
	}
}

// hermite returns the product rule for n standard normal numbers; n = 0 is one
// node of weight 1.
func hermite(n int) (z, w []float64) {
	const order = 20
	x, c := make([]float64, order), make([]float64, order)
	quad.Hermite{}.FixedLocations(x, c, math.Inf(-1), math.Inf(1))
	w = []float64{1}
	for d := range n {
		var nz, nw []float64
		for q, v := range w {
			for i := range x {
				nz = append(append(nz, z[q*d:(q+1)*d]...), math.Sqrt2*x[i])
				nw = append(nw, v*c[i]/math.Sqrt(math.Pi))
			}
		}
		z, w = nz, nw
	}
	return z, w
}
