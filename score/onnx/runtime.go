//go:build onnx && cgo

package onnx

import (
	"errors"
	"fmt"
	"os"
	goruntime "runtime"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// runtime is a session of ONNX Runtime.
type runtime struct {
	path    string
	options *ort.SessionOptions
	session *ort.DynamicAdvancedSession
}

// There is one ONNX Runtime in a process.
var library struct {
	sync.Mutex
	path string
}

// load starts ONNX Runtime once.
func load(path string, memory int) error {
	library.Lock()
	defer library.Unlock()
	if path == "" {
		path = os.Getenv("ITO_ONNXRUNTIME")
	}
	if path == "" {
		path = map[string]string{"windows": "onnxruntime.dll", "darwin": "libonnxruntime.dylib"}[goruntime.GOOS]
	}
	if path == "" {
		path = "libonnxruntime.so"
	}
	if ort.IsInitialized() {
		if path != library.path {
			return fmt.Errorf("%w: %s wanted, %s is loaded already", ErrRuntime, path, library.path)
		}
		return nil
	}
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("%w at %s: %w; name the shared library in Config.Library or ITO_ONNXRUNTIME", ErrRuntime, path, err)
	}
	library.path = path
	// A file may ask for any memory: what it gets comes from an arena that ends.
	info, err := ort.GetMemoryInfo()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRuntime, err)
	}
	arena, err := ort.NewArenaCfg(memory, -1, -1, -1)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRuntime, err)
	}
	defer arena.Destroy()
	if err := ort.CreateAndRegisterAllocator(info, arena); err != nil {
		return fmt.Errorf("%w: %w", ErrRuntime, err)
	}
	return nil
}

func open(path string, c *Config) (ps ports, r *runtime, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return ps, nil, err
	}
	if info.IsDir() || info.Size() == 0 {
		return ps, nil, fmt.Errorf("%s: %w: it is empty, or a folder", path, ErrFile)
	}
	if err := load(c.Library, c.Memory); err != nil {
		return ps, nil, err
	}
	r = &runtime{path: path}
	defer func() {
		if err != nil {
			_ = r.close()
			r = nil
		}
	}()
	if r.options, err = ort.NewSessionOptions(); err != nil {
		return ps, nil, fmt.Errorf("%w: %w", ErrRuntime, err)
	}
	if err := errors.Join(r.options.SetIntraOpNumThreads(max(c.Threads, 1)), r.options.SetInterOpNumThreads(1),
		r.options.AddSessionConfigEntry("session.use_env_allocators", "1"),
		// Folding has memory of its own; exporters have done it already.
		r.options.AddSessionConfigEntry("optimization.disable_specified_optimizers", "ConstantFolding")); err != nil {
		return ps, r, fmt.Errorf("%w: %w", ErrRuntime, err)
	}
	if c.CUDA {
		if err := r.cuda(); err != nil {
			return ps, r, fmt.Errorf("%w: CUDA: %w", ErrRuntime, err)
		}
	}
	inputs, outputs, err := ort.GetInputOutputInfoWithOptions(path, r.options)
	if err != nil {
		return ps, r, fmt.Errorf("%s: %w: %w", path, ErrFile, err)
	}
	return ports{tensors(inputs), tensors(outputs)}, r, nil
}

func (r *runtime) cuda() error {
	o, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer func() { _ = o.Destroy() }()
	return r.options.AppendExecutionProviderCUDA(o)
}

func tensors(infos []ort.InputOutputInfo) []tensor {
	all := make([]tensor, len(infos))
	for i, v := range infos {
		all[i] = tensor{v.Name, fmt.Sprint(v.DataType), v.Dimensions}
		switch v.DataType {
		case ort.TensorElementDataTypeFloat:
			all[i].kind = "float32"
		case ort.TensorElementDataTypeInt64:
			all[i].kind = "int64"
		}
		if v.OrtValueType != ort.ONNXTypeTensor {
			all[i].kind = v.OrtValueType.String()
		}
	}
	return all
}

// bind makes the session.
func (r *runtime) bind(p *plan) (err error) {
	names := []string{p.input.name}
	if p.hasLevel {
		names = append(names, p.level.name)
	}
	if p.hasClass {
		names = append(names, p.class.name)
	}
	if r.session, err = ort.NewDynamicAdvancedSession(r.path, names, []string{p.output.name}, r.options); err != nil {
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	return nil
}

func (r *runtime) close() error {
	var errs []error
	if r.session != nil {
		errs = append(errs, r.session.Destroy())
	}
	if r.options != nil {
		errs = append(errs, r.options.Destroy())
	}
	return errors.Join(errs...)
}

// values are the tensors of buffers. One number for all rows is a new tensor in
// every run.
type values struct {
	in, out []ort.Value
	scalars map[int]func() (ort.Value, error)
}

func (v *values) free() {
	for _, t := range v.in {
		if t != nil {
			_ = t.Destroy()
		}
	}
	for _, t := range v.out {
		_ = t.Destroy()
	}
}

func (r *runtime) buffers(p *plan) (*buffers, error) {
	b, v := &buffers{}, &values{scalars: map[int]func() (ort.Value, error){}}
	b.handle = v
	var errs [4]error
	b.in, errs[0] = number[float32](v, p.input)
	switch {
	case p.hasLevel && p.whole:
		b.steps, errs[1] = number[int64](v, p.level)
	case p.hasLevel:
		b.level, errs[1] = number[float32](v, p.level)
	}
	if p.hasClass {
		b.class, errs[2] = number[int64](v, p.class)
	}
	b.out, errs[3] = number[float32](v, p.output)
	if err := errors.Join(errs[:]...); err != nil {
		v.free()
		return nil, fmt.Errorf("%w: %w", ErrRuntime, err)
	}
	last := len(v.in) - 1
	v.in, v.out = v.in[:last:last], v.in[last:]
	return b, nil
}

// number makes the memory of a tensor, and the tensor as the last one of v.in.
func number[T ort.TensorData](v *values, p port) ([]T, error) {
	n := int64(1)
	for _, d := range p.shape {
		n *= d
	}
	data := make([]T, n)
	if len(p.shape) == 0 {
		v.scalars[len(v.in)] = func() (ort.Value, error) { return ort.NewScalar(data[0]) }
		v.in = append(v.in, nil)
		return data, nil
	}
	t, err := ort.NewTensor(ort.NewShape(p.shape...), data)
	if err == nil {
		v.in = append(v.in, t)
	}
	return data, err
}

func (r *runtime) run(b *buffers) error {
	v := b.handle.(*values)
	for i, fresh := range v.scalars {
		if v.in[i] != nil {
			_ = v.in[i].Destroy()
		}
		var err error
		if v.in[i], err = fresh(); err != nil {
			v.in[i] = nil
			return fmt.Errorf("%w: %w", ErrRuntime, err)
		}
	}
	if err := r.session.Run(v.in, v.out); err != nil {
		return fmt.Errorf("%s: %w: %w", r.path, ErrFile, err)
	}
	return nil
}
