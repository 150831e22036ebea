package score

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/internal/par"
)

// emTile is the number of rows whose responsibilities are computed together.
const emTile = 256

// emFit holds the data, less its mean, and the responsibilities of a fit.
type emFit struct {
	cfg       EMConfig
	n, dim, k int
	x         []float64 // n×dim
	weight    []float64 // of rows
	total     float64   // of weight
	centre    []float64
	ridge     float64
	resp      []float64 // n×k: responsibilities times weights of rows
	sums      [][2]float64
	block     [][]float64 // emTile×dim, or k, of each worker
}

// emState is a mixture on the way.
type emState struct {
	weight []float64
	mean   []float64   // k×dim
	cov    [][]float64 // dim×dim each, upper triangle
}

func newEMFit(x []float64, dim, k int, cfg EMConfig) *emFit {
	f := &emFit{cfg: cfg, n: len(x) / dim, dim: dim, k: k, x: make([]float64, len(x)), centre: make([]float64, dim)}
	if f.weight = cfg.Weights; f.weight == nil {
		f.weight = make([]float64, f.n)
		floats.AddConst(1, f.weight)
	}
	f.total = floats.Sum(f.weight)
	for i, w := range f.weight {
		row := f.x[i*dim:][:dim]
		floats.SubTo(row, x[i*dim:][:dim], x[:dim])
		floats.AddScaled(f.centre, w/f.total, row)
	}
	var spread float64
	for i, w := range f.weight {
		row := f.x[i*dim:][:dim]
		floats.Sub(row, f.centre)
		spread += w * floats.Dot(row, row)
	}
	floats.Add(f.centre, x[:dim])
	if f.ridge = cfg.Floor * spread / (f.total * float64(dim)); f.ridge == 0 {
		f.ridge = cfg.Floor
	}
	f.resp = make([]float64, f.n*k)
	f.sums = make([][2]float64, f.tiles())
	f.block = make([][]float64, par.Workers(cfg.Workers, max(f.tiles(), k)))
	for i := range f.block {
		f.block[i] = make([]float64, max(emTile*dim, k))
	}
	return f
}

func (f *emFit) tiles() int { return (f.n + emTile - 1) / emTile }

// kernel is ln w N(x; μ, Σ) exp(−½ ridge tr Σ⁻¹) without the quadratic form.
type kernel struct {
	root    blas64.Triangular // L of Σ = LLᵀ
	log     float64
	penalty float64
}

// expect computes the responsibilities of a state, and per row its objective and
// its log-likelihood.
func (f *emFit) expect(ctx context.Context, s emState) (objective, likelihood float64, err error) {
	kernels := make([]kernel, f.k)
	err = par.For(ctx, f.cfg.Workers, f.k, func(_, k int) error {
		var err error
		kernels[k], err = f.kernel(s, k)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	err = par.For(ctx, f.cfg.Workers, f.tiles(), func(worker, tile int) error {
		first := tile * emTile
		rows := min(emTile, f.n-first)
		resp := f.resp[first*f.k:][:rows*f.k]
		y := f.block[worker]
		for k, c := range kernels {
			for i := range rows {
				floats.SubTo(y[i*f.dim:][:f.dim], f.x[(first+i)*f.dim:][:f.dim], s.mean[k*f.dim:][:f.dim])
			}
			blas64.Trsm(blas.Right, blas.Trans, 1, c.root, blas64.General{Rows: rows, Cols: f.dim, Stride: f.dim, Data: y[:rows*f.dim]})
			for i := range rows {
				z := y[i*f.dim:][:f.dim]
				resp[i*f.k+k] = c.log - 0.5*floats.Dot(z, z)
			}
		}
		f.sums[tile] = [2]float64{}
		for i := range rows {
			own, weight := resp[i*f.k:][:f.k], f.weight[first+i]
			total := floats.LogSumExp(own)
			f.sums[tile][0] += weight * total
			for k, l := range own {
				own[k] = weight * math.Exp(l-total)
				y[k] = l + kernels[k].penalty
			}
			f.sums[tile][1] += weight * floats.LogSumExp(y[:f.k])
		}
		return nil
	})
	for _, s := range f.sums {
		objective += s[0]
		likelihood += s[1]
	}
	return objective / f.total, likelihood / f.total, err
}

func (f *emFit) kernel(s emState, k int) (kernel, error) {
	var chol mat.Cholesky
	if !chol.Factorize(mat.NewSymDense(f.dim, s.cov[k])) {
		return kernel{}, fmt.Errorf("%w: covariance of component %d; raise the floor above %v", ErrIndefinite, k, f.cfg.Floor)
	}
	var root mat.TriDense
	var inverse mat.SymDense
	chol.LTo(&root)
	if err := chol.InverseTo(&inverse); err != nil {
		return kernel{}, fmt.Errorf("%w: covariance of component %d: %w; raise the floor above %v", ErrIndefinite, k, err, f.cfg.Floor)
	}
	penalty := 0.5 * f.ridge * mat.Trace(&inverse)
	return kernel{
		root:    root.RawTriangular(),
		log:     math.Log(s.weight[k]) - 0.5*(chol.LogDet()+float64(f.dim)*math.Log(2*math.Pi)) - penalty,
		penalty: penalty,
	}, nil
}

// maximise returns the state that the responsibilities ask for, in place of old.
func (f *emFit) maximise(ctx context.Context, old emState) (emState, error) {
	s := emState{weight: make([]float64, f.k), mean: make([]float64, f.k*f.dim), cov: make([][]float64, f.k)}
	err := par.For(ctx, f.cfg.Workers, f.k, func(worker, k int) error {
		var total float64
		mean := s.mean[k*f.dim:][:f.dim]
		for i := range f.n {
			if r := f.resp[i*f.k+k]; r > 0 {
				total += r
				floats.AddScaled(mean, r, f.x[i*f.dim:][:f.dim])
			}
		}
		s.weight[k] = total / f.total
		if total < leastRows {
			copy(mean, old.mean[k*f.dim:])
			s.cov[k] = old.cov[k]
			return nil
		}
		floats.Scale(1/total, mean)
		s.cov[k] = f.moment(f.block[worker], mean, k, total)
		return nil
	})
	return s, err
}

// leastRows is the least weight, in rows, for which moments mean anything.
const leastRows = 1e-6

// moment returns Σ_i r_i (x_i − μ)(x_i − μ)ᵀ/Σ_i r_i + ridge·I.
func (f *emFit) moment(block, mean []float64, k int, total float64) []float64 {
	cov := make([]float64, f.dim*f.dim)
	sym := blas64.Symmetric{N: f.dim, Stride: f.dim, Data: cov, Uplo: blas.Upper}
	rows := 0
	flush := func() {
		blas64.Syrk(blas.Trans, 1/total, blas64.General{Rows: rows, Cols: f.dim, Stride: f.dim, Data: block}, 1, sym)
		rows = 0
	}
	for i := range f.n {
		r := f.resp[i*f.k+k]
		if r < 0x1p-60*total { // below the rounding of the sum
			continue
		}
		y := block[rows*f.dim:][:f.dim]
		floats.SubTo(y, f.x[i*f.dim:][:f.dim], mean)
		floats.Scale(math.Sqrt(r), y)
		if rows++; rows == emTile {
			flush()
		}
	}
	flush()
	for j := range f.dim {
		cov[j*f.dim+j] += f.ridge
	}
	return cov
}
