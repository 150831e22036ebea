// Command gallery draws a figure for every topic of the library, by its public
// packages alone, into one page of HTML that needs nothing else. Under each figure is
// the code that made it.
//
//	go run ./validation/gallery [--out FILE] [--only NAME]
package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/base64"
	"flag"
	"fmt"
	"html/template"
	"os"
	"os/signal"
	"slices"

	"github.com/ito-sde/ito/internal/report"
)

//go:embed page.html
var source string

//go:embed *.go
var code embed.FS

var page = template.Must(template.New("page").Parse(source))

// figure is a topic; its code is the file of its name.
type figure struct {
	name, title, text string
	draw              func(context.Context) (drawing, error)
}

// drawing is panels, as SVG or as a raster picture, or a GIF.
type drawing struct {
	panels []report.Panel
	raster bool
	gif    []byte
	note   string // numbers that were found
}

var figures = slices.Concat(densities, distances, sampling, equations)

func main() {
	out := flag.String("out", "gallery.html", "file to write")
	only := flag.String("only", "", "draw this figure alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

// shown is a figure on the page.
type shown struct {
	Name, Title, Text, Note, Code string
	Picture                       template.HTML
}

func run(ctx context.Context, out, only string) error {
	var all []shown
	for _, f := range figures {
		if only != "" && f.name != only {
			continue
		}
		fmt.Fprintln(os.Stderr, f.name)
		s, err := f.show(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return fmt.Errorf("no figure %q", only)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, all); err != nil {
		return err
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}

func (f figure) show(ctx context.Context) (shown, error) {
	d, err := f.draw(ctx)
	if err != nil {
		return shown{}, err
	}
	text, err := code.ReadFile(f.name + ".go")
	if err != nil {
		return shown{}, err
	}
	s := shown{Name: f.name, Title: f.title, Text: f.text, Note: d.note, Code: string(text)}
	if len(d.panels) > 0 {
		if s.Picture, err = d.picture(); err != nil {
			return shown{}, err
		}
	}
	if d.gif != nil {
		s.Picture += image("gif", d.gif)
	}
	return s, nil
}

func (d drawing) picture() (template.HTML, error) {
	var b bytes.Buffer
	if d.raster {
		err := report.Curves(&b, "png", d.panels)
		return image("png", b.Bytes()), err
	}
	if err := report.Curves(&b, "svg", d.panels); err != nil {
		return "", err
	}
	svg := b.Bytes()
	return template.HTML(svg[bytes.Index(svg, []byte("<svg")):]), nil //nolint:gosec // our own SVG
}

func image(kind string, data []byte) template.HTML {
	return template.HTML(fmt.Sprintf(`<img alt="" src="data:image/%s;base64,%s">`, kind, base64.StdEncoding.EncodeToString(data))) //nolint:gosec // our own picture
}
