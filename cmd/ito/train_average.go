package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/score"
)

func averageCommand() *cobra.Command {
	var folder, out string
	var p score.Profile
	cmd := &cobra.Command{
		Use:   "average --snapshots FOLDER --width W --out MODEL",
		Short: "Make a network with another average of the weights, after its training",
		Long: `Average combines the snapshots of ito train --snapshots FOLDER to the average of
the weights with another width (standard deviation over time, as a share of the
run) or of an earlier step, as if it had been kept.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if folder == "" || out == "" {
				return errors.New("--snapshots and --out say what to read and where to write, and are needed")
			}
			all, err := score.ReadSnapshots(folder)
			if err != nil {
				return err
			}
			if p.Step == 0 {
				var last score.Profile
				if err := json.Unmarshal([]byte(all[len(all)-1].Metadata()["ito.average"]), &last); err != nil {
					return fmt.Errorf("%s: the last network is no snapshot: %w", folder, err)
				}
				p.Step = last.Step
			}
			n, err := score.Average(all, p)
			if err != nil {
				return err
			}
			if err := atomicfile.Write(out, n.Save); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s: width %v at step %d, of %d snapshots\n", out, p.Width, p.Step, len(all))
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&folder, "snapshots", "", "folder that ito train wrote")
	f.StringVar(&out, "out", "", "the network's file")
	f.Float64Var(&p.Width, "width", 0.1, "standard deviation of the average over the run's length, at most 0.2887")
	f.IntVar(&p.Step, "step", 0, "last step that takes part; 0: that of the last snapshot")
	return cmd
}
