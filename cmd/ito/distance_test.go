package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/sde/noise"
)

func writeRows(t *testing.T, name string, n, dim int, seed uint64, shift float64) string {
	x := make([]float64, n*dim)
	noise.Gaussian{}.Normal(x, dim, noise.Address{Seed: seed, Use: noise.Test})
	for i := range x {
		x[i] += shift
	}
	name = filepath.Join(t.TempDir(), name)
	f, err := os.Create(name)
	require.NoError(t, err)
	require.NoError(t, dataset.WriteNPY(f, x, dim))
	require.NoError(t, f.Close())
	return name
}

func runDistance(args ...string) ([]byte, error) {
	var out bytes.Buffer
	c := distanceCommand()
	c.SilenceUsage, c.SilenceErrors = true, true
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(args)
	err := c.Execute()
	return out.Bytes(), err
}

func TestDistance(t *testing.T) {
	a := writeRows(t, "a.npy", 1000, 2, 1, 0)
	b := writeRows(t, "b.npy", 900, 2, 2, 0)
	far := writeRows(t, "far.npy", 900, 2, 3, 2)
	p := func(x, y, distance string) distanceRow {
		out, err := runDistance(x, y, "--json", "--permutations", "39", "--distances", distance)
		require.NoError(t, err)
		var rows []distanceRow
		require.NoError(t, json.Unmarshal(out, &rows))
		require.Len(t, rows, 1)
		return rows[0]
	}
	for _, d := range []string{"sliced-w2", "energy", "mmd2"} {
		require.Greater(t, *p(a, b, d).P, 0.025, d)
		require.Equal(t, 1.0/40, *p(a, far, d).P, d)
	}
	// A shift by (2, 2): W2 = 2√2, KL = 4 nats.
	for _, d := range []string{"gaussian-w2", "max-sliced-w2"} {
		require.InDelta(t, 2.83, *p(a, far, d).Value, 0.2, d)
	}
	require.InDelta(t, 4, *p(a, far, "gaussian-kl").Value, 0.6)
	require.Nil(t, p(a, far, "gaussian-kl").P)
	kl := p(a, b, "knn-kl")
	require.InDelta(t, 0, *kl.Value, 5**kl.Error)
	require.InDelta(t, 8, *p(a, far, "sinkhorn").Value, 0.7)

	require.InDelta(t, 1, *p(a, far, "gaussian-bhattacharyya").Value, 0.2) // δ²/8
	// TV of a shift by 2√2: 2Φ(√2) − 1.
	require.InDelta(t, math.Erf(1), *p(a, far, "kde-tv").Value, 0.1)
	require.InDelta(t, math.Erf(1), *p(a, far, "histogram-tv").Value, 0.1)
	require.Equal(t, 1.0/40, *p(a, far, "histogram-js").P)
	_, err := runDistance(a, far, "--distances", "line-w2")
	require.ErrorIs(t, err, divergence.ErrDimension)
	narrow, wide := writeRows(t, "narrow.npy", 300, 1, 5, 0), writeRows(t, "wide.npy", 300, 1, 6, 3)
	require.InDelta(t, 3, *p(narrow, wide, "line-w1").Value, 0.4)

	out, err := runDistance(a, far, "--permutations", "9")
	require.NoError(t, err)
	require.Contains(t, string(out), "energy")
	require.NotContains(t, string(out), "sinkhorn")
}

func TestDistanceErrors(t *testing.T) {
	a, b := writeRows(t, "a.npy", 10, 2, 1, 0), writeRows(t, "b.npy", 10, 3, 1, 0)
	_, err := runDistance(a, b)
	require.ErrorIs(t, err, divergence.ErrDimension)
	_, err = runDistance(a, a, "--distances", "parsec")
	require.ErrorContains(t, err, "parsec")
	_, err = runDistance(a, filepath.Join(t.TempDir(), "none.npy"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = runDistance(a, a, "--distances", "knn-kl", "--k", "10")
	require.ErrorIs(t, err, divergence.ErrSamples)
}
