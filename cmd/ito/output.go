package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ito-sde/ito/internal/atomicfile"
	"github.com/ito-sde/ito/internal/report"
)

// writeJSON is what --json prints.
func writeJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// checkFile refuses, before the work, a file of a flag that would not be what its
// name says or could not be written after it. No name is no file.
func checkFile(flag, path string, endings ...string) error {
	if path == "" {
		return nil
	}
	if !slices.Contains(endings, strings.ToLower(filepath.Ext(path))) {
		return fmt.Errorf("--%s %s: want a name that ends in %s", flag, path, strings.Join(endings, " or "))
	}
	return atomicfile.Check(path)
}

// checkTable is checkFile for a table, which - prints.
func checkTable(path string) error {
	if path == "-" {
		return nil
	}
	return checkFile("out", path, ".csv", ".npy")
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
