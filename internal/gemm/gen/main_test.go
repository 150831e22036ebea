package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGeneratedFileIsFresh(t *testing.T) {
	for file, e := range map[string]element{"tile_amd64.s": single, "tile64_amd64.s": double} {
		var got bytes.Buffer
		require.NoError(t, generate(&got, e))
		want, err := os.ReadFile("../" + file)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got.Bytes()), "%s: run go generate in the folder above", file)
	}
}
