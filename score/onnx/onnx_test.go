//go:build onnx && cgo

package onnx_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/score/onnx"
	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/sde"
)

// TestMain says once what is missing: who builds with the tag wants the tests to run.
func TestMain(m *testing.M) {
	c := config("edm", score.EDM(0.5), onnx.QuarterLogSigma)
	c.Memory = 1 << 28 // for all tests
	if _, err := onnx.Open("testdata/edm.onnx", c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func process(name string) sde.Process {
	p, err := sde.ByName(name)
	if err != nil {
		panic(err)
	}
	return p
}

func config(p string, of score.Parameterisation, c onnx.Conditioning) onnx.Config {
	return onnx.Config{Process: process(p), Parameterisation: of, Conditioning: c}
}

// settings are those of the files of testdata.
func settings() map[string]onnx.Config {
	null := 2
	picture := onnx.Config{Process: process("ddpm"), Parameterisation: score.Noise, Conditioning: onnx.Timestep(1000), LearnedVariance: true, NullClass: &null}
	return map[string]onnx.Config{
		"edm":      config("edm", score.EDM(0.5), onnx.QuarterLogSigma),
		"data":     config("edm", score.Data, onnx.Sigma),
		"noise":    config("ddpm", score.Noise, onnx.Timestep(1000)),
		"velocity": config("ddpm", score.Velocity, onnx.LogSNR),
		"flow":     config("flow", score.Flow, onnx.Time(1000)),
		"picture":  picture,
		"fixed":    picture,
	}
}

func open(t testing.TB, name string, c onnx.Config) *onnx.Model {
	m, err := onnx.Open(filepath.Join("testdata", name+".onnx"), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

// cases are what PyTorch said in export.py.
type cases map[string][]struct {
	Alpha, Sigma float64
	X, D         []float64
}

func answers(t *testing.T) (all cases) {
	text, err := os.ReadFile("testdata/answers.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &all))
	return all
}

// Denoised rows are PyTorch's, to 1e-5 of what single precision leaves: dividing by
// α makes σ/α of the network's own rounding.
func TestAnswers(t *testing.T) {
	all := answers(t)
	require.Len(t, all, 7)
	near := func(t *testing.T, m score.Model, name string) {
		require.NotEmpty(t, all[name])
		for _, c := range all[name] {
			d := make([]float64, len(c.X))
			require.NoError(t, m.Denoise(d, c.X, sde.Level{Alpha: c.Alpha, Sigma: c.Sigma}))
			require.InDeltaSlice(t, c.D, d, 1e-5*(1+c.Sigma/c.Alpha), "%s at α = %v, σ = %v", name, c.Alpha, c.Sigma)
		}
	}
	for _, name := range []string{"edm", "data", "noise", "velocity", "flow"} {
		m := open(t, name, settings()[name])
		require.Equal(t, 4, m.Dim())
		near(t, m, name)
	}
	for _, name := range []string{"picture", "fixed"} {
		m := open(t, name, settings()[name])
		require.Equal(t, 48, m.Dim())
		require.Equal(t, []int{3, 4, 4}, m.Shape())
		for _, k := range []int{0, 3} {
			of, err := m.Class(k)
			require.NoError(t, err)
			near(t, of, fmt.Sprintf("picture%d", k))
		}
		x := all["picture0"][1].X
		at := sde.Level{Alpha: all["picture0"][1].Alpha, Sigma: all["picture0"][1].Sigma}
		null, class := make([]float64, len(x)), make([]float64, len(x))
		require.NoError(t, m.Denoise(null, x, at))
		of, err := m.Class(2)
		require.NoError(t, err)
		require.NoError(t, of.Denoise(class, x, at))
		require.Equal(t, class, null)
	}
}

// One network exported in five parameterisations, with five ways to be told of the
// level, gives the same samples.
func TestParameterisationsAgree(t *testing.T) {
	p := process("ddpm")
	grid, err := sampler.Timesteps{Train: 1000, Convention: sampler.Trailing}.Grid(p, 25)
	require.NoError(t, err)
	for _, rule := range []string{"ddim", "dpm++2m", "sde-dpm++2m"} {
		entry, err := sampler.ByName(rule)
		require.NoError(t, err)
		var first []float64
		for _, name := range []string{"edm", "data", "noise", "velocity", "flow"} {
			x := make([]float64, 4*64)
			_, err := sampler.Sample(context.Background(), x, sampler.Config{Process: p, Model: open(t, name, settings()[name]), Rule: entry.Rule, Grid: grid, Seed: 3})
			require.NoError(t, err)
			if first == nil {
				first = x
			}
			require.InDeltaSlice(t, first, x, 1e-4, "%s by %s", name, rule)
		}
		spread := 0.0
		for _, v := range first {
			spread = math.Max(spread, math.Abs(v-first[0]))
		}
		require.Greater(t, spread, 0.1, "samples that differ")
	}
}

// The bits of a row depend neither on its company nor on who else calls.
func TestRowsAreIndependent(t *testing.T) {
	for name, c := range map[string]string{"noise": "noise", "picture": "picture0", "fixed": "picture0"} {
		config := settings()[name]
		if name != "fixed" {
			config.Batch = 7
		}
		m := open(t, name, config)
		rows := answers(t)[c][2]
		at := sde.Level{Alpha: rows.Alpha, Sigma: rows.Sigma}
		dim := m.Dim()
		var x []float64
		for range 5 {
			x = append(x, rows.X...)
		}
		all := make([]float64, len(x))
		require.NoError(t, m.Denoise(all, x, at))
		var wait sync.WaitGroup
		for i := range len(x) / dim {
			wait.Add(1)
			go func() {
				defer wait.Done()
				one := make([]float64, dim)
				if err := m.Denoise(one, x[i*dim:(i+1)*dim], at); err != nil {
					t.Error(err)
				}
				for j, v := range one {
					if v != all[i*dim+j] {
						t.Errorf("%s: row %d, coordinate %d: %v alone, %v in company", name, i, j, v, all[i*dim+j])
					}
				}
			}()
		}
		wait.Wait()
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		p := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(p, data, 0o600))
		return p
	}
	noise, err := os.ReadFile("testdata/noise.onnx")
	require.NoError(t, err)
	good := settings()["noise"]
	change := func(f func(*onnx.Config)) onnx.Config {
		c := good
		f(&c)
		return c
	}
	for name, c := range map[string]struct {
		path   string
		config onnx.Config
		want   error
		text   string
	}{
		"no file":         {"testdata/no.onnx", good, os.ErrNotExist, "no.onnx"},
		"folder":          {dir, good, onnx.ErrFile, "a folder"},
		"empty":           {write("empty.onnx", nil), good, onnx.ErrFile, "empty"},
		"text":            {write("text.onnx", []byte("hello, this is no network")), good, onnx.ErrFile, "text.onnx"},
		"truncated":       {write("short.onnx", noise[:len(noise)/2]), good, onnx.ErrFile, "short.onnx"},
		"no process":      {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Process = nil }), onnx.ErrConfig, "no Process"},
		"no conditioning": {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Conditioning = onnx.Conditioning{} }), onnx.ErrConfig, "no conditioning"},
		"bad timestep":    {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Conditioning = onnx.Timestep(0) }), onnx.ErrConfig, "must be positive"},
		"left over":       {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Conditioning = onnx.None }), onnx.ErrConfig, "which tensor is the class?"},
		"name":            {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Input = "image" }), onnx.ErrConfig, `no tensor "image"`},
		"unsuited":        {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Input = "timestep" }), onnx.ErrConfig, "cannot be the rows"},
		"class name":      {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Class = "y" }), onnx.ErrConfig, `no input "y"`},
		"variance":        {"testdata/noise.onnx", change(func(c *onnx.Config) { c.LearnedVariance = true }), onnx.ErrConfig, "LearnedVariance"},
		"shape":           {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Shape = []int{5} }), onnx.ErrConfig, "Shape [5]"},
		"negative shape":  {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Shape = []int{-1} }), onnx.ErrConfig, "positive"},
		"batch":           {"testdata/fixed.onnx", change(func(c *onnx.Config) { c.LearnedVariance, c.Batch = true, 4 }), onnx.ErrConfig, "made for 3 rows"},
		"huge batch":      {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Batch = 1 << 40 }), onnx.ErrConfig, "in a run"},
		"negative":        {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Threads = -1 }), onnx.ErrConfig, "not be negative"},
		"two variances":   {"testdata/picture.onnx", change(func(c *onnx.Config) { c.LearnedVariance = false }), onnx.ErrConfig, "LearnedVariance"},
		"library":         {"testdata/noise.onnx", change(func(c *onnx.Config) { c.Library = "/no/lib.so" }), onnx.ErrRuntime, "loaded already"},
	} {
		_, err := onnx.Open(c.path, c.config)
		require.ErrorIs(t, err, c.want, name)
		require.ErrorContains(t, err, c.text, name)
	}
}

// Whatever byte is wrong, the file is refused or runs: nothing crashes, and nothing
// that is not finite comes out without an error.
func TestBrokenFiles(t *testing.T) {
	text, err := os.ReadFile("testdata/edm.onnx")
	require.NoError(t, err)
	refused := 0
	for i := 0; i < len(text); i += 7 {
		broken := append([]byte(nil), text...)
		broken[i] ^= byte(1 << (i % 8))
		path := filepath.Join(t.TempDir(), "broken.onnx")
		require.NoError(t, os.WriteFile(path, broken, 0o600))
		m, err := onnx.Open(path, settings()["edm"])
		if err != nil {
			refused++
			continue
		}
		d := make([]float64, m.Dim())
		if err := m.Denoise(d, make([]float64, m.Dim()), sde.Level{Alpha: 1, Sigma: 1}); err == nil {
			for _, v := range d {
				require.False(t, math.IsNaN(v) || math.IsInf(v, 0))
			}
		}
		require.NoError(t, m.Close())
	}
	require.Positive(t, refused)
}

// A file of 244 bytes that asks for a GiB is refused it: the tests run with a quarter.
func TestHugeNetworkIsRefused(t *testing.T) {
	m, err := onnx.Open("testdata/huge.onnx", settings()["edm"])
	if err == nil {
		err = m.Denoise(make([]float64, 4), make([]float64, 4), sde.Level{Alpha: 1, Sigma: 1})
		require.NoError(t, m.Close())
	}
	require.ErrorIs(t, err, onnx.ErrFile)
}

// FuzzOpen opens what is no network, or nearly one: an error, or a model that answers
// with finite numbers or an error.
func FuzzOpen(f *testing.F) {
	for _, name := range []string{"edm", "noise", "flow", "picture"} {
		text, err := os.ReadFile("testdata/" + name + ".onnx")
		require.NoError(f, err)
		f.Add(text)
		f.Add(text[:len(text)/3])
	}
	config := settings()["edm"]
	config.Batch = 2
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "fuzzed.onnx")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		m, err := onnx.Open(path, config)
		if err != nil {
			return
		}
		d := make([]float64, m.Dim())
		if err := m.Denoise(d, make([]float64, len(d)), sde.Level{Alpha: 1, Sigma: 1}); err == nil {
			for _, v := range d {
				require.False(t, math.IsNaN(v) || math.IsInf(v, 0))
			}
		}
		require.NoError(t, m.Close())
	})
}

func TestDenoiseErrors(t *testing.T) {
	m := open(t, "edm", settings()["edm"])
	x := []float64{1, 2, 3, 4}
	d := make([]float64, 4)
	for _, at := range []sde.Level{{Alpha: -1, Sigma: 1}, {Alpha: math.NaN(), Sigma: 1}, {}, {Alpha: 1, Sigma: math.Inf(1)}} {
		require.ErrorIs(t, m.Denoise(d, x, at), score.ErrLevel)
	}
	require.NoError(t, m.Denoise(d, x, sde.Level{Alpha: 0.5}))
	require.Equal(t, []float64{2, 4, 6, 8}, d)
	require.NoError(t, m.Denoise(d, x, sde.Level{Sigma: 1})) // pure noise: the level of the end
	require.ErrorIs(t, m.Denoise(d, []float64{1, math.NaN(), 3, 4}, sde.Level{Alpha: 1, Sigma: 1}), onnx.ErrFile)
	_, err := m.Class(1)
	require.ErrorIs(t, err, onnx.ErrConfig)
	require.Panics(t, func() { _ = m.Denoise(d, x[:3], sde.Level{Alpha: 1, Sigma: 1}) })
	c := settings()["picture"]
	c.NullClass = nil
	picture := open(t, "picture", c)
	require.ErrorIs(t, picture.Denoise(make([]float64, 48), make([]float64, 48), sde.Level{Alpha: 1, Sigma: 1}), onnx.ErrConfig)
	of, err := picture.Class(17) // beyond the embedding
	require.NoError(t, err)
	require.ErrorIs(t, of.Denoise(make([]float64, 48), make([]float64, 48), sde.Level{Alpha: 1, Sigma: 1}), onnx.ErrFile)
	gone, err := onnx.Open("testdata/edm.onnx", settings()["edm"])
	require.NoError(t, err)
	require.NoError(t, gone.Close())
	require.NoError(t, gone.Close())
	require.ErrorIs(t, gone.Denoise(d, x, sde.Level{Alpha: 1, Sigma: 1}), onnx.ErrClosed)
}

// A network of a discrete DDPM drives a sampler of any process: here two rows by
// DPM-Solver++ on the variance-exploding one.
func ExampleOpen() {
	p, _ := sde.ByName("ddpm")
	m, err := onnx.Open("testdata/noise.onnx", onnx.Config{
		Parameterisation: score.Noise, Process: p, Conditioning: onnx.Timestep(1000)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = m.Close() }()
	rule, _ := sampler.ByName("dpm++2m")
	ve, _ := sde.ByName("ve")
	spacing, _ := sampler.SpacingByName("karras")
	grid, _ := sampler.Times(ve, spacing, 20, true)
	x := make([]float64, 2*m.Dim())
	stats, err := sampler.Sample(context.Background(), x, sampler.Config{Process: ve, Model: m, Rule: rule.Rule, Grid: grid, Seed: 1})
	fmt.Println(len(x), stats.NFE, err)
	// Output: 8 21 <nil>
}

// BenchmarkDenoise is the time of a row of 64 batches through ONNX Runtime.
func BenchmarkDenoise(b *testing.B) {
	m := open(b, "noise", settings()["noise"])
	x := make([]float64, 1024*m.Dim())
	d := make([]float64, len(x))
	at := sde.Level{Alpha: 0.6, Sigma: 0.8}
	for b.Loop() {
		if err := m.Denoise(d, x, at); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/row")
}
