package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// Digits drawn from the mixture of a class are of that class, as the exact
// classifier sees it, and the surer the more they are guided.
func TestSampleClass(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.npy")
	set, err := dataset.Digits()
	require.NoError(t, err)
	c, err := score.FitConditional(context.Background(), set.X, set.Labels, set.Dim, 2, score.EMConfig{Seed: 1})
	require.NoError(t, err)
	at := sde.Level{Alpha: 0.8, Sigma: 0.6} // noised: without noise it is always sure
	sure := func(args ...string) float64 {
		_, err := run(t, append([]string{"sample", "--model", "mixture", "--class", "8", "--n", "200", "--nfe", "12", "--out", file}, args...)...)
		require.NoError(t, err)
		f, err := os.Open(file)
		require.NoError(t, err)
		defer func() { _ = f.Close() }()
		x, dim, err := dataset.ReadNPY(f)
		require.NoError(t, err)
		require.Equal(t, 64, dim)
		log := make([]float64, len(x)/dim*10)
		for i := range x {
			x[i] = at.Alpha * (x[i]/8 - 1)
		}
		require.NoError(t, c.LogPosterior(log, x, at))
		var sum float64
		for i := 8; i < len(log); i += 10 {
			sum += math.Exp(log[i]) / 200
		}
		return sum
	}
	plain, guided := sure(), sure("--guidance", "3")
	require.Greater(t, plain, 0.9)
	require.Greater(t, guided, plain)
	require.Less(t, sure("--guidance", "3", "--guidance-rescale", "0.7"), guided)
	require.Equal(t, plain, sure("--guidance", "3", "--guidance-interval", "1e6,2e6"), "nowhere")
}

// A network trained with classes draws from them; thresholding keeps its pixels,
// from 0 to 16, in their range, and costs no evaluation.
func TestSampleClassOfNetwork(t *testing.T) {
	dir := t.TempDir()
	model, file := filepath.Join(dir, "m"), filepath.Join(dir, "s.npy")
	_, err := run(t, "train", "--data", "digits", "--classes", "--out", model, "--steps", "60", "--hidden", "32", "--blocks", "1", "--batch", "64")
	require.NoError(t, err)
	draw := func(args ...string) []float64 {
		out, err := run(t, append([]string{"sample", "--model", model, "--n", "50", "--nfe", "6", "--out", file}, args...)...)
		require.NoError(t, err)
		require.Contains(t, out, "NFE 6")
		f, err := os.Open(file)
		require.NoError(t, err)
		defer func() { _ = f.Close() }()
		x, _, err := dataset.ReadNPY(f)
		require.NoError(t, err)
		return x
	}
	all, class := draw(), draw("--class", "1")
	require.NotEqual(t, all, class)
	require.NotEqual(t, class, draw("--class", "1", "--guidance", "4"))
	require.Equal(t, all, draw("--class", "1", "--guidance", "0"))
	outside := func(x []float64) (n int) {
		for _, v := range x {
			if v < -1e-9 || v > 16+1e-9 {
				n++
			}
		}
		return n
	}
	require.Positive(t, outside(draw("--class", "1", "--guidance", "4")))
	require.Zero(t, outside(draw("--class", "1", "--guidance", "4", "--threshold", "0.9")))
}

func TestGuidanceErrors(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no classes":   {[]string{"--class", "3"}, "the model has no classes"},
		"no class":     {[]string{"--guidance", "2"}, "give --class"},
		"which class":  {[]string{"--model", "mixture", "--class", "10"}, "classes 0 to 9"},
		"interval":     {[]string{"--model", "mixture", "--class", "1", "--guidance-interval", "2"}, "two numbers"},
		"range":        {[]string{"--model", "mixture", "--class", "1", "--guidance-interval", "2,1"}, "interval 2 to 1"},
		"rescale":      {[]string{"--model", "mixture", "--class", "1", "--guidance", "2", "--guidance-rescale", "2"}, "rescale 2"},
		"threshold":    {[]string{"--threshold", "2"}, "quantile 2"},
		"components":   {[]string{"--components", "2"}, "--model mixture"},
		"no component": {[]string{"--model", "mixture", "--components", "0"}, "0 components"},
	} {
		_, err := run(t, append([]string{"sample", "--out", "x.npy"}, c.args...)...)
		require.ErrorContains(t, err, c.want, name)
	}
	require.NoFileExists(t, "x.npy")
}
