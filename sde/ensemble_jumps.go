package sde

import (
	"math"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
)

// jumpStage and those after it are the stages of the noise of the parts of a step that
// jumps cut, out of the way of stage 0 and below those of noise.Draw's functionals.
const jumpStage = 1 << 58

// ensembleJumps are a tile's jumps.
type ensembleJumps struct {
	stepper stochastic.Stepper
	times   []float64 // elapsed, of one row after the other
	ends    []int     // by row, in times
	next    []int     // by row, the first that has not happened
	y, dw   []float64 // of one row
	after   []float64
	mark    noise.Stream
}

func newEnsembleJumps(p *plan) *ensembleJumps {
	dim := p.System.Dim
	return &ensembleJumps{
		stepper: p.Method.Stepper(&p.System, 1), ends: make([]int, p.rows), next: make([]int, p.rows),
		y: make([]float64, dim), after: make([]float64, dim), dw: make([]float64, p.needs.Len(p.System.Noises())),
	}
}

// start finds the jumps of the rows from path first on.
func (j *ensembleJumps) start(p *plan, first uint64, rows int) {
	span := p.elapsed(len(p.grid) - 1)
	j.times = j.times[:0]
	for r := range rows {
		j.next[r] = len(j.times)
		j.times = p.Jumps.Times(j.times, p.Address.Seed, p.at(first, 0).Row+uint64(r), span)
		j.ends[r] = len(j.times)
	}
}

// elapsed is the time from T0 to the beginning of a step.
func (p *plan) elapsed(k int) float64 { return math.Abs(p.grid[k] - p.T0) }

// jump carries the rows that jump in step k over it anew, in parts that end on the
// jumps' times and have noise of their own: when a path jumps does not depend on its
// noise, so that the law stays. An error comes with its row.
func (w *ensembleWorker) jump(k int, first uint64) (row int, err error) {
	j := w.jumps
	until := w.plan.elapsed(k + 1)
	for r := range len(w.y) / w.plan.System.Dim {
		if i := j.next[r]; i == j.ends[r] || j.times[i] > until || w.ended != nil && w.endedBy[r] >= 0 {
			continue
		}
		if err := w.cut(k, r, first, until); err != nil {
			return r, err
		}
	}
	return 0, nil
}

// cut carries a row from y to next.
func (w *ensembleWorker) cut(k, r int, first uint64, until float64) error {
	j, p := w.jumps, w.plan
	dim := p.System.Dim
	at := p.at(first+uint64(r), k)
	path := at.Row
	at.Row *= noise.BlockRows // a stream of the row's own
	began := 0
	if r > 0 {
		began = j.ends[r-1]
	}
	direction := math.Copysign(1, p.T1-p.T0)
	copy(j.y, w.y[r*dim:(r+1)*dim])
	for t, part := p.grid[k], uint64(0); ; part++ {
		jumps := j.next[r] < j.ends[r] && j.times[j.next[r]] <= until
		to := p.grid[k+1]
		if jumps {
			to = p.T0 + direction*j.times[j.next[r]]
			if !between(to, t, p.grid[k+1]) { // by rounding
				to = t
			}
		}
		if h := to - t; h != 0 {
			at.Stage = jumpStage + part
			noise.Draw(p.Source, j.dw, p.needs, p.System.Noises(), math.Abs(h), at)
			if err := j.stepper.Step(j.after, t, h, j.y, j.dw); err != nil {
				return err
			}
			j.y, j.after = j.after, j.y
		}
		if !jumps {
			copy(w.next[r*dim:(r+1)*dim], j.y)
			return nil
		}
		j.mark = p.Jumps.Mark(p.Address.Seed, path, j.next[r]-began)
		if err := p.Jumps.Apply(to, j.y, &j.mark); err != nil {
			return err
		}
		j.next[r]++
		t = to
	}
}
