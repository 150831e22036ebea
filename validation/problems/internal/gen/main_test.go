package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/validation/problems/internal/dd"
	"github.com/ito-sde/ito/validation/problems/internal/system"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run("", "^lotka$", &out))
	require.Regexp(t, `^lotka +differs by \d\.\de-2\d in the norm`, out.String())
	require.Error(t, run("", "(", &out))
	require.Error(t, run(filepath.Join(t.TempDir(), "references.go"), "lotka", &out), "a file of some problems only")
}

// TestSource checks the form; a number below the normal range becomes 0.
func TestSource(t *testing.T) {
	text, err := source([]system.Recipe{{Name: "two"}, {Name: "one"}},
		[][]dd.Real{{dd.From(1), dd.From(-2).Div(dd.From(3))}, {dd.From(1e-310)}})
	require.NoError(t, err)
	require.Contains(t, string(text), `
	"two": {
		1.0000000000000000000000e+00,
		-6.6666666666666666666667e-01,
	},
	"one": {
		0.0000000000000000000000e+00,
	},
`)
}

func TestDiffer(t *testing.T) {
	a, b := []dd.Real{dd.From(3), dd.From(0)}, []dd.Real{dd.From(3), dd.From(4)}
	norm, worst := differ(a, b)
	require.InDelta(t, 0.8, norm, 1e-15)
	require.InDelta(t, 1, worst, 1e-15)
}
