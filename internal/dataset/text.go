package dataset

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// readText reads numbers separated by commas, tabs or semicolons,
// whichever the first line has. The first line may name the columns.
func readText(r io.Reader) (x []float64, dim int, columns []string, err error) {
	b := bufio.NewReaderSize(r, 1<<16)
	head, err := b.Peek(1 << 16)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, 0, nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	first, _, _ := strings.Cut(string(head), "\n")
	in := csv.NewReader(b)
	in.Comment, in.TrimLeadingSpace, in.ReuseRecord = '#', true, true
	in.Comma = ','
	for _, c := range "\t;" {
		if strings.ContainsRune(first, c) && !strings.ContainsRune(first, ',') {
			in.Comma = c
		}
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, nil, fmt.Errorf("%w: %w", ErrData, err)
		}
		line, _ := in.FieldPos(0)
		if dim == 0 && columns == nil && isHeader(record) {
			columns = append([]string(nil), record...)
			continue
		}
		dim = len(record)
		for j, field := range record {
			v, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, 0, nil, fmt.Errorf("%w: line %d, column %d: %q is no finite number", ErrData, line, j+1, field)
			}
			x = append(x, v)
		}
	}
	if dim == 0 {
		return nil, 0, nil, fmt.Errorf("%w: no rows of numbers", ErrData)
	}
	return x, dim, columns, nil
}

// isHeader reports whether no field is a number.
func isHeader(record []string) bool {
	for _, f := range record {
		if _, err := strconv.ParseFloat(strings.TrimSpace(f), 64); err == nil {
			return false
		}
	}
	return true
}
