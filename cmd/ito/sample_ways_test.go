package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// In parallel over time the file is that of the run step by step, to the last bit;
// with a tolerance it takes fewer rounds.
func TestSampleInParallel(t *testing.T) {
	dir := t.TempDir()
	draw := func(name string, args ...string) (string, []byte) {
		file := filepath.Join(dir, name)
		out, err := run(t, append([]string{"sample", "--n", "3", "--nfe", "12", "--out", file}, args...)...)
		require.NoError(t, err)
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		return out, b
	}
	out, want := draw("steps.npy")
	require.Contains(t, out, "3 samples of 64 numbers, NFE 12")
	out, got := draw("all.npy", "--parallel")
	require.Equal(t, want, got)
	require.Regexp(t, `NFE \d+\.\d in \d+ rounds`, out)
	_, got = draw("window.npy", "--parallel", "--window", "4")
	require.Equal(t, want, got)
	out, got = draw("near.npy", "--parallel", "--tol", "0.1")
	require.NotEqual(t, want, got)
	require.Regexp(t, ` in [2-9] rounds`, out)
}

// Tighter tolerances cost more evaluations.
func TestSampleAdaptively(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.npy")
	for _, name := range []string{"dpm-solver-12", "dpm-solver-23", "improved-euler"} {
		loose, err := run(t, "sample", "--n", "2", "--sampler", name, "--rtol", "0.5", "--atol", "0.1", "--out", file)
		require.NoError(t, err)
		tight, err := run(t, "sample", "--n", "2", "--sampler", name, "--rtol", "0.05", "--out", file)
		require.NoError(t, err)
		require.Greater(t, evaluationsOf(t, tight), evaluationsOf(t, loose), name)
	}
}

func evaluationsOf(t *testing.T, out string) (nfe float64) {
	_, after, ok := strings.Cut(out, "NFE ")
	require.True(t, ok, out)
	_, err := fmt.Sscan(after, &nfe)
	require.NoError(t, err)
	return nfe
}

func TestSampleRefusesWays(t *testing.T) {
	for want, args := range map[string][]string{
		"--nfe: dpm-solver-12 chooses":  {"--sampler", "dpm-solver-12", "--nfe", "10"},
		"--grid: dpm-solver-12 chooses": {"--sampler", "dpm-solver-12", "--grid", "time"},
		"--parallel: dpm-solver-12":     {"--sampler", "dpm-solver-12", "--parallel"},
		"--rtol: is for the samplers":   {"--rtol", "0.1"},
		"--window: is for --parallel":   {"--window", "3"},
		"both 0":                        {"--sampler", "dpm-solver-23", "--rtol", "0", "--atol", "0"},
		"in parallel over time":         {"--sampler", "edm-heun", "--parallel"},
		"no process":                    {"--sampler", "dpm-solver-23", "--process", "ou"},
	} {
		_, err := run(t, append([]string{"sample", "--n", "1", "--out", "x.npy"}, args...)...)
		require.ErrorContains(t, err, want)
	}
}
