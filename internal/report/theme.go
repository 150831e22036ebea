// Package report draws what the command line shows: curves, pictures, and the
// self-contained HTML page of a comparison.
package report

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// palette is that of Okabe and Ito (2008), told apart by colour-blind readers, with
// a dark yellow for light backgrounds.
var palette = []color.RGBA{
	{0x00, 0x72, 0xB2, 0xff}, {0xD5, 0x5E, 0x00, 0xff}, {0x00, 0x9E, 0x73, 0xff}, {0xCC, 0x79, 0xA7, 0xff},
	{0xE6, 0x9F, 0x00, 0xff}, {0x56, 0xB4, 0xE9, 0xff}, {0x33, 0x33, 0x33, 0xff}, {0xB8, 0xA9, 0x00, 0xff},
}

var glyphs = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.PyramidGlyph{}, draw.BoxGlyph{}}

// style is a line and its points: a colour, and full or dashed.
type style struct{ colour, dash int }

func (s style) draw() (draw.LineStyle, draw.GlyphStyle) {
	c := palette[s.colour%len(palette)]
	line := draw.LineStyle{Color: c, Width: vg.Points(1.4)}
	if s.dash > 0 {
		line.Dashes = []vg.Length{vg.Points(4 / float64(s.dash)), vg.Points(2)}
	}
	return line, draw.GlyphStyle{Color: c, Radius: vg.Points(2.6), Shape: glyphs[(s.colour+s.colour/len(palette))%len(glyphs)]}
}

// house returns an empty plot in the house style: sans serif, a light grid, no
// padding at the axes.
func house(title, x, y string) *plot.Plot {
	p := plot.New()
	sans := func(size float64) font.Font {
		return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)}
	}
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font, p.Title.Padding = sans(12), vg.Points(6)
	p.X.Label.TextStyle.Font, p.Y.Label.TextStyle.Font = sans(10), sans(10)
	p.X.Tick.Label.Font, p.Y.Tick.Label.Font = sans(9), sans(9)
	p.Legend.TextStyle.Font = sans(9)
	p.X.Padding, p.Y.Padding = 0, 0
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{0xe4}, color.Gray{0xe4}
	p.Add(grid)
	return p
}

// logTicks marks 1, 2 and 5 of every decade.
type logTicks struct{}

// Ticks labels the marks of [lo, hi], lo > 0.
func (logTicks) Ticks(lo, hi float64) []plot.Tick {
	var out []plot.Tick
	for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
		for _, m := range []float64{1, 2, 5} {
			v := m * math.Pow(10, e)
			if v < lo*0.999 || v > hi*1.001 {
				continue
			}
			t := plot.Tick{Value: v}
			if m == 1 || hi/lo < 300 {
				t.Label = strconv.FormatFloat(v, 'g', 3, 64)
			}
			out = append(out, t)
		}
	}
	return out
}

// logarithmic makes an axis logarithmic.
func logarithmic(a *plot.Axis) {
	a.Scale, a.Tick.Marker = plot.LogScale{}, logTicks{}
}
