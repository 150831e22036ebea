package main

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/flow"
	"github.com/ito-sde/ito/score/matching"
	"github.com/ito-sde/ito/score/variational"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

func (o *likelihoodOptions) flow(ctx context.Context, r *likelihoodReport, p sde.Process, m score.Model, x, widths []float64, bar *progress) error {
	kinds := map[string]flow.Dequantisation{"none": flow.Truncated, "uniform": flow.Uniform, "normal": flow.TruncatedNormal}
	if o.cells == "" {
		o.cells = "none"
		if widths != nil {
			o.cells = "normal"
		}
	}
	kind, ok := kinds[o.cells]
	if !ok {
		return fmt.Errorf("--cells %s: want uniform, normal or none", o.cells)
	}
	if kind == flow.Truncated {
		widths, r.Quantised = nil, false
	} else if widths == nil {
		return fmt.Errorf("--cells %s: cells of what --width?", o.cells)
	}
	c := flow.Config{Solve: ode.Config{RTol: o.tol, ATol: o.tol}, Workers: o.workers,
		Progress: func(done, total int) { bar.set(int64(done), int64(total), "following the flow") }}
	if o.probes > 0 {
		h := &flow.Hutchinson{Model: m, Seed: o.seed, Probes: o.probes}
		if o.probeLaw == "normal" {
			h.Source = noise.Gaussian{}
		}
		c.Trace = h
	}
	var err error
	if c.From, c.To, err = ends(p); err != nil {
		return err
	}
	t, err := flow.LogProbability(ctx, p, m, x, flow.Quantised{Noise: kind, Width: widths, Draws: o.draws, Seed: o.seed}, c)
	if err != nil {
		return err
	}
	r.rows = t.Rows
	r.add("prior", t.Prior)
	r.add("volume", t.Volume)
	r.exact("truncation", t.Truncation)
	r.exact("dequantisation", t.Dequantisation)
	r.Evaluations = t.Evaluations
	return nil
}

// ends are the times between which a process has both data and noise.
func ends(p sde.Process) (from, to float64, err error) {
	from, to = p.Horizon()
	if a := p.At(to); a.Alpha == 0 || a.Lambda() < -8 {
		to = p.TimeOf(-8)
	}
	if !(from < to) {
		return 0, 0, fmt.Errorf("the process has no times between its cut-off %v and %v", from, to)
	}
	return from, to, nil
}

func (o *likelihoodOptions) bound(ctx context.Context, r *likelihoodReport, p sde.Process, m score.Model, x []float64, set *dataset.Set, widths []float64, bar *progress) error {
	values, err := values(set, widths)
	if err != nil {
		return err
	}
	from, to, err := ends(p)
	if err != nil {
		return err
	}
	var run func(c matching.Config, progress func(done, total int)) (variational.Terms, error)
	switch o.method {
	case "bound":
		run = func(c matching.Config, progress func(done, total int)) (variational.Terms, error) {
			return variational.Continuous{From: p.At(to), To: p.At(from), Values: values, Nodes: o.nodes, Progress: progress}.Bound(ctx, m, x, c)
		}
		r.Evaluations = o.draws * o.nodes * r.Count
	case "steps":
		h := variational.Hierarchy{Levels: make([]sde.Level, o.steps+1), Values: values}
		for i := range h.Levels {
			h.Levels[i] = p.At(to + (from-to)*float64(i)/float64(o.steps))
		}
		run = func(c matching.Config, progress func(done, total int)) (variational.Terms, error) {
			h.Progress = progress
			return h.Bound(ctx, m, x, c)
		}
		r.Evaluations = o.draws * o.steps * r.Count
	default:
		return fmt.Errorf("--method %s: want flow, bound or steps", o.method)
	}
	var prior, diffusion, decoder float64
	r.rows = make([]float64, r.Count)
	for k := range o.draws {
		progress := func(done, total int) {
			bar.set(int64(k*total+done), int64(o.draws*total), "denoising")
		}
		t, err := run(matching.Config{Seed: o.seed, Step: uint64(k) << 32, Workers: o.workers}, progress)
		if err != nil {
			return err
		}
		share := 1 / float64(o.draws)
		floats.AddScaled(r.rows, -share, t.Rows)
		prior -= share * t.Prior
		diffusion -= share * floats.Sum(t.Steps)
		decoder -= share * t.Decoder
	}
	r.exact("prior", prior)
	r.exact("diffusion", diffusion)
	r.exact("decoder", decoder)
	return nil
}

// values are those that a coordinate of quantised data takes, in working coordinates; nil
// for continuous data.
func values(set *dataset.Set, widths []float64) ([]float64, error) {
	if widths == nil {
		return nil, nil
	}
	for j := range widths {
		if set.Scale[j] != set.Scale[0] || set.Shift[j] != set.Shift[0] {
			return nil, errors.New("--width: columns have scales of their own, and the bounds' decoder one list of values; take --method flow, or --width −1")
		}
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range set.X {
		lo, hi = min(lo, v), max(hi, v)
	}
	const most = 1 << 16
	count := math.Round((hi-lo)/widths[0]) + 1
	if !(count >= 2 && count <= most) {
		return nil, fmt.Errorf("--width %v: makes %v values from least to largest; want 2 to %d", widths[0]*set.Scale[0], count, most)
	}
	v := make([]float64, int(count))
	for i := range v {
		v[i] = lo + widths[0]*float64(i)
	}
	return v, nil
}
