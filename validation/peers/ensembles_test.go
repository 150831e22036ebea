package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/validation/peers/internal/tables"
)

// ito's driver reports the moments that everybody is held to, and a time for
// everything that the tables need.
func TestSimulate(t *testing.T) {
	for _, c := range contests() {
		for _, name := range []string{ito, cores} {
			var out bytes.Buffer
			require.NoError(t, simulate([]string{name, c.model, "20000", "200", "1"}, &out))
			rates, err := readRates(&out)
			require.NoError(t, err)
			if c.model == normals && name == cores {
				require.Empty(t, rates)
				continue
			}
			require.Len(t, rates, 2)
			for _, r := range rates {
				require.Equal(t, c.model, r.Model)
				require.Equal(t, name, r.Peer)
				c.check(&r, 20000)
				require.Empty(t, r.Failed)
			}
		}
	}
	var out bytes.Buffer
	require.ErrorContains(t, simulate([]string{ito, "gbm"}, &out), "arguments")
	require.ErrorContains(t, simulate([]string{ito, "gbm", "0", "1", "1"}, &out), "positive")
	require.ErrorContains(t, simulate([]string{ito, "nowhere", "1", "1", "1"}, &out), "nowhere")
}

func TestEnsembleTables(t *testing.T) {
	var rates []rate
	for _, l := range []rate{
		{Model: "gbm", Peer: ito, Method: "euler", Seconds: 2e-9, Moment: 1.05},
		{Model: "gbm", Peer: ito, Method: "euler", Seconds: 1e-9, Moment: 1.05},
		{Model: "gbm", Peer: ito, Method: normals, Seconds: 9e-10, Moment: 1.05},
		{Model: "gbm", Peer: "cpp", Method: "std", Seconds: 8e-9, Moment: 1.05},
		{Model: "gbm", Peer: "numpy", Method: "sfc64", Seconds: 1e-9, Moment: 2},
		{Model: "gbm", Peer: cores, Method: "1 core", Seconds: 1e-9, Moment: 1.05},
		{Model: "gbm", Peer: cores, Method: "2 cores", Seconds: 5e-10, Moment: 1.05},
	} {
		contests()[1].check(&l, ensemblePaths)
		rates = append(rates, l)
	}
	var out bytes.Buffer
	require.NoError(t, reportEnsembles(&out, tables.Markdown, rates, []string{"Measured here."}))
	require.Contains(t, out.String(), "| gbm | 1e+09 | 0.90 | – | 8.00 | – | – | – | – | 2.00 |\n")
	require.Contains(t, out.String(), "| cpp std | – | 8.00 | – | – | – |\n| numpy sfc64 | – | – | – | – | – |\n| ito euler | – | 1.00 |")
	require.Contains(t, out.String(), "Not counted: numpy sfc64 on gbm: E x is 2; want 1.051.\n")
	require.Contains(t, out.String(), "Measured here.\n")

	for _, bad := range []string{"hello", `{"model":"gbm"}`, `{"model":"gbm","peer":"cpp","method":"std","seconds":-1}`} {
		_, err := readRates(strings.NewReader(bad))
		require.ErrorContains(t, err, "line 1")
	}
}
