package tune_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ito-sde/ito/score/sampler"
	"github.com/ito-sde/ito/score/sampler/tune"
	"github.com/ito-sde/ito/sde"
)

// A table that was written and read makes the same grid, to the bit, and the same
// levels for another process.
func TestTableRoundTrip(t *testing.T) {
	for _, e := range sde.Catalogue {
		rapid.Check(t, func(rt *rapid.T) {
			steps := rapid.IntRange(1, 30).Draw(rt, "steps")
			g, err := sampler.Times(e.Process, sampler.Karras{}, steps, true)
			require.NoError(rt, err)
			var b bytes.Buffer
			require.NoError(rt, tune.NewTable(e.Name, e.Process, g).Write(&b))
			table, err := tune.ReadTable(&b)
			require.NoError(rt, err)
			back, err := table.Grid(e.Name, e.Process)
			require.NoError(rt, err)
			require.Equal(rt, g, back)
			require.Len(rt, table.Sigmas, steps+2)
			for i, l := range g.Levels(nil) {
				require.InEpsilon(rt, math.Exp(-table.Lambdas[i]), table.Sigmas[i], 1e-12)
				require.Equal(rt, l.Alpha, table.Alphas[i])
			}
		})
	}
}

// Sigmas alone are enough, on any process that reaches them.
func TestTableOfSigmasAlone(t *testing.T) {
	table, err := tune.ReadTable(strings.NewReader(`{"sigmas": [80, 10, 1, 0.1, 0]}`))
	require.NoError(t, err)
	edm := process(t, "edm")
	g, err := table.Grid("edm", edm)
	require.NoError(t, err)
	times := g.Times(nil)
	require.InDeltaSlice(t, []float64{80, 10, 1, 0.1}, times, 1e-12)
	require.True(t, g.Denoises())
	_, err = table.Rule()
	require.ErrorIs(t, err, tune.ErrTable)
	_, err = table.Grid("vp", process(t, "vp"))
	require.ErrorIs(t, err, sampler.ErrGrid, "the process begins at 152")
}

// The timesteps of the trailing convention come back as they were chosen.
func TestTableTimesteps(t *testing.T) {
	p := process(t, "vp")
	c := sampler.Timesteps{Train: 1000, Convention: sampler.Trailing}
	want, err := c.Indices(7)
	require.NoError(t, err)
	g, err := c.Grid(p, 7)
	require.NoError(t, err)
	require.Equal(t, want, tune.NewTable("vp", p, g).Timesteps)
	// Two times within a thousandth have no timesteps of their own.
	g, err = sampler.NewGrid(p, []float64{1, 0.5, 0.4996, 0.01}, true)
	require.NoError(t, err)
	require.Nil(t, tune.NewTable("vp", p, g).Timesteps)
	g, err = sampler.NewGrid(p, []float64{1, 0.5, 0.0002}, true)
	require.NoError(t, err)
	require.Nil(t, tune.NewTable("vp", p, g).Timesteps)
}

func TestTableRule(t *testing.T) {
	r, err := tune.Table{Sampler: "dpm++2m"}.Rule()
	require.NoError(t, err)
	require.Equal(t, sampler.DPMPP2M{}, r)
	r, err = tune.Table{Knob: "eta", Value: 0.25}.Rule()
	require.NoError(t, err)
	require.Equal(t, sampler.DDIM{Eta: 0.25}, r)
	for _, bad := range []tune.Table{{}, {Sampler: "nobody's"}, {Knob: "nobody's"}, {Knob: "eta", Value: 2}, {Knob: "eta", Value: math.NaN()}} {
		_, err := bad.Rule()
		require.ErrorIs(t, err, tune.ErrTable)
	}
}

func TestTableErrors(t *testing.T) {
	for name, text := range map[string]string{
		"empty":     ``,
		"no json":   `sigmas`,
		"unknown":   `{"sigmas": [3, 2, 0], "sigma": 1}`,
		"no sigmas": `{}`,
		"short":     `{"sigmas": [1, 0]}`,
		"no end":    `{"sigmas": [3, 2, 1]}`,
		"times":     `{"sigmas": [3, 2, 0], "times": [1]}`,
		"lambdas":   `{"sigmas": [3, 2, 0], "lambdas": [1, 2, 3]}`,
	} {
		_, err := tune.ReadTable(strings.NewReader(text))
		require.ErrorIs(t, err, tune.ErrTable, name)
	}
	vp := process(t, "vp")
	for name, table := range map[string]tune.Table{
		"rising": {Sigmas: []float64{152, 1, 2, 0}},
		"nan":    {Sigmas: []float64{152, math.NaN(), 2, 0}},
		"times":  {Process: "vp", Sigmas: []float64{152, 1, 0}, Times: []float64{1, 1}},
	} {
		_, err := table.Grid("vp", vp)
		require.ErrorIs(t, err, sampler.ErrGrid, name)
	}
	_, err := tune.Table{Process: "vp", Sigmas: []float64{152, 1, 0}, Times: []float64{1, 0.9}}.Grid("vp", vp)
	require.ErrorIs(t, err, tune.ErrTable, "times and sigmas of two grids")
}

// Reading never panics, and what it accepts makes a grid or an error.
func FuzzReadTable(f *testing.F) {
	f.Add(`{"sigmas": [80, 10, 1, 0.1, 0]}`)
	f.Add(`{"process": "vp", "times": [1, 0.5], "sigmas": [152, 3, 0], "sampler": "ddim"}`)
	f.Fuzz(func(t *testing.T, text string) {
		table, err := tune.ReadTable(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, e := range sde.Catalogue {
			if g, err := table.Grid(e.Name, e.Process); err == nil && (g.Steps() < 1 || !g.Denoises()) {
				t.Fatalf("%v: no grid", table)
			}
		}
		_, _ = table.Rule()
	})
}
