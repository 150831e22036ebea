package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/guidance"
)

// mixtureModel names, among models, the mixture that is fitted to the embedded
// digits, class by class.
const mixtureModel = "mixture"

// guidanceFlags say which class to draw from, and how.
type guidanceFlags struct {
	class      int
	scale      guidance.Scale
	interval   []float64
	threshold  float64
	components int
	onnx       onnxFlags
}

func (o *guidanceFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&o.class, "class", -1, "draw from this class, of a model with classes; −1: from all")
	f.Float64Var(&o.scale.Weight, "guidance", 1, "weight of the class: 1 is its own law, more exaggerates it at twice the cost")
	f.Float64SliceVar(&o.interval, "guidance-interval", nil, "least and largest σ/α at which --guidance acts (elsewhere 1); default: all")
	f.Float64Var(&o.scale.Rescale, "guidance-rescale", 0, "share, 0 to 1, of the deviation that guidance adds to a row to take back")
	f.Float64Var(&o.threshold, "threshold", 0, "dynamic thresholding of pictures at this quantile, such as 0.995; 0: none")
	o.onnx.add(cmd)
	f.IntVar(&o.components, "components", 2, "components a class of --model mixture")
}

// load returns the model that the flags describe and an empty data set in its
// frame.
func (o *guidanceFlags) load(cmd *cobra.Command, model string, seed uint64, workers int) (score.Model, *dataset.Set, error) {
	if o.class < 0 {
		for _, name := range []string{"guidance", "guidance-interval", "guidance-rescale"} {
			if cmd.Flags().Changed(name) {
				return nil, nil, fmt.Errorf("--%s is towards a class: give --class", name)
			}
		}
	}
	if o.interval != nil {
		if len(o.interval) != 2 {
			return nil, nil, fmt.Errorf("--guidance-interval wants two numbers, as in 0.2,3, and has %d", len(o.interval))
		}
		copy(o.scale.Interval[:], o.interval)
	}
	if cmd.Flags().Changed("components") && model != mixtureModel {
		return nil, nil, errors.New("--components is for --model mixture")
	}
	m, set, err := o.source(cmd.Context(), model, seed, workers)
	if err != nil || o.threshold == 0 {
		return m, set, err
	}
	if set.Width == 0 {
		return nil, nil, fmt.Errorf("--threshold: rows of %s are no pictures, and have no bounds", set.Name)
	}
	m, err = guidance.Thresholded(m, guidance.Threshold{Quantile: o.threshold})
	return m, set, err
}

func (o *guidanceFlags) source(ctx context.Context, model string, seed uint64, workers int) (score.Model, *dataset.Set, error) {
	if o.onnx.file != "" {
		return o.network(model)
	}
	if model == mixtureModel {
		set, err := dataset.Digits()
		if err != nil {
			return nil, nil, err
		}
		c, err := score.FitConditional(ctx, set.X, set.Labels, set.Dim, o.components, score.EMConfig{Seed: seed, Workers: workers})
		if err != nil {
			return nil, nil, err
		}
		m, err := o.guide(c.All(), c.Classes(), func(k int) (score.Model, error) { return c.Class(k), nil })
		return m, set, err
	}
	net, err := loadModel(model)
	if err != nil {
		return nil, nil, err
	}
	set, err := unframe(net)
	if err != nil {
		return nil, nil, err
	}
	m, err := o.guide(net, net.Classes(), net.Class)
	return m, set, err
}

// network returns that of an ONNX file, whose rows are in its own units.
func (o *guidanceFlags) network(model string) (score.Model, *dataset.Set, error) {
	if model != "" {
		return nil, nil, errors.New("--onnx and --model: give one of them")
	}
	net, err := o.onnx.load()
	if err != nil {
		return nil, nil, err
	}
	m, err := o.guide(net, o.onnx.classes, net.Class)
	return m, dataset.Plain(o.onnx.file, net.Shape()), err
}

// guide returns the model of all or of the class, guided.
func (o *guidanceFlags) guide(all score.Model, classes int, class func(int) (score.Model, error)) (score.Model, error) {
	switch {
	case o.class < 0:
		return all, nil
	case classes == 0:
		return nil, fmt.Errorf("--class %d: the model has no classes; use --model %s, one that ito train --classes wrote, or say how many an ONNX network has: --classes", o.class, mixtureModel)
	case o.class >= classes:
		return nil, fmt.Errorf("--class %d: the model has classes 0 to %d", o.class, classes-1)
	}
	own, err := class(o.class)
	if err != nil {
		return nil, err
	}
	return guidance.ClassifierFree(own, all, o.scale)
}
