package exact

import "github.com/ito-sde/ito/sde/noise"

// together sends the impulse of (step, stage) to all coordinates of row
// 2 + step·stages + stage.
type together struct{ stages int }

func (m together) Normal(dst []float64, dim int, at noise.Address) {
	clear(dst)
	r := 2 + int(at.Step)*m.stages + int(at.Stage) - int(at.Row)
	if r < 0 || r >= len(dst)/dim {
		return
	}
	for i := range dim {
		dst[r*dim+i] = 1
	}
}
