package onnx

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Model is a network in an ONNX file as a denoiser. It is safe for concurrent use.
type Model struct {
	config Config
	plan   plan
	run    session

	mu     sync.Mutex
	idle   []*buffers
	closed bool
}

// session is what ONNX Runtime does.
type session interface {
	// buffers makes the memory of a run.
	buffers(p *plan) (*buffers, error)
	// run fills b.out from the rest of b.
	run(b *buffers) error
	close() error
}

// buffers are the numbers of one run of batch rows: the level and the class stand
// in every row of theirs.
type buffers struct {
	in, level []float32
	steps     []int64 // the level where it is a whole number
	class     []int64
	out       []float32
	handle    interface{ free() }
}

// plan is what the inputs and outputs of a file are.
type plan struct {
	dim, outDim        int // numbers of a row and of its output
	batch              int
	input, level       port
	class, output      port
	hasLevel, hasClass bool
	whole              bool // the level is an int64
}

// port is an input or output: its name and its shape for batch rows.
type port struct {
	name  string
	shape []int64
}

// Open reads a network. Errors wrap ErrConfig for settings that do not fit it,
// ErrRuntime where ONNX Runtime is missing, ErrFile where the file is none that it
// can run, and those of the file system.
func Open(path string, c Config) (*Model, error) {
	if err := c.Conditioning.check(); err != nil {
		return nil, err
	}
	if c.Process == nil {
		return nil, fmt.Errorf("%w: no Process; want that which the network was trained for", ErrConfig)
	}
	if c.Batch < 0 || c.Threads < 0 || c.Memory < 0 {
		return nil, fmt.Errorf("%w: Batch %d, Threads %d and Memory %d must not be negative", ErrConfig, c.Batch, c.Threads, c.Memory)
	}
	if c.Memory == 0 {
		c.Memory = 16 << 30
	}
	for _, n := range c.Shape {
		if n < 1 {
			return nil, fmt.Errorf("%w: Shape %v; want positive numbers", ErrConfig, c.Shape)
		}
	}
	ports, run, err := open(path, &c)
	if err != nil {
		return nil, err
	}
	p, err := ports.plan(&c)
	if err == nil {
		err = run.bind(&p)
	}
	if err != nil {
		_ = run.close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Model{config: c, plan: p, run: run}, nil
}

// Dim is the number of coordinates of a row.
func (m *Model) Dim() int { return m.plan.dim }

// Shape is the shape of a row, such as 3, 32, 32.
func (m *Model) Shape() []int {
	var shape []int
	for _, n := range m.plan.input.shape[1:] {
		shape = append(shape, int(n))
	}
	return shape
}

// Close frees the network. Calls of Denoise at work finish; later ones fail.
func (m *Model) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	for _, b := range m.idle {
		b.handle.free()
	}
	m.idle = nil
	return m.run.close()
}

// Denoise writes D of every row of x to dst: that of Config.NullClass where the
// network has classes. Errors: ErrConfig where there is none, score.ErrLevel,
// ErrClosed, ErrFile where the network fails or returns what is not finite.
func (m *Model) Denoise(dst, x []float64, at sde.Level) error {
	class := 0
	if c := m.config.NullClass; c != nil {
		class = *c
	} else if m.plan.hasClass {
		return fmt.Errorf("%w: the network needs a class; use Model.Class, or name its NullClass", ErrConfig)
	}
	return m.denoise(dst, x, at, class)
}

// Class returns the model of one class, which shares the network. A network without
// classes gives ErrConfig.
func (m *Model) Class(k int) (score.Model, error) {
	if !m.plan.hasClass {
		return nil, fmt.Errorf("%w: the network takes no class", ErrConfig)
	}
	return score.FromFunc(m.plan.dim, score.Data, func(dst, x []float64, at sde.Level) error {
		return m.denoise(dst, x, at, k)
	}), nil
}

func (m *Model) denoise(dst, x []float64, at sde.Level, class int) error {
	dim := m.plan.dim
	if len(x)%dim != 0 || len(dst) != len(x) {
		panic(fmt.Sprintf("onnx: %d numbers to %d, in rows of %d", len(x), len(dst), dim))
	}
	if !(at.Alpha >= 0) || !(at.Sigma >= 0) || at.Alpha+at.Sigma == 0 || math.IsInf(at.Alpha+at.Sigma, 1) {
		return fmt.Errorf("%w: α = %v, σ = %v; want finite numbers, not negative and not both zero", score.ErrLevel, at.Alpha, at.Sigma)
	}
	if at.Sigma == 0 {
		for i, v := range x {
			dst[i] = v / at.Alpha
		}
		return nil
	}
	own, level := m.config.Conditioning.own(m.config.Process, at)
	scale := own.Sigma / at.Sigma
	if at.Alpha > at.Sigma {
		scale = own.Alpha / at.Alpha
	}
	b, err := m.borrow()
	if err != nil {
		return err
	}
	defer m.giveBack(b)
	fill(b.level, float32(level))
	fill(b.steps, int64(math.RoundToEven(level)))
	fill(b.class, int64(class))
	feed := scale * m.config.Parameterisation.InputScale(own)
	for lo := 0; lo < len(x); lo += m.plan.batch * dim {
		hi := min(lo+m.plan.batch*dim, len(x))
		for i, v := range x[lo:hi] {
			b.in[i] = float32(feed * v)
		}
		clear(b.in[hi-lo:])
		if err := m.run.run(b); err != nil {
			return err
		}
		part := dst[lo:hi]
		for r := 0; r*dim < len(part); r++ {
			for i, v := range b.out[r*m.plan.outDim:][:dim] {
				if v-v != 0 {
					return fmt.Errorf("%w: output %v of row %d, coordinate %d, at α = %v, σ = %v", ErrFile, v, lo/dim+r, i, at.Alpha, at.Sigma)
				}
				part[r*dim+i] = float64(v)
			}
		}
		if err := m.toDenoiser(part, x[lo:hi], scale, own); err != nil {
			return err
		}
	}
	return nil
}

// toDenoiser turns predictions for rows scale x at the network's own level into
// denoised rows, in place: D is affine in both.
func (m *Model) toDenoiser(dst, x []float64, scale float64, own sde.Level) error {
	var row [64]float64
	for lo := 0; lo < len(x); lo += len(row) {
		part := x[lo:min(lo+len(row), len(x))]
		scaled := row[:len(part)]
		for i, v := range part {
			scaled[i] = scale * v
		}
		d := dst[lo : lo+len(part)]
		if err := m.config.Parameterisation.ToDenoiser(d, scaled, d, own); err != nil {
			return err
		}
	}
	return nil
}

// borrow takes idle buffers or makes new ones.
func (m *Model) borrow() (*buffers, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	if n := len(m.idle); n > 0 {
		b := m.idle[n-1]
		m.idle = m.idle[:n-1]
		return b, nil
	}
	return m.run.buffers(&m.plan)
}

func (m *Model) giveBack(b *buffers) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		b.handle.free()
		return
	}
	m.idle = append(m.idle, b)
}

func fill[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// describe lists names for error messages.
func describe(ports []tensor) []string {
	var all []string
	for _, p := range ports {
		all = append(all, fmt.Sprintf("%s %s%v", p.name, p.kind, p.shape))
	}
	slices.Sort(all)
	return all
}
