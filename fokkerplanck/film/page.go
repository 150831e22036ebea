package film

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image/png"
	"io"
	"math"
	"time"
)

//go:embed page.html
var source string

var page = template.Must(template.New("page").Parse(source))

// HTML writes a page that plays the frames, each for the given time, and lets one
// go through them by hand. The pictures are part of it, as PNG.
func (f *Film) HTML(w io.Writer, title string, each time.Duration) error {
	if len(f.frames) == 0 {
		return fmt.Errorf("%w: no frame", ErrFilm)
	}
	data := struct {
		Title       string
		Width, Last int
		Each        int64
		Frames      []string
		Times       []float64
	}{Title: title, Width: f.width, Last: len(f.frames) - 1, Each: max(1, each.Milliseconds())}
	for k, t := range f.times {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return fmt.Errorf("%w: frame %d is at time %v", ErrFilm, k, t)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, f.Frame(k)); err != nil {
			return err
		}
		data.Frames = append(data.Frames, base64.StdEncoding.EncodeToString(b.Bytes()))
		data.Times = append(data.Times, t)
	}
	return page.Execute(w, data)
}
