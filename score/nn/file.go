package nn

import (
	"fmt"
	"slices"
)

// Tensors names the parameters in w, a vector of this network's length (weights,
// or anything that goes with them). The data is not copied.
func (m *MLP) Tensors(prefix string, w []float32) []Tensor {
	var ts []Tensor
	for _, l := range m.layers {
		ts = append(ts,
			Tensor{prefix + l.name + ".weight", []int{l.in, l.out}, l.weight(w)},
			Tensor{prefix + l.name + ".bias", []int{l.out}, l.bias(w)})
	}
	return ts
}

// Restore copies the tensors with the given prefix into w.
func (m *MLP) Restore(prefix string, w []float32, tensors []Tensor) error {
	have := map[string]Tensor{}
	for _, t := range tensors {
		have[t.Name] = t
	}
	for _, want := range m.Tensors(prefix, w) {
		t, ok := have[want.Name]
		if !ok || !slices.Equal(t.Shape, want.Shape) {
			return fmt.Errorf("%w: tensor %q has shape %v, want %v", ErrFile, want.Name, t.Shape, want.Shape)
		}
		copy(want.Data, t.Data)
	}
	return nil
}
