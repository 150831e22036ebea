package onnx_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/onnx"
	"github.com/ito-sde/ito/sde"
)

func TestReadScheduler(t *testing.T) {
	read := func(text string) onnx.Config {
		c, err := onnx.ReadScheduler(strings.NewReader(text))
		require.NoError(t, err)
		return c
	}
	level := func(c onnx.Config, k int) sde.Level { return c.Process.At(float64(k+1) / 1000) }

	c := read(`{"_class_name": "DDPMScheduler"}`)
	ddpm, err := sde.ByName("ddpm")
	require.NoError(t, err)
	for _, k := range []int{0, 1, 500, 999} {
		require.Equal(t, ddpm.At(float64(k+1)/1000), level(c, k))
	}
	require.Equal(t, score.Noise, c.Parameterisation)
	require.Equal(t, onnx.Timestep(1000), c.Conditioning)

	// Stable Diffusion: β from 0.00085 to 0.012 in √β ends at ᾱ = 0.00466.
	c = read(`{"_class_name": "PNDMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1, "prediction_type": "v_prediction"}`)
	require.InDelta(t, 0.00466, math.Pow(level(c, 999).Alpha, 2), 5e-6)
	require.InDelta(t, 1-0.00085, math.Pow(level(c, 0).Alpha, 2), 1e-15)
	require.Equal(t, score.Velocity, c.Parameterisation)

	// β of the cosine schedule telescope to ᾱ_k = f(k+1)/f(0) until they are cut off.
	c = read(`{"beta_schedule": "squaredcos_cap_v2", "prediction_type": "sample", "variance_type": "learned_range"}`)
	f := func(k float64) float64 { return math.Pow(math.Cos((k/1000+0.008)/1.008*math.Pi/2), 2) }
	require.InDelta(t, f(501)/f(0), math.Pow(level(c, 500).Alpha, 2), 1e-12)
	require.Greater(t, level(c, 999).Alpha, 0.0)
	require.True(t, c.LearnedVariance)
	require.Equal(t, score.Data, c.Parameterisation)

	c = read(`{"trained_betas": [0.1, 0.2, 0.3], "rescale_betas_zero_snr": true, "prediction_type": "v_prediction"}`)
	require.Equal(t, onnx.Timestep(3), c.Conditioning)
	require.Zero(t, c.Process.At(1).Alpha)
	require.Equal(t, 1.0, c.Process.At(1).Sigma)

	c = read(`{"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0}`)
	require.Equal(t, score.Flow, c.Parameterisation)
	require.Equal(t, onnx.Time(1000), c.Conditioning)
	c = read(`{"_class_name": "EDMEulerScheduler", "sigma_data": 0.5, "prediction_type": "epsilon"}`)
	require.Equal(t, score.EDM(0.5), c.Parameterisation)

	for text, want := range map[string]string{
		``:                                    "EOF",
		`[]`:                                  "scheduler",
		`{"num_train_timesteps": 1}`:          "num_train_timesteps 1",
		`{"num_train_timesteps": 1000000000}`: "num_train_timesteps 1000000000",
		`{"beta_schedule": "sigmoid"}`:        `beta_schedule "sigmoid"`,
		`{"prediction_type": "score"}`:        `prediction_type "score"`,
		`{"trained_betas": [0.1, 2]}`:         "β of step 1 is 2",
		`{"beta_end": 1e300}`:                 "β of step",
		`{"_class_name": "EDMEulerScheduler", "prediction_type": "v_prediction"}`: "known: epsilon",
	} {
		_, err := onnx.ReadScheduler(strings.NewReader(text))
		require.ErrorIs(t, err, onnx.ErrConfig, text)
		require.ErrorContains(t, err, want, text)
	}
}

// A network beside a scheduler_config.json needs no more settings.
func ExampleReadScheduler() {
	c, err := onnx.ReadScheduler(strings.NewReader(`{
  "_class_name": "DDIMScheduler", "num_train_timesteps": 1000,
  "beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012,
  "prediction_type": "v_prediction"}`))
	fmt.Printf("%v, %v, last α² = %.5f, %v\n", c.Parameterisation, c.Conditioning, math.Pow(c.Process.At(1).Alpha, 2), err)
	// Output: velocity, timestep 1000, last α² = 0.00466, <nil>
}
