package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ito-sde/ito/divergence/transport"
	"github.com/ito-sde/ito/score/evaluate"
	"github.com/ito-sde/ito/sde/statistics"
)

// figure is one number of a metric.
type figure struct {
	name string
	statistics.Estimate
	note string
}

// metric is a group of figures that are computed together.
type metric struct {
	name string
	of   func(ctx context.Context, t evaluateTask) ([]figure, error)
}

var metrics = []metric{
	{"frechet", func(ctx context.Context, t evaluateTask) ([]figure, error) {
		d, err := evaluate.Frechet(ctx, t.samples, t.data, t.dim, evaluate.FrechetConfig{Seed: t.seed, Workers: t.workers})
		return []figure{{"frechet", d.Squared, ""}, {"frechet-0", d.Corrected, ""}}, err
	}},
	{"kernel", func(ctx context.Context, t evaluateTask) ([]figure, error) {
		d, err := evaluate.Kernel(ctx, t.samples, t.data, t.dim, evaluate.KernelConfig{Seed: t.seed, Workers: t.workers})
		return []figure{{"kernel", d, ""}}, err
	}},
	{"sliced-w2", func(ctx context.Context, t evaluateTask) ([]figure, error) {
		d, err := transport.Sliced(ctx, t.samples, t.data, t.dim, transport.Slices{Directions: t.directions, Seed: t.seed, Workers: t.workers})
		return []figure{{"sliced-w2", d.Estimate, ""}}, err
	}},
	{"neighbours", func(ctx context.Context, t evaluateTask) ([]figure, error) {
		m, err := evaluate.Neighbours(ctx, t.samples, t.data, t.dim, evaluate.NeighboursConfig{K: t.k, Seed: t.seed, Workers: t.workers})
		return []figure{
			{"precision", m.Precision, ""}, {"recall", m.Recall, ""}, {"density", m.Density, "1 of one law"},
			{"coverage", m.Coverage, fmt.Sprintf("%.3f of one law", m.ExpectedCoverage)},
		}, err
	}},
	{"c2st", func(ctx context.Context, t evaluateTask) ([]figure, error) {
		r, err := evaluate.Classifier(ctx, t.samples, t.data, t.dim, evaluate.ClassifierConfig{Steps: t.steps, Seed: t.seed, Workers: t.workers})
		return []figure{{"c2st", r.Accuracy, fmt.Sprintf("95 %% in %.3f to %.3f, p %.2g", r.Low, r.High, r.P)}, {"js", r.JensenShannon, "at most 0.693"}}, err
	}},
	{"memory", func(ctx context.Context, t evaluateTask) ([]figure, error) {
		if t.held == nil {
			return nil, errors.New("memory: give --held, rows that the model was not trained on")
		}
		m, err := evaluate.Memorisation(ctx, t.samples, t.data, t.held, t.dim, t.seed, t.workers)
		return []figure{{"nearer", m.Nearer, "0.5 without copies"}, {"copying", m.Copying, "0.5 without copies"}, {"ratio", m.Ratio, "1 without copies"}}, err
	}},
}

func metricNames() (all []string) {
	for _, m := range metrics {
		all = append(all, m.name)
	}
	return all
}
