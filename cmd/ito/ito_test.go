package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/validation"
)

// run executes the command line and returns what it prints.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return runContext(t, context.Background(), args...)
}

func runContext(t *testing.T, ctx context.Context, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := root()
	c.SetArgs(args)
	c.SetOut(&out)
	c.SetErr(&out)
	err := c.ExecuteContext(ctx)
	return out.String(), err
}

func TestCompareDigits(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "c.html")
	out, err := run(t, "compare", "--n", "300", "--nfe", "5,10", "--samplers", "dpm++2m,ddpm", "--out", page, "--picture", filepath.Join(dir, "p.png"))
	require.NoError(t, err)
	require.Contains(t, out, "dpm++2m")
	require.Contains(t, out, "half of the data")
	require.NotContains(t, out, "\r", "no progress bar in a pipe")
	html, err := os.ReadFile(page)
	require.NoError(t, err)
	for _, s := range []string{"<svg", "data:image/png;base64", "Exact error"} {
		require.Contains(t, string(html), s)
	}
	for _, s := range []string{"src=\"http", "href=\"http", "url(http"} {
		require.NotContains(t, string(html), s, "the page must work offline")
	}
}

func TestCompareJSONAndSeed(t *testing.T) {
	args := []string{"compare", "--data", "faithful", "--n", "200", "--nfe", "8", "--samplers", "ddim,ddpm", "--process", "edm,vp", "--out", "", "--json", "--seed", "5"}
	decode := func(args []string) validation.Comparison {
		out, err := run(t, args...)
		require.NoError(t, err)
		var c validation.Comparison
		require.NoError(t, json.Unmarshal([]byte(out), &c))
		for i := range c.Rows {
			c.Rows[i].Seconds, c.Rows[i].SamplesPerSecond = 0, 0
		}
		return c
	}
	a := decode(args)
	require.Len(t, a.Rows, 4)
	require.EqualValues(t, 5, a.Seed)
	require.Equal(t, a, decode(append(args, "--workers", "1")))
	args[len(args)-1] = "6"
	require.NotEqual(t, a.Rows, decode(args).Rows)
}

func TestCompareOwnData(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.tsv")
	var b strings.Builder
	b.WriteString("a\tb\tc\n")
	for i := range 60 {
		b.WriteString(strings.Join([]string{number(float64(i % 7)), number(float64(i*i%11) / 3), "1"}, "\t") + "\n")
	}
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	out, err := run(t, "compare", "--data", file, "--n", "100", "--nfe", "6", "--samplers", "ddim", "--out", filepath.Join(dir, "x.html"))
	require.NoError(t, err)
	require.Contains(t, out, "mixture")
}

func TestTrainSampleRoundTrip(t *testing.T) {
	dir := t.TempDir()
	model, out := filepath.Join(dir, "m"), filepath.Join(dir, "s.npy")
	_, err := run(t, "train", "--data", "faithful", "--out", model, "--steps", "300", "--hidden", "32", "--blocks", "1", "--batch", "128")
	require.NoError(t, err)
	for _, f := range []string{"m", "m.loss.png", "m.loss.jsonl"} {
		require.FileExists(t, filepath.Join(dir, f))
	}
	require.NoFileExists(t, model+".state")
	_, err = run(t, "sample", "--model", model, "--n", "500", "--out", out)
	require.NoError(t, err)
	f, err := os.Open(out)
	require.NoError(t, err)
	x, dim, err := dataset.ReadNPY(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Equal(t, 2, dim)
	require.Len(t, x, 1000)
	// In minutes, as the data: eruptions of 1.6 to 5.1, waits of 43 to 96.
	var duration, wait float64
	for i := 0; i < len(x); i += 2 {
		duration += x[i] / 500
		wait += x[i+1] / 500
	}
	require.InDelta(t, 3.49, duration, 0.5)
	require.InDelta(t, 70.9, wait, 6)
	_, err = run(t, "compare", "--data", "faithful", "--model", model, "--n", "100", "--nfe", "5", "--samplers", "ddim", "--out", "")
	require.NoError(t, err)
}

// An interrupted training goes on to the same bits, and leaves no partial file.
func TestTrainInterrupted(t *testing.T) {
	dir := t.TempDir()
	args := func(name string) []string {
		return []string{"train", "--data", "faithful", "--out", filepath.Join(dir, name), "--steps", "400", "--hidden", "48", "--blocks", "2", "--batch", "256"}
	}
	_, err := run(t, args("whole")...)
	require.NoError(t, err)
	cut := 0
	for range 50 {
		ctx, cancel := context.WithTimeout(context.Background(), 40*time.Millisecond)
		_, err = runContext(t, ctx, args("parts")...)
		cancel()
		if err == nil {
			break
		}
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoFileExists(t, filepath.Join(dir, "parts"))
		cut++
	}
	if err != nil { // a slow machine: let the last part run to its end
		_, err = run(t, args("parts")...)
	}
	require.NoError(t, err)
	require.Positive(t, cut)
	a, err := os.ReadFile(filepath.Join(dir, "whole"))
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(dir, "parts"))
	require.NoError(t, err)
	require.Equal(t, a, b)
}

func TestValidate(t *testing.T) {
	out, err := run(t, "validate", "--n", "20000", "--samplers", "ddim,ddpm", "--process", "vp")
	require.NoError(t, err)
	require.Contains(t, out, "ok")
	out, err = run(t, "validate", "--n", "0", "--samplers", "dpm++2m", "--json")
	require.NoError(t, err)
	require.Contains(t, out, `"fitted_order"`)
}

func TestClearErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(p, []byte(text), 0o600))
		return p
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"sampler":         {[]string{"compare", "--samplers", "dpm"}, `no sampler "dpm"; known:`},
		"process":         {[]string{"compare", "--process", "ou"}, `no process "ou"; known:`},
		"grid":            {[]string{"compare", "--grid", "log"}, `no grid "log"; known:`},
		"budget":          {[]string{"compare", "--nfe", "1"}, "--nfe 1"},
		"no file":         {[]string{"compare", "--data", "nowhere.csv"}, "nowhere.csv"},
		"text":            {[]string{"compare", "--data", write("t.csv", "1,2\n3,x\n")}, `line 2, column 2: "x" is no finite number`},
		"ragged":          {[]string{"compare", "--data", write("r.csv", "1,2\n3\n")}, "fields on line 2: 1, on the first line: 2"},
		"empty":           {[]string{"compare", "--data", write("e.csv", "")}, "no rows of numbers"},
		"constant":        {[]string{"compare", "--data", write("k.csv", "1\n1\n1\n1\n1\n")}, "every column is constant"},
		"other model":     {[]string{"compare", "--data", "faithful", "--model", "digits.safetensors"}, "rows of 64 numbers"},
		"bad model":       {[]string{"sample", "--model", write("m", "not a model"), "--out", "x.npy"}, "bad safetensors file"},
		"unwritable":      {[]string{"sample", "--n", "2", "--nfe", "3", "--out", filepath.Join(dir, "no", "x.npy")}, "cannot write"},
		"other ending":    {[]string{"sample", "--n", "2", "--out", "x.csv"}, "--out x.csv: want a name that ends in .npy"},
		"picture's name":  {[]string{"sample", "--n", "2", "--picture", "x.gif"}, "--picture x.gif: want a name that ends in .png"},
		"page's folder":   {[]string{"compare", "--out", filepath.Join(dir, "no", "x.html")}, "cannot write"},
		"nats":            {[]string{"likelihood", "--out", "x.txt"}, "--out x.txt: want a name that ends in .npy"},
		"workers":         {[]string{"validate", "--workers", "-3"}, "--workers -3"},
		"no output":       {[]string{"sample"}, "--out"},
		"no model name":   {[]string{"train"}, "--out"},
		"negative steps":  {[]string{"train", "--data", "faithful", "--out", filepath.Join(dir, "a"), "--steps", "-5"}, "steps -5"},
		"no steps":        {[]string{"train", "--data", "faithful", "--out", filepath.Join(dir, "a"), "--steps", "0"}, "steps 0"},
		"model's folder":  {[]string{"train", "--data", "faithful", "--out", dir}, "is a folder"},
		"unknown command": {[]string{"compere"}, `unknown command "compere"`},
		"unknown flag":    {[]string{"compare", "--sede", "1"}, "unknown flag: --sede"},
	} {
		_, err := run(t, c.args...)
		require.ErrorContains(t, err, c.want, name)
	}
}

func TestProgressLine(t *testing.T) {
	p := &progress{width: 60}
	l := p.line(0.5, time.Minute, "a sampler with a very long name that does not fit")
	require.Equal(t, 59, len([]rune(l)))
	require.Contains(t, l, "[============            ]  50%  1:00 left")
	p.set(1, 2, "nothing on no terminal")
	p.clear()
}
