package score

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde"
)

// spectrum is a Gaussian in the axes of its covariance:
//
//	Σ = Vᵀ diag(val) V + rest (I − VᵀV),   V = vec, rank×dim with orthonormal rows.
type spectrum struct {
	dim, rank int
	mean      []float64
	vec       []float64
	val       []float64 // ≥ 0
	rest      float64   // ≥ 0, the variance of the dim − rank other directions
}

// levelTable holds what a spectrum needs at a level. With v = α²s + σ² for a
// variance s of the data,
//
//	gain = αs/v,   prec = 1/v,   inv = 1/√v.
type levelTable struct {
	gain, inv         []float64 // rank
	gainRest, invRest float64
	logNorm           float64 // −½ Σ ln 2πv over the directions of positive v
	flat              int     // number of directions with v = 0
}

func (l *levelTable) grow(rank int) {
	if cap(l.gain) < rank {
		l.gain, l.inv = make([]float64, rank), make([]float64, rank)
	}
	l.gain, l.inv = l.gain[:rank], l.inv[:rank]
}

// set fills the table. Where v = 0 it holds the right limits σ → 0: no gain, and
// inv = 0, since the density there is dealt with apart.
func (l *levelTable) set(s *spectrum, at sde.Level) {
	l.grow(s.rank)
	// Squares of α/c and σ/c do not underflow together.
	c := max(at.Alpha, at.Sigma)
	a, b := at.Alpha/c, at.Sigma/c
	one := func(variance float64) (gain, inv, log float64) {
		v := a*a*variance + b*b
		if v == 0 {
			return 0, 0, 0
		}
		return a * variance / v / c, 1 / math.Sqrt(v) / c, math.Log(2*math.Pi*v) + 2*math.Log(c)
	}
	l.flat = 0
	var sum float64
	for j, variance := range s.val {
		var log float64
		if l.gain[j], l.inv[j], log = one(variance); l.inv[j] == 0 {
			l.flat++
		}
		sum += log
	}
	l.gainRest, l.invRest = 0, 0
	if others := s.dim - s.rank; others > 0 {
		var log float64
		if l.gainRest, l.invRest, log = one(s.rest); l.invRest == 0 {
			l.flat += others
		}
		sum += float64(others) * log
	}
	l.logNorm = -0.5 * sum
}

// centre writes y = x − αμ to y (rows×dim), its coordinates V y to coord
// (rows×rank), and then takes V's part out of y if there are other directions.
func (s *spectrum) centre(coord, y, x []float64, alpha float64) {
	rows := len(x) / s.dim
	if s.dim <= few && s.rank == s.dim {
		s.centreFew(coord, x, alpha)
		return
	}
	for i := range rows {
		floats.AddScaledTo(y[i*s.dim:][:s.dim], x[i*s.dim:][:s.dim], -alpha, s.mean)
	}
	if s.rank == 0 {
		return
	}
	mulTrans(coord, s.rank, y, s.vec, rows, s.rank, s.dim)
	if s.rank < s.dim {
		addMul(y, -1, coord, s.vec, rows, s.rank, s.dim)
	}
}

// few is the dimension up to which plain loops beat calls of matrix products.
const few = 4

// centreFew is centre for few dimensions and full rank, which leaves y out.
func (s *spectrum) centreFew(coord, x []float64, alpha float64) {
	n := s.dim
	var y [few]float64
	for i := 0; i < len(x); i += n {
		for j, v := range x[i : i+n] {
			y[j] = v - alpha*s.mean[j]
		}
		for j := range n {
			var sum float64
			for l, v := range s.vec[j*n : j*n+n] {
				sum += v * y[l&(few-1)]
			}
			coord[i+j] = sum
		}
	}
}

// mahalanobis returns |Σ_v^{-½}(x−αμ)|² of one row from its coordinates, leaving
// out the directions of zero variance, and the squared length in those. What is
// below the rounding error of the row's own length (norm) counts as no length.
func (s *spectrum) mahalanobis(l *levelTable, coord, y []float64, norm float64) (square, off float64) {
	for j, c := range coord {
		z := c * l.inv[j]
		square += z * z
	}
	if s.rank < s.dim {
		z := blas64.Nrm2(blas64.Vector{N: s.dim, Data: y, Inc: 1}) * l.invRest
		square += z * z
	}
	if l.flat == 0 {
		return square, 0
	}
	for j, c := range coord {
		if l.inv[j] == 0 {
			off = math.Hypot(off, c)
		}
	}
	if s.rank < s.dim && l.invRest == 0 {
		off = math.Hypot(off, blas64.Nrm2(blas64.Vector{N: s.dim, Data: y, Inc: 1}))
	}
	// A projection on d axes rounds to about √d·d ulps of the vector; 8d is safe.
	if off <= 8*float64(s.dim)*0x1p-52*norm {
		off = 0
	}
	return square, off
}

// panel keeps gonum's product on this goroutine: it starts others from four
// blocks of 64×64 on. A row of a product does not depend on the other rows.
const panel = 128

// tileRows is the number of rows that are projected at a time.
const tileRows = 16

// mulTrans is c = a bᵀ for a m×k and b n×k, with rows of c a stride apart.
func mulTrans(c []float64, stride int, a, b []float64, m, n, k int) {
	am := blas64.General{Rows: m, Cols: k, Stride: k, Data: a}
	for j := 0; j < n; j += panel {
		w := min(panel, n-j)
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, am,
			blas64.General{Rows: w, Cols: k, Stride: k, Data: b[j*k:]}, 0,
			blas64.General{Rows: m, Cols: w, Stride: stride, Data: c[j:]})
	}
}

// addMul is c += t·a b for a m×k and b k×n.
func addMul(c []float64, t float64, a, b []float64, m, k, n int) {
	am := blas64.General{Rows: m, Cols: k, Stride: k, Data: a}
	for j := 0; j < n; j += panel {
		w := min(panel, n-j)
		blas64.Gemm(blas.NoTrans, blas.NoTrans, t, am,
			blas64.General{Rows: k, Cols: w, Stride: n, Data: b[j:]}, 1,
			blas64.General{Rows: m, Cols: w, Stride: n, Data: c[j:]})
	}
}
