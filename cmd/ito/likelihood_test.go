package main

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score"
)

func likelihood(t *testing.T, args ...string) likelihoodReport {
	t.Helper()
	out, err := run(t, append([]string{"likelihood", "--json"}, args...)...)
	require.NoError(t, err)
	var r likelihoodReport
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	var sum float64
	for _, term := range r.Terms {
		sum += term.Nats
	}
	require.InDelta(t, r.Total.Nats, sum, 1e-9*(1+math.Abs(sum)))
	require.InDelta(t, -r.Total.Nats/float64(r.Dim)/math.Ln2, r.Total.Bits, 1e-12*math.Abs(r.Total.Bits)+1e-12)
	return r
}

// Flow, bound and steps of an exact mixture, in minutes² as the data: the flow and the
// bound within their errors of the closed form, the steps below it. What is left are the
// cut-off's noise and the last decoder, some hundredths of a nat.
func TestLikelihoodOfAMixture(t *testing.T) {
	base := []string{"--data", "faithful", "--model", "mixture", "--components", "2", "--rows", "0", "--draws", "8"}
	flow := likelihood(t, append(base, "--tol", "1e-4")...)
	require.Equal(t, 272, flow.Count)
	require.InDelta(t, flow.Closed.Nats, flow.Total.Nats, 0.03)
	// The density of two clusters in the data's units: published fits have −1130/272 nats.
	require.InDelta(t, -1130./272, flow.Closed.Nats, 0.05)
	bound := likelihood(t, append(base, "--method", "bound")...)
	require.InDelta(t, bound.Closed.Nats, bound.Total.Nats, 6*0.5/math.Sqrt(272*8)+0.02) // 0.5: the deviation of a row and draw
	steps := likelihood(t, append(base, "--method", "steps", "--steps", "100")...)
	require.Less(t, steps.Total.Nats, steps.Closed.Nats-0.5)
}

func TestLikelihoodOfTheDigits(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "rows.npy")
	bound := likelihood(t, "--method", "bound", "--rows", "200", "--out", file)
	require.True(t, bound.Quantised)
	require.Nil(t, bound.Closed)
	require.Less(t, bound.Total.Bits, 3.5) // log₂ 17 = 4.1 for a coin of 17 sides
	require.Greater(t, bound.Total.Bits, 1.5)
	f, err := os.Open(file)
	require.NoError(t, err)
	x, dim, err := dataset.ReadNPY(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Equal(t, 1, dim)
	require.Len(t, x, 200)
	require.InDelta(t, bound.Total.Nats, stat.Mean(x, nil), 1e-9)

	few := []string{"--rows", "2", "--tol", "1e-2", "--probes", "2", "--seed", "3"}
	flow := likelihood(t, few...)
	require.Greater(t, flow.Total.Bits, 1.)
	require.Less(t, flow.Total.Bits, 4.)
	again := likelihood(t, append(few, "--workers", "1")...)
	require.Equal(t, flow, again)
	out, err := run(t, append([]string{"likelihood", "--probe-law", "normal"}, few...)...)
	require.NoError(t, err)
	for _, s := range []string{"log probability of 2 rows of 64 numbers of digits", "dequantisation", "bits/dim", "95 % interval"} {
		require.Contains(t, out, s)
	}
	require.NotContains(t, out, "\r")
}

func TestLikelihoodErrors(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.csv")
	require.NoError(t, os.WriteFile(bad, []byte("1,2\n3,x\n"), 0o600))
	other := filepath.Join(dir, "other.csv")
	require.NoError(t, os.WriteFile(other, []byte("1,2\n3,5\n4,4\n2,7\n"), 0o600))
	for want, args := range map[string][]string{
		"--steps is for --method steps":           {"--steps", "3"},
		"--nodes is for --method bound":           {"--nodes", "3", "--method", "steps"},
		"--probe-law is for --probes":             {"--probe-law", "normal"},
		"--probe-law gauss":                       {"--probe-law", "gauss", "--probes", "2"},
		"--components is for --model mixture":     {"--components", "3"},
		"want flow, bound or steps":               {"--method", "ode"},
		"--cells cube":                            {"--cells", "cube"},
		"cells of what --width":                   {"--cells", "uniform", "--data", "faithful", "--model", "mixture"},
		"--width -3":                              {"--width", "-3"},
		"--tol 0":                                 {"--tol", "0"},
		"at least one draw":                       {"--draws", "0"},
		"want at least one":                       {"--steps", "0", "--method", "steps"},
		"columns have scales of their own":        {"--width", "0.1", "--method", "bound", "--data", "faithful", "--model", "mixture"},
		"there is no network for faithful":        {"--data", "faithful"},
		"bad.csv":                                 {"--data", bad},
		"the network is for rows of 64 numbers":   {"--data", other, "--model", "digits.safetensors"},
		"no such file":                            {"--model", filepath.Join(dir, "none")},
		"none of the 9 values":                    {"--method", "bound", "--width", "2"},
		"unknown command \"rest\"":                {"rest"},
		"process":                                 {"--process", "none"},
		"values from least to largest; want 2 to": {"--method", "bound", "--width", "1e-9"},
	} {
		_, err := run(t, append([]string{"likelihood"}, args...)...)
		require.ErrorContains(t, err, want, args)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := runContext(t, ctx, "likelihood", "--rows", "2")
	require.ErrorIs(t, err, context.Canceled)
	_, err = run(t, "likelihood", "--method", "bound", "--data", other, "--model", "mixture", "--components", "5")
	require.ErrorIs(t, err, score.ErrSamples)
}
