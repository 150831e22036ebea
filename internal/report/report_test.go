package report

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/validation"
)

func comparison() *validation.Comparison {
	c := &validation.Comparison{N: 10, Dim: 2, DataRows: 20, Skipped: []string{"a <b> at NFE 3"}, Real: []float64{0, 1, 1, 0}}
	for _, n := range []int{10, 20} {
		for _, m := range []string{"network", "<script>"} {
			c.Rows = append(c.Rows, validation.CompareRow{Sampler: "ddim", Process: "vp", Model: m, NFE: n, Frechet: 1 / float64(n), ExactW2: 2 / float64(n)})
		}
	}
	c.Pictures = []validation.Picture{{Sampler: "ddim", Process: "vp", Model: "network", NFE: 20, X: []float64{0.5, 1, -1, 2}}}
	return c
}

func TestWrite(t *testing.T) {
	set, err := dataset.Faithful()
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, Write(&b, set, comparison(), "ito compare"))
	page := b.String()
	require.Equal(t, 2, strings.Count(page, "<svg"), "sliced W2 is zero and has no place on a logarithmic axis")
	require.Equal(t, 2, strings.Count(page, "data:image/png;base64,"))
	require.Contains(t, page, "&lt;script&gt;", "names are escaped")
	require.NotContains(t, page, "ddim, vp, <script>")
	require.NotContains(t, page, "http://www.w3.org/1999/xhtml\" src")
}

// Full pixels are black, empty ones white, at the right places.
func TestGrid(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Grid(&b, []float64{1, -1, -1, 1, -1, -1, -1, -1}, 2, 2, 5, 5))
	im, err := png.Decode(&b)
	require.NoError(t, err)
	require.Equal(t, 3*gap+2*2*zoom, im.Bounds().Dx())
	require.Equal(t, 2*gap+2*zoom, im.Bounds().Dy())
	grey := func(x, y int) uint32 { r, _, _, _ := im.At(x, y).RGBA(); return r >> 8 }
	require.EqualValues(t, 0, grey(gap, gap))
	require.EqualValues(t, 255, grey(gap+zoom, gap))
	require.EqualValues(t, 0, grey(gap+zoom, gap+zoom))
	require.EqualValues(t, 255, grey(2*gap+2*zoom, gap))
}

func TestLossCurve(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, LossCurve(&b, []float64{1, 2, 3}, []float64{3, 2, 1}))
	_, err := png.Decode(&b)
	require.NoError(t, err)
}
