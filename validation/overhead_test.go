package validation

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// clocked adds up the time spent in a model; for one worker.
type clocked struct {
	score.Model
	inside *time.Duration
}

func (c clocked) Denoise(dst, x []float64, at sde.Level) error {
	begin := time.Now()
	err := c.Model.Denoise(dst, x, at)
	*c.inside += time.Since(begin)
	return err
}

// planar is a mixture of eight Gaussians on a circle.
func planar(t testing.TB) *score.Mixture {
	t.Helper()
	var parts []*score.Gaussian
	var weights []float64
	for _, m := range [][]float64{{2, 0}, {1.4, 1.4}, {0, 2}, {-1.4, 1.4}, {-2, 0}, {-1.4, -1.4}, {0, -2}, {1.4, -1.4}} {
		g, err := score.NewGaussian(m, mat.NewDiagDense(2, []float64{0.01, 0.01}))
		require.NoError(t, err)
		parts, weights = append(parts, g), append(weights, 1./8)
	}
	m, err := score.NewMixture(weights, parts)
	require.NoError(t, err)
	return m
}

// outside is the least share of time that a run of 65,536 samples by
// DPM-Solver++(2M) in 20 evaluations spends outside its model.
func outside(t testing.TB, m score.Model, runs int) float64 {
	t.Helper()
	p := process(t, "vp")
	best := 1.0
	x := make([]float64, 65536*2)
	for range runs {
		var inside time.Duration
		begin := time.Now()
		_, err := sampler.Sample(context.Background(), x, sampler.Config{
			Process: p, Model: clocked{m, &inside}, Rule: sampler.DPMPP2M{}, Grid: lambdaGrid(t, p, 19, true), Workers: 1})
		require.NoError(t, err)
		best = min(best, 1-inside.Seconds()/time.Since(begin).Seconds())
	}
	return best
}

func network(t testing.TB) *score.Network {
	t.Helper()
	n, err := score.Train(context.Background(), planar(t).Sample(500, 1), 2, score.TrainConfig{Hidden: 256, Blocks: 3, Steps: 1, Batch: 128})
	require.NoError(t, err)
	return n
}

// With a network the sampler itself takes less than a twentieth of the time.
func TestSamplerCostsLittleBesideNetwork(t *testing.T) {
	require.Less(t, outside(t, network(t), 2), 0.05)
}

func BenchmarkOutsideModel(b *testing.B) {
	for name, m := range map[string]score.Model{"network": network(b), "mixture": planar(b)} {
		b.Run(name, func(b *testing.B) {
			share := outside(b, m, max(1, b.N))
			b.ReportMetric(100*share, "%outside")
		})
	}
}
