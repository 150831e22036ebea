package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/internal/report"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/tune"
)

// judge is a column of the output: an objective, and how its numbers are shown.
type judge struct {
	title  string
	square bool    // the objective's number is the square root of what is shown
	unit   float64 // of length, to the power of what is shown
}

func (j judge) show(e float64) float64 {
	e *= j.unit
	if j.square {
		e *= e
	}
	return e
}

// objectives sets what to tune by and what judges it, and says how to show both.
func (o *tuneOptions) objectives(ctx context.Context, set *dataset.Set, rules []sampler.Entry, bar *progress) ([]judge, error) {
	data, err := divergence.Fit(set.X, set.Dim)
	if err != nil {
		return nil, err
	}
	noisy := o.c.Knob != nil // a knob turns noise on
	for _, e := range rules {
		noisy = noisy || e.Rule.Cost().Noises > 0
	}
	models := map[string]score.Model{}
	model := func(name string) (score.Model, error) {
		if m, ok := models[name]; ok {
			return m, nil
		}
		var err error
		if name == "network" {
			models[name], err = o.network(set)
		} else {
			models[name], err = fitted(ctx, set, o.components, o.c.Seed, o.c.Workers, bar)
		}
		return models[name], err
	}
	// on is an objective on a model; tuning and judging see different noise.
	on := func(name, what string, seed uint64) (tune.Objective, judge, error) {
		m, err := model(name)
		if err != nil {
			return nil, judge{}, err
		}
		if what == "frechet" {
			rows := o.rows
			if rows == 0 {
				rows = 1000
			}
			return tune.Moments{Model: m, Data: data, Rows: rows, Seed: seed}, judge{name + ", Fréchet", true, set.Unit}, nil
		}
		bar.set(1, 2, "following the flow of the "+name)
		p, err := tune.NewPaths(ctx, tune.PathsConfig{Process: o.c.Process, Model: m, Rows: o.rows, Seed: seed, Workers: o.c.Workers})
		return p, judge{name + ", paths", false, set.Unit}, err
	}
	var out []judge
	add := func(to *tune.Objective, v tune.Objective, j judge, err error) error {
		if err == nil {
			*to = v
			out = append(out, j)
		}
		return err
	}
	switch key := o.on + " " + o.objective; key {
	case "gaussian ", "gaussian w2", "gaussian kl":
		s, err := tune.NewSurrogate(data)
		if err != nil {
			return nil, err
		}
		j := judge{"exact W2", false, set.Unit}
		if o.objective == "kl" {
			// Data with constant columns has an infinite KL to anything else; as in ito compare.
			for _, v := range s.Data.Var {
				s.Blur += 1e-3 * v / float64(set.Dim)
			}
			s.Measure, j = tune.KL, judge{"exact KL", true, 1}
		}
		if err := add(&o.c.Objective, s, j, nil); err != nil {
			return nil, err
		}
	case "mixture ", "mixture paths", "mixture frechet", "network ", "network paths", "network frechet":
		what := o.objective
		if what == "" {
			what = "paths"
			if o.on == "network" || noisy {
				what = "frechet"
			}
		}
		if what == "paths" && noisy {
			return nil, errors.New("--objective paths is for samplers without noise; take frechet")
		}
		v, j, err := on(o.on, what, o.c.Seed)
		if err := add(&o.c.Objective, v, j, err); err != nil {
			return nil, err
		}
		if o.c.Starts == 0 {
			o.c.Starts = 3
		}
		o.c.Evaluations = 60 * o.c.NFE
	default:
		return nil, fmt.Errorf("--on %s --objective %s: want gaussian with w2 or kl, or mixture or network with paths or frechet", o.on, o.objective)
	}
	switch o.validate {
	case "none":
	case "mixture", "network":
		what := "paths"
		if o.validate == "network" || noisy {
			what = "frechet"
		}
		v, j, err := on(o.validate, what, o.c.Seed+1)
		if err := add(&o.c.Validate, v, j, err); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("--validate %s: want mixture, network or none", o.validate)
	}
	return out, nil
}

func (o *tuneOptions) network(set *dataset.Set) (score.Model, error) {
	if o.model == "" && set.Name != "digits" {
		return nil, fmt.Errorf("there is no network for %s: give --model, of ito train --data %s", set.Name, o.data)
	}
	n, err := loadModel(o.model)
	if err != nil {
		return nil, err
	}
	if n.Dim() != set.Dim {
		return nil, fmt.Errorf("%s is for rows of %d numbers, %s has %d", o.model, n.Dim(), set.Name, set.Dim)
	}
	return n, nil
}

// tune finds the grid, of the best of several samplers or of a knob's family.
func (o *tuneOptions) tune(ctx context.Context, rules []sampler.Entry) (tune.Choice, []error, error) {
	if o.c.Knob != nil {
		r, err := tune.Grid(ctx, o.c)
		return tune.Choice{Result: r}, nil, err
	}
	choices, leftOut, err := tune.Samplers(ctx, o.c, rules)
	if err != nil {
		return tune.Choice{}, nil, err
	}
	return choices[0], leftOut, nil
}

// table is the file of a choice.
func (o *tuneOptions) table(c tune.Choice, j judge) tune.Table {
	t := tune.NewTable(o.process, o.c.Process, c.Grid)
	t.Sampler, t.NFE, t.Objective, t.Error = c.Name, c.NFE, j.title, j.show(c.Error)
	t.Untuned, t.UntunedError = c.Standard[0].Name, j.show(c.Standard[0].Error)
	if o.c.Knob != nil {
		t.Knob, t.Value = o.c.Knob.Name, c.Knob
	}
	return t
}

// panels draw the grids, and the error of each over the budgets.
func (o *tuneOptions) panels(ctx context.Context, best tune.Choice, j judge, tell func(nfe int)) ([]report.Panel, error) {
	const shown = 5 // standard grids
	grids := report.Panel{Title: fmt.Sprintf("Time grids, %d evaluations", best.NFE), X: "level", Y: "λ = ln(α/σ)", Marks: true}
	errs := report.Panel{Title: "Error over evaluations", X: "model evaluations per sample (NFE)", Y: j.title, LogX: true, LogY: true, Marks: true}
	judged := append([]tune.Judged{best.Judged}, best.Standard[:min(shown, len(best.Standard))]...)
	for _, g := range judged {
		curve := report.Curve{Name: g.Name}
		for k, l := range g.Grid.Levels(nil) {
			curve.X, curve.Y = append(curve.X, float64(k)), append(curve.Y, l.Lambda())
		}
		grids.Curves = append(grids.Curves, curve)
		errs.Curves = append(errs.Curves, report.Curve{Name: g.Name})
	}
	c := o.c
	c.Validate = nil
	if c.Knob == nil {
		c.Rule = best.Rule
	}
	for _, nfe := range o.curve {
		tell(nfe)
		c.NFE = nfe
		r, err := tune.Grid(ctx, c)
		if errors.Is(err, tune.ErrBudget) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, g := range append([]tune.Judged{r.Judged}, r.Standard...) {
			for i := range errs.Curves {
				if curve := &errs.Curves[i]; curve.Name == g.Name {
					curve.X, curve.Y = append(curve.X, float64(r.NFE)), append(curve.Y, j.show(g.Error))
				}
			}
		}
	}
	return []report.Panel{grids, errs}, nil
}
