package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/dataset"
)

// A tenth of the rows is held out, evenly.
func TestSplit(t *testing.T) {
	s, err := dataset.Digits()
	require.NoError(t, err)
	train, held, labels := split(s)
	require.Len(t, held, 180*s.Dim)
	require.Len(t, train, len(s.X)-len(held))
	require.Len(t, labels, 1617)
	require.Equal(t, s.X[:s.Dim], held[:s.Dim])
	require.Equal(t, s.Labels[11], labels[9], "row 11 is the tenth to train on")
	require.Equal(t, s.X[11*s.Dim:12*s.Dim], train[9*s.Dim:10*s.Dim])
}

// The whole way, after so little training that every figure shows it.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a network")
	}
	dir := t.TempDir()
	var out strings.Builder
	require.NoError(t, run(context.Background(), 8, filepath.Join(dir, "p.png"), filepath.Join(dir, "net.safetensors"), &out))
	for _, want := range []string{"714209 parameters, 8 steps", "C2ST accuracy 1.000", "precision 0.0", "of a held-out row's distance"} {
		require.Contains(t, out.String(), want)
	}
	require.FileExists(t, filepath.Join(dir, "p.png"))
	require.FileExists(t, filepath.Join(dir, "net.safetensors"))
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, run(cancelled, 8, "", "", &out), context.Canceled)
}
