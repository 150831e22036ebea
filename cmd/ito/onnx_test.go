package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score/onnx"
)

const onnxData = "../../score/onnx/testdata/"

// An ONNX network is refused for what is wrong with its flags, and, in a program
// built without ONNX Runtime, with how to build one.
func TestONNXFlags(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "scheduler.json")
	require.NoError(t, os.WriteFile(bad, []byte(`{"beta_schedule": "odd"}`), 0o600))
	out := []string{"sample", "--out", filepath.Join(dir, "x.npy"), "--onnx", onnxData + "noise.onnx"}
	for want, args := range map[string][]string{
		`--predicts "epsilon": want data, noise`: {"--predicts", "epsilon"},
		`--predicts "edm:0": want data`:          {"--predicts", "edm:0"},
		`--told "timestep": want timestep:N`:     {"--told", "timestep"},
		`--told "timestep:1.5": want timestep:N`: {"--told", "timestep:1.5"},
		`--trained: `:                            {"--trained", "nothing"},
		`--scheduler says what --told would`:     {"--scheduler", bad, "--told", "sigma"},
		`beta_schedule "odd"`:                    {"--scheduler", bad},
		`no such file`:                           {"--scheduler", filepath.Join(dir, "no.json")},
		`--onnx and --model: give one of them`:   {"--model", "mixture"},
	} {
		_, err := run(t, append(append([]string{}, out...), args...)...)
		require.ErrorContains(t, err, want)
	}
	_, err := onnx.Open(onnxData+"noise.onnx", onnx.Config{})
	require.ErrorIs(t, err, onnx.ErrConfig)
}

// ito sample and ito compare take a network in an ONNX file.
func TestONNXSample(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.npy")
	args := []string{"sample", "--onnx", onnxData + "noise.onnx", "--n", "10", "--out", file}
	_, err := run(t, args...)
	if os.Getenv("ITO_ONNXRUNTIME") == "" {
		require.ErrorIs(t, err, onnx.ErrRuntime)
		t.Skip("ITO_ONNXRUNTIME does not name ONNX Runtime")
	}
	if err != nil {
		require.ErrorContains(t, err, "-tags onnx")
		t.Skip("built without the tag onnx")
	}
	require.FileExists(t, file)
	_, err = run(t, "compare", "--onnx", onnxData+"noise.onnx", "--out", "")
	require.ErrorContains(t, err, "is for rows of 4 numbers, digits has 64")
	_, err = run(t, "likelihood", "--onnx", onnxData+"noise.onnx", "--method", "bound")
	require.ErrorContains(t, err, "is for rows of 4 numbers, digits has 64")
	printed, err := run(t, append(args, "--process", "edm", "--sampler", "ddim", "--nfe", "5")...)
	require.NoError(t, err)
	require.Contains(t, printed, "10 samples of 4 numbers, NFE 5")
	_, err = run(t, append(args[:len(args):len(args)], "--class", "1")...)
	require.ErrorContains(t, err, "has no classes")
	picture := []string{"sample", "--onnx", onnxData + "picture.onnx", "--learned-variance", "--n", "4", "--out", file, "--classes", "4"}
	_, err = run(t, picture...)
	require.ErrorContains(t, err, "needs a class")
	_, err = run(t, append(picture, "--class", "3", "--null-class", "0", "--guidance", "2")...)
	require.NoError(t, err)
}
