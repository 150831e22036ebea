package sample

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/internal/gemm"
	"github.com/ito-sde/ito/internal/pairs"
	"github.com/ito-sde/ito/internal/par"
	"github.com/ito-sde/ito/sde/statistics"
)

// Config is how an estimate is tested. The zero value asks for no p-value.
type Config struct {
	Permutations int // for the p-value; 0: none
	Seed         uint64
	Workers      int // 0: one a core; the result is the same
}

func (c Config) check() error {
	if c.Permutations < 0 {
		return fmt.Errorf("%w: %d permutations", divergence.ErrDimension, c.Permutations)
	}
	return nil
}

// chunk is how many rows of blocks are summed at once. It bounds the memory by
// 2·chunk·(N + M) numbers, and by its being fixed the sums have one order.
const chunk = 16

// block is consecutive rows of the pooled sample that belong to one of the two.
type block struct{ from, to, side int }

func blocks(n, m int) []block {
	var out []block
	for side, ends := range [2][2]int{{0, n}, {n, n + m}} {
		for from := ends[0]; from < ends[1]; from += pairs.Block {
			out = append(out, block{from, min(from+pairs.Block, ends[1]), side})
		}
	}
	return out
}

// discrepancy is the U-statistic
//
//	Σ_{i≠j} k(x_i, x_j)/(N(N−1)) + Σ_{i≠j} k(y_i, y_j)/(M(M−1)) − 2 Σ k(x_i, y_j)/(NM)
//
// of a kernel of the distance, its standard error by the Hoeffding projection
// h(x_i) = mean_j k(x_i, x_j) − mean_j k(x_i, y_j),
//
//	4 ( Var h(x)/N + Var h(y)/M ),
//
// and its p-value. kernel turns squared distances into k in place; z is the pooled
// sample, of which the first n are x.
func discrepancy(ctx context.Context, z []float64, n, dim int, c Config, kernel func(d2 []float64)) (permutation.Result, error) {
	total := len(z) / dim
	m := total - n
	all := blocks(n, m)
	masks := newMasks(all, n, total, c)
	own := make([]scratch, par.Workers(c.Workers, chunk))
	for i := range own {
		own[i] = newScratch(masks.count)
	}
	// sums[side][i] is the sum of k(z_i, ·) over the rows of a side but i itself.
	var sums [2][]float64
	held := make([][2][]float64, chunk)
	forms := make([][]float64, chunk) // of the masks
	for i := range sums {
		sums[i] = make([]float64, total)
		for k := range held {
			held[k][i] = make([]float64, total)
		}
	}
	for k := range forms {
		forms[k] = make([]float64, masks.count)
	}
	quadratic := make([]float64, masks.count)
	for from := 0; from < len(all); from += chunk {
		count := min(chunk, len(all)-from)
		err := par.For(ctx, c.Workers, count, func(worker, k int) error {
			s, part, form := &own[worker], held[k], forms[k]
			clear(part[0])
			clear(part[1])
			clear(form)
			for j := from + k; j < len(all); j++ {
				s.tile(z, dim, all[from+k], all[j], kernel, part)
				masks.add(form, s, from+k, j, all)
			}
			return nil
		})
		if err != nil {
			return permutation.Failed, err
		}
		for k := range count {
			floats.Add(sums[0], held[k][0])
			floats.Add(sums[1], held[k][1])
			floats.Add(quadratic, forms[k])
		}
	}
	return permutation.Result{
		Estimate: projection(sums, n, m),
		P:        permutation.P(masks.statistics(quadratic, sums, n, m)),
	}, nil
}

// projection turns sums over rows into the statistic and its standard error.
func projection(sums [2][]float64, n, m int) statistics.Estimate {
	h := make([]float64, n+m)
	for i := range h {
		if i < n {
			h[i] = sums[0][i]/float64(n-1) - sums[1][i]/float64(m)
		} else {
			h[i] = sums[1][i]/float64(m-1) - sums[0][i]/float64(n)
		}
	}
	v, w := stat.Variance(h[:n], nil)/float64(n), stat.Variance(h[n:], nil)/float64(m)
	return statistics.Estimate{
		Value: stat.Mean(h[:n], nil) + stat.Mean(h[n:], nil),
		Error: 2 * math.Sqrt(v+w),
	}
}

// scratch holds one tile of k and its products with the masks.
type scratch struct {
	k       []float64
	narrow  []float32
	product []float32
}

func newScratch(masks int) scratch {
	return scratch{
		make([]float64, pairs.Block*pairs.Block),
		make([]float32, pairs.Block*pairs.Block), make([]float32, pairs.Block*masks),
	}
}

// tile fills k for two blocks and adds its sums to both. Within one block the
// diagonal is 0.
func (s *scratch) tile(z []float64, dim int, a, b block, kernel func([]float64), sums [2][]float64) {
	width := b.to - b.from
	for i := a.from; i < a.to; i++ {
		row := s.k[(i-a.from)*width:][:width]
		pairs.Squared(row, z[i*dim:(i+1)*dim], z[b.from*dim:b.to*dim])
		kernel(row)
		if a.from == b.from {
			row[i-a.from] = 0
		}
		sums[b.side][i] += floats.Sum(row)
		if a.from != b.from {
			floats.Add(sums[a.side][b.from:b.to], row)
		}
	}
}

// masks are the deals: the columns of a matrix of zeros and ones, one row a row of
// the pooled sample, packed by blocks.
type masks struct {
	count  int
	ones   []uint8 // by row, then deal
	packed []gemm.Packed
}

func newMasks(all []block, n, total int, c Config) masks {
	if c.Permutations == 0 {
		return masks{}
	}
	out := masks{count: c.Permutations + 1, packed: make([]gemm.Packed, len(all))}
	out.ones = make([]uint8, total*out.count)
	index := make([]int, total)
	for b := range out.count {
		permutation.Deal(index, c.Seed, b)
		for _, i := range index[:n] {
			out.ones[i*out.count+b] = 1
		}
	}
	wide := make([]float32, pairs.Block*out.count)
	for i, a := range all {
		part := out.ones[a.from*out.count : a.to*out.count]
		for j, v := range part {
			wide[j] = float32(v)
		}
		out.packed[i].Pack(a.to-a.from, out.count, wide, out.count, false)
	}
	return out
}

// add adds the share of a tile in the quadratic forms lᵀKl of every mask l. Single
// precision is rounding of 1e-7 in each k, far below the statistic's spread of 1/N.
func (m masks) add(form []float64, s *scratch, a, b int, all []block) {
	if m.count == 0 {
		return
	}
	rows, cols := all[a].to-all[a].from, all[b].to-all[b].from
	for i, v := range s.k[:rows*cols] {
		s.narrow[i] = float32(v)
	}
	m.packed[b].Mul(s.product, m.count, rows, s.narrow, cols, false, false, nil)
	weight := 2.0
	if a == b {
		weight = 1
	}
	for i := range rows {
		ones := m.ones[(all[a].from+i)*m.count:][:m.count]
		for j, v := range s.product[i*m.count:][:m.count] {
			if ones[j] != 0 {
				form[j] += weight * float64(v)
			}
		}
	}
}

// statistics returns the discrepancy of every deal, from lᵀKl, lᵀK1 and 1ᵀK1.
func (m masks) statistics(quadratic []float64, sums [2][]float64, nx, ny int) []float64 {
	linear := make([]float64, m.count)
	var whole float64
	for i, v := range sums[0] {
		r := v + sums[1][i]
		whole += r
		if m.count == 0 {
			continue
		}
		for j, one := range m.ones[i*m.count : (i+1)*m.count] {
			if one != 0 {
				linear[j] += r
			}
		}
	}
	n, k := float64(nx), float64(ny)
	out := make([]float64, m.count)
	for j, xx := range quadratic {
		xy := linear[j] - xx
		yy := whole - 2*linear[j] + xx
		out[j] = xx/(n*(n-1)) + yy/(k*(k-1)) - 2*xy/(n*k)
	}
	return out
}
