package dataset

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const npyMagic = "\x93NUMPY"

// maxNPYHeader bounds the header before memory is taken for it.
const maxNPYHeader = 1 << 16

var (
	npyDescr   = regexp.MustCompile(`'descr'\s*:\s*'([<>|=]?)([fiub])(\d+)'`)
	npyFortran = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	npyShape   = regexp.MustCompile(`'shape'\s*:\s*\(([^)]*)\)`)
)

// ReadNPY reads a one- or two-dimensional array of real numbers from NumPy's NPY
// format, versions 1 to 3, of any byte order and of C or Fortran order; one
// dimension is a single column. Data takes memory as it arrives, whatever the
// header claims.
//
// Kern (2007), NumPy enhancement proposal 1.
func ReadNPY(r io.Reader) (x []float64, dim int, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || string(head[:6]) != npyMagic {
		return nil, 0, fmt.Errorf("%w: not an NPY file", ErrData)
	}
	var size uint32
	if head[6] == 1 {
		var short uint16
		err = binary.Read(r, binary.LittleEndian, &short)
		size = uint32(short)
	} else {
		err = binary.Read(r, binary.LittleEndian, &size)
	}
	if err != nil || head[6] < 1 || head[6] > 3 || size > maxNPYHeader {
		return nil, 0, fmt.Errorf("%w: NPY version %d with a header of %d bytes", ErrData, head[6], size)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, 0, fmt.Errorf("%w: NPY header cut short: %w", ErrData, err)
	}
	descr, fortran, shape := npyDescr.FindSubmatch(text), npyFortran.FindSubmatch(text), npyShape.FindSubmatch(text)
	if descr == nil || fortran == nil || shape == nil {
		return nil, 0, fmt.Errorf("%w: NPY header %.200q; want an array of real numbers", ErrData, text)
	}
	rows, dim, err := npyDims(string(shape[1]))
	if err != nil {
		return nil, 0, err
	}
	number, width, err := npyNumber(string(descr[2]) + string(descr[3]))
	if err != nil {
		return nil, 0, err
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(rows)*int64(dim)*int64(width)+1))
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrData, err)
	}
	if want := rows * dim * width; len(data) < want {
		return nil, 0, fmt.Errorf("%w: NPY array of %d×%d numbers of %d bytes ends after %d bytes of %d", ErrData, rows, dim, width, len(data), want)
	} else if len(data) > want {
		return nil, 0, fmt.Errorf("%w: bytes behind the NPY array of %d×%d numbers of %d bytes", ErrData, rows, dim, width)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(descr[1]) == ">" {
		order = binary.BigEndian
	}
	x = make([]float64, rows*dim)
	for i := range x {
		at := i
		if string(fortran[1]) == "True" {
			at = i%dim*rows + i/dim
		}
		v := number(order, data[at*width:])
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, 0, fmt.Errorf("%w: row %d, column %d is %v", ErrData, i/dim+1, i%dim+1, v)
		}
		x[i] = v
	}
	return x, dim, nil
}

func npyDims(shape string) (rows, dim int, err error) {
	dims := []int{}
	for _, f := range strings.Split(shape, ",") {
		if f = strings.TrimSpace(f); f == "" {
			continue
		}
		n, err := strconv.Atoi(f)
		if err != nil || n < 1 || n > 1<<30 {
			return 0, 0, fmt.Errorf("%w: NPY shape (%.80s); want rows and columns", ErrData, shape)
		}
		dims = append(dims, n)
	}
	switch {
	case len(dims) == 1:
		return dims[0], 1, nil
	case len(dims) == 2 && dims[0] <= (1<<31)/dims[1]:
		return dims[0], dims[1], nil
	}
	return 0, 0, fmt.Errorf("%w: NPY shape (%.80s); want rows and columns", ErrData, shape)
}

func npyNumber(kind string) (func(binary.ByteOrder, []byte) float64, int, error) {
	switch kind {
	case "f8":
		return func(o binary.ByteOrder, b []byte) float64 { return math.Float64frombits(o.Uint64(b)) }, 8, nil
	case "f4":
		return func(o binary.ByteOrder, b []byte) float64 { return float64(math.Float32frombits(o.Uint32(b))) }, 4, nil
	case "i8":
		return func(o binary.ByteOrder, b []byte) float64 { return float64(int64(o.Uint64(b))) }, 8, nil
	case "i4":
		return func(o binary.ByteOrder, b []byte) float64 { return float64(int32(o.Uint32(b))) }, 4, nil
	case "i2":
		return func(o binary.ByteOrder, b []byte) float64 { return float64(int16(o.Uint16(b))) }, 2, nil
	case "i1":
		return func(_ binary.ByteOrder, b []byte) float64 { return float64(int8(b[0])) }, 1, nil
	case "u8":
		return func(o binary.ByteOrder, b []byte) float64 { return float64(o.Uint64(b)) }, 8, nil
	case "u4":
		return func(o binary.ByteOrder, b []byte) float64 { return float64(o.Uint32(b)) }, 4, nil
	case "u2":
		return func(o binary.ByteOrder, b []byte) float64 { return float64(o.Uint16(b)) }, 2, nil
	case "u1", "b1":
		return func(_ binary.ByteOrder, b []byte) float64 { return float64(b[0]) }, 1, nil
	}
	return nil, 0, fmt.Errorf("%w: NPY numbers of type %s; want f4, f8 or integers", ErrData, kind)
}

// WriteNPY writes rows of dim numbers as an NPY array of float64.
func WriteNPY(w io.Writer, x []float64, dim int) error {
	header := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", len(x)/dim, dim)
	// The format aligns the data to 64 bytes and ends the header with a newline.
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	if _, err := io.WriteString(w, npyMagic+"\x01\x00"); err != nil {
		return err
	}
	if err := binary.Write(w, binary.LittleEndian, uint16(len(header))); err != nil {
		return err
	}
	if _, err := io.WriteString(w, header); err != nil {
		return err
	}
	for part := range slices.Chunk(x, 1<<13) { // binary.Write copies what it is given
		if err := binary.Write(w, binary.LittleEndian, part); err != nil {
			return err
		}
	}
	return nil
}
