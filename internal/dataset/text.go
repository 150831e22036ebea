package dataset

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// readText reads numbers separated by tabs, semicolons, commas or blanks. The
// first line may name the columns; lines that begin with # are comments.
func readText(r io.Reader) (x []float64, dim int, columns []string, err error) {
	b := bufio.NewReaderSize(r, 1<<16)
	head, err := b.Peek(1 << 16)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	if mark := []byte("\uFEFF"); bytes.HasPrefix(head, mark) { // of spreadsheets
		_, _ = b.Discard(len(mark)) // it is in the buffer
		head = head[len(mark):]
	}
	in := csv.NewReader(b)
	in.Comment, in.ReuseRecord, in.Comma = '#', true, delimiter(string(head))
	in.TrimLeadingSpace = in.Comma != '\t' // or an empty field between tabs would vanish
	for first := true; ; first = false {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, csv.ErrFieldCount) {
			line, _ := in.FieldPos(0)
			return nil, 0, nil, fmt.Errorf("%w: fields on line %d: %d, on the first line: %d", ErrData, line, len(record), in.FieldsPerRecord)
		}
		if err != nil {
			return nil, 0, nil, fmt.Errorf("%w: %w", ErrData, err)
		}
		if first && isHeader(record) {
			columns = append([]string(nil), record...)
			continue
		}
		dim = len(record)
		for j, field := range record {
			v, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				line, _ := in.FieldPos(j)
				hint := ""
				if first {
					hint = " (a first line that names columns has no numbers in it)"
				}
				return nil, 0, nil, fmt.Errorf("%w: line %d, column %d: %.40q is no finite number%s", ErrData, line, j+1, field, hint)
			}
			x = append(x, v)
		}
	}
	if dim == 0 {
		return nil, 0, nil, fmt.Errorf("%w: no rows of numbers", ErrData)
	}
	return x, dim, columns, nil
}

// delimiter is the first of tab, semicolon and comma that the first line has
// outside quotes; or a blank, where one of the first two lines is several
// numbers with blanks between them.
func delimiter(head string) rune {
	seen := 0
	for line := range strings.Lines(head) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if seen == 0 {
			for _, c := range "\t;," {
				if outsideQuotes(line, c) {
					return c
				}
			}
		}
		if f := strings.Fields(line); len(f) > 1 && areNumbers(f) {
			return ' '
		}
		if seen++; seen == 2 {
			break
		}
	}
	return ','
}

func outsideQuotes(line string, want rune) bool {
	quoted := false
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		} else if c == want && !quoted {
			return true
		}
	}
	return false
}

func areNumbers(fields []string) bool {
	for _, f := range fields {
		if !isNumber(f) {
			return false
		}
	}
	return true
}

// isHeader reports whether no field is a number.
func isHeader(record []string) bool {
	for _, f := range record {
		if isNumber(f) {
			return false
		}
	}
	return true
}

// isNumber also takes a number that is too large for a float64: it names nothing.
func isNumber(field string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}
