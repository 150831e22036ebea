package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/ito-sde/ito/score/sampler/tune"
)

// printTuned lists the tuned grid over the standard ones.
func printTuned(to io.Writer, c tune.Choice, judged []judge) error {
	name := c.Name
	if name == "" {
		name = fmt.Sprintf("%#v", c.Rule)
	}
	_, _ = fmt.Fprintf(to, "%s, %d evaluations\n", name, c.NFE)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprint(w, "grid")
	for _, j := range judged {
		_, _ = fmt.Fprintf(w, "\t%s", j.title)
	}
	_, _ = fmt.Fprintln(w)
	best := c.Standard[0]
	for _, g := range append([]tune.Judged{c.Judged}, c.Standard...) {
		_, _ = fmt.Fprintf(w, "%s\t%s", g.Name, number(judged[0].show(g.Error)))
		if len(judged) > 1 {
			_, _ = fmt.Fprintf(w, "\t%s", number(judged[1].show(g.Validate)))
		}
		_, _ = fmt.Fprintln(w)
		if g.Name != "tuned" && g.Validate < best.Validate {
			best = g
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(to, "%s: %.3g times below the best of the others (%s)\n", judged[0].title,
		judged[0].show(c.Standard[0].Error)/judged[0].show(c.Error), c.Standard[0].Name)
	if len(judged) > 1 && c.Validate > best.Validate {
		_, _ = fmt.Fprintf(to, "%s: no gain carries over, %s does better there; to tune for that model, say --on\n", judged[1].title, best.Name)
	}
	return nil
}
