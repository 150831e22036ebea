package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/divergence/permutation"
	"github.com/ito-sde/ito/divergence/sample"
	"github.com/ito-sde/ito/divergence/transport"
	"github.com/ito-sde/ito/internal/dataset"
)

// distanceTask is what ito distance compares, and how.
type distanceTask struct {
	x, y         []float64
	dim          int
	k            int
	directions   int
	permutations int
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

// distances in the order in which they are printed.
var distances = []struct {
	name string
	of   func(context.Context, distanceTask) (permutation.Result, error)
}{
	{"gaussian-w2", gaussian(divergence.W2)},
	{"gaussian-kl", gaussian(divergence.KL)},
	{"sliced-w2", func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return transport.Sliced(ctx, t.x, t.y, t.dim, t.slices())
	}},
	{"max-sliced-w2", func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		c := t.slices()
		c.Permutations = 0
		r, _, err := transport.MaxSliced(ctx, t.x, t.y, t.dim, c)
		return r, err
	}},
	{"energy", func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return sample.Energy(ctx, t.x, t.y, t.dim, t.config())
	}},
	{"mmd2", func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return sample.MMD(ctx, t.x, t.y, t.dim, 0, t.config())
	}},
	{"knn-kl", func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return sample.KL(ctx, t.x, t.y, t.dim, t.k, sample.Config{})
	}},
	{"sinkhorn", func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return transport.Sinkhorn(ctx, t.x, t.y, t.dim, transport.Entropic{Seed: t.seed})
	}},
	{"exact-w2", func(ctx context.Context, t distanceTask) (permutation.Result, error) {
		return transport.Exact(ctx, t.x, t.y, t.dim, transport.Slices{Seed: t.seed})
	}},
}

// onlyByName is how many of the last distances are slow.
const onlyByName = 2

func (t distanceTask) slices() transport.Slices {
	return transport.Slices{Directions: t.directions, Permutations: t.permutations, Seed: t.seed}
}

func (t distanceTask) config() sample.Config {
	return sample.Config{Permutations: t.permutations, Seed: t.seed}
}

func gaussian(f func(p, q *divergence.Gaussian) (float64, error)) func(context.Context, distanceTask) (permutation.Result, error) {
	return func(_ context.Context, t distanceTask) (permutation.Result, error) {
		p, err := divergence.Fit(t.x, t.dim)
		if err != nil {
			return permutation.Failed, err
		}
		q, err := divergence.Fit(t.y, t.dim)
		if err != nil {
			return permutation.Failed, err
		}
		out := permutation.Failed
		out.Value, err = f(p, q)
		return out, err
	}
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
knn-kl is KL(a‖b) in nats. Of the Gaussians, max-sliced-w2, knn-kl and the
slow ones there is no p-value. sinkhorn and exact-w2, which are slow, come only when
they are named. A distance that these data do not admit is marked so.`,
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
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(rows)
			}
			return printDistances(cmd, rows)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&names, "distances", nil, "which; default: all but the slow ones")
	f.IntVar(&t.permutations, "permutations", 199, "permutations for the p-values; 0: none")
	f.IntVar(&t.directions, "directions", 128, "directions of sliced distances")
	f.IntVar(&t.k, "k", 4, "neighbours of knn-kl")
	f.Uint64Var(&t.seed, "seed", 1, "seed of all random numbers")
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
		names = known[:len(known)-onlyByName]
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
