package main

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGeneratedFileIsFresh(t *testing.T) {
	tiles := func(e element) func(io.Writer) error { return func(w io.Writer) error { return generate(w, e) } }
	for file, write := range map[string]func(io.Writer) error{"tile_amd64.s": tiles(single), "tile64_amd64.s": tiles(double), "rows_amd64.s": generateRows, "minus_amd64.s": generateMinus} {
		var got bytes.Buffer
		require.NoError(t, write(&got))
		want, err := os.ReadFile("../" + file)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got.Bytes()), "%s: run go generate in the folder above", file)
	}
}
