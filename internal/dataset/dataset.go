// Package dataset reads the data that samplers are judged on: the embedded
// digits and eruptions, and the user's CSV, TSV and NPY files.
package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/stat"
)

// ErrData is wrapped by every error about the contents of a file.
var ErrData = errors.New("bad data")

// Set is a data set in working coordinates, in which models are trained and
// sampled:
//
//	data = Shift + Scale · X   per column.
type Set struct {
	Name   string
	X      []float64 // rows of Dim
	Dim    int
	Labels []int // of the digits; nil otherwise
	Shift  []float64
	Scale  []float64
	// Unit is the length of one working unit in the units of reports: pixels
	// from 0 to 1 for pictures, standard deviations for everything else.
	Unit          float64
	Width, Height int // of a picture; 0 where rows are no pictures
	Columns       []string
}

// Rows is the number of rows.
func (s *Set) Rows() int { return len(s.X) / s.Dim }

// Restore turns rows of working coordinates into the data's own, in place.
func (s *Set) Restore(x []float64) {
	for i := range x {
		x[i] = s.Shift[i%s.Dim] + s.Scale[i%s.Dim]*x[i]
	}
}

//go:embed digits.csv.gz
var digits []byte

//go:embed faithful.csv
var faithful []byte

// Digits returns the 1797 handwritten digits of 8×8 pixels (Alpaydin, Kaynak
// 1998), pixels 0 to 16 as working coordinates −1 to 1.
func Digits() (*Set, error) {
	x, dim, _, err := read(bytes.NewReader(digits))
	if err != nil {
		return nil, err
	}
	s := &Set{Name: "digits", Dim: dim - 1, Unit: 0.5, Width: 8, Height: 8, Shift: make([]float64, dim-1), Scale: make([]float64, dim-1)}
	for i := range s.Shift {
		s.Shift[i], s.Scale[i] = 8, 8
	}
	for lo := 0; lo < len(x); lo += dim {
		for _, v := range x[lo : lo+dim-1] {
			s.X = append(s.X, v/8-1)
		}
		s.Labels = append(s.Labels, int(x[lo+dim-1]))
	}
	return s, nil
}

// Faithful returns the eruptions of Old Faithful (Azzalini, Bowman 1990).
func Faithful() (*Set, error) {
	x, dim, names, err := readText(bytes.NewReader(faithful))
	if err != nil {
		return nil, err
	}
	return standardise("faithful", x, dim, names)
}

// Plain is an empty set of rows of the given shape whose working coordinates are its
// own; one channel is a picture.
func Plain(name string, shape []int) *Set {
	s := &Set{Name: name, Dim: 1, Unit: 1}
	for _, n := range shape {
		s.Dim *= n
	}
	if len(shape) == 3 && shape[0] == 1 {
		s.Height, s.Width = shape[1], shape[2]
	}
	s.Shift, s.Scale = make([]float64, s.Dim), make([]float64, s.Dim)
	for i := range s.Scale {
		s.Scale[i] = 1
	}
	return s
}

// Reframe expresses the set in the working coordinates of another, such as the
// one a model was trained on: X becomes (Shift + Scale·X − shift)/scale.
func (s *Set) Reframe(shift, scale []float64) {
	if len(shift) != s.Dim || len(scale) != s.Dim {
		panic(fmt.Sprintf("dataset: a frame of %d shifts and %d scales for %d columns", len(shift), len(scale), s.Dim))
	}
	s.Restore(s.X)
	for i := range s.X {
		s.X[i] = (s.X[i] - shift[i%s.Dim]) / scale[i%s.Dim]
	}
	s.Shift, s.Scale = shift, scale
}

// Spread returns n rows, or all if there are fewer, evenly spaced through the set:
// a file may be sorted.
func (s *Set) Spread(n int) []float64 {
	rows := s.Rows()
	n = min(n, rows)
	x := make([]float64, 0, n*s.Dim)
	for i := range n {
		r := i * rows / n
		x = append(x, s.X[r*s.Dim:(r+1)*s.Dim]...)
	}
	return x
}

// Load reads a data set by its name ("digits", "faithful") or from a file: text
// (CSV, TSV, numbers between blanks) with or without a header line, or NPY,
// either compressed by gzip. What a file is it says itself, by its first bytes.
// Columns are standardised to mean 0 and standard deviation 1; constant ones are
// only centred. Errors wrap ErrData and name the place.
func Load(name string) (*Set, error) {
	switch name {
	case "digits":
		return Digits()
	case "faithful":
		return Faithful()
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w (embedded data sets: digits, faithful)", err)
	}
	defer func() { _ = f.Close() }()
	x, dim, columns, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s, err := standardise(filepath.Base(name), x, dim, columns)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

func read(r io.Reader) (x []float64, dim int, columns []string, err error) {
	b := bufio.NewReader(r)
	if startsWith(b, "\x1f\x8b") {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, 0, nil, fmt.Errorf("%w: %w", ErrData, err)
		}
		b = bufio.NewReader(z)
	}
	if startsWith(b, npyMagic) {
		x, dim, err = ReadNPY(b)
		return x, dim, nil, err
	}
	if head, _ := b.Peek(512); bytes.IndexByte(head, 0) >= 0 {
		return nil, 0, nil, fmt.Errorf("%w: neither text nor an NPY file, which begins with %q", ErrData, npyMagic)
	}
	return readText(b)
}

// startsWith leaves the reading, and its errors, to the format's reader.
func startsWith(b *bufio.Reader, magic string) bool {
	head, _ := b.Peek(len(magic))
	return string(head) == magic
}

func standardise(name string, x []float64, dim int, columns []string) (*Set, error) {
	rows := len(x) / dim
	if rows < 4 {
		return nil, fmt.Errorf("%w: %d rows; at least 4 are needed to compare anything", ErrData, rows)
	}
	s := &Set{Name: name, X: x, Dim: dim, Unit: 1, Shift: make([]float64, dim), Scale: make([]float64, dim), Columns: columns}
	column := make([]float64, rows)
	varies := false
	for j := range dim {
		for i := range column {
			column[i] = x[i*dim+j]
		}
		m, sd := stat.MeanStdDev(column, nil)
		if math.IsInf(m, 0) || math.IsInf(sd, 0) || math.IsNaN(sd) {
			return nil, fmt.Errorf("%w: column %d is too large to average", ErrData, j+1)
		}
		if sd <= 1e-14*math.Abs(m) { // constant up to rounding
			sd = 1
		} else {
			varies = true
		}
		s.Shift[j], s.Scale[j] = m, sd
		for i := range column {
			x[i*dim+j] = (x[i*dim+j] - m) / sd
		}
	}
	if !varies {
		return nil, fmt.Errorf("%w: every column is constant", ErrData)
	}
	return s, nil
}
