package score_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// BenchmarkTrain is a whole step of training, with noise, loss and optimiser, on
// all cores; BenchmarkDenoise is sampling's share on one. Both in images a second,
// of 8×8 pixels as the digits.
func BenchmarkTrain(b *testing.B) {
	x := make([]float64, 64*1000)
	noise.Gaussian{}.Normal(x, 64, noise.Address{Seed: 1, Use: noise.Test})
	for name, c := range benchmarked {
		b.Run(name, func(b *testing.B) {
			c.Steps = b.N
			_, err := score.Train(context.Background(), x, 64, c)
			require.NoError(b, err)
			b.ReportMetric(float64(b.N*c.Batch)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

var benchmarked = map[string]score.TrainConfig{
	"mlp":  {Batch: 512},
	"unet": {Batch: 128, UNet: nn.UNetShape{Height: 8, Width: 8, Attend: 4}},
}

func BenchmarkDenoise(b *testing.B) {
	x := make([]float64, 64*1024)
	noise.Gaussian{}.Normal(x, 64, noise.Address{Seed: 1, Use: noise.Test})
	d := make([]float64, len(x))
	for name, c := range benchmarked {
		c.Steps = 1
		n, err := score.Train(context.Background(), x, 64, c)
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, n.Denoise(d, x, sde.Level{Alpha: 0.6, Sigma: 0.8}))
			}
			b.ReportMetric(float64(1024*b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}
