package score

import (
	"fmt"

	"github.com/ito-sde/ito/sde"
)

// Classes is the number of classes that the network was trained with; 0: none.
func (n *Network) Classes() int { return n.config.classes() }

// Class is the denoiser E[x_0 | x, class k]. The network itself, for no class in
// particular, is the other half of classifier-free guidance. Errors: [ErrConfig]
// for a class that there is not.
//
// Ho, Salimans (2022), "Classifier-free diffusion guidance", section 3.2.
func (n *Network) Class(k int) (Model, error) {
	if k < 0 || k >= n.Classes() {
		return nil, fmt.Errorf("%w: class %d of a network with %d classes", ErrConfig, k, n.Classes())
	}
	return &conditional{n, k}, nil
}

type conditional struct {
	n     *Network
	class int
}

func (m *conditional) Dim() int { return m.n.Dim() }

func (m *conditional) Denoise(dst, x []float64, at sde.Level) error {
	return m.n.denoise(dst, x, at, m.class)
}
