package sde

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"time"

	"github.com/ito-sde/ito/internal/atomicfile"
)

// ErrCheckpoint is wrapped by the errors about a [Checkpoint]'s file.
var ErrCheckpoint = errors.New("sde: checkpoint")

// A checkpoint's file, in 64-bit words, little endian: the magic, SHA-256 of
// what makes the ensemble, the chunks and paths done, the levels of the merger,
// each with its digit and the length and bytes of each reducer's state, and
// SHA-256 of all before.
const checkpointMagic = "ito.ens1"

// identity tells ensembles apart whose bits differ, as far as that can be seen.
// Paths is not part of it.
func (p *plan) identity() ([sha256.Size]byte, error) {
	h := sha256.New()
	s := &p.System
	_, _ = fmt.Fprintf(h, "%T %+v\n%d %d %d %d\n", p.Method, p.Method, s.Dim, s.Noises(), s.Calculus, s.Structure)
	_, _ = fmt.Fprintf(h, "%T %+v %d %d\n", p.Source, p.Address, p.rows, ChunkPaths)
	_, _ = fmt.Fprintf(h, "%+v %t %t %d %q\n", p.Barriers, p.Stop != nil, p.Start != nil, p.width, p.Checkpoint.Label)
	_, _ = fmt.Fprintln(h, p.Jumps.Rate, p.outputs)
	for _, x := range [][]float64{p.Initial, p.grid} {
		for _, v := range x {
			_ = binary.Write(h, binary.LittleEndian, math.Float64bits(v))
		}
	}
	for _, r := range p.Statistics {
		empty, err := r.New().AppendBinary(nil)
		if err != nil {
			return [sha256.Size]byte{}, fmt.Errorf("%w: %T: %w", ErrCheckpoint, r, err)
		}
		_, _ = fmt.Fprintf(h, "%T %x\n", r, empty)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// write writes the merger down. Under mu, or when nobody else is about.
func (m *merger) write() error {
	id, err := m.plan.identity()
	if err != nil {
		return err
	}
	b := append([]byte(checkpointMagic), id[:]...)
	word := func(v uint64) { b = binary.LittleEndian.AppendUint64(b, v) }
	word(uint64(m.merged))
	word(m.plan.paths(m.merged))
	word(uint64(len(m.stack)))
	for _, l := range m.stack {
		word(uint64(l.digit))
		for _, r := range l.set {
			at := len(b)
			word(0)
			if b, err = r.AppendBinary(b); err != nil {
				return fmt.Errorf("%w: %T: %w", ErrCheckpoint, r, err)
			}
			binary.LittleEndian.PutUint64(b[at:], uint64(len(b)-at-8))
		}
	}
	sum := sha256.Sum256(b)
	b = append(b, sum[:]...)
	err = atomicfile.Write(m.plan.Checkpoint.Path, func(w io.Writer) error { _, err := w.Write(b); return err })
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	m.written, m.when = m.merged, time.Now()
	return nil
}

// resume reads the file, if it is there, and otherwise sees that it can be
// written.
func (m *merger) resume() error {
	path := m.plan.Checkpoint.Path
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = atomicfile.Check(path)
		if err == nil {
			return nil
		}
	}
	if err == nil {
		err = m.read(b)
	}
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCheckpoint, path, err)
	}
	return nil
}

func (m *merger) read(b []byte) error {
	const head = len(checkpointMagic) + sha256.Size
	n := len(b) - sha256.Size
	if n < head+24 || string(b[:len(checkpointMagic)]) != checkpointMagic {
		return errors.New("it is not a checkpoint of an ensemble")
	}
	if sum := sha256.Sum256(b[:n]); !bytes.Equal(sum[:], b[n:]) {
		return errors.New("it is damaged; remove it to start anew")
	}
	id, err := m.plan.identity()
	if err != nil {
		return err
	}
	if !bytes.Equal(id[:], b[len(checkpointMagic):head]) {
		return errors.New("it is of another ensemble: of other equations, steps, noise or statistics; name another file")
	}
	b = b[head:n]
	short := errors.New("it ends early")
	word := func() uint64 {
		if len(b) < 8 {
			err = short
			return 0
		}
		w := binary.LittleEndian.Uint64(b)
		b = b[8:]
		return w
	}
	chunks, paths, levels := word(), word(), word()
	if paths > m.plan.Paths || chunks > uint64(m.plan.chunks) || paths != m.plan.paths(int(chunks)) {
		return fmt.Errorf("it is of %d paths, which the first of %d cannot go on from; name another file", paths, m.plan.Paths)
	}
	for range levels {
		l := level{int(word()), m.take()}
		for _, r := range l.set {
			size := word()
			if err == nil && size > uint64(len(b)) {
				err = short
			}
			if err != nil {
				return err
			}
			if err := r.UnmarshalBinary(b[:size]); err != nil {
				return err
			}
			b = b[size:]
		}
		m.stack = append(m.stack, l)
	}
	m.merged, m.written = int(chunks), int(chunks)
	return err
}
