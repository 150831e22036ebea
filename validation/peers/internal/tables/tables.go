// Package tables prints rows of cells, the first of them the header.
package tables

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
)

// Printer prints a table.
type Printer func(w io.Writer, rows [][]string) error

// Plain is a Printer of aligned columns.
func Plain(w io.Writer, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		_, _ = fmt.Fprintln(t, strings.Join(r, "\t")) // Flush returns the error
	}
	return t.Flush()
}

// Markdown is a Printer of a table of a page.
func Markdown(w io.Writer, rows [][]string) error {
	for i, r := range rows {
		if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(r, " | ")); err != nil {
			return err
		}
		if i == 0 {
			_, _ = fmt.Fprintf(w, "|%s\n", strings.Repeat(" --- |", len(r)))
		}
	}
	return nil
}

// Report prints rows plainly and, where path is not empty, writes them there below an
// introduction, whose %s is path.
func Report(out io.Writer, path, introduction string, rows [][]string) error {
	if err := Plain(out, rows); err != nil || path == "" {
		return err
	}
	var page strings.Builder
	fmt.Fprintf(&page, introduction, path)
	if err := Markdown(&page, rows); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(page.String()), 0o644)
}
