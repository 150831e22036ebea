package stochastic_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

const (
	paths  = 2048
	finest = 256 // steps in [0, 1]
)

// long skips a test on thousands of paths where short ones are asked for, as under
// the race detector, which makes it twenty times as long and learns nothing here.
func long(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of paths, and -short is asked for")
	}
}

// all is the functionals of the paths here, from which run picks a method's.
const all = noise.Area | noise.SpaceTimeTime | noise.TwoPoint

var (
	drawn     = map[[2]uint64][][]float64{}
	coarser   = map[*float64][][]float64{} // by the first number of the finer steps
	drawnLock sync.Mutex
)

// brownian is the functionals of all paths over the finest steps.
func brownian(dim int, seed uint64) [][]float64 {
	drawnLock.Lock()
	defer drawnLock.Unlock()
	key := [2]uint64{uint64(dim), seed}
	if dw := drawn[key]; dw != nil {
		return dw
	}
	dw := make([][]float64, finest)
	for k := range dw {
		dw[k] = make([]float64, paths*all.Len(dim))
		noise.Draw(noise.Gaussian{}, dw[k], all, dim, 1./finest, noise.Address{Seed: seed, Use: noise.Test, Step: uint64(k)})
	}
	drawn[key] = dw
	return dw
}

// coarsen joins neighbouring steps, once for all tests.
func coarsen(dw [][]float64, dim int) [][]float64 {
	drawnLock.Lock()
	defer drawnLock.Unlock()
	key := &dw[0][0]
	if out := coarser[key]; out != nil {
		return out
	}
	out := make([][]float64, len(dw)/2)
	for k := range out {
		out[k] = make([]float64, len(dw[0]))
		all.Join(out[k], dw[2*k], dw[2*k+1], dim, 1, 1)
	}
	coarser[key] = out
	return out
}

// pick is the functionals that a method needs, of all those of a step.
func pick(dst []float64, f noise.Functionals, step []float64, dim int) []float64 {
	p := all.Parts(step, dim)
	dst = append(dst[:0], p.W...)
	if f.Has(noise.SpaceTime) {
		dst = append(dst, p.H...)
	}
	if f.Has(noise.SpaceTimeTime) {
		dst = append(dst, p.K...)
	}
	if f.Has(noise.Area) {
		dst = append(dst, p.A...)
	}
	if f.Has(noise.TwoPoint) {
		dst = append(dst, p.V...)
	}
	return dst
}

// run steps all paths over [0, 1].
func run(t testing.TB, m stochastic.Method, s *stochastic.System, y0 []float64, dw [][]float64) []float64 {
	st := m.Stepper(s, paths)
	y, next := make([]float64, 0, paths*s.Dim), make([]float64, paths*s.Dim)
	for range paths {
		y = append(y, y0...)
	}
	h := 1 / float64(len(dw))
	var path []float64
	for k := range dw {
		path = pick(path, stochastic.Needs(m, s.Structure), dw[k], s.Noises())
		require.NoError(t, st.Step(next, float64(k)*h, h, y, path))
		y, next = next, y
	}
	return y
}

// solutions are the exact ones of all paths at time 1.
func solutions(p problem, dw [][]float64) []float64 {
	noises, n := p.sys.Noises(), p.sys.Dim
	for len(dw) > 1 {
		dw = coarsen(dw, noises)
	}
	path, pairs := all.Parts(dw[0], noises), noises*(noises-1)/2
	want := make([]float64, paths*n)
	for r := range paths {
		w := slices.Concat(path.W[r*noises:(r+1)*noises], path.A[r*pairs:(r+1)*pairs])
		p.exact(want[r*n:(r+1)*n], 1, w)
	}
	return want
}

// study is what errors at several steps say of an order.
type study struct {
	slope, slopeError float64 // of log error against log step, its standard error
	// order and orderError are those of p in error = C h^p e^(dh), which has the
	// next term of the expansion of error², h^(2p+1), and so no bias from it.
	order, orderError float64
	last              float64 // error at the finest step
}

// convergence studies the root mean square error by regression with weights
// 1/Var[log error]; standard errors are from a bootstrap over paths.
func convergence(t testing.TB, m stochastic.Method, p problem, seed uint64) study {
	dw := brownian(p.sys.Noises(), seed)
	want := solutions(p, dw)
	var steps []float64
	var square [][]float64 // by level and path
	for ; len(dw) >= 16; dw = coarsen(dw, p.sys.Noises()) {
		y := run(t, m, &p.sys, p.y0, dw)
		steps = append(steps, 1/float64(len(dw)))
		square = append(square, squares(y, want, p.sys.Dim))
	}
	return orders(steps, square, seed)
}

// squares are those of the errors of paths.
func squares(y, want []float64, dim int) []float64 {
	e := make([]float64, paths)
	for i := range y {
		e[i/dim] += (y[i] - want[i]) * (y[i] - want[i])
	}
	return e
}

// orders fits squared errors by step and path.
func orders(steps []float64, square [][]float64, seed uint64) study {
	pick := make([]int, paths)
	for i := range pick {
		pick[i] = i
	}
	var s study
	s.slope, s.order = fit(steps, square, pick)
	s.last = math.Sqrt(stat.Mean(square[0], nil))
	stream := noise.NewStream(noise.Address{Seed: seed, Use: noise.Test, Stage: 1})
	var slopes, orders []float64
	for range 40 {
		for i := range pick {
			pick[i] = stream.Index(paths)
		}
		slope, order := fit(steps, square, pick)
		slopes, orders = append(slopes, slope), append(orders, order)
	}
	s.slopeError, s.orderError = stat.StdDev(slopes, nil), stat.StdDev(orders, nil)
	return s
}

// fit returns the slope of log error against log h, and the p of log C + p log h
// + d h, both by weighted least squares over the paths picked.
func fit(steps []float64, square [][]float64, pick []int) (slope, order float64) {
	n := len(steps)
	a, b := mat.NewDense(n, 3, nil), mat.NewVecDense(n, nil)
	logH, logE, weight := make([]float64, n), make([]float64, n), make([]float64, n)
	x := make([]float64, paths)
	for k, e := range square {
		for i, r := range pick {
			x[i] = e[r]
		}
		mean, variance := stat.MeanVariance(x, nil)
		logH[k], logE[k] = math.Log(steps[k]), 0.5*math.Log(mean)
		weight[k] = 4 * paths * mean * mean / variance
		root := math.Sqrt(weight[k])
		a.SetRow(k, []float64{root, root * logH[k], root * steps[k]})
		b.SetVec(k, root*logE[k])
	}
	_, slope = stat.LinearRegression(logH, logE, weight, false)
	var solution mat.VecDense
	if err := solution.SolveVec(a, b); err != nil {
		return slope, math.NaN()
	}
	return slope, solution.AtVec(1)
}
