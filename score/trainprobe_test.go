package score_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
)

// Losses by differences, and of pooled pictures, train the same bits for any number of workers and from any
// interruption, of an MLP and of a U-Net with classes.
func TestTrainProbeBits(t *testing.T) {
	pictures, unet := everything()
	unet.LearnWeights, unet.Loss, unet.Penalty, unet.Steps, unet.CheckEvery = false, "sliced", 0.1, 8, 4
	_, pooled := everything()
	pooled.Pooled, pooled.Penalty, pooled.Steps, pooled.CheckEvery = []float64{2, 4}, 0.1, 8, 4
	mlp := small
	mlp.Loss, mlp.Steps, mlp.Penalty, mlp.Hidden = "implicit", 20, 0.1, 16
	for name, c := range map[string]struct {
		x      []float64
		dim    int
		config score.TrainConfig
	}{"mlp": {cloud(500), 2, mlp}, "unet": {pictures, 16, unet}, "pooled": {pictures, 16, pooled}} {
		var want []byte
		for _, workers := range []int{1, 2, 8} {
			config := c.config
			config.Workers = workers
			n, err := score.Train(context.Background(), c.x, c.dim, config)
			require.NoError(t, err)
			if want == nil {
				want = saved(t, n)
			}
			require.Equal(t, want, saved(t, n), "%s, %d workers", name, workers)
		}
		config := c.config
		config.State = filepath.Join(t.TempDir(), "state")
		ctx, cancel := context.WithCancel(context.Background())
		config.Observer = func(s score.TrainStep) {
			require.Positive(t, s.Penalty)
			if s.Step == 5 {
				cancel()
			}
		}
		_, err := score.Train(ctx, c.x, c.dim, config)
		require.ErrorIs(t, err, context.Canceled)
		n, err := score.Train(context.Background(), c.x, c.dim, config)
		require.NoError(t, err)
		require.Equal(t, want, saved(t, n), name)
		config.Penalty = 0.2
		_, err = score.Train(context.Background(), c.x, c.dim, config)
		require.ErrorIs(t, err, score.ErrTraining, "another run's state")
	}
}
