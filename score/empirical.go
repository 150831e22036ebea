package score

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/sde"
)

// Empirical is the exact model of the data set itself, equal atoms at its rows:
//
//	D(x) = Σ_i p_i x_i,   p_i ∝ exp(−|x − αx_i|²/(2σ²)),
//
// what a network that fits its training set perfectly would answer (Karras,
// Aittala, Aila, Laine 2022, eq. 57). At σ = 0 it is the row nearest to x/α, the
// mean of several equally near ones; at α = 0 the mean of all. A sampler that
// uses it returns rows of the data set.
//
// A row costs 4·n·dim operations. An Empirical is immutable and safe for
// concurrent use; its calls allocate nothing once warm.
type Empirical struct {
	n, dim  int
	mean    []float64
	atom    []float64 // n×dim, less the mean
	square  []float64 // |atom|²/2
	reach   float64   // the largest |atom|
	scratch sync.Pool
}

// empiricalRows is the number of rows of x compared with the atoms at a time.
const empiricalRows = 8

type empiricalScratch struct {
	y     []float64 // rows × dim: x − α mean
	logit []float64 // rows × n
	other []float64 // dim
}

// NewEmpirical returns the model of the rows of x, which it copies.
// Errors: [ErrDimension], [ErrNotFinite], [ErrSamples] if there is no row.
func NewEmpirical(x []float64, dim int) (*Empirical, error) {
	if err := checkRows(x, dim); err != nil {
		return nil, fmt.Errorf("data set: %w", err)
	}
	e := &Empirical{n: len(x) / dim, dim: dim, mean: make([]float64, dim), atom: append([]float64(nil), x...)}
	// Shifted by the first row: the mean of equal rows is exactly that row.
	for i := range e.n {
		floats.Sub(e.atom[i*dim:][:dim], x[:dim])
		floats.AddScaled(e.mean, 1/float64(e.n), e.atom[i*dim:][:dim])
	}
	for i := range e.n {
		row := e.atom[i*dim:][:dim]
		floats.Sub(row, e.mean)
		norm := floats.Norm(row, 2)
		e.square = append(e.square, 0.5*norm*norm)
		e.reach = max(e.reach, norm)
	}
	floats.Add(e.mean, x[:dim])
	e.scratch.New = func() any {
		return &empiricalScratch{
			y: make([]float64, empiricalRows*dim), logit: make([]float64, empiricalRows*e.n), other: make([]float64, dim),
		}
	}
	return e, nil
}

// Dim returns the number of coordinates.
func (e *Empirical) Dim() int { return e.dim }

// Len returns the number of rows of the data set.
func (e *Empirical) Len() int { return e.n }

// Denoise implements [Model]. Errors: [ErrLevel].
func (e *Empirical) Denoise(dst, x []float64, at sde.Level) error {
	mustRows(dst, x, e.dim)
	if err := checkLevel(at); err != nil {
		return err
	}
	w := e.scratch.Get().(*empiricalScratch)
	defer e.scratch.Put(w)
	for len(x) > 0 {
		size := min(empiricalRows*e.dim, len(x))
		rows := size / e.dim
		logit := w.logit[:rows*e.n]
		for i := range rows {
			floats.AddScaledTo(w.y[i*e.dim:][:e.dim], x[i*e.dim:][:e.dim], -at.Alpha, e.mean)
			copy(dst[i*e.dim:][:e.dim], e.mean)
		}
		mulTrans(logit, e.n, w.y[:size], e.atom, rows, e.n, e.dim)
		for i := range rows {
			e.weigh(logit[i*e.n:][:e.n], w.y[i*e.dim:][:e.dim], w.other, at)
		}
		addMul(dst[:size], 1, logit, e.atom, rows, e.n, e.dim) // skips zeros
		dst, x = dst[size:], x[size:]
	}
	return nil
}

// weigh turns the products y·a_i of one row into the weights p_i. Their logs are,
// but for a constant, ℓ_i = α(y·a_i − α|a_i|²/2)/σ². Against the best atom b the
// difference is
//
//	ℓ_i − ℓ_b = (α/σ²) (a_i − a_b)·(y − α(a_i + a_b)/2),
//
// which has kept its digits where ℓ_i and ℓ_b agree in theirs.
func (e *Empirical) weigh(logit, y, other []float64, at sde.Level) {
	for i, product := range logit {
		logit[i] = product - at.Alpha*e.square[i]
	}
	b := floats.MaxIdx(logit)
	best := logit[b]
	// factor·slack is the rounding error of a logit.
	slack := 8 * float64(e.dim) * 0x1p-53 * (floats.Norm(y, 2) + at.Alpha*e.reach) * e.reach
	factor := at.Alpha / at.Sigma / at.Sigma // +Inf at σ = 0
	if at.Alpha == 0 {
		factor = 0
	}
	var sum float64
	origin := e.atom[b*e.dim:][:e.dim]
	if factor*slack > 1e-14 {
		for i, l := range logit {
			if l -= best; l >= -slack+negligible/factor && !math.IsInf(best, 0) {
				logit[i] = e.advantage(i, origin, y, other, at.Alpha)
			} else {
				logit[i] = l
			}
		}
		best = floats.Max(logit)
	}
	for i, l := range logit {
		logit[i] = 0
		if l -= best; l == 0 {
			logit[i] = 1
		} else if l *= factor; !(l < negligible) {
			logit[i] = math.Exp(l)
		}
		sum += logit[i]
	}
	floats.Scale(1/sum, logit)
}

// advantage is (a_i − a_b)·(y − α(a_i + a_b)/2).
func (e *Empirical) advantage(i int, origin, y, other []float64, alpha float64) float64 {
	atom := e.atom[i*e.dim:][:e.dim]
	for j, a := range atom {
		other[j] = a - origin[j]
	}
	var sum float64
	for j, d := range other {
		sum += d * (y[j] - alpha*(origin[j]+0.5*d))
	}
	return sum
}

// LogDensity writes log p(x) of the noised data set, one number for each row of
// x: a mixture of n equal Gaussians N(αx_i, σ²I). Errors: [ErrLevel], also at
// σ = 0, where there is no density.
func (e *Empirical) LogDensity(dst, x []float64, at sde.Level) error {
	mustOnePerRow(dst, x, e.dim)
	if err := checkLevel(at); err != nil {
		return err
	}
	if at.Sigma == 0 {
		return errSingular(at, e.dim)
	}
	w := e.scratch.Get().(*empiricalScratch)
	defer e.scratch.Put(w)
	y, logit := w.y[:e.dim], w.logit[:e.n]
	for r := range dst {
		floats.AddScaledTo(y, x[r*e.dim:][:e.dim], -at.Alpha, e.mean)
		for i := range logit {
			copy(w.other, y)
			floats.AddScaled(w.other, -at.Alpha, e.atom[i*e.dim:][:e.dim])
			z := floats.Norm(w.other, 2) / at.Sigma
			logit[i] = -0.5 * z * z
		}
		dst[r] = floats.LogSumExp(logit) - math.Log(float64(e.n)) -
			float64(e.dim)*(0.5*math.Log(2*math.Pi)+math.Log(at.Sigma))
	}
	return nil
}
