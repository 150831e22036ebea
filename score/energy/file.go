package energy

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/ito-sde/ito/internal/vec"
	"github.com/ito-sde/ito/score/nn"
)

// The largest shapes: they keep a hostile file from asking for absurd memory.
const maxHidden, maxLayers = 4096, 16

// fileKey names the metadata in a file.
const fileKey = "ito.energy"

// header is what a file says besides the weights.
type header struct {
	Hidden int       `json:"hidden"`
	Layers int       `json:"layers"`
	Mean   []float64 `json:"mean"`
	Sd     float64   `json:"sd"`
	Lo     float64   `json:"lo"` // of c
	Hi     float64   `json:"hi"`
}

func (h header) check() error {
	if len(h.Mean) == 0 || h.Hidden < 1 || h.Hidden > maxHidden || h.Layers < 1 || h.Layers > maxLayers {
		return fmt.Errorf("%w: no potential of %d coordinates, width %d and %d layers", nn.ErrFile, len(h.Mean), h.Hidden, h.Layers)
	}
	if !(h.Sd > 0) || math.IsInf(h.Sd, 1) || !(h.Lo < h.Hi) || math.IsInf(h.Hi-h.Lo, 1) || !vec.Finite(h.Mean) {
		return fmt.Errorf("%w: deviation %v and levels %v to %v of a potential", nn.ErrFile, h.Sd, h.Lo, h.Hi)
	}
	return nil
}

// tensors names the parts of w, without copying.
func (s shape) tensors(w []float32) (all []nn.Tensor) {
	in := s.dim + features
	for l := range s.layers {
		n := in * s.hidden
		all = append(all,
			nn.Tensor{Name: fmt.Sprintf("%d.weight", l), Shape: []int{in, s.hidden}, Data: w[:n]},
			nn.Tensor{Name: fmt.Sprintf("%d.bias", l), Shape: []int{s.hidden}, Data: w[n : n+s.hidden]})
		w, in = w[n+s.hidden:], s.hidden
	}
	return append(all, nn.Tensor{Name: "last", Shape: []int{s.hidden}, Data: w})
}

// Save writes the network as safetensors, with its shape and the data's mean and deviation
// in the header. Its weights are of single precision; nothing is lost.
func (n *Network) Save(w io.Writer) error {
	text, err := json.Marshal(header{n.p.hidden, n.p.layers, n.mean, n.sd, n.lo, n.hi})
	if err != nil {
		return err
	}
	narrow := make([]float32, len(n.p.all))
	vec.Narrow(narrow, n.p.all, 1)
	return nn.WriteSafetensors(w, map[string]string{fileKey: string(text)}, n.p.tensors(narrow))
}

// Load reads what Save wrote. Errors wrap [nn.ErrFile] where the file is not such a one.
func Load(r io.Reader) (*Network, error) {
	meta, tensors, err := nn.ReadSafetensors(r)
	if err != nil {
		return nil, err
	}
	var h header
	if err := json.Unmarshal([]byte(meta[fileKey]), &h); err != nil {
		return nil, fmt.Errorf("%w: no %s in its metadata: %w", nn.ErrFile, fileKey, err)
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	s, total := shape{len(h.Mean), h.Hidden, h.Layers}, 0
	have := map[string]nn.Tensor{}
	for _, t := range tensors {
		have[t.Name] = t
		total += len(t.Data)
		for i, v := range t.Data {
			if v-v != 0 {
				return nil, fmt.Errorf("%w: tensor %q, element %d is %v", nn.ErrFile, t.Name, i, v)
			}
		}
	}
	// The shape is only claimed: take its memory when the data is there.
	if total != s.size() {
		return nil, fmt.Errorf("%w: %d parameters for a shape of %d", nn.ErrFile, total, s.size())
	}
	w := make([]float32, total)
	for _, want := range s.tensors(w) {
		t := have[want.Name]
		if !slices.Equal(t.Shape, want.Shape) {
			return nil, fmt.Errorf("%w: tensor %q has shape %v, want %v", nn.ErrFile, want.Name, t.Shape, want.Shape)
		}
		copy(want.Data, t.Data)
	}
	n := &Network{p: newWeights(s), mean: h.Mean, sd: h.Sd, lo: h.Lo, hi: h.Hi}
	vec.Widen(n.p.all, w, 1)
	return n, nil
}
