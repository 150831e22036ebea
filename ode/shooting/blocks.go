package shooting

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// blocks is Newton's matrix
//
//	G_i δ_i − δ_(i+1) + P_i δp = r_i,   i = 0 ... N−1,
//	Σ_j B_j δ_κ(j) + B_p δp = r_N
//
// with the conditions at the nodes κ(j). Between these nodes, each δ_i is removed
// by an orthogonal transformation of the two rows that it stands in, which keeps
// growing and decaying solutions apart whatever their rates; products of the G_i
// would not. What is left, of order n k + m, is solved by LU. Wright (1992), Stable
// parallel algorithms for two-point boundary value problems.
type blocks struct {
	n, m int
	kept []int
	flow []*mat.Dense // [G_i P_i]
	cond *mat.Dense   // [B_0 ... B_(k−1) B_p]

	gone      []removed // by node
	lu        mat.LU
	size      []float64 // by which the rows of the reduced matrix were divided
	condition float64
}

// removed is a node that was eliminated: R δ_i + top [δ_a, δ_(i+1), δp] = (Qᵀ r)_top.
type removed struct {
	q, r, top *mat.Dense
	rhs       []float64
}

func newBlocks(n, m, intervals int, kept []int) *blocks {
	b := &blocks{n: n, m: m, kept: kept, gone: make([]removed, intervals)}
	b.cond = mat.NewDense(n+m, n*len(kept)+m, nil)
	for range intervals {
		b.flow = append(b.flow, mat.NewDense(n, n+m, nil))
	}
	return b
}

// put copies columns [from, to) of src to dst at (i, j).
func put(dst *mat.Dense, i, j int, src *mat.Dense, from, to int) {
	rows, _ := src.Dims()
	for r := range rows {
		copy(dst.RawRowView(i + r)[j:], src.RawRowView(r)[from:to])
	}
}

func minusOne(dst *mat.Dense, i, j, n int) {
	for k := range n {
		dst.Set(i+k, j+k, -1)
	}
}

// factor returns an error that wraps ErrSingular; node is by number.
func (b *blocks) factor() error {
	n, m, k := b.n, b.m, len(b.kept)
	order := n*k + m
	reduced := mat.NewDense(order, order, nil)
	for c := range k - 1 {
		row := mat.NewDense(n, 2*n+m, nil) // of δ_a, δ_i, δp
		put(row, 0, 0, b.flow[b.kept[c]], 0, n)
		minusOne(row, 0, n, n)
		put(row, 0, 2*n, b.flow[b.kept[c]], n, n+m)
		for i := b.kept[c] + 1; i < b.kept[c+1]; i++ {
			var err error
			if row, err = b.remove(i, row); err != nil {
				return err
			}
		}
		put(reduced, c*n, c*n, row, 0, 2*n)
		put(reduced, c*n, k*n, row, 2*n, 2*n+m)
	}
	put(reduced, (k-1)*n, 0, b.cond, 0, order)
	b.size = make([]float64, order)
	for i := range order {
		row := reduced.RawRowView(i)
		b.size[i] = floats.Norm(row, math.Inf(1))
		if !(b.size[i] > 0) || math.IsInf(b.size[i], 0) {
			if j := i - (k-1)*n; j >= 0 {
				return fmt.Errorf("%w: the derivative of condition %d is %v", ErrSingular, j, b.size[i])
			}
			return fmt.Errorf("%w: a row of size %v", ErrSingular, b.size[i])
		}
		for j := range row {
			row[j] /= b.size[i]
		}
	}
	b.lu.Factorize(reduced)
	b.condition = b.lu.Cond()
	return b.regular(b.condition, "of the conditions and the flow between their Points")
}

func (b *blocks) regular(condition float64, what string) error {
	if condition < 0x1p52 {
		return nil
	}
	return fmt.Errorf("%w: condition number %.3g %s", ErrSingular, condition, what)
}

// growth is the largest entry of the flows by initial values.
func (b *blocks) growth() float64 {
	most := 0.0
	for _, f := range b.flow {
		for i := range b.n {
			most = math.Max(most, floats.Norm(f.RawRowView(i)[:b.n], math.Inf(1)))
		}
	}
	return most
}

// remove eliminates δ_i from row and from the interval after it.
func (b *blocks) remove(i int, row *mat.Dense) (*mat.Dense, error) {
	n, m := b.n, b.m
	pair := mat.NewDense(2*n, n, nil)
	put(pair, 0, 0, row, n, 2*n)
	put(pair, n, 0, b.flow[i], 0, n)
	var qr mat.QR
	qr.Factorize(pair)
	if err := b.regular(qr.Cond(), fmt.Sprintf("at node %d", i)); err != nil {
		return nil, err
	}
	both := mat.NewDense(2*n, 2*n+m, nil) // of δ_a, δ_(i+1), δp
	put(both, 0, 0, row, 0, n)
	put(both, 0, 2*n, row, 2*n, 2*n+m)
	minusOne(both, n, n, n)
	put(both, n, 2*n, b.flow[i], n, n+m)
	var q, r, w mat.Dense
	qr.QTo(&q)
	qr.RTo(&r)
	w.Mul(q.T(), both)
	b.gone[i] = removed{q: &q, r: mat.DenseCopyOf(r.Slice(0, n, 0, n)), top: mat.DenseCopyOf(w.Slice(0, n, 0, 2*n+m)), rhs: make([]float64, n)}
	return mat.DenseCopyOf(w.Slice(n, 2*n, 0, 2*n+m)), nil
}

// solve sets dst = (δ_0, ..., δ_N, δp) for the right side r, which may be dst.
func (b *blocks) solve(dst, r []float64) error {
	n, m, k := b.n, b.m, len(b.kept)
	right := mat.NewVecDense(n*k+m, nil)
	for c := range k - 1 {
		v := mat.NewVecDense(2*n, nil)
		var turned mat.VecDense
		a := b.kept[c]
		carry := r[a*n : (a+1)*n]
		for i := a + 1; i < b.kept[c+1]; i++ {
			copy(v.RawVector().Data, carry)
			copy(v.RawVector().Data[n:], r[i*n:(i+1)*n])
			turned.MulVec(b.gone[i].q.T(), v)
			copy(b.gone[i].rhs, turned.RawVector().Data)
			carry = turned.RawVector().Data[n:]
		}
		copy(right.RawVector().Data[c*n:], carry)
	}
	last := b.kept[k-1]
	copy(right.RawVector().Data[(k-1)*n:], r[last*n:])
	floats.Div(right.RawVector().Data, b.size)
	var x mat.VecDense
	if err := b.lu.SolveVecTo(&x, false, right); err != nil {
		return fmt.Errorf("%w: %w", ErrSingular, err)
	}
	found := x.RawVector().Data
	copy(dst[(last+1)*n:], found[k*n:])
	for c := k - 1; c >= 0; c-- {
		copy(dst[b.kept[c]*n:], found[c*n:(c+1)*n])
	}
	known := make([]float64, 2*n+m)
	copy(known[2*n:], found[k*n:])
	for c := k - 2; c >= 0; c-- {
		copy(known, found[c*n:(c+1)*n])
		for i := b.kept[c+1] - 1; i > b.kept[c]; i-- {
			copy(known[n:2*n], dst[(i+1)*n:(i+2)*n])
			b.gone[i].substitute(dst[i*n:(i+1)*n], known)
		}
	}
	return nil
}

// substitute solves the triangular system for δ_i, given the others.
func (g *removed) substitute(dst, known []float64) {
	for i := len(dst) - 1; i >= 0; i-- {
		row := g.r.RawRowView(i)
		v := g.rhs[i] - floats.Dot(g.top.RawRowView(i), known)
		dst[i] = (v - floats.Dot(row[i+1:], dst[i+1:])) / row[i]
	}
}
