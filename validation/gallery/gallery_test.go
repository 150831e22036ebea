package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFiguresHaveTheirCode(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range figures {
		require.False(t, seen[f.name], f.name)
		seen[f.name] = true
		text, err := code.ReadFile(f.name + ".go")
		require.NoError(t, err)
		require.Contains(t, string(text), "(drawing, error)")
		require.NotEmpty(t, f.title)
		require.NotEmpty(t, f.text)
	}
}

func TestPage(t *testing.T) {
	out := filepath.Join(t.TempDir(), "gallery.html")
	require.NoError(t, run(context.Background(), out, "couplings"))
	page, err := os.ReadFile(out)
	require.NoError(t, err)
	for _, want := range []string{"<svg", ">barycentre<", "func couplings(ctx context.Context)"} {
		require.Contains(t, string(page), want)
	}
	require.ErrorContains(t, run(context.Background(), out, "none"), "none")
	s, err := figure{name: "main", draw: func(context.Context) (drawing, error) { return drawing{gif: []byte("GIF")}, nil }}.show(context.Background())
	require.NoError(t, err)
	require.Equal(t, `<img alt="" src="data:image/gif;base64,R0lG">`, string(s.Picture))
}
