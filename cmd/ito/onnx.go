package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/onnx"
	"github.com/ito-sde/ito/sde"
)

// onnxFlags say which network in an ONNX file to use, and what the file does not say
// of it.
type onnxFlags struct {
	file, scheduler         string
	predicts, told, trained string
	library                 string
	shape                   []int
	null, classes           int
	learned, cuda           bool
	given                   func(flag string) bool
}

func (o *onnxFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.file, "onnx", "", "a network in an ONNX file, in place of --model; rows are in the network's units")
	f.StringVar(&o.scheduler, "scheduler", "", "scheduler_config.json of diffusers that says what the network expects")
	f.StringVar(&o.predicts, "predicts", "noise", "what the network predicts: data, noise, score, velocity, flow, or edm:DEVIATION (raw F)")
	f.StringVar(&o.trained, "trained", "ddpm", "the process it was trained for")
	f.StringVar(&o.told, "told", "timestep:1000", "how it is told of the level: timestep:N, time:SCALE, sigma, quarter-log-sigma, log-snr or none")
	f.IntSliceVar(&o.shape, "shape", nil, "shape of a row where the file leaves it open, as 3,32,32")
	f.IntVar(&o.classes, "classes", 0, "number of the network's classes, for --class")
	f.IntVar(&o.null, "null-class", -1, "the class that stands for none; −1: there is none")
	f.BoolVar(&o.learned, "learned-variance", false, "drop the second half of the output's channels")
	f.BoolVar(&o.cuda, "cuda", false, "run on a GPU, with a library that was built for it")
	f.StringVar(&o.library, "onnxruntime", "", "ONNX Runtime's shared library; default: $ITO_ONNXRUNTIME, then the system's")
	o.given = f.Changed
}

// load opens the network.
func (o *onnxFlags) load() (*onnx.Model, error) {
	c := onnx.Config{}
	if o.scheduler != "" {
		for _, name := range []string{"predicts", "trained", "told", "learned-variance"} {
			if o.given(name) {
				return nil, fmt.Errorf("--scheduler says what --%s would; give one of them", name)
			}
		}
		f, err := os.Open(o.scheduler)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		if c, err = onnx.ReadScheduler(f); err != nil {
			return nil, fmt.Errorf("%s: %w", o.scheduler, err)
		}
	} else {
		var err error
		if c.Process, err = sde.ByName(o.trained); err != nil {
			return nil, fmt.Errorf("--trained: %w", err)
		}
		if c.Parameterisation, err = parameterisation(o.predicts); err != nil {
			return nil, err
		}
		if c.Conditioning, err = conditioning(o.told); err != nil {
			return nil, err
		}
		c.LearnedVariance = o.learned
	}
	c.Shape, c.CUDA, c.Library = o.shape, o.cuda, o.library
	if o.null >= 0 {
		c.NullClass = &o.null
	}
	return onnx.Open(o.file, c)
}

func parameterisation(name string) (score.Parameterisation, error) {
	for _, p := range []score.Parameterisation{score.Data, score.Noise, score.ByScore, score.Velocity, score.Flow} {
		if p.String() == name {
			return p, nil
		}
	}
	kind, number, _ := strings.Cut(name, ":")
	if sd, err := strconv.ParseFloat(number, 64); kind == "edm" && err == nil && sd > 0 {
		return score.EDM(sd), nil
	}
	return score.Parameterisation{}, fmt.Errorf("--predicts %q: want data, noise, score, velocity, flow, or edm: and the data's deviation, as in edm:0.5", name)
}

func conditioning(name string) (onnx.Conditioning, error) {
	for _, c := range []onnx.Conditioning{onnx.Sigma, onnx.QuarterLogSigma, onnx.LogSNR, onnx.None} {
		if c.String() == name {
			return c, nil
		}
	}
	kind, number, _ := strings.Cut(name, ":")
	v, err := strconv.ParseFloat(number, 64)
	switch {
	case kind == "timestep" && err == nil && v >= 1 && v == float64(int(v)):
		return onnx.Timestep(int(v)), nil
	case kind == "time" && err == nil && v > 0:
		return onnx.Time(v), nil
	}
	return onnx.Conditioning{}, fmt.Errorf("--told %q: want timestep:N, time:SCALE, sigma, quarter-log-sigma, log-snr or none", name)
}
