package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A small U-Net of digits with classes is trained, interrupted, goes on, and draws;
// its curve has a line for every step.
func TestTrainUNet(t *testing.T) {
	dir := t.TempDir()
	model := filepath.Join(dir, "m")
	args := []string{"train", "--model", "unet", "--classes", "--base", "8", "--blocks", "1", "--batch", "16", "--steps", "60",
		"--loss", "flow", "--learn-weights", "--pooled", "2,4", "--schedule", "sqrt", "--hold-out", "0.05", "--check-every", "20", "--out", model}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	_, err := runContext(t, ctx, args...)
	cancel()
	require.ErrorIs(t, err, context.DeadlineExceeded)
	out, err := run(t, args...)
	require.NoError(t, err)
	require.Contains(t, out, "on rows held out")
	lines, err := os.ReadFile(model + ".loss.jsonl")
	require.NoError(t, err)
	require.Equal(t, 60, bytes.Count(lines, []byte("\n")))
	require.Equal(t, 3, bytes.Count(lines, []byte("HeldOut")))
	require.FileExists(t, model+".loss.png")
	require.NoFileExists(t, model+".state")
	_, err = run(t, "sample", "--model", model, "--n", "20", "--nfe", "4", "--out", filepath.Join(dir, "x.npy"), "--picture", filepath.Join(dir, "x.png"))
	require.NoError(t, err)
	loaded, err := loadModel(model)
	require.NoError(t, err)
	require.Equal(t, 10, loaded.Classes())
}

// An average of another width is made of a run's snapshots.
func TestAverageCommand(t *testing.T) {
	dir := t.TempDir()
	snapshots := filepath.Join(dir, "s")
	_, err := run(t, "average", "--snapshots", snapshots, "--out", filepath.Join(dir, "a"))
	require.ErrorContains(t, err, "no snapshots")
	_, err = run(t, "train", "--data", "faithful", "--hidden", "16", "--blocks", "1", "--steps", "40", "--batch", "128", "--snapshots", snapshots, "--out", filepath.Join(dir, "m"))
	require.NoError(t, err)
	out, err := run(t, "average", "--snapshots", snapshots, "--width", "0.15", "--out", filepath.Join(dir, "a"))
	require.NoError(t, err)
	require.Contains(t, out, "width 0.15 at step 40, of 40 snapshots")
	_, err = run(t, "sample", "--model", filepath.Join(dir, "a"), "--n", "5", "--out", filepath.Join(dir, "x.npy"))
	require.NoError(t, err)
	_, err = run(t, "average", "--snapshots", snapshots, "--width", "0.5", "--out", filepath.Join(dir, "a"))
	require.ErrorContains(t, err, "width 0.5")
	_, err = run(t, "average")
	require.ErrorContains(t, err, "--snapshots and --out")
}

// Losses that take differences are trained by name; the curve has the penalty.
func TestTrainDifferences(t *testing.T) {
	dir := t.TempDir()
	for _, loss := range []string{"sliced", "implicit"} {
		model := filepath.Join(dir, loss)
		out, err := run(t, "train", "--data", "faithful", "--hidden", "16", "--blocks", "1", "--steps", "5", "--batch", "128", "--loss", loss, "--penalty", "0.1", "--out", model)
		require.NoError(t, err)
		require.Contains(t, out, "5 steps")
		lines, err := os.ReadFile(model + ".loss.jsonl")
		require.NoError(t, err)
		require.Equal(t, 5, bytes.Count(lines, []byte("Penalty")))
	}
}

// Rows of a file are pictures of the size that is said.
func TestTrainUNetOfFile(t *testing.T) {
	dir := t.TempDir()
	rows := "1,2,3,4,5,6,7,8\n2,1,4,3,6,5,8,7\n3,1,2,5,4,6,8,7\n4,1,2,3,5,7,8,6\n1,4,2,3,8,5,6,7\n"
	data := filepath.Join(dir, "d.csv")
	require.NoError(t, os.WriteFile(data, []byte(rows), 0o600))
	out, err := run(t, "train", "--model", "unet", "--data", data, "--size", "2x2x2", "--base", "8", "--blocks", "1", "--batch", "8", "--steps", "2", "--out", filepath.Join(dir, "m"))
	require.NoError(t, err)
	require.Contains(t, out, "2 steps")
}

func TestTrainClearErrors(t *testing.T) {
	out := filepath.Join(t.TempDir(), "m")
	for want, args := range map[string]string{
		`no loss "l2"; known: [edm`:     "--loss l2",
		`no schedule "linear"; known:`:  "--schedule linear",
		"--classes: faithful has none":  "--data faithful --classes",
		"say which with --size":         "--data faithful --model unet",
		`--model "cnn": mlp or unet`:    "--model cnn",
		`--size "8": want WIDTHxHEIGHT`: "--model unet --size 8",
		`"0" is no number of pixels`:    "--model unet --size 0x8", `"8p" is`: "--model unet --size 8x8p",
		"U-Net for 4×4 pixels":                 "--model unet --size 4x4",
		"both must be multiples of 16":         "--model unet --mults 1,1,1,1,1",
		"8 is no divisor":                      "--model unet --base 30",
		"patience 3 needs rows held out":       "--patience 3",
		"class-drop 0.2 without labels":        "--class-drop 0.2",
		"penalty -1 is out of range":           "--penalty -1",
		"input-noise 0.1 with the loss sliced": "--loss sliced --input-noise 0.1",
		"where rows are no pictures":           "--pooled 2",
		"in squares of 16, for 4 weights":      "--model unet --pooled 2,4,8,16",
		"knows no row's error":                 "--model unet --loss sliced --pooled 2",
		"learned weights divide by":            "--loss implicit --learn-weights",
		"hold-out 2 is out of range":           "--hold-out 2",
		"steps -1: want at least one":          "--steps -1",
	} {
		_, err := run(t, append(strings.Fields("train "+args), "--out", out)...)
		require.ErrorContains(t, err, want, args)
	}
}
