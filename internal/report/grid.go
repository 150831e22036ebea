package report

import (
	"image"
	"image/color"
	"image/png"
	"io"
)

const (
	zoom = 4 // screen pixels per pixel of a picture
	gap  = 4
)

// Grid draws the first cols × rows pictures of x as PNG, dark on light. A row of x
// is width × height pixels, −1 empty to 1 full.
func Grid(w io.Writer, x []float64, width, height, cols, rows int) error {
	dim := width * height
	n := min(len(x)/dim, cols*rows)
	rows = (n + cols - 1) / cols
	cols = min(cols, n)
	im := image.NewGray(image.Rect(0, 0, gap+cols*(width*zoom+gap), gap+rows*(height*zoom+gap)))
	for i := range im.Pix {
		im.Pix[i] = 0xff
	}
	for k := range n {
		x0, y0 := gap+k%cols*(width*zoom+gap), gap+k/cols*(height*zoom+gap)
		for i, v := range x[k*dim : (k+1)*dim] {
			g := color.Gray{uint8(255*(1-min(max((v+1)/2, 0), 1)) + 0.5)}
			for dy := range zoom {
				for dx := range zoom {
					im.SetGray(x0+i%width*zoom+dx, y0+i/width*zoom+dy, g)
				}
			}
		}
	}
	return png.Encode(w, im)
}
