package main

import (
	"fmt"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/validation"
)

func validateCommand() *cobra.Command {
	var c validation.LadderConfig
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Certify every sampler: its order and exact error on a Gaussian, and its samples' law",
		Long: `Validate puts every sampler on the analytic ladder, on every process: on a Gaussian target each
step is an affine map, whose impulses give the exact law of the output without
Monte Carlo. "order" is the slope of the exact W2 to the true marginal under
refinement; "exact W2" and "exact KL" stand for 50 steps from the exact start;
"point" is the exact W2 in five steps on data of one point, for rules that claim
to be exact there; "start", "steps" and "cut-off" take the exact W2 to the data
apart, from pure noise in 50 steps and a final denoising. "z" is the largest
deviation of sampled moments from the exact law, in standard errors. It fails where
an order misses its claim by more than 0.1, "point" exceeds 1e-12 or z exceeds 6.
An order of 0 claims an exact law in any number of steps.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.Processes == nil {
				for _, p := range slices.Concat(sde.Catalogue, sde.Augmented) {
					c.Processes = append(c.Processes, p.Name)
				}
			}
			bar := newProgress(os.Stderr)
			c.Progress = func(done, total int, what string) { bar.set(int64(done), int64(total), what) }
			rows, err := validation.Ladder(cmd.Context(), c)
			bar.clear()
			if err != nil {
				return err
			}
			failed := 0
			for _, r := range rows {
				if !r.Pass {
					failed++
				}
			}
			if asJSON {
				if err := writeJSON(cmd.OutOrStdout(), rows); err != nil {
					return err
				}
			} else if err := printLadder(cmd, rows); err != nil {
				return err
			}
			if failed > 0 {
				return fmt.Errorf("%d of %d rows fail", failed, len(rows))
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&c.Samplers, "samplers", nil, "samplers; default: all")
	f.StringSliceVar(&c.Processes, "process", nil, "forward processes; default: all")
	f.IntVar(&c.Samples, "n", 100_000, "samples to hold against the exact law; 0: none")
	f.Uint64Var(&c.Seed, "seed", 1, "seed of all random numbers")
	f.IntVar(&c.Workers, "workers", 0, "goroutines; 0: one a core")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printLadder(cmd *cobra.Command, rows []validation.LadderRow) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "sampler\tprocess\tkind\tclaimed\torder\tNFE\texact W2\texact KL\tpoint\tstart\tsteps\tcut-off\tz\t")
	for _, r := range rows {
		verdict := "ok"
		if !r.Pass {
			verdict = "FAIL " + r.Note
		} else if r.Note != "" {
			verdict = "ok, " + r.Note
		}
		point := ""
		if r.PointW2 > 0 {
			point = fmt.Sprintf("%.0e", r.PointW2)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%g\t%.3f\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%.2f\t%s\n", r.Sampler, r.Process, r.Kind, r.Claimed, r.Fitted,
			r.NFE, number(r.ExactW2), number(r.ExactKL), point, number(r.Split.Initialisation), number(r.Split.Discretisation), number(r.Split.Truncation),
			r.MonteCarlo, verdict)
	}
	return w.Flush()
}
