package integrators

import (
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
	for _, rows := range [][][]float64{m.A, m.ExtraA} {
		for _, row := range rows {
			p.rows = append(p.rows, terms(row, pad))
		}
	}
	p.weights, p.errors, p.third = terms(m.B, pad), terms(m.E, pad), terms(m.E3, pad)
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

// terms leaves out zeros.
func terms(row []float64, pad int) vec.Terms {
	var c []float64
	var off []int
	for j, a := range row {
		if a != 0 {
			c, off = append(c, a), append(off, j*pad)
		}
	}
	return vec.NewTerms(c, off)
}
