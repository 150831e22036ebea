// Package film draws densities as heat maps, one or many in time, as pictures,
// animated GIFs and pages of HTML that need nothing else.
package film

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"
	"math"
	"time"

	"github.com/ito-sde/ito/fokkerplanck"
)

// ErrFilm is wrapped by all errors but those of writers.
var ErrFilm = errors.New("film: cannot be drawn")

// Film is a sequence of densities on a plane. The colours, from dark to bright,
// stand for 0 to the highest average in any frame.
type Film struct {
	// Root draws the square root of the density, which shows tails.
	Root   bool
	width  int
	height int
	cells  []int // of every pixel
	total  int
	times  []float64
	frames [][]float32
	top    float64
}

const mostPixels = 1 << 24

// New prepares frames of the given width in pixels; the height follows from the
// sides of the plane.
func New(g fokkerplanck.Plane, width int) (*Film, error) {
	if g.X.Cells() < 3 || g.Y.Cells() < 3 || width < 1 {
		return nil, fmt.Errorf("%w: %d×%d cells on %d pixels; want 3 or more cells each way, and pixels", ErrFilm, g.X.Cells(), g.Y.Cells(), width)
	}
	x0, x1 := g.X.Bounds()
	y0, y1 := g.Y.Bounds()
	high := math.Max(1, math.Round(float64(width)*((y1-y0)/(x1-x0))))
	if !(float64(width)*high <= mostPixels) {
		return nil, fmt.Errorf("%w: %d×%v pixels; take fewer, or a plane less oblong", ErrFilm, width, high)
	}
	f := &Film{width: width, height: int(high), total: g.Cells()}
	f.cells = make([]int, f.width*f.height)
	for k := range f.cells {
		i, _ := g.X.Cell(x0 + (x1-x0)*(float64(k%f.width)+0.5)/float64(f.width))
		j, _ := g.Y.Cell(y1 - (y1-y0)*(float64(k/f.width)+0.5)/float64(f.height)) // y points up
		f.cells[k] = i + j*g.X.Cells()
	}
	return f, nil
}

// Add appends the averages p at time t, a function as Config.Observe takes it.
func (f *Film) Add(t float64, p []float64) error {
	if len(p) != f.total {
		return fmt.Errorf("%w: %d averages on %d cells", ErrFilm, len(p), f.total)
	}
	frame := make([]float32, len(p))
	for i, v := range p {
		if !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("%w: density in cell %d is %v; want it finite and not negative", ErrFilm, i, v)
		}
		f.top = math.Max(f.top, v)
		frame[i] = float32(v)
	}
	f.times, f.frames = append(f.times, t), append(f.frames, frame)
	return nil
}

// Frames is their number.
func (f *Film) Frames() int { return len(f.frames) }

// Frame draws frame k.
func (f *Film) Frame(k int) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, f.width, f.height), shades)
	for i, c := range f.cells {
		m.Pix[i] = shade(float64(f.frames[k][c]), f.top, f.Root)
	}
	return m
}

func shade(v, top float64, root bool) uint8 {
	if !(top > 0) {
		return 0
	}
	if v /= top; root {
		v = math.Sqrt(v)
	}
	return uint8(math.Round(255 * math.Min(v, 1)))
}

// GIF writes the frames as an animation without end, each for the given time,
// which GIF counts in hundredths of a second.
func (f *Film) GIF(w io.Writer, each time.Duration) error {
	if len(f.frames) == 0 {
		return fmt.Errorf("%w: no frame", ErrFilm)
	}
	g := &gif.GIF{}
	for k := range f.frames {
		g.Image = append(g.Image, f.Frame(k))
		g.Delay = append(g.Delay, max(1, int(each/(10*time.Millisecond))))
	}
	return gif.EncodeAll(w, g)
}

// Carpet draws densities on a line one above the other, the first lowest, a row of
// pixels for each.
func Carpet(g fokkerplanck.Grid, rows [][]float64, width int) (*image.Paletted, error) {
	if g.Cells() < 3 || len(rows) == 0 || width < 1 || width > mostPixels/len(rows) {
		return nil, fmt.Errorf("%w: %d densities on %d cells and %d pixels", ErrFilm, len(rows), g.Cells(), width)
	}
	top := 0.0
	for k, p := range rows {
		if len(p) != g.Cells() {
			return nil, fmt.Errorf("%w: density %d has %d averages on %d cells", ErrFilm, k, len(p), g.Cells())
		}
		for i, v := range p {
			if !(v >= 0) || math.IsInf(v, 1) {
				return nil, fmt.Errorf("%w: density %d is %v in cell %d; want it finite and not negative", ErrFilm, k, v, i)
			}
			top = math.Max(top, v)
		}
	}
	lo, hi := g.Bounds()
	m := image.NewPaletted(image.Rect(0, 0, width, len(rows)), shades)
	for x := range width {
		i, _ := g.Cell(lo + (hi-lo)*(float64(x)+0.5)/float64(width))
		for k, p := range rows {
			m.SetColorIndex(x, len(rows)-1-k, shade(p[i], top, false))
		}
	}
	return m, nil
}

// shades are those of viridis, of even steps in lightness, between ten of its
// colours. Smith, van der Walt (2015).
var shades = func() color.Palette {
	marks := [...]uint32{0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725}
	p := make(color.Palette, 256)
	for k := range p {
		u := float64(k) / 255 * float64(len(marks)-1)
		i := min(int(u), len(marks)-2)
		mix := func(shift uint) uint8 {
			a, b := float64(marks[i]>>shift&255), float64(marks[i+1]>>shift&255)
			return uint8(math.Round(a + (b-a)*(u-float64(i))))
		}
		p[k] = color.RGBA{mix(16), mix(8), mix(0), 255}
	}
	return p
}()
