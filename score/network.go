package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"sync"

	"github.com/ito-sde/ito/internal/vec"
	"github.com/ito-sde/ito/score/nn"
	"github.com/ito-sde/ito/sde"
)

// Network is a denoiser by a neural network F with the preconditioning of EDM,
// written for any level: with σ_d the data's standard deviation and
// s² = σ² + α²σ_d²,
//
//	D(x) = (α σ_d²/s²) x + (σ σ_d/s) F(x/s, c),   c = ¼ ln(σ/α),
//
// c clamped to the levels of training. It is x/α at σ = 0 and σ_d F at α = 0.
//
// Karras, Aittala, Aila, Laine (2022), eq. 7 and table 1, with x/α for their x.
type Network struct {
	net      nn.Network
	config   networkConfig
	metadata map[string]string
	rows     int // of a chunk
	pool     sync.Pool

	gradients gradients
}

type networkConfig struct {
	*nn.Shape               // of an MLP, or
	UNet      *nn.UNetShape `json:"unet,omitempty"`

	SigmaData float64    `json:"sigma_data"`
	Levels    [2]float64 `json:"levels"` // of c
}

func (c networkConfig) check() error {
	var err error
	switch {
	case (c.Shape == nil) == (c.UNet == nil):
		return errors.New("score: a network has one architecture, that of an MLP or that of a U-Net")
	case c.UNet != nil:
		err = c.UNet.Check()
	default:
		err = c.Check()
	}
	if err != nil {
		return err
	}
	if !(c.SigmaData > 0) || math.IsInf(c.SigmaData, 0) || !(c.Levels[0] < c.Levels[1]) {
		return fmt.Errorf("score: network with data deviation %v and levels %v", c.SigmaData, c.Levels)
	}
	return nil
}

// parameters is the number of weights of a configuration that check accepts.
func (c networkConfig) parameters() int {
	if c.UNet != nil {
		return c.UNet.Parameters()
	}
	return c.Parameters()
}

func (c networkConfig) classes() int {
	if c.UNet != nil {
		return c.UNet.Classes
	}
	return c.Classes
}

// network makes the layers, with all parameters zero.
func (c networkConfig) network() (nn.Network, error) {
	if c.UNet != nil {
		return nn.NewUNet(*c.UNet)
	}
	return nn.NewMLP(*c.Shape)
}

// chunk is the memory of one call.
type chunk struct {
	pass    nn.Pass
	in, out []float32
	level   [1]float64
	class   [1]int
}

func newNetwork(c networkConfig, w []float32, metadata map[string]string) (*Network, error) {
	m, err := c.network()
	if err != nil {
		return nil, err
	}
	copy(m.Parameters(), w)
	m.Pack(false)
	n := &Network{net: m, config: c, metadata: maps.Clone(metadata)}
	_, n.rows = m.Tiles()
	n.pool.New = func() any {
		return &chunk{pass: m.NewPass(n.rows, false), in: make([]float32, n.rows*m.Width()), out: make([]float32, n.rows*m.Width())}
	}
	return n, nil
}

// Dim is the number of coordinates.
func (n *Network) Dim() int { return n.net.Width() }

// Parameters is the number of weights.
func (n *Network) Parameters() int { return len(n.net.Parameters()) }

// Metadata is what the trainer's caller stored with the network, for example the
// data set's name and scale.
func (n *Network) Metadata() map[string]string { return maps.Clone(n.metadata) }

// Denoise writes D to dst, of a network with classes that for no class in
// particular. It allocates nothing once warm.
func (n *Network) Denoise(dst, x []float64, at sde.Level) error {
	return n.denoise(dst, x, at, nn.NullClass)
}

func (n *Network) denoise(dst, x []float64, at sde.Level, class int) error {
	dim := n.net.Width()
	if len(x)%dim != 0 || len(dst) != len(x) {
		panic(fmt.Sprintf("score: %d numbers to %d, in rows of %d", len(x), len(dst), dim))
	}
	if err := checkLevel(at); err != nil {
		return err
	}
	if at.Sigma == 0 {
		for i, v := range x {
			dst[i] = v / at.Alpha
		}
		return nil
	}
	sd := n.config.SigmaData
	s := math.Hypot(at.Sigma, at.Alpha*sd)
	skip, out := at.Alpha*sd*sd/(s*s), at.Sigma*sd/s
	c := n.pool.Get().(*chunk)
	defer n.pool.Put(c)
	c.level[0], c.class[0] = n.level(at), class
	for lo := 0; lo < len(x); lo += n.rows * dim {
		hi := min(lo+n.rows*dim, len(x))
		part, d := x[lo:hi], dst[lo:hi]
		in, f := c.in[:len(part)], c.out[:len(part)]
		vec.Narrow(in, part, 1/s)
		c.pass.Forward(f, in, c.level[:], c.class[:])
		for i, v := range part {
			d[i] = skip*v + out*float64(f[i])
		}
	}
	return nil
}

func (n *Network) level(at sde.Level) float64 {
	return min(max(-at.Lambda()/4, n.config.Levels[0]), n.config.Levels[1])
}

const networkKey = "ito.network"

// Save writes the network as safetensors, with its configuration and metadata in
// the header.
func (n *Network) Save(w io.Writer) error {
	config, err := json.Marshal(n.config)
	if err != nil {
		return err
	}
	meta := maps.Clone(n.metadata)
	if meta == nil {
		meta = map[string]string{}
	}
	meta[networkKey] = string(config)
	return nn.WriteSafetensors(w, meta, n.net.Tensors("", n.net.Parameters()))
}

// LoadNetwork reads what Save wrote. Errors wrap nn.ErrFile where the file is
// not such a one.
func LoadNetwork(r io.Reader) (*Network, error) {
	meta, tensors, err := nn.ReadSafetensors(r)
	if err != nil {
		return nil, err
	}
	var c networkConfig
	if err := json.Unmarshal([]byte(meta[networkKey]), &c); err != nil {
		return nil, fmt.Errorf("%w: no %s in its metadata: %w", nn.ErrFile, networkKey, err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", nn.ErrFile, err)
	}
	total := 0
	for _, t := range tensors {
		total += len(t.Data)
		for i, v := range t.Data {
			if v-v != 0 {
				return nil, fmt.Errorf("%w: tensor %q, element %d is %v", nn.ErrFile, t.Name, i, v)
			}
		}
	}
	// The shape is only claimed: take its memory when the data is there.
	if want := c.parameters(); want != total {
		return nil, fmt.Errorf("%w: %d parameters for a shape of %d", nn.ErrFile, total, want)
	}
	m, err := c.network()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", nn.ErrFile, err)
	}
	if err := nn.Restore(m, "", m.Parameters(), tensors); err != nil {
		return nil, err
	}
	delete(meta, networkKey)
	return newNetwork(c, m.Parameters(), meta)
}
