package onnx

import (
	"fmt"
	"slices"
	"strings"
)

// tensor is an input or output as the file declares it; −1 is an open dimension.
type tensor struct {
	name  string
	kind  string // "float32", "int64", or another
	shape []int64
}

// ports are the inputs and outputs of a file.
type ports struct{ inputs, outputs []tensor }

// The names in use, by which an input is known whose type and shape leave doubt.
var (
	inputNames = []string{"sample", "x", "x_t", "xt", "input", "latent", "latents", "noisy"}
	levelNames = []string{"timestep", "timesteps", "t", "time", "sigma", "sigmas", "noise_labels", "c_noise", "noise", "level", "logsnr", "log_snr"}
	classNames = []string{"class_labels", "class_label", "labels", "label", "y", "class", "classes"}
)

// most bounds the numbers of a row and of a run, whatever a file says.
const most = 1 << 28

// plan finds out which tensor is which.
func (ps ports) plan(c *Config) (p plan, err error) {
	in, err := ps.find("rows", "Input", c.Input, inputNames, func(t tensor) bool { return len(t.shape) >= 2 && t.kind == "float32" && !levelLike(t) })
	if err != nil {
		return p, err
	}
	rest := slices.DeleteFunc(slices.Clone(ps.inputs), func(t tensor) bool { return t.name == in.name })
	others := ports{inputs: rest}
	var level, class tensor
	if c.Conditioning != None {
		if level, err = others.find("level", "Level", c.Level, levelNames, levelLike); err != nil {
			return p, err
		}
		p.hasLevel, p.whole = true, level.kind == "int64"
		rest = slices.DeleteFunc(rest, func(t tensor) bool { return t.name == level.name })
	}
	if len(rest) > 0 {
		others = ports{inputs: rest}
		if class, err = others.find("class", "Class", c.Class, classNames, func(t tensor) bool {
			// A level that nobody spoke of is no class.
			return t.kind == "int64" && levelLike(t) && (c.Class != "" || slices.Contains(classNames, strings.ToLower(t.name)))
		}); err != nil {
			return p, err
		}
		p.hasClass = true
		rest = slices.DeleteFunc(rest, func(t tensor) bool { return t.name == class.name })
	} else if c.Class != "" {
		return p, fmt.Errorf("%w: no input %q for the class; there are %q", ErrConfig, c.Class, describe(ps.inputs))
	}
	if len(rest) > 0 {
		return p, fmt.Errorf("%w: inputs %q beside rows, level and class", ErrConfig, describe(rest))
	}
	out, err := ports{inputs: ps.outputs}.find("output", "Output", c.Output, nil, func(t tensor) bool { return t.kind == "float32" })
	if err != nil {
		return p, err
	}
	return p, p.measure(c, in, level, class, out)
}

// levelLike tells that a tensor has a number for each row, or one for all.
func levelLike(t tensor) bool {
	for i, n := range t.shape {
		if i > 0 && n != 1 {
			return false
		}
	}
	return len(t.shape) <= 2 && (t.kind == "float32" || t.kind == "int64")
}

// find looks a tensor up: by the name given, by the only one that suits, or by the
// names in use.
func (ps ports) find(what, field, name string, names []string, suits func(tensor) bool) (tensor, error) {
	if name != "" {
		i := slices.IndexFunc(ps.inputs, func(t tensor) bool { return t.name == name })
		if i < 0 {
			return tensor{}, fmt.Errorf("%w: no tensor %q for the %s; there are %q", ErrConfig, name, what, describe(ps.inputs))
		}
		if !suits(ps.inputs[i]) {
			return tensor{}, fmt.Errorf("%w: %q cannot be the %s", ErrConfig, describe(ps.inputs[i:i+1]), what)
		}
		return ps.inputs[i], nil
	}
	var found []tensor
	for _, t := range ps.inputs {
		if suits(t) {
			found = append(found, t)
		}
	}
	if len(found) > 1 {
		found = slices.DeleteFunc(found, func(t tensor) bool { return !slices.Contains(names, strings.ToLower(t.name)) })
	}
	if len(found) != 1 {
		return tensor{}, fmt.Errorf("%w: which tensor is the %s? there are %q; name it in Config.%s", ErrConfig, what, describe(ps.inputs), field)
	}
	return found[0], nil
}

// measure sets the shapes of a run.
func (p *plan) measure(c *Config, in, level, class, out tensor) error {
	row := slices.Clone(in.shape[1:])
	if c.Shape != nil {
		if len(c.Shape) != len(row) {
			return fmt.Errorf("%w: Shape %v for rows of shape %v", ErrConfig, c.Shape, row)
		}
		for i, n := range c.Shape {
			if row[i] >= 0 && row[i] != int64(n) {
				return fmt.Errorf("%w: Shape %v for rows of shape %v", ErrConfig, c.Shape, row)
			}
			row[i] = int64(n)
		}
	}
	p.dim = 1
	for _, n := range row {
		if n < 1 {
			return fmt.Errorf("%w: the file leaves the shape of a row open, %v; give Config.Shape", ErrConfig, row)
		}
		if n > most || int64(p.dim)*n > most {
			return fmt.Errorf("%w: rows of shape %v, more than %d numbers", ErrFile, row, most)
		}
		p.dim *= int(n)
	}
	p.batch = c.Batch
	if fixed := in.shape[0]; fixed > 0 {
		if c.Batch != 0 && int64(c.Batch) != fixed {
			return fmt.Errorf("%w: Batch %d; the file is made for %d rows", ErrConfig, c.Batch, fixed)
		}
		if fixed > most {
			return fmt.Errorf("%w: made for %d rows", ErrFile, fixed)
		}
		p.batch = int(fixed)
	}
	if p.batch == 0 {
		p.batch = min(max(65536/p.dim, 1), 1024)
	}
	if p.batch*p.dim > most {
		return fmt.Errorf("%w: %d rows of %d numbers, more than %d in a run", ErrConfig, p.batch, p.dim, most)
	}
	p.outDim = p.dim
	outRow := slices.Clone(row)
	if c.LearnedVariance {
		outRow[0] *= 2
		p.outDim *= 2
	}
	if len(out.shape) != len(outRow)+1 {
		return fmt.Errorf("%w: output %q for rows of shape %v", ErrConfig, describe([]tensor{out}), row)
	}
	for i, n := range out.shape[1:] {
		if n >= 0 && n != outRow[i] {
			return fmt.Errorf("%w: output %q for rows of shape %v, want %v; LearnedVariance drops a second half of channels", ErrConfig, describe([]tensor{out}), row, outRow)
		}
	}
	p.input = port{in.name, append([]int64{int64(p.batch)}, row...)}
	p.output = port{out.name, append([]int64{int64(p.batch)}, outRow...)}
	p.level, p.class = p.scalar(level), p.scalar(class)
	return nil
}

// scalar is the shape of a number for each row, or of one for all.
func (p *plan) scalar(t tensor) port {
	shape := slices.Clone(t.shape)
	if len(shape) > 0 && shape[0] < 0 {
		shape[0] = int64(p.batch)
	}
	return port{t.name, shape}
}
