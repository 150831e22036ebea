package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score/latent"
)

// evaluateTask is what ito evaluate judges, and how.
type evaluateTask struct {
	samples, data, held []float64
	dim                 int
	k, pca, steps       int
	directions          int
	width               float64
	seed                uint64
	workers             int
}

// evaluateRow is a line of its table. Numbers that are not known are left out.
type evaluateRow struct {
	Name      string   `json:"name"`
	Value     *float64 `json:"value,omitempty"`
	Error     *float64 `json:"error,omitempty"`
	Reference *float64 `json:"reference,omitempty"` // of one half of the data against the other
	Note      string   `json:"note,omitempty"`
}

func evaluateCommand() *cobra.Command {
	var t evaluateTask
	var names []string
	var held string
	var reference, asJSON bool
	cmd := &cobra.Command{
		Use:   "evaluate SAMPLES DATA",
		Short: "How good samples of a model are, judged against data: FID, KID, precision, recall, C2ST, copies",
		Long: `Evaluate compares samples with data, NPY, CSV or TSV files of rows of the same
length, or digits or faithful: pixels, features of a network of yours, or with --pca
the leading principal components of the data. "±" is the standard error; "halves" is
what one half of the data gets against the other, the best that can be hoped for but
for the smaller numbers of rows. Samples of data in steps of --width, such as pixels,
are rounded and clamped as a file of pictures would be: without that a classifier sees
nothing but the steps.

frechet is biased upwards, frechet-0 corrected for that; kernel is KID, without bias.
precision and density say how many samples are among the data, recall and coverage
how much of the data is among the samples, by balls about the --k nearest neighbours.
c2st is the accuracy of a network trained to tell the two apart, on rows it has not
seen; js the lower bound of the Jensen-Shannon divergence, in nats, that it proves.
With --held, rows that the model was not trained on, and the rows it was trained on
for DATA: nearer is the share of samples nearer to the latter, copying the probability
that a sample is nearer to them than a row held out is (both ½ without copies), ratio
that of their distances (1).`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if held == "" && !cmd.Flags().Changed("metrics") {
				names = slices.DeleteFunc(metricNames(), func(n string) bool { return n == "memory" })
			}
			if err := t.read(args[0], args[1], held); err != nil {
				return err
			}
			bar := newProgress(os.Stderr)
			rows, err := t.run(cmd.Context(), names, reference, bar)
			bar.clear()
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), rows)
			}
			return printEvaluation(cmd, rows, reference)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&names, "metrics", nil, fmt.Sprintf("which of %v; default: all that the files admit", metricNames()))
	f.StringVar(&held, "held", "", "file of rows that the model was not trained on")
	f.Float64Var(&t.width, "width", 0, "quantisation step of the data; default: 1 for the digits, none for others; −1: none")
	f.IntVar(&t.pca, "pca", 0, "principal components of the data to compare in place of columns; 0: all columns")
	f.IntVar(&t.k, "k", 5, "neighbours of precision, recall, density and coverage")
	f.IntVar(&t.steps, "steps", 2000, "training steps of c2st, at most")
	f.IntVar(&t.directions, "directions", 128, "directions of sliced-w2")
	f.BoolVar(&reference, "halves", true, "compare the halves of the data, too")
	f.Uint64Var(&t.seed, "seed", 1, "seed of all random numbers")
	f.IntVar(&t.workers, "workers", 0, "goroutines; 0: one a core")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// read loads the files in their own units.
func (t *evaluateTask) read(samples, data, held string) error {
	var digits bool
	load := func(to *[]float64, name string) error {
		set, err := dataset.Load(name)
		if err != nil {
			return err
		}
		digits = digits || set.Name == "digits"
		if t.dim != 0 && set.Dim != t.dim {
			return fmt.Errorf("%w: rows of %s have %d numbers, those of %s %d", divergence.ErrDimension, name, set.Dim, samples, t.dim)
		}
		t.dim, *to = set.Dim, set.X
		set.Restore(*to)
		return nil
	}
	if err := load(&t.samples, samples); err != nil {
		return err
	}
	if err := load(&t.data, data); err != nil {
		return err
	}
	if t.width == 0 && digits {
		t.width = 1
	}
	if held == "" {
		return nil
	}
	return load(&t.held, held)
}

// round brings the samples to the steps of the data, from its least number on, and to its
// range.
func (t *evaluateTask) round() error {
	if t.width == 0 || t.width == -1 {
		return nil
	}
	if !(t.width > 0) || math.IsInf(t.width, 1) {
		return fmt.Errorf("--width %v: want it positive, or −1 for continuous data", t.width)
	}
	lo, hi := slices.Min(t.data), slices.Max(t.data)
	for i, v := range t.samples {
		t.samples[i] = max(lo, min(lo+t.width*math.Round((v-lo)/t.width), hi))
	}
	return nil
}

func (t evaluateTask) run(ctx context.Context, names []string, reference bool, bar *progress) ([]evaluateRow, error) {
	for _, n := range names {
		if !slices.Contains(metricNames(), n) {
			return nil, fmt.Errorf("no metric %q; there are %v", n, metricNames())
		}
	}
	if t.steps < 1 {
		return nil, fmt.Errorf("--steps %d: want at least one", t.steps)
	}
	if err := t.round(); err != nil {
		return nil, err
	}
	if err := t.project(); err != nil {
		return nil, err
	}
	halves := t
	halves.samples, halves.data = alternate(t.data, t.dim)
	var out []evaluateRow
	for i, m := range metrics {
		if len(names) > 0 && !slices.Contains(names, m.name) {
			continue
		}
		bar.set(int64(i), int64(len(metrics)), m.name)
		got, err := m.of(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		var usual []figure
		if reference && m.name != "memory" {
			if usual, err = m.of(ctx, halves); err != nil {
				return nil, fmt.Errorf("%s of the data's halves: %w; leave them out by --halves=false", m.name, err)
			}
		}
		for j, f := range got {
			row := evaluateRow{Name: f.name, Value: finite(f.Value), Error: finite(f.Error), Note: f.note}
			if usual != nil {
				row.Reference = finite(usual[j].Value)
			}
			out = append(out, row)
		}
	}
	return out, nil
}

// project turns rows into the leading latents of the data.
func (t *evaluateTask) project() error {
	if t.pca == 0 {
		return nil
	}
	l, err := latent.FitLinear(t.data, t.dim, t.pca)
	if err != nil {
		return fmt.Errorf("--pca %d: %w", t.pca, err)
	}
	encode := func(x []float64) []float64 {
		z := make([]float64, len(x)/t.dim*t.pca)
		l.Encode(z, x)
		return z
	}
	t.samples, t.data, t.held = encode(t.samples), encode(t.data), encode(t.held)
	if len(t.held) == 0 {
		t.held = nil
	}
	t.dim = t.pca
	return nil
}

// alternate parts rows into even and odd ones.
func alternate(x []float64, dim int) (even, odd []float64) {
	for i := 0; i+dim <= len(x); i += 2 * dim {
		even = append(even, x[i:i+dim]...)
		odd = append(odd, x[min(i+dim, len(x)):min(i+2*dim, len(x))]...)
	}
	return even, odd
}

func printEvaluation(cmd *cobra.Command, rows []evaluateRow, reference bool) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	show := func(v *float64) string {
		if v == nil {
			return "–"
		}
		return fmt.Sprintf("%.4g", *v)
	}
	columns := "metric\tvalue\t±\t"
	if reference {
		columns += "halves\t"
	}
	_, _ = fmt.Fprintln(w, columns)
	for _, r := range rows {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t", r.Name, show(r.Value), show(r.Error))
		if reference {
			_, _ = fmt.Fprintf(w, "%s\t", show(r.Reference))
		}
		_, _ = fmt.Fprintln(w, r.Note)
	}
	return w.Flush()
}
