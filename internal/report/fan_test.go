package report

import (
	"bytes"
	"image/png"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// A band is filled between its curves, lighter than one inside it; what is not
// finite is left out, and a band of nothing else.
func TestBands(t *testing.T) {
	x := []float64{0, 1}
	panel := Panel{
		Bands: []Band{
			{"wide", x, []float64{-1, -1}, []float64{1, 1}},
			{"narrow", x, []float64{-0.5, -0.5}, []float64{0.5, 0.5}},
			{"void", x, []float64{math.NaN(), math.NaN()}, []float64{math.Inf(1), math.NaN()}},
		},
		Curves: []Curve{{Name: "mean", X: x, Y: []float64{0, 0}}},
	}
	var b bytes.Buffer
	require.NoError(t, Curves(&b, "svg", []Panel{panel}))
	for _, want := range []string{">wide<", ">narrow<", ">mean<"} {
		require.Contains(t, b.String(), want)
	}
	require.NotContains(t, b.String(), ">void<")

	b.Reset()
	require.NoError(t, Curves(&b, "png", []Panel{{Bands: panel.Bands[:2], Curves: panel.Curves}}))
	im, err := png.Decode(&b)
	require.NoError(t, err)
	found := map[[3]uint32]int{}
	for y := im.Bounds().Min.Y; y < im.Bounds().Max.Y; y++ {
		for x := im.Bounds().Min.X; x < im.Bounds().Max.X; x++ {
			r, g, b, _ := im.At(x, y).RGBA()
			found[[3]uint32{r >> 8, g >> 8, b >> 8}]++
		}
	}
	rgb := func(i int) [3]uint32 {
		r, g, b, _ := shade(i, 2).RGBA()
		return [3]uint32{r >> 8, g >> 8, b >> 8}
	}
	for i := range 2 { // a quarter of the plot each, or so
		require.Greater(t, found[rgb(i)], 10_000)
	}
	require.Less(t, rgb(1)[0], rgb(0)[0], "the inner one is darker")
}
