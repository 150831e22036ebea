package onnx

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

func process(t *testing.T, name string) sde.Process {
	p, err := sde.ByName(name)
	require.NoError(t, err)
	return p
}

// What networks are told of a level, and at which level of their own.
func TestConditioning(t *testing.T) {
	ddpm, edm, flow := process(t, "ddpm"), process(t, "edm"), process(t, "flow")
	at := func(p sde.Process, k float64) sde.Level { return p.At((k + 1) / 1000) }
	for _, c := range []struct {
		p    sde.Process
		how  Conditioning
		at   sde.Level
		want float64
	}{
		{ddpm, Timestep(1000), at(ddpm, 0), 0},
		{ddpm, Timestep(1000), at(ddpm, 417), 417},
		{ddpm, Timestep(1000), at(ddpm, 999), 999},
		{ddpm, Timestep(1000), sde.Level{Alpha: 1, Sigma: 1e-9}, 0}, // nearer to the data than any
		{ddpm, Timestep(1000), sde.Level{Sigma: 80}, 999},
		{edm, Sigma, sde.Level{Alpha: 1, Sigma: 3}, 3},
		{edm, Sigma, sde.Level{Alpha: 0.5, Sigma: 3}, 6},
		{edm, QuarterLogSigma, sde.Level{Alpha: 1, Sigma: math.E}, 0.25},
		{edm, LogSNR, sde.Level{Alpha: 1, Sigma: math.E}, -2},
		{flow, Time(1000), sde.Level{Alpha: 0.75, Sigma: 0.25}, 250},
		{flow, Time(1), sde.Level{Alpha: 3, Sigma: 1}, 0.25},
		{flow, None, sde.Level{Alpha: 3, Sigma: 1}, 0},
	} {
		require.NoError(t, c.how.check())
		own, got := c.how.own(c.p, c.at)
		require.InDelta(t, c.want, got, 1e-9*(1+math.Abs(c.want)), "%v", c.how)
		if cutoff, end := c.p.Horizon(); c.at.Alpha > 0 && c.at.Lambda() < c.p.At(cutoff).Lambda() && c.at.Lambda() > c.p.At(end).Lambda() {
			require.InDelta(t, c.at.Lambda(), own.Lambda(), 1e-9, "%v", c.how)
		}
	}
	for _, c := range []Conditioning{{}, Time(0), Time(math.NaN()), Timestep(-1), {kind: "time", scale: math.Inf(1)}} {
		require.ErrorIs(t, c.check(), ErrConfig)
	}
	require.Equal(t, "timestep 1000", Timestep(1000).String())
	require.Equal(t, "sigma", Sigma.String())
}

// Which tensor is which, from names, types and shapes.
func TestPlan(t *testing.T) {
	x := tensor{"x", "float32", []int64{-1, 3, 8, 8}}
	out := []tensor{{"out", "float32", []int64{-1, 3, 8, 8}}}
	c := Config{Conditioning: Sigma}
	for name, ps := range map[string]ports{
		"by type":    {[]tensor{x, {"whatever", "float32", []int64{-1}}}, out},
		"a column":   {[]tensor{x, {"s", "float32", []int64{-1, 1}}}, out},
		"one number": {[]tensor{{"s", "int64", nil}, x}, out},
		"by name":    {[]tensor{x, {"timestep", "int64", []int64{-1}}, {"y", "int64", []int64{-1}}}, out},
		"order":      {[]tensor{{"class_labels", "int64", []int64{-1}}, {"SIGMA", "float32", []int64{1}}, x}, out},
	} {
		p, err := ps.plan(&c)
		require.NoError(t, err, name)
		require.Equal(t, "x", p.input.name, name)
		require.Equal(t, []int64{341, 3, 8, 8}, p.input.shape)
		require.Equal(t, 192, p.dim)
		require.NotEmpty(t, p.level.name)
		require.Equal(t, len(ps.inputs) == 3, p.hasClass, name)
		for _, n := range p.level.shape {
			require.Positive(t, n)
		}
	}
	level := tensor{"t", "float32", []int64{-1}}
	for name, ps := range map[string]ports{
		"nothing":        {nil, out},
		"no rows":        {[]tensor{level}, out},
		"two rows":       {[]tensor{{"a", "float32", []int64{-1, 2}}, {"b", "float32", []int64{-1, 2}}, level}, out},
		"half precision": {[]tensor{{"x", "float16", []int64{-1, 3, 8, 8}}, level}, out},
		"two levels":     {[]tensor{x, {"p", "float32", []int64{-1}}, {"q", "float32", []int64{-1}}}, out},
		"context":        {[]tensor{x, level, {"context", "float32", []int64{-1, 77, 768}}}, out},
		"no output":      {[]tensor{x, level}, nil},
		"two outputs":    {[]tensor{x, level}, append(out, out...)},
		"small output":   {[]tensor{x, level}, []tensor{{"out", "float32", []int64{-1, 3, 4, 4}}}},
		"flat output":    {[]tensor{x, level}, []tensor{{"out", "float32", []int64{-1, 192}}}},
		"open":           {[]tensor{{"x", "float32", []int64{-1, 3, -1, -1}}, level}, out},
	} {
		_, err := ps.plan(&c)
		require.ErrorIs(t, err, ErrConfig, name)
	}
	// Shapes whose product does not fit a run are no shapes.
	for _, shape := range [][]int64{{-1, 1 << 40}, {-1, 1 << 20, 1 << 20, 1 << 30}, {1 << 40, 2}} {
		_, err := ports{[]tensor{{"x", "float32", shape}, level}, []tensor{{"out", "float32", shape}}}.plan(&c)
		require.Error(t, err)
	}
	open := ports{[]tensor{{"x", "float32", []int64{-1, 3, -1, -1}}, level}, []tensor{{"out", "float32", []int64{-1, -1, -1, -1}}}}
	p, err := open.plan(&Config{Conditioning: Sigma, Shape: []int{3, 16, 16}, Batch: 5})
	require.NoError(t, err)
	require.Equal(t, []int64{5, 3, 16, 16}, p.output.shape)
}

func TestOpenChecksTheConfiguration(t *testing.T) {
	for _, c := range []Config{
		{},
		{Conditioning: Sigma},
		{Conditioning: Sigma, Process: process(t, "edm"), Batch: -1},
		{Conditioning: Sigma, Process: process(t, "edm"), Shape: []int{3, 0}},
	} {
		_, err := Open("testdata/edm.onnx", c)
		require.ErrorIs(t, err, ErrConfig)
	}
}

// c_in of EDM's networks: rows of data of variance s² at any level come out with
// variance 1.
func TestInputScale(t *testing.T) {
	at := sde.Level{Alpha: 0.6, Sigma: 2}
	variance := at.Alpha*at.Alpha*0.25 + at.Sigma*at.Sigma
	require.InDelta(t, 1, score.EDM(0.5).InputScale(at)*math.Sqrt(variance), 1e-15)
	require.Equal(t, 1.0, score.Noise.InputScale(at))
}
