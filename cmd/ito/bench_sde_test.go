package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Errors fall by the orders: half a power of two for Euler–Maruyama, one for
// Milstein, and in the Lévy area none is left for the method that is given it,
// while Euler–Maruyama has exactly ½√h.
func TestBenchSDE(t *testing.T) {
	chart := filepath.Join(t.TempDir(), "b.svg")
	out, err := run(t, "bench", "sde", "--problems", "linear,area", "--methods", "em,milsteingen", "--steps", "4,16,64", "--json", "--plot", chart)
	require.NoError(t, err)
	var rows []sdeRow
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	require.Len(t, rows, 12)
	for i, r := range rows {
		require.Positive(t, r.Seconds)
		require.Less(t, r.StrongError, 0.1*r.Strong)
		if i%3 == 0 {
			continue
		}
		order := math.Log(rows[i-1].Strong/r.Strong) / math.Log(4)
		switch r.Problem + " " + r.Method {
		case "linear em", "area em": // 0.15: the first steps are long
			require.InDelta(t, 0.5, order, 0.15)
		case "linear milsteingen":
			require.InDelta(t, 1, order, 0.15)
		case "area milsteingen":
			require.Less(t, r.Strong, 1e-14)
		}
	}
	em := rows[8] // area, 64 steps
	require.Equal(t, "area em", em.Problem+" "+em.Method)
	require.InDelta(t, 0.5*math.Sqrt(1./64), em.Strong, 5*em.StrongError)
	svg, err := os.ReadFile(chart)
	require.NoError(t, err)
	require.Contains(t, string(svg), ">milsteingen<")
	require.Contains(t, string(svg), ">strong error<")

	out, err = run(t, "bench", "sde", "--problems", "additive", "--methods", "sra1", "--paths", "1024", "--steps", "4,8,16")
	require.NoError(t, err)
	require.Regexp(t, `additive +sra1 +16 .* [12]\.\d\d +\S+`, out)
	require.Regexp(t, `(?m)^heston +\d`, out, "the ensembles' rates")
	out, err = run(t, "bench", "sde", "--problems", "bounded", "--methods", "platen", "--paths", "64", "--steps", "2,4", "--csv")
	require.NoError(t, err)
	require.Len(t, strings.Split(strings.TrimSpace(out), "\n"), 3)

	for want, args := range map[string][]string{
		"give one of them":  {"--csv", "--json"},
		"no problem":        {"--problems", "cubic"},
		"no method":         {"--methods", "eml"},
		"Stratonovich":      {"--problems", "linear", "--methods", "heun"},
		"does not divide":   {"--steps", "3,8"},
		"--steps [8 4]":     {"--steps", "8,4"},
		"--paths 1":         {"--paths", "1"},
		"--against and":     {"--against", "steps"},
		"--against \"x\"":   {"--plot", "p.png", "--against", "x"},
		"--error \"large\"": {"--plot", "p.png", "--error", "large"},
		"--plot p.jpg":      {"--plot", "p.jpg"},
	} {
		_, err := run(t, append([]string{"bench", "sde"}, args...)...)
		require.ErrorContains(t, err, want, args)
	}
}
