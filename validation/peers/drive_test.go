package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
	"github.com/ito-sde/ito/validation/problems"
)

func TestRaced(t *testing.T) {
	require.Len(t, raced(), 12)
	for _, p := range raced() {
		require.Len(t, p.Reference, len(p.Y0), p.Name)
		require.NotNil(t, p.Jacobian, p.Name)
		require.Zero(t, p.T0, p.Name, "every driver starts at 0")
		require.Nil(t, p.Mass, p.Name)
		require.Nil(t, p.MassMatrix, p.Name)
	}
}

// The end points that ito's driver reports are close to the solution.
func TestDrive(t *testing.T) {
	p, ok := problems.ByName("lotka")
	require.True(t, ok)
	d := measure.Driver{Problem: p.Name, Budget: 1e-6, AbsScale: p.AbsScale, Tolerances: []float64{1e-4, 1e-8}}
	var out bytes.Buffer
	require.NoError(t, drive(d.Args(), &out))
	lines, err := readLines(&out)
	require.NoError(t, err)
	require.Equal(t, "rhs", lines[0].Method)
	for _, l := range lines[1:] {
		require.Empty(t, l.Failed, l.Method)
		require.Equal(t, ito, l.Peer)
		require.Positive(t, l.Evaluations)
		// The error at the end is the sum of some 10² steps' errors.
		require.Less(t, p.Error(l.Y), 100*l.Tolerance, l.Method)
	}

	require.ErrorContains(t, drive([]string{"lotka"}, &out), "arguments")
	d.Problem = "nowhere"
	require.ErrorContains(t, drive(d.Args(), &out), "nowhere")
}
