package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/sampler/tune"
)

func TestTuneWritesAGridThatSampleReads(t *testing.T) {
	dir := t.TempDir()
	grid, plot := filepath.Join(dir, "g.json"), filepath.Join(dir, "g.svg")
	out, err := run(t, "tune", "--nfe", "6", "--starts", "2", "--validate", "none", "--out", grid, "--plot", plot, "--curve", "1,5")
	require.NoError(t, err)
	require.Contains(t, out, "dpm++2m, 6 evaluations")
	require.Contains(t, out, "times below the best of the others")
	require.NotContains(t, out, "\r")
	svg, err := os.ReadFile(plot)
	require.NoError(t, err)
	require.Contains(t, string(svg), "<svg")

	f, err := os.Open(grid)
	require.NoError(t, err)
	table, err := tune.ReadTable(f)
	require.NoError(t, f.Close())
	require.NoError(t, err)
	require.Equal(t, "dpm++2m", table.Sampler)
	require.Less(t, table.Error, table.UntunedError)

	samples := filepath.Join(dir, "x.npy")
	out, err = run(t, "sample", "--grid", grid, "--n", "20", "--out", samples)
	require.NoError(t, err)
	require.Contains(t, out, "20 samples of 64 numbers, NFE 6")
	out, err = run(t, "sample", "--grid", grid, "--sampler", "unipc-2", "--n", "2", "--out", samples)
	require.NoError(t, err)
	require.Contains(t, out, "NFE 6")
	_, err = run(t, "sample", "--grid", grid, "--nfe", "7", "--out", samples)
	require.ErrorContains(t, err, "its own number of steps")
	_, err = run(t, "sample", "--grid", plot, "--out", samples)
	require.ErrorIs(t, err, tune.ErrTable)
	_, err = run(t, "sample", "--grid", filepath.Join(dir, "none"), "--out", samples)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestTuneOnModelsOfFileData(t *testing.T) {
	grid := filepath.Join(t.TempDir(), "g.json")
	for _, args := range [][]string{
		{"--on", "mixture", "--rows", "50", "--samplers", "ddim,dpm++2m"},
		{"--on", "mixture", "--rows", "50", "--samplers", "ddpm"},
		{"--objective", "kl", "--validate", "none", "--end", "0.01,0.2", "--process", "edm"},
		{"--validate", "none", "--cutoff", "--samplers", "unipc-2"},
		{"--knob", "eta", "--rows", "50"},
	} {
		out, err := run(t, append([]string{"tune", "--data", "faithful", "--nfe", "4", "--starts", "1", "--out", grid}, args...)...)
		require.NoError(t, err, args)
		require.Contains(t, out, "4 evaluations", args)
		f, err := os.Open(grid)
		require.NoError(t, err)
		table, err := tune.ReadTable(f)
		require.NoError(t, f.Close())
		require.NoError(t, err)
		_, err = table.Rule()
		require.NoError(t, err)
	}
}

func TestTuneRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"no sampler":       {"--samplers", "best"},
		"one of them":      {"--end", "0.1,0.2", "--cutoff"},
		"leave --samplers": {"--samplers", "ddim", "--knob", "eta"},
		"no knob":          {"--knob", "beta"},
		"no process":       {"--process", "ou"},
		"too few":          {"--nfe", "1", "--validate", "none"},
		"--end":            {"--end", "0.2,0.1"},
		"without noise":    {"--on", "mixture", "--objective", "paths", "--samplers", "ddpm", "--data", "faithful"},
		"--on moon":        {"--on", "moon"},
		"--validate sun":   {"--validate", "sun"},
		"no network for":   {"--on", "network", "--data", "faithful"},
		".png or .svg":     {"--plot", "x.pdf"},
		"may be negative":  {"--smoothness", "-1", "--validate", "none"},
		"no such file":     {"--data", "no-such-file.csv"},
		"begins at":        {"--end", "1000,2000", "--validate", "none"},
		"want gaussian":    {"--objective", "paths"},
	} {
		_, err := run(t, append([]string{"tune", "--out", ""}, args...)...)
		require.ErrorContains(t, err, want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := runContext(t, ctx, "tune", "--validate", "none", "--out", "")
	require.ErrorIs(t, err, context.Canceled)
}
