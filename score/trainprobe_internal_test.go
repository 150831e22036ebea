package score

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
)

// correlated is rows of a Gaussian of three numbers, and a trainer of a small network
// on it whose weights, the last layer's too, are random.
func correlated(t *testing.T, c TrainConfig) *trainer {
	t.Helper()
	x := make([]float64, 3*400)
	noise.Gaussian{}.Normal(x, 3, noise.Address{Seed: 8, Use: noise.Test})
	for i := 0; i < len(x); i += 3 {
		x[i+1] = 0.5*x[i] + 0.3*x[i+1]
	}
	c.Hidden, c.Blocks, c.Batch, c.Seed = 9, 1, 128, 3
	tr, err := newTrainer(x, 3, c)
	require.NoError(t, err)
	s := noise.NewStream(noise.Address{Seed: 2, Use: noise.Test})
	for i := range tr.main.Parameters() {
		tr.main.Parameters()[i] += float32(0.2 * s.Normal())
	}
	tr.main.Pack(true)
	return tr
}

// linear makes F = M u + b, by a residual block that adds nothing, and returns M.
func linear(t *testing.T, tr *trainer) (m [3][3]float64) {
	t.Helper()
	parts := map[string]nn.Tensor{}
	for _, p := range tr.main.Tensors("", tr.main.Parameters()) {
		parts[p.Name] = p
	}
	clear(parts["block0.down.weight"].Data)
	clear(parts["block0.down.bias"].Data)
	tr.main.Pack(true)
	in, out := parts["in.weight"], parts["out.weight"]
	for i := range 3 {
		for j := range 3 {
			for h := range 9 {
				m[i][j] += float64(in.Data[j*9+h]) * float64(out.Data[h*3+i])
			}
		}
	}
	return m
}

// Gradients are those of the loss with its penalty, the noise and the directions being
// fixed by the step. The loss has terms of the size F/reach: in float32 its difference
// over 2h = 1/32 is good to 32·16·1e-7 = 5e-5 by rounding.
func TestProbeGradients(t *testing.T) {
	for name, c := range map[string]TrainConfig{
		"sliced": {Loss: "sliced"}, "implicit": {Loss: "implicit"}, "penalty": {Penalty: 0.7}, "both": {Loss: "sliced", Penalty: 0.3},
	} {
		tr := correlated(t, c)
		b, w := &tr.tiles[0], tr.main.Parameters()
		value := func() float64 {
			tr.main.Pack(true)
			tr.gradient(0, 0)
			return b.loss + b.penalty
		}
		value()
		require.Equal(t, c.Penalty > 0, b.penalty > 0)
		grad := append([]float32(nil), b.grad...)
		const h = 1. / 64
		for i := 0; i < len(w); i += 13 { // of every layer some
			at := w[i]
			w[i] = at + h
			up := value()
			w[i] = at - h
			down := value()
			w[i] = at
			want := (up - down) / (2 * h)
			require.InDelta(t, want, grad[i], 3e-3*(1+math.Abs(want)), "%s, parameter %d", name, i)
		}
	}
}

// For F = M u + b a difference is exact: with r = s/σ_d and the row's own v,
//
//	sliced:  ‖F − r u‖² + 2 r vᵀM v + d (1 − r²),   implicit: tr M for vᵀM v,
//	penalty: ‖(σ_d v + s M v)/q‖².
//
// float32 F over 1/16, times q/σ_d of at most 50: 1e-7·16·50 = 1e-4 of a few units.
func TestProbesOfLinearNetwork(t *testing.T) {
	for _, name := range []string{"sliced", "implicit"} {
		tr := correlated(t, TrainConfig{Loss: name, Penalty: 0.5})
		m := linear(t, tr)
		b, sd := &tr.tiles[0], tr.network.SigmaData
		s := noise.NewStream(noise.Address{Seed: 5, Use: noise.Test})
		tr.draw(&b.examples, &s, tr.x, nil, 0, func(r int) int { return r })
		copy(b.shrink, b.weight)
		tr.pass[0].Forward(b.f, b.in, b.level, nil)
		f := append([]float32(nil), b.f...)
		quadratic := func(v []float64) (sum float64) {
			for i := range 3 {
				for j := range 3 {
					sum += v[i] * m[i][j] * v[j]
				}
			}
			return sum
		}
		tr.implicit(tr.probe[0], b, &s)
		var mean float64
		for row, sigma := range b.sigma {
			r, want := sigma/sd, 0.
			for k := 3 * row; k < 3*row+3; k++ {
				g := float64(f[k]) - r*float64(b.in[k])
				want += g*g + 1 - r*r
			}
			if name == "sliced" {
				want += 2 * r * quadratic(b.z[3*row:])
			} else {
				want += 2 * r * (m[0][0] + m[1][1] + m[2][2])
			}
			require.InDelta(t, want, b.sums[row], 1e-3*(1+r*r), "%s, s/σ_d = %v", name, r)
			mean += want * b.weight[row] / float64(len(b.f))
		}
		require.InDelta(t, mean, b.loss, 1e-3)
		tr.penalise(tr.probe[0], b, &s)
		mean = 0
		for row, sigma := range b.sigma {
			v, q := b.z[3*row:], math.Hypot(sigma, sd)
			for i := range 3 {
				j := (sd*v[i] + sigma*(m[i][0]*v[0]+m[i][1]*v[1]+m[i][2]*v[2])) / q
				mean += 0.5 * j * j * b.weight[row] / float64(len(b.f))
			}
		}
		require.InDelta(t, mean, b.penalty, 1e-4)
	}
}

// Implicit losses have the expectation of the denoising one, constant included, for any
// network: over the same levels, by 400 tiles of 128 rows each. Six standard errors
// of a difference are missed by chance less than once in 5e8; a wrong factor 2 of the
// divergence, or no constant, would be off by forty of them. The bias of the
// differences, reach²/6 of the divergence's curvature, is below 1e-3.
func TestImplicitExpectation(t *testing.T) {
	mean := func(m matching, steps int) (mean, se float64) {
		tr := correlated(t, TrainConfig{Loss: "sliced", PMean: -0.2, PStd: 0.5})
		tr.loss.matching = m
		losses := make([]float64, steps)
		for i := range losses {
			tr.step = i
			tr.gradient(0, 0)
			losses[i] = tr.tiles[0].loss
		}
		mean, sd := stat.MeanStdDev(losses, nil)
		return mean, sd / math.Sqrt(float64(steps))
	}
	want, wantError := mean(denoising, 400)
	for _, m := range []matching{randomDirection, everyAxis} {
		got, se := mean(m, 400)
		require.InDelta(t, want, got, 6*math.Hypot(se, wantError)+1e-3)
		require.Less(t, se, 0.02)
	}
}

func TestProbesDoNotAllocate(t *testing.T) {
	tr := correlated(t, TrainConfig{Loss: "sliced", Penalty: 0.3})
	tr.gradient(0, 0)
	s := noise.NewStream(noise.Address{Use: noise.Test})
	require.Zero(t, testing.AllocsPerRun(20, func() {
		tr.implicit(tr.probe[0], &tr.tiles[0], &s)
		tr.penalise(tr.probe[0], &tr.tiles[0], &s)
	}))
}
