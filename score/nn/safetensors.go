package nn

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// ErrFile is wrapped by every error about the contents of a safetensors file.
var ErrFile = errors.New("nn: bad safetensors file")

// Tensor is a named array of float32, row-major.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// maxHeader bounds the header before memory is taken for it.
const maxHeader = 1 << 20

type entry struct {
	Dtype   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// WriteSafetensors writes tensors in the safetensors format: eight bytes of
// header length, a JSON header, and the data, little-endian. Any reader of the
// format takes it. Hugging Face (2022), safetensors, "Format".
func WriteSafetensors(w io.Writer, meta map[string]string, tensors []Tensor) error {
	header := map[string]any{}
	if len(meta) > 0 {
		header["__metadata__"] = meta
	}
	var at int64
	for _, t := range tensors {
		n := int64(4 * len(t.Data))
		header[t.Name] = entry{"F32", t.Shape, [2]int64{at, at + n}}
		at += n
	}
	text, err := json.Marshal(header)
	if err != nil {
		return err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	if len(text) > maxHeader {
		return fmt.Errorf("%w: header of %d bytes, at most %d", ErrFile, len(text), maxHeader)
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(len(text))); err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	for _, t := range tensors {
		if err := binary.Write(w, binary.LittleEndian, t.Data); err != nil {
			return err
		}
	}
	return nil
}

// ReadSafetensors reads float32 tensors, in the order of their data. Nothing is
// allocated by a size that the file only claims: the header is at most a
// megabyte, and data takes memory as it arrives.
func ReadSafetensors(r io.Reader) (meta map[string]string, tensors []Tensor, err error) {
	var length uint64
	if err := binary.Read(r, binary.LittleEndian, &length); err != nil {
		return nil, nil, fmt.Errorf("%w: no header length: %w", ErrFile, err)
	}
	if length > maxHeader {
		return nil, nil, fmt.Errorf("%w: header of %d bytes, at most %d", ErrFile, length, maxHeader)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, nil, fmt.Errorf("%w: header cut short: %w", ErrFile, err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, nil, fmt.Errorf("%w: header: %w", ErrFile, err)
	}
	entries := map[string]entry{}
	for name, value := range raw {
		if name == "__metadata__" {
			err = json.Unmarshal(value, &meta)
		} else {
			var e entry
			err = json.Unmarshal(value, &e)
			entries[name] = e
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%w: header of %q: %w", ErrFile, name, err)
		}
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: data: %w", ErrFile, err)
	}
	names := make([]string, 0, len(entries))
	for n := range entries {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(entries[a].Offsets[0], entries[b].Offsets[0]), cmp.Compare(a, b))
	})
	var at int64
	for _, name := range names {
		e := entries[name]
		n, err := e.elements()
		if err != nil {
			return nil, nil, fmt.Errorf("%w: tensor %q: %w", ErrFile, name, err)
		}
		if e.Offsets[0] != at || e.Offsets[1]-at != 4*n || e.Offsets[1] > int64(len(data)) {
			return nil, nil, fmt.Errorf("%w: tensor %q of %d numbers claims bytes %d to %d of %d, want from %d on",
				ErrFile, name, n, e.Offsets[0], e.Offsets[1], len(data), at)
		}
		t := Tensor{Name: name, Shape: e.Shape, Data: make([]float32, n)}
		for i := range t.Data {
			t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[at+4*int64(i):]))
		}
		tensors = append(tensors, t)
		at = e.Offsets[1]
	}
	if at != int64(len(data)) {
		return nil, nil, fmt.Errorf("%w: %d bytes behind the last tensor", ErrFile, int64(len(data))-at)
	}
	return meta, tensors, nil
}

func (e entry) elements() (int64, error) {
	if e.Dtype != "F32" {
		return 0, fmt.Errorf("dtype %q, want F32", e.Dtype)
	}
	n := int64(1)
	for _, d := range e.Shape {
		if d < 0 || (d > 0 && n > math.MaxInt32/int64(d)) {
			return 0, fmt.Errorf("shape %v", e.Shape)
		}
		n *= int64(d)
	}
	return n, nil
}
