package report

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curve is a named line, broken where a number is NaN. One without a name has no place in
// the legend, and the colour of the one before it.
type Curve struct {
	Name   string
	X, Y   []float64
	Points bool // points instead of the line
}

// Heat is a picture under the curves, over a rectangle of the plot.
type Heat struct {
	Image          image.Image
	X0, Y0, X1, Y1 float64
}

// Panel is a plot among others. Curves of one name share their look in all
// panels.
type Panel struct {
	Title, X, Y string
	Heat        *Heat  // under everything; nil: none
	Bands       []Band // under the curves, the widest first
	Curves      []Curve
	// LogX and LogY make an axis logarithmic; what is not positive has no place
	// there. Marks shows the points.
	LogX, LogY, Marks bool
}

// Format returns what a picture's file name asks for.
func Format(path string) (string, error) {
	switch f := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), ".")); f {
	case "png", "svg":
		return f, nil
	}
	return "", fmt.Errorf("%s: want a name that ends in .png or .svg", path)
}

// Curves draws panels, three to a row, with one legend at the right.
func Curves(w io.Writer, format string, panels []Panel) error {
	const gap = 12
	width, height, cols := vg.Points(560), vg.Points(360), 1
	if len(panels) > 1 {
		width, height, cols = vg.Points(340), vg.Points(270), min(3, len(panels))
	}
	rows := (len(panels) + cols - 1) / cols
	legend := plot.NewLegend()
	legend.TextStyle.Font = house("", "", "").Legend.TextStyle.Font
	legend.Top, legend.Left, legend.ThumbnailWidth, legend.Padding = true, true, vg.Points(22), vg.Points(2)
	var names []string
	plots := make([][]*plot.Plot, rows)
	for i := range plots {
		plots[i] = make([]*plot.Plot, cols)
	}
	for i, panel := range panels {
		p, err := panel.plot(&names, &legend)
		if err != nil {
			return err
		}
		plots[i/cols][i%cols] = p
	}
	side := vg.Length(0)
	if len(names) > 1 {
		for _, name := range names {
			side = max(side, legend.TextStyle.Width(name)+legend.ThumbnailWidth+vg.Points(20))
		}
		height = max(height, vg.Points(float64(16*len(names)+30))/vg.Length(rows))
	}
	c, err := draw.NewFormattedCanvas(width*vg.Length(cols)+side, height*vg.Length(rows), format)
	if err != nil {
		return err
	}
	all := draw.New(c)
	all.SetColor(color.White)
	all.Fill(all.Path())
	if len(names) > 1 {
		legend.Draw(draw.Crop(all, width*vg.Length(cols), 0, 0, -vg.Points(24)))
	}
	tiles := draw.Tiles{Rows: rows, Cols: cols, PadX: gap, PadY: gap, PadTop: 4, PadBottom: 4, PadLeft: 4, PadRight: 10}
	for i, row := range plot.Align(plots, tiles, draw.Crop(all, 0, -side, 0, 0)) {
		for j, tile := range row {
			if plots[i][j] != nil {
				plots[i][j].Draw(tile)
			}
		}
	}
	_, err = c.WriteTo(w)
	return err
}

func (panel Panel) plot(names *[]string, legend *plot.Legend) (*plot.Plot, error) {
	p := house(panel.Title, panel.X, panel.Y)
	if h := panel.Heat; h != nil {
		p.Add(plotter.NewImage(h.Image, h.X0, h.Y0, h.X1, h.Y1))
	}
	for k, b := range panel.Bands {
		band, err := b.polygon()
		if err != nil {
			return nil, err
		}
		if band == nil {
			continue
		}
		band.Color = shade(k, len(panel.Bands))
		p.Add(band)
		if !slices.Contains(*names, b.Name) {
			*names = append(*names, b.Name)
			legend.Add(b.Name, band)
		}
	}
	i := 0
	for _, c := range panel.Curves {
		pieces := panel.pieces(c)
		if len(pieces) == 0 {
			continue
		}
		added := false
		if c.Name != "" {
			i = slices.Index(*names, c.Name)
			if added = i < 0; added {
				i = len(*names)
				*names = append(*names, c.Name)
			}
		}
		var thumbs []plot.Thumbnailer
		for _, xy := range pieces {
			line, points, err := plotter.NewLinePoints(xy)
			if err != nil {
				return nil, err
			}
			line.LineStyle, points.GlyphStyle = style{colour: i, dash: i / len(palette)}.draw()
			if panel.Heat != nil { // whose colours are the palette's own
				line.Color, points.Color = color.White, color.White
			}
			var drawn []plot.Thumbnailer
			if c.Points {
				points.Radius = vg.Points(1.7)
			} else {
				p.Add(line)
				drawn = append(drawn, line)
			}
			if c.Points || panel.Marks {
				p.Add(points)
				drawn = append(drawn, points)
			}
			thumbs = drawn
		}
		if added {
			legend.Add(c.Name, thumbs...)
		}
	}
	widen(&p.X, panel.LogX, panel.Marks)
	widen(&p.Y, panel.LogY, panel.Heat == nil)
	return p, nil
}

// widen leaves room at the ends of an axis.
func widen(a *plot.Axis, log, room bool) {
	switch {
	case !(a.Min <= a.Max): // nothing is drawn
	case log && a.Min > 0:
		logarithmic(a)
		a.Tick.Marker = decades{}
		if room {
			a.Min, a.Max = a.Min*0.7, a.Max*1.4
		}
	case room:
		d := 0.03 * (a.Max - a.Min)
		a.Min, a.Max = a.Min-d, a.Max+d
	}
}

// decades are logTicks with labels far enough apart on a long axis.
type decades struct{}

// Ticks labels the marks of [lo, hi], lo > 0.
func (decades) Ticks(lo, hi float64) []plot.Tick {
	const most = 10 // labels
	ticks := logTicks{}.Ticks(lo, hi)
	every := int(math.Ceil(math.Log10(hi/lo) / most))
	for i, t := range ticks {
		if every > 1 && int(math.Round(math.Log10(t.Value)))%every != 0 {
			ticks[i].Label = ""
		}
	}
	return ticks
}

// pieces are the parts of a curve between numbers that are NaN.
func (panel Panel) pieces(c Curve) (all []plotter.XYs) {
	from := 0
	for i := 0; i <= len(c.X); i++ {
		if i < len(c.X) && !math.IsNaN(c.X[i]) && !math.IsNaN(c.Y[i]) {
			continue
		}
		if xy := panel.points(Curve{X: c.X[from:i], Y: c.Y[from:i]}); len(xy) > 0 {
			all = append(all, xy)
		}
		from = i + 1
	}
	return all
}

// points leaves out what cannot be drawn, and what would fall on the point before:
// a long curve keeps the shape that a screen can show.
func (panel Panel) points(c Curve) plotter.XYs {
	const cells = 4000
	drawn := func(v float64, log bool) bool { return v-v == 0 && (!log || v > 0) }
	lo, hi := plotter.XY{X: math.Inf(1), Y: math.Inf(1)}, plotter.XY{X: math.Inf(-1), Y: math.Inf(-1)}
	var xy plotter.XYs
	for i := range c.X {
		if drawn(c.X[i], panel.LogX) && drawn(c.Y[i], panel.LogY) {
			xy = append(xy, plotter.XY{X: c.X[i], Y: c.Y[i]})
			lo.X, lo.Y = min(lo.X, c.X[i]), min(lo.Y, c.Y[i])
			hi.X, hi.Y = max(hi.X, c.X[i]), max(hi.Y, c.Y[i])
		}
	}
	if len(xy) <= cells || panel.LogX || panel.LogY {
		return xy
	}
	kept, far := xy[:1], func(a, b, from, to float64) bool { return math.Abs(a-b)*cells > to-from }
	for i, q := range xy[1:] {
		if last := kept[len(kept)-1]; far(q.X, last.X, lo.X, hi.X) || far(q.Y, last.Y, lo.Y, hi.Y) || i == len(xy)-2 {
			kept = append(kept, q)
		}
	}
	return kept
}
