package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/nn"
)

// What the peers are given describes the network, and weights that start at zero are
// filled, or nothing would be compared.
func TestFolder(t *testing.T) {
	for _, s := range specs() {
		folder := t.TempDir()
		require.NoError(t, s.write(folder))
		text, err := os.ReadFile(filepath.Join(folder, "shape.json"))
		require.NoError(t, err)
		var read struct {
			Kind  string
			Rows  int
			Shape map[string]any
		}
		require.NoError(t, json.Unmarshal(text, &read))
		require.Equal(t, s.Kind, read.Kind)
		require.NotEmpty(t, read.Shape)
		f, err := os.Open(filepath.Join(folder, "net.safetensors"))
		require.NoError(t, err)
		_, tensors, err := nn.ReadSafetensors(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		numbers := 0
		for _, w := range tensors {
			require.NotZero(t, w.Data[0], w.Name)
			numbers += len(w.Data)
		}
		n, err := s.network()
		require.NoError(t, err)
		require.Len(t, n.Parameters(), numbers)
		answer, err := os.ReadFile(filepath.Join(folder, "ito.f32"))
		require.NoError(t, err)
		require.Len(t, answer, 4*s.Rows*n.Width())
	}
}

func TestApart(t *testing.T) {
	folder := t.TempDir()
	a, b := filepath.Join(folder, "a"), filepath.Join(folder, "b")
	require.NoError(t, floats(a, []float32{1, -4, 2}))
	require.NoError(t, floats(b, []float32{1, -4, 3}))
	d, err := apart(a, b)
	require.NoError(t, err)
	require.Equal(t, 0.25, d)
	require.NoError(t, floats(b, []float32{1}))
	_, err = apart(a, b)
	require.Error(t, err)
}

// ito's driver prints what it is asked for.
func TestDriver(t *testing.T) {
	s := specs()[0]
	s.Rows, s.Train = 4, 4
	folder := t.TempDir()
	require.NoError(t, s.write(folder))
	var out strings.Builder
	require.NoError(t, s.drive(folder, 1e-3, &out))
	require.Contains(t, out.String(), "inference ")
	require.Contains(t, out.String(), "training ")
	require.Error(t, driver("nothing", folder, "1"))
	require.Error(t, driver(s.Name, folder, "soon"))
}
