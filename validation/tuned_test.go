package validation

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// Budgets up to TuneNFE get the error of a tuned grid, which is below that of the
// grid compared, the same for every model and number of workers; others none.
func TestCompareTunes(t *testing.T) {
	c := compareConfig(t)
	c.Samplers, c.N, c.NFE, c.TuneNFE = []string{"ddpm", "dpm++2m"}, 50, []int{6, 12}, 6
	got, err := Compare(context.Background(), c)
	require.NoError(t, err)
	require.Len(t, got.Rows, 8)
	tuned := map[string]float64{}
	for _, r := range got.Rows {
		if r.NFE > 6 {
			require.Zero(t, r.TunedW2)
			continue
		}
		require.Positive(t, r.TunedW2)
		require.Less(t, r.TunedW2, r.ExactW2, r.Sampler)
		if before, ok := tuned[r.Sampler]; ok {
			require.Equal(t, before, r.TunedW2)
		}
		tuned[r.Sampler] = r.TunedW2
	}
	c.Processes, c.Grid, c.NFE = []string{"ddpm-zero-snr"}, "time", []int{6}
	pure, err := Compare(context.Background(), c)
	require.NoError(t, err)
	require.Zero(t, pure.Rows[0].TunedW2, "no λ to begin with")
	c.Processes, c.Grid, c.NFE = nil, "", []int{6, 12}
	c.Workers = 1
	again, err := Compare(context.Background(), c)
	require.NoError(t, err)
	for i, r := range again.Rows {
		require.Equal(t, got.Rows[i].TunedW2, r.TunedW2)
	}
}
