package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/validation"
)

// Ten thousand digits of the shipped network in 20 evaluations are nearer to the
// data than twice the distance of one half of the data to the other.
func TestShippedNetwork(t *testing.T) {
	require.Less(t, len(shipped), 5_000_000)
	n := "10000"
	if testing.Short() {
		n = "2000"
	}
	out, err := run(t, "compare", "--samplers", "dpm++2m", "--nfe", "20", "--n", n, "--out", "", "--json")
	require.NoError(t, err)
	var c validation.Comparison
	require.NoError(t, json.Unmarshal([]byte(out), &c))
	require.Equal(t, "network", c.Rows[0].Model)
	require.LessOrEqual(t, c.Rows[0].Frechet, 2*c.HalfFrechet)
}
