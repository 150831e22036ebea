package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/dataset"
)

// distanceTask is what ito distance compares, and how.
type distanceTask struct {
	x, y         []float64
	dim          int
	k            int
	directions   int
	permutations int
	bins         int
	seed         uint64
}

// distanceRow is a line of its table. Numbers that are not known are left out.
type distanceRow struct {
	Name  string   `json:"name"`
	Value *float64 `json:"value,omitempty"`
	Error *float64 `json:"error,omitempty"`
	P     *float64 `json:"p,omitempty"`
	Note  string   `json:"note,omitempty"`
}

func distanceCommand() *cobra.Command {
	var t distanceTask
	var names []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "distance a.npy b.npy",
		Short: "How far apart the laws of two samples are, with standard errors and p-values",
		Long: `Distance compares two NPY files of rows of the same length. "error" is the
standard error, which holds where the laws differ; "p" is the permutation p-value
of the hypothesis that they do not. gaussian-w2 and gaussian-kl are those of the
fitted Gaussians. energy, mmd2, sinkhorn and sliced distances compare the laws;
knn-kl is KL(a‖b) in nats. kde- distances are those of kernel estimates, histogram-
ones those of --bins cells a side, all with the p-value of Jensen–Shannon; line-w1
and line-w2 are exact, for rows of one number. Of the Gaussians, kde-, line- and
exact ones, max-sliced-w2, knn-kl and sinkhorn there is no p-value. These come only
when they are named:
` + onlyNamed() + `A distance that these data do not admit is marked so.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := t.read(args[0], args[1]); err != nil {
				return err
			}
			rows, err := t.run(cmd.Context(), names)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), rows)
			}
			return printDistances(cmd, rows)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&names, "distances", nil, "which; default: all but those that must be named")
	f.IntVar(&t.permutations, "permutations", 199, "permutations for the p-values; 0: none")
	f.IntVar(&t.directions, "directions", 128, "directions of sliced distances")
	f.IntVar(&t.k, "k", 4, "neighbours of knn-kl")
	f.Uint64Var(&t.seed, "seed", 1, "seed of all random numbers")
	f.IntVar(&t.bins, "bins", 16, "cells a side of histograms")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (t *distanceTask) read(a, b string) error {
	load := func(name string) ([]float64, int, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, 0, err
		}
		defer func() { _ = f.Close() }()
		x, dim, err := dataset.ReadNPY(f)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", name, err)
		}
		return x, dim, nil
	}
	var dim int
	var err error
	if t.x, t.dim, err = load(a); err != nil {
		return err
	}
	if t.y, dim, err = load(b); err != nil {
		return err
	}
	if dim != t.dim {
		return fmt.Errorf("%w: rows of %s have %d numbers, those of %s %d", divergence.ErrDimension, a, t.dim, b, dim)
	}
	return nil
}

// run leaves a note where a distance does not admit the data; it fails where none
// does.
func (t distanceTask) run(ctx context.Context, names []string) ([]distanceRow, error) {
	var known []string
	for _, d := range distances {
		known = append(known, d.name)
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, fmt.Errorf("no distance %q; there are %v", n, known)
		}
	}
	if names == nil {
		for _, d := range distances {
			if !d.named {
				names = append(names, d.name)
			}
		}
	}
	var out []distanceRow
	var failed error
	good := 0
	for _, d := range distances {
		if !slices.Contains(names, d.name) {
			continue
		}
		r, err := d.of(ctx, t)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row := distanceRow{Name: d.name, Value: finite(r.Value), Error: finite(r.Error), P: finite(r.P)}
		if math.IsInf(r.Value, 1) {
			row.Note = "infinite: the supports differ"
		}
		if err != nil {
			row.Note = err.Error()
			failed = errors.Join(failed, fmt.Errorf("%s: %w", d.name, err))
		} else {
			good++
		}
		out = append(out, row)
	}
	if good == 0 {
		return nil, failed
	}
	return out, nil
}

// onlyNamed lists the distances that must be named, a few to a line.
func onlyNamed() string {
	var b strings.Builder
	width := 0
	for _, d := range distances {
		if !d.named {
			continue
		}
		if width += len(d.name) + 1; width > 78 {
			b.WriteByte('\n')
			width = len(d.name) + 1
		}
		b.WriteString(d.name + " ")
	}
	return b.String() + "\n"
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func printDistances(cmd *cobra.Command, rows []distanceRow) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "distance\tvalue\terror\tp\t")
	show := func(v *float64) string {
		if v == nil {
			return "–"
		}
		return fmt.Sprintf("%.4g", *v)
	}
	for _, r := range rows {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Name, show(r.Value), show(r.Error), show(r.P), r.Note)
	}
	return w.Flush()
}
