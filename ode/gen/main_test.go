package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The documentation is up to date: go generate ./ode.
func TestDocumentation(t *testing.T) {
	var b strings.Builder
	require.NoError(t, generate(&b))
	file, err := os.ReadFile("../methods.go")
	require.NoError(t, err)
	require.Equal(t, b.String(), string(file), "go generate ./ode")
}
