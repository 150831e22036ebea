package sensitivity

import (
	"slices"

	"github.com/ito-sde/ito/ode"
)

// outputs are the states with sensitivities at the times of output.
type outputs struct {
	at    []float64
	dir   float64
	found [][]float64
}

// reach fills in the times up to t, where the last step of b ended.
func (o *outputs) reach(t float64, b *beside) error {
	for len(o.found) < len(o.at) {
		a := o.at[len(o.found)]
		if !((a-t)*o.dir <= 0) {
			return nil
		}
		z := slices.Clone(b.z)
		if a != t && b.last != 0 {
			if err := b.dense.Interpolate(z, 1+(a-t)/b.last); err != nil {
				return err
			}
		}
		o.found = append(o.found, z)
	}
	return nil
}

// refuse names what Config asks for that cannot be differentiated.
func refuse(c ode.Config) error {
	for i, e := range c.Events {
		if e.Action != nil || e.Terminal != 0 {
			return bad("event %d acts or is terminal; only events that are watched leave the steps as they are", i)
		}
	}
	if l := c.Linearisation; l.Jacobian != nil || l.Pattern != nil || l.Mass != nil {
		return bad("Linearisation is made from the System; a mass matrix cannot be differentiated")
	}
	return nil
}

func errMoved(t float64) error {
	return bad("at t = %v the state is not the one that the step ended with", t)
}
