package sde

import (
	"context"
	"fmt"
	"time"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/sde/statistics"
)

// Ensemble is a simulation of many independent paths of a system of which only
// statistics are kept, so that its memory does not grow with Paths. Method,
// System, T1 (or T0), Steps or Grid, an initial state, Paths and Statistics must
// be given.
//
// Path p has the noise of row Address.Row+p of [Solve], and for equal steps its
// bits. Paths are simulated in tiles, statistics taken in chunks of ChunkPaths,
// and chunks merged in pairs, pairs of pairs and so on in the order of paths.
// So the result's bits depend on neither Workers nor timing, nor on a run having
// been killed and resumed from its Checkpoint.
type Ensemble struct {
	Method stochastic.Method
	System System

	T0, T1 float64
	// Steps is the number of steps from T0 to T1, of equal length unless Times
	// lie between them: then each section between Times has as many equal steps
	// as make them no longer. It must be 0 where Grid is given.
	Steps int
	// Grid is the times of all steps, strictly monotone from T0 to T1.
	Grid []float64
	// Times, in order from T0 to T1, is where statistics are taken; nil means T1
	// alone. They must be among those of Grid, if that is given. Nothing is
	// simulated after the last one.
	Times []float64

	// Initial is the state all paths start from, Dim numbers; or Start writes
	// the states of rows of paths, whose random numbers have the address at:
	// Address with Use noise.Prior and Row of the first path asked for. Calls
	// may be concurrent.
	Initial []float64
	Start   func(rows []float64, at noise.Address) error

	Paths   uint64
	Source  noise.Source  // as in Config
	Address noise.Address // as in Config
	Workers int           // goroutines; 0 means GOMAXPROCS

	// Jumps of the paths; the zero value has none. A path jumps at its time, for
	// which its step is cut in parts with noise of their own. Barriers must then be
	// Discrete.
	Jumps Jumps

	// Barriers end paths that reach them, and Stop, if it is not nil, those for
	// which it is true of a row at the end of a step, or at T0. A path that has
	// ended keeps its last state. Calls of Stop may be concurrent.
	Barriers []Barrier
	Stop     func(t float64, y []float64) bool

	// Quantity is what statistics are taken of; its zero value is the state.
	Quantity Quantity
	// Statistics are kept at each of Times. Those given are not changed: they
	// say by their New what to keep. Their standard errors are those of independent
	// paths: for a Source whose rows depend on one another take statistics.Means.
	Statistics []statistics.Reducer

	// Progress, if it is not nil, is told after every chunk how many paths the
	// statistics hold. Calls are in order, one at a time. Its error ends the run.
	Progress func(done, total uint64) error
	// Checkpoint says where the run is written down from time to time.
	Checkpoint Checkpoint
}

// Quantity is a function of a path at a time, of Width numbers.
type Quantity struct {
	Width int
	// Of writes Width numbers for each row of o.Y. Calls may be concurrent.
	Of func(dst []float64, o Observation) error
}

// Observation is rows of paths at one of an ensemble's times, lent for a call.
type Observation struct {
	Index int     // of the time in Times
	T     float64 // the time
	Y     []float64
	// Where the ensemble has Barriers or Stop: the time at which each row's path
	// ended, +Inf as long as it has not (−Inf backwards in time), and what
	// ended it: the index of a barrier, len(Barriers) for Stop, or −1.
	Ended   []float64
	EndedBy []int
}

// Checkpoint keeps an ensemble on disk.
type Checkpoint struct {
	// Path is the file. If it is there, the run goes on from it: it must be of
	// the same ensemble, but may be of fewer paths. It is left whole at the end
	// of a run, also of one that failed or was cancelled. "" means none.
	Path string
	// Every is the least time between two writes; 0 means half a minute.
	Every time.Duration
	// Label stands in the file for what cannot be compared: the system's
	// functions, what Jumps do, Quantity, Start, Stop and what is inside Source.
	Label string
}

// EnsembleResult is what an ensemble has come to.
type EnsembleResult struct {
	Paths      uint64 // that the statistics hold, the first ones
	Times      []float64
	Statistics [][]statistics.Reducer // by time, then as in Ensemble.Statistics
}

// ChunkPaths is the number of consecutive paths whose statistics are merged as
// one, and the unit of progress and of checkpoints.
const ChunkPaths = 2048

// Advancer is an ability of a [stochastic.Stepper] that [Ensemble] looks for:
// to draw on standard normal numbers z, Δw = √|h| z, and to carry rows in place,
// which spares passes over memory. Its states must be those of Step to rounding,
// and its method need nothing but increments.
type Advancer interface {
	Advance(y []float64, t, h float64, z []float64) error
}

// Run simulates the ensemble. A step allocates nothing.
//
// Errors: [ErrConfig]; those of [stochastic.Check]; [ErrCheckpoint] about the
// file; a *[StateError], whose Row is the path from 0, the same one for any
// number of workers; those of Progress and ctx, which ends a run within a step.
// With the last three the result holds the paths merged so far.
func (e Ensemble) Run(ctx context.Context) (EnsembleResult, error) {
	p, err := e.plan()
	if err != nil {
		return EnsembleResult{}, err
	}
	m := newMerger(p)
	if e.Checkpoint.Path != "" {
		if err := m.resume(); err != nil {
			return EnsembleResult{}, err
		}
	}
	err = p.run(ctx, m)
	if e.Checkpoint.Path != "" && m.merged > m.written {
		if e := m.write(); err == nil {
			err = e
		}
	}
	r := EnsembleResult{Paths: p.paths(m.merged), Times: p.times}
	set := m.fold()
	for n := len(e.Statistics); len(set) > 0; set = set[n:] {
		r.Statistics = append(r.Statistics, set[:n:n])
	}
	return r, err
}

// String is for logs.
func (r EnsembleResult) String() string {
	return fmt.Sprintf("%d paths at %d times", r.Paths, len(r.Times))
}
