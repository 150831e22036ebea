package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/report"
)

// writeJSON is what --json prints.
func writeJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// checkPlot refuses, before the work, a --plot that could not be drawn or written
// after it. No name is no plot.
func checkPlot(path string) error {
	if path == "" {
		return nil
	}
	if _, err := report.Format(path); err != nil {
		return fmt.Errorf("--plot %w", err)
	}
	return atomicfile.Check(path)
}

// writePlot draws panels into a file.
func writePlot(path string, panels []report.Panel) error {
	format, err := report.Format(path)
	if err != nil {
		return fmt.Errorf("--plot %w", err)
	}
	return atomicfile.Write(path, func(w io.Writer) error { return report.Curves(w, format, panels) })
}
