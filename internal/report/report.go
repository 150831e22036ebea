package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/validation"
)

//go:embed report.html
var page string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"number": func(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) },
}).Parse(page))

// picture is a grid or scatter of samples under a caption.
type picture struct {
	Caption string
	Image   template.URL
}

// Write writes the comparison as one HTML page that needs nothing else: table,
// error curves as inline SVG, samples as inline PNG.
func Write(w io.Writer, set *dataset.Set, c *validation.Comparison, command string) error {
	data := struct {
		Set      *dataset.Set
		C        *validation.Comparison
		Command  string
		Curves   []template.HTML
		Real     picture
		Pictures []picture
	}{Set: set, C: c, Command: command}
	for _, k := range curves {
		svg, err := curve(c, k)
		if err != nil {
			return err
		}
		data.Curves = append(data.Curves, svg)
	}
	var err error
	if len(c.Real) > 0 {
		if data.Real, err = show(set, c.Real, "real"); err != nil {
			return err
		}
	}
	for _, p := range c.Pictures {
		pic, err := show(set, p.X, fmt.Sprintf("%s, %s, %s, NFE %d", p.Sampler, p.Model, p.Process, p.NFE))
		if err != nil {
			return err
		}
		data.Pictures = append(data.Pictures, pic)
	}
	return pageTemplate.Execute(w, data)
}

// measure is a column of the table as a curve over NFE.
type measure struct {
	title, axis string
	of          func(validation.CompareRow) float64
	exact       bool // the same for every model
}

var curves = []measure{
	{"Exact error on the Gaussian surrogate", "exact W2", func(r validation.CompareRow) float64 { return r.ExactW2 }, true},
	{"Exact error on tuned grids", "exact W2", func(r validation.CompareRow) float64 { return r.TunedW2 }, true},
	{"Fréchet distance of samples to data", "Fréchet distance", func(r validation.CompareRow) float64 { return r.Frechet }, false},
	{"Sliced W2 of samples to data", "sliced W2", func(r validation.CompareRow) float64 { return r.SlicedW2 }, false},
}

func curve(c *validation.Comparison, m measure) (template.HTML, error) {
	p := house(m.title, "model evaluations per sample (NFE)", m.axis)
	lines := map[string]plotter.XYs{}
	var names, samplers, models []string // in order of appearance
	place := func(list *[]string, name string) int {
		if !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
		return slices.Index(*list, name)
	}
	var styles []style // of names: colour by sampler, dashes by model
	for _, r := range c.Rows {
		name := r.Sampler + ", " + r.Process
		look := style{colour: place(&samplers, name)}
		if !m.exact {
			look.dash = place(&models, r.Model)
			name += ", " + r.Model
		}
		v := m.of(r)
		if v <= 0 {
			continue // a logarithmic axis has no place for it
		}
		if !slices.Contains(names, name) {
			names, styles = append(names, name), append(styles, look)
		}
		if at := (plotter.XY{X: float64(r.NFE), Y: v}); !slices.Contains(lines[name], at) {
			lines[name] = append(lines[name], at)
		}
	}
	if len(names) == 0 {
		return "", nil
	}
	for i, name := range names {
		slices.SortFunc(lines[name], func(a, b plotter.XY) int { return int(a.X - b.X) })
		l, s, err := plotter.NewLinePoints(lines[name])
		if err != nil {
			return "", err
		}
		l.LineStyle, s.GlyphStyle = styles[i].draw()
		p.Add(l, s)
	}
	logarithmic(&p.X)
	logarithmic(&p.Y)
	p.X.Min, p.X.Max = p.X.Min*0.9, p.X.Max*1.12
	p.Y.Min, p.Y.Max = p.Y.Min*0.8, p.Y.Max*1.25
	return inline(p, names, styles)
}

// inline draws the legend below the plot, where long lists do no harm.
func inline(p *plot.Plot, names []string, styles []style) (template.HTML, error) {
	to, err := p.WriterTo(vg.Points(460), vg.Points(330), "svg")
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if _, err := to.WriteTo(&b); err != nil {
		return "", err
	}
	svg := b.Bytes()
	svg = svg[bytes.Index(svg, []byte("<svg")):] // no XML prologue inside HTML
	var legend bytes.Buffer
	for i, n := range names {
		line, _ := styles[i].draw()
		r, g, bl, _ := line.Color.RGBA()
		border := "solid"
		if line.Dashes != nil {
			border = "dashed"
		}
		fmt.Fprintf(&legend, `<span class="key"><i style="border-top:3px %s #%02x%02x%02x"></i>%s</span>`, border, r>>8, g>>8, bl>>8, template.HTMLEscapeString(n))
	}
	return template.HTML(fmt.Sprintf(`<figure>%s<figcaption>%s</figcaption></figure>`, svg, legend.Bytes())), nil //nolint:gosec // names are escaped
}

// show draws samples: pictures as a grid, anything else by its first two
// coordinates (against the row number where there is one).
func show(set *dataset.Set, x []float64, caption string) (picture, error) {
	var b bytes.Buffer
	if set.Width > 0 {
		if err := Grid(&b, x, set.Width, set.Height, 10, 6); err != nil {
			return picture{}, err
		}
	} else if err := scatter(&b, set, x); err != nil {
		return picture{}, err
	}
	return picture{caption, template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))}, nil //nolint:gosec // our own PNG
}

func scatter(w io.Writer, set *dataset.Set, x []float64) error {
	name := func(j int) string {
		if j < len(set.Columns) {
			return set.Columns[j]
		}
		return "column " + strconv.Itoa(j+1)
	}
	x = slices.Clone(x)
	set.Restore(x)
	xy := make(plotter.XYs, len(x)/set.Dim)
	p := house("", name(0), "")
	for i := range xy {
		xy[i].X = x[i*set.Dim]
		if set.Dim > 1 {
			xy[i].Y = x[i*set.Dim+1]
		} else {
			xy[i].Y = float64(i)
		}
	}
	if set.Dim > 1 {
		p.Y.Label.Text = name(1)
	} else {
		p.Y.Label.Text = "row"
	}
	s, err := plotter.NewScatter(xy)
	if err != nil {
		return err
	}
	s.GlyphStyle = draw.GlyphStyle{Color: palette[0], Radius: vg.Points(1.4), Shape: draw.CircleGlyph{}}
	p.Add(s)
	to, err := p.WriterTo(vg.Points(240), vg.Points(200), "png")
	if err != nil {
		return err
	}
	_, err = to.WriteTo(w)
	return err
}
