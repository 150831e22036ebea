package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/divergence"
	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score/evaluate"
	"github.com/ito-sde/ito/sde/noise"
)

// normalFile writes rows of dim numbers N(shift, 1) and returns them.
func normalFile(t *testing.T, path string, rows, dim int, shift float64, seed uint64) []float64 {
	t.Helper()
	x := make([]float64, rows*dim)
	noise.Gaussian{}.Normal(x, dim, noise.Address{Seed: seed, Use: noise.Test})
	for i := range x {
		x[i] += shift
	}
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, dataset.WriteNPY(f, x, dim))
	require.NoError(t, f.Close())
	return x
}

func evaluation(t *testing.T, args ...string) map[string]evaluateRow {
	t.Helper()
	out, err := run(t, append([]string{"evaluate", "--json"}, args...)...)
	require.NoError(t, err)
	var rows []evaluateRow
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	all := map[string]evaluateRow{}
	for _, r := range rows {
		all[r.Name] = r
	}
	return all
}

func TestEvaluate(t *testing.T) {
	dir := t.TempDir()
	a, b, c := filepath.Join(dir, "a.npy"), filepath.Join(dir, "b.npy"), filepath.Join(dir, "c.npy")
	normalFile(t, a, 300, 3, 2, 1)
	x := normalFile(t, b, 400, 3, 0, 2)
	y := normalFile(t, c, 400, 3, 0, 3)
	fast := []string{"--steps", "200", "--directions", "16"}
	got := evaluation(t, append(fast, a, b)...)
	// N(2, I) against N(0, I) in three dimensions: 12; deviations of 4·√(…)/√300 a column.
	require.InDelta(t, 12, *got["frechet-0"].Value, 5.3**got["frechet-0"].Error)
	require.InDelta(t, 12, *got["frechet-0"].Value, 3)
	require.Less(t, *got["frechet"].Reference, 0.5)
	require.Greater(t, *got["c2st"].Value, 0.9) // Φ(√3) = 0.96 at best
	require.Contains(t, got["c2st"].Note, "95 %")
	require.Less(t, *got["coverage"].Value, 0.8) // 0.97 of one law
	require.NotContains(t, got, "nearer")
	require.Len(t, got, 10)

	// Copies, in the presence of rows held out; rounding is of no consequence to them.
	copies := evaluation(t, append(fast, b, b, "--held", c, "--metrics", "memory,frechet", "--halves=false")...)
	require.Len(t, copies, 5)
	require.InDelta(t, 0, *copies["ratio"].Value, 1e-9)
	require.Greater(t, *copies["copying"].Value, 0.99)
	require.InDelta(t, 0, *copies["frechet"].Value, 1e-9)
	require.Nil(t, copies["frechet"].Reference)

	// The leading component alone, as by hand.
	one := evaluation(t, a, b, "--pca", "3", "--metrics", "frechet", "--halves=false")
	require.InDelta(t, *got["frechet"].Value, *one["frechet"].Value, 1e-9) // all components: a rotation
	want, err := evaluate.Frechet(context.Background(), x, y, 3, evaluate.FrechetConfig{Seed: 1})
	require.NoError(t, err)
	plain := evaluation(t, b, c, "--metrics", "frechet")
	require.InDelta(t, want.Squared.Value, *plain["frechet"].Value, 1e-12)
	require.InDelta(t, want.Corrected.Error, *plain["frechet"].Error, 1e-12)

	// In steps wider than the data all samples fall on its least number, 3 deviations off.
	rough := evaluation(t, a, b, "--width", "100", "--metrics", "frechet", "--halves=false")
	require.Greater(t, *rough["frechet"].Value-*got["frechet"].Value, 8.0)

	out, err := run(t, "evaluate", a, b, "--metrics", "neighbours")
	require.NoError(t, err)
	for _, s := range []string{"metric", "halves", "precision", "recall", "density", "coverage", "of one law"} {
		require.Contains(t, out, s)
	}
	require.NotContains(t, out, "\r")
}

func TestEvaluateErrors(t *testing.T) {
	dir := t.TempDir()
	a, b, few := filepath.Join(dir, "a.npy"), filepath.Join(dir, "b.npy"), filepath.Join(dir, "few.npy")
	normalFile(t, a, 30, 3, 0, 1)
	normalFile(t, b, 30, 2, 0, 2)
	normalFile(t, few, 14, 3, 0, 3)
	_, err := run(t, "evaluate", a, b)
	require.ErrorIs(t, err, divergence.ErrDimension)
	require.ErrorContains(t, err, "b.npy have 2 numbers")
	_, err = run(t, "evaluate", a, few)
	require.ErrorIs(t, err, divergence.ErrSamples)
	for want, args := range map[string][]string{
		"no metric \"fid\"": {a, a, "--metrics", "fid"},
		"give --held":       {a, a, "--metrics", "memory"},
		"--steps 0":         {a, a, "--steps", "0"},
		"--width -2":        {a, a, "--width", "-2"},
		"--pca 4":           {a, a, "--pca", "4"},
		"-1 neighbours":     {a, a, "--k", "-1"},
		"none.npy":          {a, filepath.Join(dir, "none.npy")},
		"leave them out":    {a, few, "--metrics", "neighbours"},
		"accepts 2 arg(s)":  {a},
		"rows held out are": {few, a, "--held", a, "--metrics", "memory"},
	} {
		_, err := run(t, append([]string{"evaluate"}, args...)...)
		require.ErrorContains(t, err, want)
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = runContext(t, done, "evaluate", a, a)
	require.ErrorIs(t, err, context.Canceled)
}
