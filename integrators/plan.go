package integrators

import (
	"math"
	"math/big"
	"slices"
	"sync"

	"github.com/ito-sde/ito/internal/vec"
)

// plan is a tableau as the kernels read it, for states of pad numbers. It is
// shared by steppers and never changes.
type plan struct {
	rows                   []vec.Terms // of the stages, those of the interpolant included
	weights, errors, third vec.Terms
	spread                 vec.Terms // between the stages that Stiffness compares
	dense                  []int     // where the stages of the interpolant start
	fsal                   bool
	four                   bool // the stages may go through Combine4
	stages                 int  // evaluations to keep
}

type planKey struct {
	m   *Tableau
	pad int
}

// plans keeps those of small states: making one takes as long as a dozen steps.
var plans sync.Map

const smallState = 32

func planFor(m *Tableau, pad int) *plan {
	if pad > smallState {
		return newPlan(m, pad)
	}
	key := planKey{m, pad}
	if p, ok := plans.Load(key); ok {
		return p.(*plan)
	}
	p, _ := plans.LoadOrStore(key, newPlan(m, pad))
	return p.(*plan)
}

func newPlan(m *Tableau, pad int) *plan {
	p := &plan{fsal: m.FSAL(), stages: len(m.B) + len(m.ExtraC)}
	if m.Dense == nil && !p.fsal {
		p.stages = len(m.B) + 1 // f at the end of the step, for Hermite's cubic
	}
	for i, row := range m.A {
		p.rows = append(p.rows, vec.RowTerms(balanced(row, m.C[i]), pad))
	}
	for i, row := range m.ExtraA {
		p.rows = append(p.rows, vec.RowTerms(balanced(row, m.ExtraC[i]), pad))
	}
	p.weights, p.errors, p.third = vec.RowTerms(balanced(m.B, 1), pad), vec.RowTerms(m.E, pad), vec.RowTerms(m.E3, pad)
	if m.TellsStiffness() {
		p.spread = m.difference(pad)
	}
	p.four = pad == 4 && vec.HasCombine4()
	for i := range p.rows[1:] {
		p.four = p.four && p.rows[i+1].Len() > 0
	}
	for i := range m.Dense {
		p.dense = append(p.dense, i*pad)
	}
	return p
}

// balanced returns row with its smallest coefficient so changed that the row sums
// to want as nearly as numbers can. Rounded one by one, coefficients of size 100
// miss their sum by 1e-14, which every step adds to the error in one direction:
// Verner's method of order 6 then ends up to a thousand times less accurate at
// tight tolerances (TestBalance).
func balanced(row []float64, want float64) []float64 {
	const bits = 256 // all sums of a row are exact
	rest := new(big.Float).SetPrec(bits).SetFloat64(want)
	smallest := -1
	for j, a := range row {
		rest.Sub(rest, new(big.Float).SetFloat64(a))
		if a != 0 && (smallest < 0 || math.Abs(a) < math.Abs(row[smallest])) {
			smallest = j
		}
	}
	if smallest < 0 || rest.Sign() == 0 {
		return row
	}
	row = slices.Clone(row)
	row[smallest], _ = rest.Add(rest, new(big.Float).SetFloat64(row[smallest])).Float64()
	return row
}
