//go:build !onnx || !cgo

package onnx

import "fmt"

type runtime struct{ session }

func (*runtime) bind(*plan) error { return ErrRuntime }

func open(path string, _ *Config) (ports, *runtime, error) {
	return ports{}, nil, fmt.Errorf("%w: this program was built without it; build with cgo and -tags onnx to open %s", ErrRuntime, path)
}
