package score

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"os"
	"strconv"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/score/nn"
)

// digest tells data sets apart.
func digest(x []float64, labels []int) uint64 {
	h := fnv.New64a()
	var b [8]byte
	add := func(v uint64) {
		binary.LittleEndian.PutUint64(b[:], v)
		_, _ = h.Write(b[:]) // never fails
	}
	for _, v := range x {
		add(math.Float64bits(v))
	}
	for _, k := range labels {
		add(uint64(k))
	}
	return h.Sum64()
}

const (
	trainKey = "ito.train"
	stepKey  = "ito.step"
	heldKey  = "ito.held"
)

// vector is a part of a state: weights, or numbers that go with them.
type vector struct {
	prefix string
	net    nn.Network
	data   []float32
}

func (t *trainer) vectors() []vector {
	vs := []vector{{"", t.main, t.main.Parameters()}, {"ema.", t.main, t.average.Parameters()}, {"adam.m.", t.main, t.main.m}, {"adam.v.", t.main, t.main.v}}
	if t.held.best != nil {
		vs = append(vs, vector{"best.", t.main, t.held.best})
	}
	for i, p := range t.powers {
		vs = append(vs, vector{fmt.Sprintf("power%d.", i), t.main, p.weights})
	}
	if w := t.weights; w != nil {
		vs = append(vs, vector{"weights.", w, w.Parameters()}, vector{"weights.adam.m.", w, w.m}, vector{"weights.adam.v.", w, w.v})
	}
	return vs
}

// save writes the state, if there is a file for it.
func (t *trainer) save() error {
	if t.c.State == "" {
		return nil
	}
	config, err := json.Marshal(t.c)
	if err != nil {
		return err
	}
	held, err := json.Marshal(t.held.heldCounts)
	if err != nil {
		return err
	}
	var tensors []nn.Tensor
	for _, v := range t.vectors() {
		tensors = append(tensors, v.net.Tensors(v.prefix, v.data)...)
	}
	meta := map[string]string{trainKey: string(config), stepKey: strconv.Itoa(t.step), heldKey: string(held)}
	return atomicfile.Write(t.c.State, func(w io.Writer) error { return nn.WriteSafetensors(w, meta, tensors) })
}

// load resumes from the state file, if it is there. A state of another
// configuration or other data is an error.
func (t *trainer) load() error {
	if t.c.State == "" {
		return nil
	}
	f, err := os.Open(t.c.State)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	meta, tensors, err := nn.ReadSafetensors(f)
	if err != nil {
		return fmt.Errorf("%s: %w", t.c.State, err)
	}
	config, err := json.Marshal(t.c)
	if err != nil {
		return err
	}
	if meta[trainKey] != string(config) {
		return fmt.Errorf("%w: %s belongs to another run, %s, not to %s; remove it to begin anew", ErrTraining, t.c.State, meta[trainKey], config)
	}
	step, err := strconv.Atoi(meta[stepKey])
	if err != nil || step < 0 || step > t.c.Steps {
		return fmt.Errorf("%w: %s has step %q of %d", ErrTraining, t.c.State, meta[stepKey], t.c.Steps)
	}
	var held heldCounts
	if err := json.Unmarshal([]byte(meta[heldKey]), &held); err != nil || held.Checks < 0 || held.Bad < 0 {
		return fmt.Errorf("%w: %s has checks %q", ErrTraining, t.c.State, meta[heldKey])
	}
	for _, v := range t.vectors() {
		if err := nn.Restore(v.net, v.prefix, v.data, tensors); err != nil {
			return fmt.Errorf("%s: %w", t.c.State, err)
		}
	}
	t.step, t.held.heldCounts = step, held
	return nil
}
