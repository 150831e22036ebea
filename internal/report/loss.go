package report

import (
	"image/color"
	"io"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LossCurve draws a training loss as PNG: every step in grey, and its moving
// average.
func LossCurve(w io.Writer, step, loss []float64) error {
	p := house("Training loss", "step", "loss")
	raw, mean := make(plotter.XYs, len(step)), make(plotter.XYs, len(step))
	var m float64
	for i := range step {
		m += (loss[i] - m) / float64(min(i+1, 200))
		raw[i].X, raw[i].Y = step[i], loss[i]
		mean[i].X, mean[i].Y = step[i], m
	}
	line, err := plotter.NewLine(raw)
	if err != nil {
		return err
	}
	line.LineStyle = draw.LineStyle{Color: color.Gray{0xc8}, Width: vg.Points(0.5)}
	average, err := plotter.NewLine(mean)
	if err != nil {
		return err
	}
	average.LineStyle, _ = style{}.draw()
	p.Add(line, average)
	if loss[0] > 0 {
		logarithmic(&p.Y)
	}
	to, err := p.WriterTo(vg.Points(520), vg.Points(320), "png")
	if err != nil {
		return err
	}
	_, err = to.WriteTo(w)
	return err
}
