package onnx

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// scheduler is what matters here of a scheduler_config.json of diffusers.
type scheduler struct {
	Class       string    `json:"_class_name"`
	Steps       int       `json:"num_train_timesteps"`
	Start       float64   `json:"beta_start"`
	End         float64   `json:"beta_end"`
	Schedule    string    `json:"beta_schedule"`
	Betas       []float64 `json:"trained_betas"`
	Prediction  string    `json:"prediction_type"`
	ZeroSNR     bool      `json:"rescale_betas_zero_snr"`
	SigmaData   float64   `json:"sigma_data"`
	VariantType string    `json:"variance_type"`
}

// most steps of a table: those in use have a thousand.
const mostSteps = 100_000

// ReadScheduler reads what a scheduler_config.json of diffusers says of the network
// beside it: the process, with β linear, scaled_linear (linear in √β),
// squaredcos_cap_v2 (Nichol, Dhariwal (2021), eq. 17, β ≤ 0.999) or listed, and
// rescaled to zero terminal SNR or not; what the network predicts; that it is told a
// timestep; and whether its output holds a variance. Flow-matching schedulers have the
// rectified flow, told of 1000 t, and EDM's c_noise. Everything that concerns sampling
// alone, such as timestep_spacing and shift, is left to grids. Errors wrap ErrConfig.
func ReadScheduler(r io.Reader) (Config, error) {
	s := scheduler{Steps: 1000, Start: 1e-4, End: 0.02, Schedule: "linear", Prediction: "epsilon", SigmaData: 0.5}
	if err := json.NewDecoder(io.LimitReader(r, 16<<20)).Decode(&s); err != nil {
		return Config{}, fmt.Errorf("%w: scheduler: %w", ErrConfig, err)
	}
	c := Config{LearnedVariance: strings.HasPrefix(s.VariantType, "learned")}
	switch {
	case strings.HasPrefix(s.Class, "FlowMatch"):
		c.Process = sde.RectifiedFlow{Cutoff: 1e-3, End: 0.999}
		c.Parameterisation, c.Conditioning = score.Flow, Time(float64(s.Steps))
		return c, nil
	case strings.HasPrefix(s.Class, "EDM"):
		if s.Prediction != "epsilon" || !(s.SigmaData > 0) {
			return Config{}, fmt.Errorf("%w: scheduler %s with prediction_type %q and sigma_data %v; known: epsilon and a positive deviation", ErrConfig, s.Class, s.Prediction, s.SigmaData)
		}
		c.Process = sde.EDM{SigmaMin: 0.002, SigmaMax: 80}
		c.Parameterisation, c.Conditioning = score.EDM(s.SigmaData), QuarterLogSigma
		return c, nil
	}
	of, ok := map[string]score.Parameterisation{"epsilon": score.Noise, "sample": score.Data, "v_prediction": score.Velocity}[s.Prediction]
	if !ok {
		return Config{}, fmt.Errorf("%w: scheduler: prediction_type %q; known: epsilon, sample, v_prediction", ErrConfig, s.Prediction)
	}
	betas, err := s.betas()
	if err != nil {
		return Config{}, err
	}
	table, err := sde.FromBetas(betas)
	if err != nil {
		return Config{}, fmt.Errorf("%w: scheduler: %w", ErrConfig, err)
	}
	if c.Process = table; s.ZeroSNR {
		c.Process = sde.ZeroTerminalSNR{Process: table}
	}
	c.Parameterisation, c.Conditioning = of, Timestep(len(betas))
	return c, nil
}

func (s *scheduler) betas() ([]float64, error) {
	if s.Betas != nil {
		return s.Betas, nil
	}
	if s.Steps < 2 || s.Steps > mostSteps {
		return nil, fmt.Errorf("%w: scheduler: num_train_timesteps %d; want 2 to %d", ErrConfig, s.Steps, mostSteps)
	}
	if s.Schedule == "linear" {
		return sde.LinearBetas(s.Steps, s.Start, s.End), nil
	}
	betas := make([]float64, s.Steps)
	for k := range betas {
		u := float64(k) / float64(s.Steps-1)
		switch s.Schedule {
		case "scaled_linear":
			a, b := math.Sqrt(s.Start), math.Sqrt(s.End)
			betas[k] = (a + u*(b-a)) * (a + u*(b-a))
		case "squaredcos_cap_v2":
			bar := func(k int) float64 {
				c := math.Cos((float64(k)/float64(s.Steps) + 0.008) / 1.008 * math.Pi / 2)
				return c * c
			}
			betas[k] = math.Min(1-bar(k+1)/bar(k), 0.999)
		default:
			return nil, fmt.Errorf("%w: scheduler: beta_schedule %q; known: linear, scaled_linear, squaredcos_cap_v2", ErrConfig, s.Schedule)
		}
	}
	return betas, nil
}
