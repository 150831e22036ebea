// Package atomicfile writes files that are either whole or not there.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Write calls write with a buffered temporary file in path's folder, flushes it to
// the disk, and then renames it to path. On any failure, of write or of the
// disk, the temporary is removed and what stood at path is untouched.
//
// A link is followed, and a file that is replaced keeps its permissions. A device
// or a pipe cannot be replaced: it is written to as it is. Errors name the path.
func Write(path string, write func(io.Writer) error) error {
	if err := replace(path, write); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}

// Check reports whether Write could write to path at present, for use before
// long work. It leaves nothing behind.
func Check(path string) error {
	target, old, err := resolve(path)
	if err == nil && (old == nil || old.Mode().IsRegular()) {
		var f *os.File
		if f, err = create(target); err == nil {
			err = errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}

// resolve follows links, and returns what stands at the end of them, if anything.
func resolve(path string) (string, fs.FileInfo, error) {
	old, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, nil, nil
	case err != nil:
		return path, nil, err
	case old.IsDir():
		return path, nil, errors.New("it is a folder")
	case !old.Mode().IsRegular():
		return path, old, nil
	}
	target, err := filepath.EvalSymlinks(path)
	return target, old, err
}

// create makes a new file beside path, with the permissions of a new file.
func create(path string) (*os.File, error) {
	name := fmt.Sprintf(".ito-%016x.tmp", rand.Uint64())
	return os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

func replace(path string, write func(io.Writer) error) error {
	path, old, err := resolve(path)
	if err != nil {
		return err
	}
	if old != nil && !old.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(fill(f, write), f.Close())
	}
	f, err := create(path)
	if err != nil {
		return err
	}
	whole := false
	defer func() { // also when write panics
		if !whole {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := fill(f, write); err != nil {
		return err
	}
	if old != nil {
		if err := f.Chmod(old.Mode().Perm()); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	whole = true
	return nil
}

func fill(f *os.File, write func(io.Writer) error) error {
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}
