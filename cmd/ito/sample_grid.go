package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/tune"
	"github.com/ito-sde/ito/sde"
)

// gridFile is a table of ito tune that --grid names in place of a spacing; ok is
// false where the name is that of a spacing.
func gridFile(name string) (t tune.Table, ok bool, err error) {
	_, unknown := sampler.SpacingByName(name)
	if unknown == nil {
		return t, false, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return t, false, fmt.Errorf("%w; nor is it a file that can be read: %w", unknown, err)
	}
	defer func() { _ = f.Close() }()
	if t, err = tune.ReadTable(f); err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return t, true, err
}

// chosen is the sampler that the flags --sampler, --process, --nfe and --grid
// describe. A grid file says all four; --sampler may say otherwise.
func chosen(cmd *cobra.Command, name, process, grid string, nfe int) (sampler.Config, error) {
	var c sampler.Config
	table, tuned, err := gridFile(grid)
	if err != nil {
		return c, err
	}
	changed := cmd.Flags().Changed
	if tuned {
		if changed("nfe") {
			return c, fmt.Errorf("--nfe: the grid of %s has its own number of steps", grid)
		}
		if table.Process != "" && !changed("process") {
			process = table.Process
		}
	}
	if c.Process, err = sde.ByName(process); err != nil {
		return c, err
	}
	if tuned {
		if c.Grid, err = table.Grid(process, c.Process); err != nil {
			return c, fmt.Errorf("%s: %w", grid, err)
		}
		if !changed("sampler") && (table.Sampler != "" || table.Knob != "") {
			if c.Rule, err = table.Rule(); err != nil {
				return c, fmt.Errorf("%s: %w", grid, err)
			}
			return c, nil
		}
	}
	entry, err := sampler.ByName(name)
	if err != nil {
		return c, err
	}
	c.Rule = entry.Rule
	if tuned {
		return c, nil
	}
	spacing, err := sampler.SpacingByName(grid)
	if err != nil {
		return c, err
	}
	steps := sampler.StepsFor(c.Rule.Cost(), nfe, true)
	if steps < 1 {
		return c, fmt.Errorf("--nfe %d does not pay for one step of %s and the final denoising", nfe, name)
	}
	c.Grid, err = sampler.Times(c.Process, spacing, steps, true)
	return c, err
}
