package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
)

// readLines reads JSON lines up to the first that is none; its number is in the error.
func readLines(r io.Reader) (lines []measure.Line, err error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for n := 1; in.Scan(); n++ {
		var l measure.Line
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			return lines, fmt.Errorf("line %d: %w", n, err)
		}
		if l.Problem == "" || l.Peer == "" || l.Method == "" {
			return lines, fmt.Errorf("line %d: no problem, peer or method in %.80q", n, in.Text())
		}
		lines = append(lines, l)
	}
	return lines, in.Err()
}

func writeLines(w io.Writer, lines []measure.Line) error {
	e := json.NewEncoder(w)
	for _, l := range lines {
		if err := e.Encode(l); err != nil {
			return err
		}
	}
	return nil
}
