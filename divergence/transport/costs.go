package transport

import (
	"context"
	"math"

	"github.com/ito-sde/ito/divergence/internal/pairs"
	"github.com/ito-sde/ito/internal/par"
)

// keptCosts is up to how many pairs the costs are kept: 32 MB.
const keptCosts = 4_000_000

// tileRows is how many rows a goroutine takes at a time.
const tileRows = 16

// costs are squared distances between the rows of x and y.
type costs struct {
	x, y    []float64
	dim     int
	n, m    int
	kept    []float64
	workers int
	own     [][]float64
}

func newCosts(x, y []float64, dim, workers int) *costs {
	c := &costs{x: x, y: y, dim: dim, n: len(x) / dim, m: len(y) / dim, workers: workers}
	if c.n*c.m <= keptCosts {
		c.kept = make([]float64, c.n*c.m)
		for i := range c.n {
			pairs.Squared(c.kept[i*c.m:(i+1)*c.m], x[i*dim:(i+1)*dim], y)
		}
	}
	c.own = make([][]float64, par.Workers(workers, c.tiles()))
	for i := range c.own {
		c.own[i] = make([]float64, tileRows*pairs.Block+c.m+2*tileRows)
	}
	return c
}

func (c *costs) tiles() int { return (c.n + tileRows - 1) / tileRows }

// soften sets
//
//	f_i = −ε ln (1/M) Σ_j exp( (g_j − |x_i − y_j|²)/ε )
//
// block of columns by block, with a running maximum for each row.
func (c *costs) soften(ctx context.Context, f, g []float64, epsilon float64) error {
	inverse := 1 / epsilon
	return par.For(ctx, c.workers, c.tiles(), func(worker, tile int) error {
		from, to := tile*tileRows, min((tile+1)*tileRows, c.n)
		buffer := c.own[worker]
		scaled := buffer[:c.m]
		for j, v := range g {
			scaled[j] = v * inverse
		}
		top, sum := buffer[c.m:][:tileRows], buffer[c.m+tileRows:][:tileRows]
		for i := range top {
			top[i], sum[i] = math.Inf(-1), 0
		}
		row := buffer[c.m+2*tileRows:][:pairs.Block]
		for lo := 0; lo < c.m; lo += pairs.Block {
			hi := min(lo+pairs.Block, c.m)
			for i := from; i < to; i++ {
				r := row[:hi-lo]
				if c.kept != nil {
					copy(r, c.kept[i*c.m+lo:])
				} else {
					pairs.Squared(r, c.x[i*c.dim:(i+1)*c.dim], c.y[lo*c.dim:hi*c.dim])
				}
				top[i-from], sum[i-from] = accumulate(top[i-from], sum[i-from], r, scaled[lo:hi], inverse)
			}
		}
		for i := from; i < to; i++ {
			f[i] = -epsilon * (top[i-from] + math.Log(sum[i-from]/float64(c.m)))
		}
		return nil
	})
}

// negligible is the exponent below which a term cannot change a sum of up to 2²⁰
// terms that has one of size 1.
const negligible = -50

// accumulate adds exp(g − cost·inverse) for every column to sum·exp(top), and keeps
// top the largest exponent.
func accumulate(top, sum float64, cost, g []float64, inverse float64) (float64, float64) {
	g = g[:len(cost)]
	highest := top
	for j, v := range cost {
		e := g[j] - v*inverse
		cost[j] = e
		highest = max(highest, e)
	}
	if highest > top {
		sum *= math.Exp(top - highest)
	}
	for _, e := range cost {
		if e -= highest; e > negligible {
			sum += math.Exp(e)
		}
	}
	return highest, sum
}
