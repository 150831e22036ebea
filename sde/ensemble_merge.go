package sde

import (
	"context"
	"sync"
	"time"

	"github.com/ito-sde/ito/sde/statistics"
)

// merger merges the statistics of chunks in their order, whatever the order in
// which they are delivered: as a binary counter, so that 2^k chunks from a
// multiple of 2^k on are one sum of two halves. It holds one set of statistics
// for each binary digit of the number of chunks.
type merger struct {
	plan   *plan
	window int // how far ahead of merged chunks may be simulated

	mu      sync.Mutex
	waiting *sync.Cond
	merged  int                          // chunks
	pending map[int][]statistics.Reducer // delivered, but not in turn
	stack   []level
	free    [][]statistics.Reducer // empty sets
	failed  *StateError
	failing int   // chunk of failed
	err     error // that ends the run

	written int // chunks in the file
	when    time.Time
}

// level is the statistics of 2^digit chunks; the last chunk of an ensemble may
// be short.
type level struct {
	digit int
	set   []statistics.Reducer
}

func newMerger(p *plan) *merger {
	m := &merger{plan: p, pending: map[int][]statistics.Reducer{}, failing: -1, when: time.Now()}
	m.waiting = sync.NewCond(&m.mu)
	return m
}

// take returns an empty set of statistics, by time.
func (m *merger) take() []statistics.Reducer {
	if n := len(m.free); n > 0 {
		set := m.free[n-1]
		m.free = m.free[:n-1]
		return set
	}
	var set []statistics.Reducer
	for range m.plan.times {
		for _, s := range m.plan.Statistics {
			set = append(set, s.New())
		}
	}
	return set
}

// begin returns a set for a chunk, when it is no longer too far ahead; or none,
// if the chunk need not be done.
func (m *merger) begin(ctx context.Context, chunk int) ([]statistics.Reducer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for {
		switch {
		case m.err != nil:
			return nil, m.err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case m.failed != nil && chunk > m.failing:
			// Earlier ones are done all the same: one of them may fail too, and
			// the first failure is the one to report.
			return nil, nil
		case chunk < m.merged+m.window:
			return m.take(), nil
		}
		m.waiting.Wait()
	}
}

// deliver merges a chunk, and what has waited for it.
func (m *merger) deliver(chunk int, set []statistics.Reducer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.waiting.Broadcast()
	m.pending[chunk] = set
	for m.err == nil {
		set, ok := m.pending[m.merged]
		if !ok {
			break
		}
		delete(m.pending, m.merged)
		m.push(set)
		m.err = m.report()
	}
	return m.err
}

func (m *merger) push(set []statistics.Reducer) {
	m.merged++
	l := level{0, set}
	for len(m.stack) > 0 && m.stack[len(m.stack)-1].digit == l.digit {
		left := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		m.join(left.set, l.set)
		l = level{left.digit + 1, left.set}
	}
	m.stack = append(m.stack, l)
}

// join merges the set right into left, and empties it for another use.
func (m *merger) join(left, right []statistics.Reducer) {
	for i, r := range right {
		left[i].Merge(r)
		r.Reset()
	}
	m.free = append(m.free, right)
}

// report tells Progress and writes the checkpoint when it is time.
func (m *merger) report() error {
	p := m.plan
	if p.Progress != nil {
		if err := p.Progress(p.paths(m.merged), p.Paths); err != nil {
			return err
		}
	}
	if p.Checkpoint.Path != "" {
		every := p.Checkpoint.Every
		if every == 0 {
			every = 30 * time.Second
		}
		if time.Since(m.when) >= every {
			return m.write()
		}
	}
	return nil
}

// fail notes that a path of a chunk failed.
func (m *merger) fail(chunk int, failed *StateError) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failed == nil || chunk < m.failing {
		m.failed, m.failing = failed, chunk
	}
	m.waiting.Broadcast()
}

// wake lets those who wait look about them.
func (m *merger) wake() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting.Broadcast()
}

// fold merges all that there is, the short end first.
func (m *merger) fold() []statistics.Reducer {
	if len(m.stack) == 0 {
		return m.take()
	}
	for n := len(m.stack); n > 1; n-- {
		m.join(m.stack[n-2].set, m.stack[n-1].set)
		m.stack = m.stack[:n-1]
	}
	return m.stack[0].set
}
