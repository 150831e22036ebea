package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGeneratedFileIsFresh(t *testing.T) {
	var got bytes.Buffer
	require.NoError(t, generate(&got))
	want, err := os.ReadFile("../kernels_amd64.s")
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got.Bytes()), "run go generate in the folder above")
}
