package report

import (
	"image/color"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Band is the space between two curves over X, for example between two quantiles.
type Band struct {
	Name      string
	X, Lo, Hi []float64
}

// shade is a band's colour, the darker the more bands lie around it.
func shade(i, of int) color.Color {
	c := palette[0]
	c.A = 0xff
	const lightest = 0.85
	w := lightest * (1 - float64(i)/float64(of+1))
	mix := func(v uint8) uint8 { return uint8(float64(v) + w*(255-float64(v))) }
	return color.RGBA{mix(c.R), mix(c.G), mix(c.B), 0xff}
}

// polygon is a band's outline, forth along Lo and back along Hi.
func (b Band) polygon() (*plotter.Polygon, error) {
	var xy plotter.XYs
	add := func(x, y float64) {
		if x-x == 0 && y-y == 0 {
			xy = append(xy, plotter.XY{X: x, Y: y})
		}
	}
	for i, x := range b.X {
		add(x, b.Lo[i])
	}
	for i := len(b.X) - 1; i >= 0; i-- {
		add(b.X[i], b.Hi[i])
	}
	if len(xy) == 0 {
		return nil, nil
	}
	p, err := plotter.NewPolygon(xy)
	if err == nil {
		p.Width = vg.Length(0)
	}
	return p, err
}
