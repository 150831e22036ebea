package main

import (
	"bytes"
	"go/format"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// tables.go is what gen writes.
func TestTablesAreGenerated(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, write(&b))
	file, err := os.ReadFile("../tables.go")
	require.NoError(t, err)
	require.Equal(t, string(file), b.String())
	formatted, err := format.Source(file)
	require.NoError(t, err)
	require.Equal(t, string(formatted), string(file))
}

// The arithmetic against the standard library, whose values are good to a unit
// or two in the last place; a rounded x/√2 moves erfc by x² of them.
func TestElementaryFunctions(t *testing.T) {
	for _, x := range []float64{1e-9, 0.3, 1, 3.65, 6.7} {
		require.InEpsilon(t, math.Exp(-x), round(exponential(num(-x))), 5e-16)
		require.InDelta(t, math.Log(x), round(logarithm(num(x))), 5e-16*math.Abs(math.Log(x)), "ln %v", x)
		require.InEpsilon(t, math.Sqrt(math.Pi/2)*math.Erfc(x/math.Sqrt2), round(tail(num(x))), 4e-16*(1+x*x), "tail %v", x)
	}
}
