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
func digest(x []float64) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for _, v := range x {
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(v))
		_, _ = h.Write(b[:]) // never fails
	}
	return h.Sum64()
}

const (
	trainKey = "ito.train"
	stepKey  = "ito.step"
)

// prefixes of the four vectors that make up a state.
func (t *trainer) vectors() map[string][]float32 {
	return map[string][]float32{"": t.net.Parameters(), "ema.": t.ema, "adam.m.": t.m, "adam.v.": t.v}
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
	var tensors []nn.Tensor
	for _, prefix := range []string{"", "ema.", "adam.m.", "adam.v."} {
		tensors = append(tensors, t.net.Tensors(prefix, t.vectors()[prefix])...)
	}
	return atomicfile.Write(t.c.State, func(w io.Writer) error {
		return nn.WriteSafetensors(w, map[string]string{trainKey: string(config), stepKey: strconv.Itoa(t.step)}, tensors)
	})
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
	for prefix, v := range t.vectors() {
		if err := nn.Restore(t.net, prefix, v, tensors); err != nil {
			return fmt.Errorf("%s: %w", t.c.State, err)
		}
	}
	t.step = step
	return nil
}
