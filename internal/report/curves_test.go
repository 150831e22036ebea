package report

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCurves(t *testing.T) {
	x := []float64{1, 2, 3}
	panels := []Panel{
		{Title: "one", X: "t", Curves: []Curve{{Name: "a", X: x, Y: x}, {Name: "b", X: x, Y: []float64{1, math.NaN(), 3}}}},
		{Title: "two", X: "t", LogX: true, LogY: true, Marks: true, Curves: []Curve{{Name: "a", X: x, Y: []float64{0, 1e-9, 1e3}}, {Name: "none", X: x, Y: []float64{0, -1, math.Inf(1)}}}},
		{Title: "empty"},
		{Title: "still", Curves: []Curve{{Name: "a", X: []float64{1}, Y: []float64{1}}}},
	}
	var b bytes.Buffer
	require.NoError(t, Curves(&b, "svg", panels))
	for _, want := range []string{"one", "two", "a", "b"} {
		require.True(t, strings.Contains(b.String(), ">"+want+"<"), want)
	}
	require.False(t, strings.Contains(b.String(), ">none<"), "there is nothing of it to draw")
	b.Reset()
	require.NoError(t, Curves(&b, "png", panels[:1]))
	_, err := png.Decode(&b)
	require.NoError(t, err)
}

// A picture lies under the points, a curve is broken where a number is missing, and its
// second part without a name is not in the legend.
func TestHeat(t *testing.T) {
	m := image.NewPaletted(image.Rect(0, 0, 4, 3), color.Palette{color.Black, color.White})
	panel := Panel{Heat: &Heat{m, 0, 0, 4, 3}, Curves: []Curve{
		{Name: "path", X: []float64{1, 2, 2, 3, 3}, Y: []float64{1, 2, math.NaN(), 1, 2}},
		{X: []float64{1}, Y: []float64{2}, Points: true},
		{Name: "other", X: []float64{1}, Y: []float64{2}, Points: true},
	}}
	require.Len(t, panel.pieces(panel.Curves[0]), 2)
	var b bytes.Buffer
	require.NoError(t, Curves(&b, "svg", []Panel{panel}))
	require.Contains(t, b.String(), "<image")
	require.Contains(t, b.String(), ">path<")
	b.Reset()
	require.NoError(t, Curves(&b, "png", []Panel{panel}))
}

// A long curve keeps its extremes and its ends, and loses what no screen shows.
func TestCurvesThin(t *testing.T) {
	n := 1_000_000
	c := Curve{Name: "sine", X: make([]float64, n), Y: make([]float64, n)}
	for i := range n {
		c.X[i] = float64(i) / float64(n-1)
		c.Y[i] = math.Sin(20 * c.X[i])
	}
	kept := Panel{}.points(c)
	require.Less(t, len(kept), 100_000)
	require.Equal(t, c.X[n-1], kept[len(kept)-1].X)
	top := math.Inf(-1)
	for _, p := range kept {
		top = max(top, p.Y)
	}
	require.InDelta(t, 1, top, 1e-3)
}

func TestDecades(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   []string
	}{
		{1e-9, 1e11, []string{"1e-08", "1e-06", "0.0001", "0.01", "1", "100", "1e+04", "1e+06", "1e+08", "1e+10"}},
		{1, 1e3, []string{"1", "10", "100", "1e+03"}},
		{1, 10, []string{"1", "2", "5", "10"}},
	} {
		var got []string
		for _, tick := range (decades{}).Ticks(c.lo, c.hi) {
			if tick.Label != "" {
				got = append(got, tick.Label)
			}
		}
		require.Equal(t, c.want, got)
	}
}

func TestFormat(t *testing.T) {
	for name, want := range map[string]string{"a.png": "png", "a.b.SVG": "svg"} {
		f, err := Format(name)
		require.NoError(t, err)
		require.Equal(t, want, f)
	}
	for _, name := range []string{"a", "a.gif", ".", strings.Repeat("x", 100)} {
		_, err := Format(name)
		require.ErrorContains(t, err, ".png or .svg")
	}
}
