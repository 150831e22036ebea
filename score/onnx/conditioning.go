package onnx

import (
	"fmt"
	"math"

	"github.com/ito-sde/ito/sde"
)

// Conditioning is the number that tells a network of the level (α, σ) of its rows, at
// time t of its process:
//
//	Time(s)           s t               score_sde: s = 999; flows: 1 or 1000
//	Timestep(T)       T t/t_end − 1     discrete steps 0 to T−1; rounded to even
//	                                    where the network takes whole numbers
//	Sigma             σ/α               k-diffusion, EDM's wrapped denoiser
//	QuarterLogSigma   ¼ ln(σ/α)         EDM's c_noise: Karras et al. (2022), table 1
//	LogSNR            2 ln(α/σ)         Kingma et al. (2021), progressive distillation
//	None              nothing           the network has no such input
//
// The zero value is no conditioning and an error: say None where it is meant.
type Conditioning struct {
	kind  string
	scale float64
}

// The conventions without a number.
var (
	Sigma           = Conditioning{kind: "sigma"}
	QuarterLogSigma = Conditioning{kind: "quarter-log-sigma"}
	LogSNR          = Conditioning{kind: "log-snr"}
	None            = Conditioning{kind: "none"}
)

// Time is the process's time, times scale.
func Time(scale float64) Conditioning { return Conditioning{"time", scale} }

// Timestep is the index of one of steps discrete steps.
func Timestep(steps int) Conditioning { return Conditioning{"timestep", float64(steps)} }

// String returns the name and, where there is one, the number: "timestep 1000".
func (c Conditioning) String() string {
	if c.scale != 0 {
		return fmt.Sprintf("%s %g", c.kind, c.scale)
	}
	return c.kind
}

func (c Conditioning) check() error {
	switch c.kind {
	case "sigma", "quarter-log-sigma", "log-snr", "none":
		return nil
	case "time", "timestep":
		if !(c.scale > 0) || math.IsInf(c.scale, 1) {
			return fmt.Errorf("%w: conditioning %v; its number must be positive", ErrConfig, c)
		}
		return nil
	}
	return fmt.Errorf("%w: no conditioning; want one of onnx.Time, Timestep, Sigma, QuarterLogSigma, LogSNR, None", ErrConfig)
}

// own returns the level of the process p that has the ratio α/σ of at, as far as its
// horizon goes, and the conditioning there.
func (c Conditioning) own(p sde.Process, at sde.Level) (sde.Level, float64) {
	cutoff, end := p.Horizon()
	t := end
	if at.Alpha > 0 {
		t = min(max(p.TimeOf(at.Lambda()), cutoff), end)
	}
	own := p.At(t)
	switch c.kind {
	case "time":
		return own, c.scale * t
	case "timestep":
		return own, min(max(c.scale*t/end-1, 0), c.scale-1)
	case "sigma":
		return own, own.Rho()
	case "quarter-log-sigma":
		return own, -own.Lambda() / 4
	case "log-snr":
		return own, 2 * own.Lambda()
	}
	return own, 0
}
