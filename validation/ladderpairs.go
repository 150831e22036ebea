package validation

import (
	"fmt"
	"slices"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// pair is a sampler on a process.
type pair struct {
	sampler sampler.Entry
	process sde.Entry
}

// pairs lists what to climb with: every sampler on every process that it can
// have.
func (c LadderConfig) pairs() ([]pair, error) {
	entries, err := pick(append(sampler.All(), trials()...), c.Samplers, func(e sampler.Entry) string { return e.Name }, "sampler")
	if err != nil {
		return nil, err
	}
	names := c.Processes
	if len(names) == 0 {
		names = []string{"vp", "ve", "cld"}
	}
	processes, err := pick(sde.All(), names, func(e sde.Entry) string { return e.Name }, "process")
	if err != nil {
		return nil, err
	}
	var out []pair
	for _, p := range processes {
		_, cld := p.Process.(sde.CLD)
		for _, e := range entries {
			phase := slices.ContainsFunc(sampler.Phase, func(o sampler.Entry) bool { return o.Name == e.Name })
			if phase && !cld || !phase && cld && len(c.Processes) == 0 {
				continue
			}
			out = append(out, pair{e, p})
		}
	}
	return out, nil
}

// trial makes every step of a grid a trial of an adaptive rule, and keeps its step
// of the higher or of the lower order.
type trial struct {
	sampler.Adaptive
	low bool
}

// Memory is 0.
func (trial) Memory() int { return 0 }

// Apply makes one step.
func (r trial) Apply(s *sampler.Step) error {
	low := s.Scratch(sampler.ScratchVectors - 1)
	if err := r.Try(s, low); err != nil {
		return err
	}
	if r.low {
		copy(s.X, low)
	}
	return nil
}

// trials are the steps of the adaptive rules, on given grids.
func trials() []sampler.Entry {
	var out []sampler.Entry
	for _, e := range sampler.Adaptives {
		out = append(out,
			sampler.Entry{Name: e.Name, Rule: trial{e.Rule, false}, Order: e.Order, Doc: e.Doc},
			sampler.Entry{Name: e.Name + "-judge", Rule: trial{e.Rule, true}, Order: e.Low, Doc: e.Doc})
	}
	return out
}

// pick selects entries by name; no names means all.
func pick[E any](all []E, names []string, name func(E) string, what string) ([]E, error) {
	if len(names) == 0 {
		return all, nil
	}
	var out []E
	for _, n := range names {
		found := false
		for _, e := range all {
			if name(e) == n {
				out, found = append(out, e), true
			}
		}
		if !found {
			known := make([]string, len(all))
			for i, e := range all {
				known[i] = name(e)
			}
			return nil, fmt.Errorf("validation: no %s %q; known: %v", what, n, known)
		}
	}
	return out, nil
}
