package dataset

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

func TestEmbedded(t *testing.T) {
	d, err := Load("digits")
	require.NoError(t, err)
	require.Equal(t, 1797, d.Rows())
	require.Len(t, d.Labels, 1797)
	require.Equal(t, []int{0, 1, 2}, d.Labels[:3])
	row := append([]float64(nil), d.X[:64]...)
	d.Restore(row)
	require.Equal(t, []float64{0, 0, 5, 13, 9, 1, 0, 0}, row[:8])

	f, err := Load("faithful")
	require.NoError(t, err)
	require.Equal(t, 272, f.Rows())
	require.Len(t, f.Columns, 2)
	first := append([]float64(nil), f.X[:2]...)
	f.Restore(first)
	require.InDeltaSlice(t, []float64{3.6, 79}, first, 1e-12)
	for j := range 2 {
		c := make([]float64, f.Rows())
		for i := range c {
			c[i] = f.X[2*i+j]
		}
		m, sd := stat.MeanStdDev(c, nil)
		require.InDelta(t, 0, m, 1e-12)
		require.InDelta(t, 1, sd, 1e-12)
	}
}

func TestTextDialects(t *testing.T) {
	dir := t.TempDir()
	want := []float64{1, 2, 3, 4.5, -5e3, 6, 7, 8, 9, 10, 11, 12}
	rows := "1,2,3\n4.5,-5e3,6\n7,8,9\n10,11,12"
	for name, text := range map[string]string{
		"plain.csv": rows, "windows.csv": strings.ReplaceAll(rows, "\n", "\r\n") + "\r\n", "header.csv": "a,b,\"c, d\"\n" + rows + "\n",
		"tabs.tsv": strings.ReplaceAll(rows, ",", "\t"), "semicolons.csv": strings.ReplaceAll(rows, ",", ";"),
		"comment.csv": "# measured\n" + rows, "quoted.csv": strings.Replace(rows, "1", `"1"`, 1), "blanks.csv": strings.ReplaceAll(rows, ",", ", "),
		"aligned.txt": "  " + strings.ReplaceAll(rows, ",", "   "), "named.txt": "a b c\n" + strings.ReplaceAll(rows, ",", " "),
		"mark.csv": "\uFEFF\"a\",\"b\",\"c\"\r\n" + rows, "commas.csv": "\"a, b\";c;d\n" + strings.ReplaceAll(rows, ",", ";"),
		"comment.tsv": "# x, y and z; in mm\n\n" + strings.ReplaceAll(rows, ",", "\t"),
	} {
		x, dim, _, err := readText(strings.NewReader(text))
		require.NoError(t, err, name)
		require.Equal(t, 3, dim, name)
		require.Equal(t, want, x, name)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write([]byte(rows))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	path := filepath.Join(dir, "a.csv.gz")
	require.NoError(t, os.WriteFile(path, z.Bytes(), 0o600))
	s, err := Load(path)
	require.NoError(t, err)
	require.Equal(t, 4, s.Rows())
	require.NoError(t, os.WriteFile(path, z.Bytes()[:20], 0o600))
	_, err = Load(path)
	require.ErrorIs(t, err, ErrData)
}

func TestTextErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "no rows of numbers",
		"a,b\n":              "no rows of numbers",
		"1,2\n3,x\n":         `line 2, column 2: "x" is no finite number`,
		"1,2\n\n\n3,NaN\n":   `line 4, column 2: "NaN" is no finite number`,
		"-Inf\n":             `line 1, column 1: "-Inf" is no finite number`,
		"1e999\n":            `line 1, column 1: "1e999" is no finite number`,
		"id,2020\n1,2\n":     "a first line that names columns has no numbers in it",
		"1,2\n3\n":           "fields on line 2: 1, on the first line: 2",
		"1\t2\t3\n4\t\t6\n":  `line 2, column 2: "" is no finite number`,
		"1,5;2,5\n1,5;2,7\n": `line 2, column 1: "1,5" is no finite number`,
		"1,\"2\n":            "bad data",
		"a\nb\n":             `line 2, column 1: "b" is no finite number`,
	} {
		_, _, _, err := readText(strings.NewReader(text))
		require.ErrorIs(t, err, ErrData, "%q", text)
		require.ErrorContains(t, err, want)
	}
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"1,2\n":                     "1 rows; at least 4",
		"1\n1\n1\n1\n":              "every column is constant",
		"1e308\n1e308\n-3\n1e308\n": "column 1 is too large",
		"1,2\n\x00\x01\x02":         "neither text nor an NPY file",
	} {
		path := filepath.Join(dir, "a.csv")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := Load(path)
		require.ErrorIs(t, err, ErrData)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, want)
	}
	_, err := Load(dir)
	require.Error(t, err)
	_, err = Load(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// The first bytes decide, not the name.
func TestLoadByContent(t *testing.T) {
	var plain, packed bytes.Buffer
	require.NoError(t, WriteNPY(&plain, []float64{1, 2, 3, 4, 5, 7}, 1))
	w := gzip.NewWriter(&packed)
	_, err := w.Write(plain.Bytes())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for _, b := range [][]byte{plain.Bytes(), packed.Bytes()} {
		path := filepath.Join(t.TempDir(), "data")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		s, err := Load(path)
		require.NoError(t, err)
		require.Equal(t, 6, s.Rows())
		s.Restore(s.X)
		require.InDeltaSlice(t, []float64{1, 2, 3, 4, 5, 7}, s.X, 1e-14)
	}
}

// A constant column is centred; a set in another's frame is the same data.
func TestFrames(t *testing.T) {
	data := []float64{1, 5, 2, 5, 4, 5, 9, 5}
	s, err := standardise("s", append([]float64(nil), data...), 2, nil)
	require.NoError(t, err)
	require.Equal(t, []float64{4, 5}, s.Shift) // mean of 1, 2, 4, 9
	require.Equal(t, 1.0, s.Scale[1])
	for i := 1; i < len(s.X); i += 2 {
		require.Zero(t, s.X[i])
	}
	s.Reframe([]float64{-1, 4}, []float64{2, 0.5})
	require.InDeltaSlice(t, []float64{1, 2, 1.5, 2, 2.5, 2, 5, 2}, s.X, 1e-15)
	require.InDeltaSlice(t, []float64{1, 2, 2.5, 2}, s.Spread(2), 1e-15)
	require.Len(t, s.Spread(100), 8)
	s.Restore(s.X)
	require.InDeltaSlice(t, data, s.X, 1e-15)
}

func npy(header string, data []byte) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), data...)
}

func TestNPY(t *testing.T) {
	var b bytes.Buffer
	want := []float64{1, 2, 3, 4, 5, 6}
	require.NoError(t, WriteNPY(&b, want, 3))
	require.Zero(t, (b.Len()-6*8)%64)
	x, dim, err := ReadNPY(&b)
	require.NoError(t, err)
	require.Equal(t, 3, dim)
	require.Equal(t, want, x)

	// The same rows in Fortran order, big-endian int16.
	raw := make([]byte, 12)
	for i, v := range []uint16{1, 4, 2, 5, 3, 6} {
		binary.BigEndian.PutUint16(raw[2*i:], v)
	}
	x, dim, err = ReadNPY(bytes.NewReader(npy("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", raw)))
	require.NoError(t, err)
	require.Equal(t, 3, dim)
	require.Equal(t, want, x)

	// Versions 2 and 3 have longer headers.
	for _, version := range []byte{2, 3} {
		header := "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"
		b := append([]byte{0x93, 'N', 'U', 'M', 'P', 'Y', version, 0, byte(len(header)), 0, 0, 0}, header...)
		x, dim, err = ReadNPY(bytes.NewReader(append(b, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0)))
		require.NoError(t, err)
		require.Equal(t, 2, dim)
		require.Equal(t, []float64{1, -2}, x)
	}

	x, dim, err = ReadNPY(bytes.NewReader(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", []byte{1, 2, 255})))
	require.NoError(t, err)
	require.Equal(t, 1, dim)
	require.Equal(t, []float64{1, 2, 255}, x)
}

func TestNPYHostile(t *testing.T) {
	nan := []byte{0, 0, 0xc0, 0x7f}
	for name, b := range map[string][]byte{
		"empty": {}, "other file": []byte("hello, this is text"), "cut": npy("{'descr'", nil)[:9],
		"huge":        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000000), }", nil),
		"overflow":    npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 2), }", nil),
		"negative":    npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2), }", nil),
		"short":       npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", make([]byte, 31)),
		"long":        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", make([]byte, 33)),
		"complex":     npy("{'descr': '<c16', 'fortran_order': False, 'shape': (2, 2), }", make([]byte, 64)),
		"objects":     npy("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }", nil),
		"NaN":         npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }", nan),
		"cube":        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1), }", make([]byte, 4)),
		"long header": append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\x7f"), make([]byte, 10)...),
	} {
		_, _, err := ReadNPY(bytes.NewReader(b))
		require.ErrorIs(t, err, ErrData, name)
	}
}

func FuzzReadNPY(f *testing.F) {
	f.Add(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", make([]byte, 8)))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, dim, err := ReadNPY(bytes.NewReader(b))
		if err != nil {
			require.ErrorIs(t, err, ErrData)
			return
		}
		require.Zero(t, len(x)%dim)
		require.LessOrEqual(t, len(x), len(b))
	})
}

func FuzzReadText(f *testing.F) {
	f.Add("a,b\n1,2\n")
	f.Add("1\t2\n")
	f.Fuzz(func(t *testing.T, s string) {
		x, dim, _, err := readText(strings.NewReader(s))
		if err != nil {
			require.ErrorIs(t, err, ErrData)
			return
		}
		require.Positive(t, dim)
		require.Zero(t, len(x)%dim)
	})
}
