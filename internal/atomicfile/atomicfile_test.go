package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/atomicfile"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// holds checks that dir has one file of that content and nothing else.
func holds(t *testing.T, dir, name, content string) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	require.Equal(t, content, string(got))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1, "a temporary file was left behind")
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	require.NoError(t, atomicfile.Check(path))
	require.NoFileExists(t, path)
	require.NoError(t, atomicfile.Write(path, text("one")))
	require.NoError(t, atomicfile.Write(path, text("two")))
	require.NoError(t, atomicfile.Check(path))

	boom := errors.New("boom")
	err := atomicfile.Write(path, func(w io.Writer) error {
		return errors.Join(text("half of")(w), boom)
	})
	require.ErrorIs(t, err, boom)
	require.ErrorContains(t, err, path)
	holds(t, dir, "a.txt", "two")

	require.Panics(t, func() {
		_ = atomicfile.Write(path, func(w io.Writer) error { _ = text("half of")(w); panic("boom") })
	})
	holds(t, dir, "a.txt", "two")
}

func TestWriteWhereItCannot(t *testing.T) {
	dir := t.TempDir()
	nowhere := filepath.Join(dir, "no", "a")
	for _, err := range []error{atomicfile.Write(nowhere, text("x")), atomicfile.Check(nowhere)} {
		require.ErrorIs(t, err, os.ErrNotExist)
		require.ErrorContains(t, err, nowhere)
	}
	folder := filepath.Join(dir, "b")
	require.NoError(t, os.Mkdir(folder, 0o755))
	for _, err := range []error{atomicfile.Write(folder, text("x")), atomicfile.Check(folder)} {
		require.ErrorContains(t, err, "it is a folder")
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)

	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		return // permissions do not bind there
	}
	require.NoError(t, os.Chmod(folder, 0o555))
	require.ErrorIs(t, atomicfile.Check(filepath.Join(folder, "c")), os.ErrPermission)
	require.ErrorIs(t, atomicfile.Write(filepath.Join(folder, "c"), text("x")), os.ErrPermission)
}

func TestWriteKeepsLinksAndPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege there")
	}
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a"), filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Symlink(path, link))
	require.NoError(t, atomicfile.Write(link, text("through")))
	holds(t, dir, "a", "through")
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
	info, err = os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
}

// A device stays a device.
func TestWriteToADevice(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	if err != nil || before.Mode().IsRegular() {
		t.Skip("no null device")
	}
	// Through a link in a folder of the test's, so that a failure breaks nothing else.
	link := filepath.Join(t.TempDir(), "null")
	if os.Symlink(os.DevNull, link) != nil {
		t.Skip("no links")
	}
	require.NoError(t, atomicfile.Check(link))
	require.NoError(t, atomicfile.Write(link, text("gone")))
	after, err := os.Stat(link)
	require.NoError(t, err)
	require.Equal(t, before.Mode(), after.Mode())
}
