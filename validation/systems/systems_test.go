package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every answer is within its tolerance of what is known.
func TestAnswers(t *testing.T) {
	for _, r := range rows() {
		if r.item == 44 && testing.Short() {
			t.Log("item 44 fits a mixture to the digits and samples a network: not in short tests")
			continue
		}
		a, err := r.compute(context.Background())
		require.NoError(t, err, "item %d, %s", r.item, r.what)
		require.True(t, a.holds(), "item %d, %s: %v", r.item, r.what, a)
	}
}

// Every numbered item has a row, and every row says all there is to say.
func TestComplete(t *testing.T) {
	found := map[int]bool{}
	seen := map[string]bool{}
	for _, r := range rows() {
		found[r.item] = true
		require.False(t, seen[head(r)], "twice: %s", head(r))
		seen[head(r)] = true
		require.NotEmpty(t, r.what)
		require.NotEmpty(t, r.known)
	}
	for item := 1; item <= items; item++ {
		require.True(t, found[item], "item %d has no row", item)
	}
	require.Len(t, found, items)
}

// Every name is in the source.
func TestNames(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	s := source{root: root}
	for _, r := range rows() {
		for _, name := range []string{r.symbol, r.example, r.test} {
			there, err := s.declares(name)
			require.NoError(t, err)
			require.True(t, there, "item %d, %s: %s is not in the source", r.item, r.what, name)
		}
		_, example, _ := strings.Cut(r.example[strings.LastIndexByte(r.example, '/')+1:], ".")
		require.True(t, strings.HasPrefix(example, "Example"), r.example)
		_, test, _ := strings.Cut(r.test[strings.LastIndexByte(r.test, '/')+1:], ".")
		require.True(t, strings.HasPrefix(test, "Test"), r.test)
	}
}

// The table in the docs is that of these rows but for the numbers.
func TestWritten(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "docs", "systems.md"))
	require.NoError(t, err)
	var lines []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| #") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	all := rows()
	require.Len(t, lines, len(all), "make systems")
	for i, r := range all {
		require.True(t, strings.HasPrefix(lines[i], "| "+head(r)) && strings.HasSuffix(lines[i], tail(r)+" |"), "make systems: %s", lines[i])
	}
}

// What would be wrong is seen: an answer out of its tolerance or none, names that are
// not in the source, or in the wrong kind of file.
func TestWrongIsSeen(t *testing.T) {
	require.True(t, answer{1, 1.05, 0.1}.holds())
	require.False(t, answer{1, 1.2, 0.1}.holds())
	require.False(t, answer{1, math.NaN(), 0.1}.holds())
	root, err := moduleRoot()
	require.NoError(t, err)
	s := source{root: root}
	for name, want := range map[string]bool{
		"divergence.KL": true, "divergence.Gaussian.Entropy": true, "score.EMConfig.Weights": true, "score/sampler.DDPM": true,
		"divergence.KLL": false, "divergence.Gaussian": true, "divergence.Gaussian.Nothing": false, "divergence": false,
		"nowhere.KL": false, "divergence/sample.ExampleEntropy": true, "divergence.TestProperties": true, "divergence.TestNothing": false,
	} {
		got, err := s.declares(name)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
}
