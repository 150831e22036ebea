package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde/noise"
	"github.com/ito-sde/ito/validation/peers/internal/measure"
)

// spec is a network and the batches that it is measured on.
type spec struct {
	Name  string        `json:"name"`
	Kind  string        `json:"kind"`
	Rows  int           `json:"rows"`  // of inference
	Train int           `json:"train"` // of a step of training
	Shape any           `json:"shape"`
	mlp   nn.Shape      // one of these
	unet  *nn.UNetShape // nil: an MLP
}

// specs are the networks: an MLP of 64→512×3→64, the digits' U-Net, and one for
// coloured images of 32×32.
func specs() []spec {
	small := nn.UNetShape{Height: 8, Width: 8, Attend: 4}.WithDefaults()
	large := nn.UNetShape{Height: 32, Width: 32, Channels: 3, Mults: []int{1, 2, 2}, Attend: 8}.WithDefaults()
	all := []spec{
		{Name: "mlp-64-512", Kind: "mlp", Rows: 1024, Train: 512, mlp: nn.Shape{Dim: 64, Hidden: 512, Blocks: 1}},
		{Name: "unet-8x8", Kind: "unet", Rows: 256, Train: 128, unet: &small},
		{Name: "unet-32x32x3", Kind: "unet", Rows: 16, Train: 16, unet: &large},
	}
	for i := range all {
		if all[i].Shape = any(all[i].mlp); all[i].unet != nil {
			all[i].Shape = all[i].unet
		}
	}
	return all
}

func (s *spec) network() (nn.Network, error) {
	if s.unet != nil {
		return nn.NewUNet(*s.unet)
	}
	return nn.NewMLP(s.mlp)
}

// filled is the network with all parameters at random: also those that start at zero,
// or nothing would be compared.
func (s *spec) filled() (nn.Network, error) {
	n, err := s.network()
	if err != nil {
		return nil, err
	}
	n.Init(1)
	w := n.Parameters()
	g := noise.NewStream(noise.Address{Seed: 2, Use: noise.Test})
	for i := range w {
		w[i] += float32(0.02 * g.Normal())
	}
	n.Pack(false)
	return n, nil
}

const level = 0.3 // c_noise

// input is the batch of inference.
func (s *spec) input(dim int) []float32 {
	x := make([]float32, s.Rows*dim)
	g := noise.NewStream(noise.Address{Seed: 3, Use: noise.Test})
	for i := range x {
		x[i] = float32(g.Normal())
	}
	return x
}

// write puts shape, weights and input where the peers look for them, and ito's answer.
func (s *spec) write(folder string) error {
	n, err := s.filled()
	if err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	x := s.input(n.Width())
	y := make([]float32, len(x))
	s.forward(n)(y, x)
	f, err := os.Create(filepath.Join(folder, "net.safetensors"))
	if err != nil {
		return err
	}
	return errors.Join(
		nn.WriteSafetensors(f, nil, n.Tensors("", n.Parameters())), f.Close(),
		os.WriteFile(filepath.Join(folder, "shape.json"), text, 0o600),
		floats(filepath.Join(folder, "x.f32"), x), floats(filepath.Join(folder, "ito.f32"), y))
}

// forward evaluates a batch in tiles, as score.Network does.
func (s *spec) forward(n nn.Network) func(y, x []float32) {
	_, tile := n.Tiles()
	pass, size := n.NewPass(tile, false), tile*n.Width()
	c := []float64{level}
	return func(y, x []float32) {
		for lo := 0; lo < len(x); lo += size {
			hi := min(lo+size, len(x))
			pass.Forward(y[lo:hi], x[lo:hi], c, nil)
		}
	}
}

// drive measures ito, and through its binding ONNX Runtime where it is built in.
func (s *spec) drive(folder string, budget float64, out io.Writer) error {
	n, err := s.filled()
	if err != nil {
		return err
	}
	x := s.input(n.Width())
	y := make([]float32, len(x))
	forward := s.forward(n)
	forward(y, x)
	seconds, err := measure.Typical(budget, func() error { forward(y, x); return nil })
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "inference %.6g\n", seconds); err != nil {
		return err
	}
	if err := s.binding(folder, budget, x, out); err != nil {
		return err
	}
	data := make([]float64, 4*s.Train*n.Width())
	noise.Gaussian{}.Normal(data, n.Width(), noise.Address{Seed: 4, Use: noise.Test})
	c := score.TrainConfig{Batch: s.Train, Workers: 1}
	if s.unet != nil {
		c.UNet = *s.unet
	} else {
		c.Hidden, c.Blocks = s.mlp.Hidden, s.mlp.Blocks
	}
	// What a run costs beside its steps drops out of the difference.
	run := func(steps int) (float64, error) {
		c.Steps = steps
		return measure.Least(2, func() error {
			_, err := score.Train(context.Background(), data, n.Width(), c)
			return err
		})
	}
	few, err := run(3)
	if err != nil {
		return err
	}
	steps := max(6, min(200, int(3*budget/few)))
	many, err := run(3 + steps)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "training %.6g\n", (many-few)/float64(steps))
	return err
}

func floats(path string, x []float32) error {
	b := make([]byte, 0, 4*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return os.WriteFile(path, b, 0o600)
}

// apart is the largest difference of two files of numbers, over the largest number.
func apart(a, b string) (float64, error) {
	x, err := os.ReadFile(a)
	if err != nil {
		return 0, err
	}
	y, err := os.ReadFile(b)
	if err != nil {
		return 0, err
	}
	if len(x) != len(y) || len(x) == 0 {
		return 0, fmt.Errorf("%s has %d bytes, %s %d", a, len(x), b, len(y))
	}
	var far, size float64
	for i := 0; i < len(x); i += 4 {
		u := float64(math.Float32frombits(binary.LittleEndian.Uint32(x[i:])))
		v := float64(math.Float32frombits(binary.LittleEndian.Uint32(y[i:])))
		far, size = math.Max(far, math.Abs(u-v)), math.Max(size, math.Abs(u))
	}
	return far / size, nil
}
