package energy

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// features of the noise coordinate c: c itself, and sine and cosine of k·πc/2.
const features = 9

// shape is that of a scalar network G(u, c),
//
//	h_0 = (u, features of c),   h_l = silu(h_(l−1) W_l + b_l),   G = h_L·w.
type shape struct{ dim, hidden, layers int }

func (s shape) size() int {
	return (s.dim+features+1)*s.hidden + (s.layers-1)*(s.hidden+1)*s.hidden + s.hidden
}

// weights are one vector of parameters, cut into its parts.
type weights struct {
	shape
	all  []float64
	w    []blas64.General // by layer, in × out
	b    [][]float64
	last []float64
}

func newWeights(s shape) *weights {
	p := &weights{shape: s, all: make([]float64, s.size())}
	rest, in := p.all, s.dim+features
	for range s.layers {
		n := in * s.hidden
		p.w = append(p.w, blas64.General{Rows: in, Cols: s.hidden, Stride: s.hidden, Data: rest[:n]})
		p.b = append(p.b, rest[n:n+s.hidden])
		rest, in = rest[n+s.hidden:], s.hidden
	}
	p.last = rest
	return p
}

// tape is one goroutine's evaluation of G at some rows, with its derivatives.
type tape struct {
	p    *weights
	rows int
	// Values, by layer from the input on: what silu is of, its logistic function, itself.
	a, s, h []blas64.General
	// Tangents along a direction of the input, and adjoints of values and of tangents.
	at, ht, adjA, adjAt, adjH, adjHt []blas64.General
}

func newTape(p *weights, rows int) *tape {
	t := &tape{p: p}
	for _, all := range []*[]blas64.General{&t.a, &t.s, &t.h, &t.at, &t.ht, &t.adjA, &t.adjAt, &t.adjH, &t.adjHt} {
		width := p.dim + features
		for range p.layers + 1 {
			*all = append(*all, blas64.General{Cols: width, Stride: width, Data: make([]float64, rows*width)})
			width = p.hidden
		}
	}
	return t
}

// cut makes all matrices of a tape as many rows high.
func (t *tape) cut(rows int) {
	t.rows = rows
	for _, all := range [][]blas64.General{t.a, t.s, t.h, t.at, t.ht, t.adjA, t.adjAt, t.adjH, t.adjHt} {
		for l := range all {
			all[l].Rows = rows
		}
	}
}

// embed sets the features of one row.
func embed(dst []float64, c float64) {
	dst[0] = c
	for k := 1; 2*k < features; k++ {
		dst[2*k-1], dst[2*k] = math.Sincos(float64(k) * math.Pi / 2 * c)
	}
}

// slopes returns the first two derivatives of silu(a) = as for s = 1/(1 + e^−a).
func slopes(a, s float64) (first, second float64) {
	q := s * (1 - s)
	return s + a*q, q * (2 + a*(1-2*s))
}

func elements(m blas64.General) []float64 { return m.Data[:m.Rows*m.Cols] }

// forward evaluates h for the input in h[0].
func (t *tape) forward() {
	for l := range t.p.layers {
		a, s, h := t.a[l+1], elements(t.s[l+1]), elements(t.h[l+1])
		for i := range t.rows {
			copy(a.Data[i*a.Stride:], t.p.b[l])
		}
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, t.h[l], t.p.w[l], 1, a)
		for i, v := range elements(a) {
			s[i] = 1 / (1 + math.Exp(-v))
			h[i] = v * s[i]
		}
	}
}

// value returns G of row i.
func (t *tape) value(i int) float64 {
	top := t.h[t.p.layers]
	return blas64.Dot(blas64.Vector{N: top.Cols, Inc: 1, Data: top.Data[i*top.Stride:]}, blas64.Vector{N: top.Cols, Inc: 1, Data: t.p.last})
}

// slope leaves ∇G in adjH[0], after forward.
func (t *tape) slope() {
	t.seed(t.adjH)
	for l := t.p.layers; l > 0; l-- {
		adj, up, s := elements(t.adjA[l]), elements(t.adjH[l]), elements(t.s[l])
		for i, v := range elements(t.a[l]) {
			first, _ := slopes(v, s[i])
			adj[i] = first * up[i]
		}
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, t.adjA[l], t.p.w[l-1], 0, t.adjH[l-1])
	}
}

// seed sets the top of some adjoints to w, in every row.
func (t *tape) seed(adj []blas64.General) {
	top := adj[t.p.layers]
	for i := range t.rows {
		copy(top.Data[i*top.Stride:], t.p.last)
	}
}

// second differentiates r·∇G, r being the direction in ht[0], after forward: with respect
// to u, which leaves the product of G's Hessian with r in adjH[0], and where grad is not
// nil with respect to the parameters, added to it. r·∇G is the tangent of G along r, whose
// reverse this is:
//
//	at_l = ht_(l−1) W_l,   ht_l = φ'(a_l) at_l,   r·∇G = ht_L·w.
func (t *tape) second(grad *weights) {
	p := t.p
	for l := range p.layers {
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, t.ht[l], p.w[l], 0, t.at[l+1])
		ht, at, s := elements(t.ht[l+1]), elements(t.at[l+1]), elements(t.s[l+1])
		for i, v := range elements(t.a[l+1]) {
			first, _ := slopes(v, s[i])
			ht[i] = first * at[i]
		}
	}
	t.seed(t.adjHt)
	clear(elements(t.adjH[p.layers]))
	if grad != nil {
		top := t.ht[p.layers]
		for i := range t.rows {
			blas64.Axpy(1, blas64.Vector{N: top.Cols, Inc: 1, Data: top.Data[i*top.Stride:]}, blas64.Vector{N: top.Cols, Inc: 1, Data: grad.last})
		}
	}
	for l := p.layers; l > 0; l-- {
		adjA, adjAt, s, at := elements(t.adjA[l]), elements(t.adjAt[l]), elements(t.s[l]), elements(t.at[l])
		up, upT := elements(t.adjH[l]), elements(t.adjHt[l])
		for i, v := range elements(t.a[l]) {
			first, second := slopes(v, s[i])
			adjAt[i] = first * upT[i]
			adjA[i] = first*up[i] + second*at[i]*upT[i]
		}
		if grad != nil {
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, t.h[l-1], t.adjA[l], 1, grad.w[l-1])
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, t.ht[l-1], t.adjAt[l], 1, grad.w[l-1])
			for i := range t.rows {
				row := t.adjA[l]
				blas64.Axpy(1, blas64.Vector{N: row.Cols, Inc: 1, Data: row.Data[i*row.Stride:]}, blas64.Vector{N: row.Cols, Inc: 1, Data: grad.b[l-1]})
			}
		}
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, t.adjA[l], p.w[l-1], 0, t.adjH[l-1])
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, t.adjAt[l], p.w[l-1], 0, t.adjHt[l-1])
	}
}
