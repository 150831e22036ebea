// Command ito compares, trains, runs and certifies samplers of score-based
// generative models.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	switch {
	case err == nil:
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "ito: interrupted")
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "ito:", err)
		os.Exit(1)
	}
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:          "ito",
		Short:        "Solve differential equations and sample from score-based generative models, with errors that are proved",
		SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if f := cmd.Flags().Lookup("workers"); f != nil && strings.HasPrefix(f.Value.String(), "-") {
				return fmt.Errorf("--workers %s: want a number of goroutines, or 0 for one a core", f.Value)
			}
			return nil
		},
		SilenceErrors: true,
	}
	c.AddCommand(compareCommand(), trainCommand(), averageCommand(), sampleCommand(), validateCommand(), solveCommand(), benchCommand(), distanceCommand(), ensembleCommand(), tuneCommand(), likelihoodCommand(), evaluateCommand())
	return c
}
