package tune

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ito-sde/ito/score/sampler"
)

// Choice is a sampler with its tuned grid.
type Choice struct {
	Name string
	*Result
}

// Samplers tunes a grid for every one of the rules (c.Rule and c.Knob are
// ignored), which pay for the same budget, and returns them with the least
// Validate error first. Those whose steps c.NFE does not pay for, that fail on
// every standard grid, or whose parameters do not fit grids so short, come back as
// left out with the reason.
func Samplers(ctx context.Context, c Config, rules []sampler.Entry) (choices []Choice, leftOut []error, err error) {
	for _, e := range rules {
		c.Rule, c.Knob = e.Rule, nil
		r, err := Grid(ctx, c)
		switch {
		case errors.Is(err, ErrBudget), errors.Is(err, sampler.ErrNotFinite), errors.Is(err, sampler.ErrRule):
			leftOut = append(leftOut, fmt.Errorf("%s: %w", e.Name, err))
		case err != nil:
			return choices, leftOut, fmt.Errorf("%s: %w", e.Name, err)
		default:
			choices = append(choices, Choice{e.Name, r})
		}
	}
	if len(choices) == 0 {
		return nil, leftOut, fmt.Errorf("%w: none of %d samplers can be tuned: %w", ErrConfig, len(rules), errors.Join(leftOut...))
	}
	slices.SortStableFunc(choices, func(a, b Choice) int { return compare(a.Validate, b.Validate) })
	return choices, leftOut, nil
}
