package transport

import (
	"context"
	"math"

	"github.com/ito-sde/ito/internal/gemm"
	"github.com/ito-sde/ito/internal/pairs"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/internal/vec"
)

// keptCosts is up to how many pairs the costs are kept: 32 MB.
const keptCosts = 4_000_000

const (
	tileRows = 24   // rows a goroutine takes at a time
	tileCols = 1024 // columns of a block
)

// costs are squared distances between the rows of x and y: kept where they are few;
// else by products in single precision where ε allows that, else computed anew.
type costs struct {
	x, y    []float64
	dim     int
	n, m    int
	kept    []float64
	single  *single
	workers int
	own     []softScratch
}

type softScratch struct {
	row, scaled, top, sum []float64
	product               []float32
}

// newCosts takes the rows' common center and the ε that is aimed at.
func newCosts(x, y []float64, dim int, center []float64, epsilon float64, workers int) *costs {
	c := &costs{x: x, y: y, dim: dim, n: len(x) / dim, m: len(y) / dim, workers: workers}
	if c.n*c.m <= keptCosts {
		c.kept = make([]float64, c.n*c.m)
		for i := range c.n {
			pairs.Squared(c.kept[i*c.m:(i+1)*c.m], x[i*dim:(i+1)*dim], y)
		}
	} else {
		c.single = newSingle(x, y, dim, center, epsilon)
	}
	tiles := (c.n + tileRows - 1) / tileRows
	c.own = make([]softScratch, par.Workers(workers, tiles))
	for i := range c.own {
		c.own[i] = softScratch{
			make([]float64, tileCols), make([]float64, c.m), make([]float64, tileRows), make([]float64, tileRows),
			make([]float32, tileRows*tileCols),
		}
	}
	return c
}

// single holds centered rows in single precision and the squared norms of those.
type single struct {
	x              []float32
	normsX, normsY []float64
	packed         []gemm.Packed // blocks of y
}

// newSingle returns nil where the rounding of a product, some 2⁻²² of the largest
// squared norm, is more than a thousandth of ε.
func newSingle(x, y []float64, dim int, center []float64, epsilon float64) *single {
	narrow := func(x []float64) (out []float32, norms []float64, most float64) {
		out, norms = make([]float32, len(x)), make([]float64, len(x)/dim)
		for i, v := range x {
			out[i] = float32(v - center[i%dim])
			norms[i/dim] += float64(out[i]) * float64(out[i])
		}
		for _, v := range norms {
			most = max(most, v)
		}
		return out, norms, most
	}
	s := &single{}
	var ys []float32
	var a, b float64
	s.x, s.normsX, a = narrow(x)
	ys, s.normsY, b = narrow(y)
	if !(0x1p-22*max(a, b) <= 1e-3*epsilon) {
		return nil
	}
	for from := 0; from < len(s.normsY); from += tileCols {
		to := min(from+tileCols, len(s.normsY))
		s.packed = append(s.packed, gemm.Packed{})
		s.packed[len(s.packed)-1].Pack(dim, to-from, ys[from*dim:to*dim], dim, true)
	}
	return s
}

// soften sets
//
//	f_i = −ε ln (1/M) Σ_j exp( (g_j − |x_i − y_j|²)/ε )
//
// block of columns by block, with a running maximum for each row.
func (c *costs) soften(ctx context.Context, f, g []float64, epsilon float64) error {
	inverse := 1 / epsilon
	tiles := (c.n + tileRows - 1) / tileRows
	return par.For(ctx, c.workers, tiles, func(worker, tile int) error {
		from, to := tile*tileRows, min((tile+1)*tileRows, c.n)
		s := &c.own[worker]
		for j, v := range g {
			s.scaled[j] = v * inverse
		}
		for i := range s.top {
			s.top[i], s.sum[i] = math.Inf(-1), 0
		}
		for lo := 0; lo < c.m; lo += tileCols {
			hi := min(lo+tileCols, c.m)
			if c.single != nil {
				c.single.packed[lo/tileCols].Mul(s.product, hi-lo, to-from, c.single.x[from*c.dim:], c.dim, false, false, nil)
			}
			for i := from; i < to; i++ {
				r := s.row[:hi-lo]
				switch {
				case c.kept != nil:
					copy(r, c.kept[i*c.m+lo:])
				case c.single != nil:
					norm := c.single.normsX[i]
					product, norms := s.product[(i-from)*len(r):][:len(r)], c.single.normsY[lo:hi]
					for j, p := range product {
						r[j] = norm + norms[j] - 2*float64(p)
					}
				default:
					pairs.Squared(r, c.x[i*c.dim:(i+1)*c.dim], c.y[lo*c.dim:hi*c.dim])
				}
				k := i - from
				s.top[k], s.sum[k] = accumulate(s.top[k], s.sum[k], r, s.scaled[lo:hi], inverse)
			}
		}
		for i := from; i < to; i++ {
			f[i] = -epsilon * (s.top[i-from] + math.Log(s.sum[i-from]/float64(c.m)))
		}
		return nil
	})
}

// accumulate adds exp(g − cost·inverse) for every column to sum·exp(top), and keeps
// top the largest exponent. cost is overwritten.
func accumulate(top, sum float64, cost, g []float64, inverse float64) (float64, float64) {
	highest := vec.Exponents(cost, g, cost, inverse, top)
	if highest > top {
		sum *= math.Exp(top - highest)
	}
	return highest, sum + vec.SumExp(cost, highest)
}
