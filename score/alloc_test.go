package score_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

func TestModelsDoNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool drops what it is given")
	}
	const dim, rows = 5, 40
	e, err := score.NewEmpirical(normals(1, 100*dim), dim)
	require.NoError(t, err)
	m, g := mixed(t, dim), randomGaussian(t, 1, dim)
	x, d := normals(2, rows*dim), make([]float64, rows*dim)
	at := sde.Level{Alpha: 0.8, Sigma: 0.6}
	for name, call := range map[string]func() error{
		"Gaussian.Denoise":      func() error { return g.Denoise(d, x, at) },
		"Gaussian.Score":        func() error { return g.Score(d, x, at) },
		"Gaussian.LogDensity":   func() error { return g.LogDensity(d[:rows], x, at) },
		"Gaussian.TraceDenoise": func() error { return g.TraceDenoise(d[:rows], x, at) },
		"Gaussian.JVPDenoise":   func() error { return g.JVPDenoise(d, x, x, at) },
		"Mixture.Denoise":       func() error { return m.Denoise(d, x, at) },
		"Mixture.Score":         func() error { return m.Score(d, x, at) },
		"Mixture.LogDensity":    func() error { return m.LogDensity(d[:rows], x, at) },
		"Mixture.TraceDenoise":  func() error { return m.TraceDenoise(d[:rows], x, at) },
		"Mixture.JVPDenoise":    func() error { return m.JVPDenoise(d, x, x, at) },
		"Empirical.Denoise":     func() error { return e.Denoise(d, x, at) },
		"Noise.Predict":         func() error { return score.Noise.Predict(d, x, m, at) },
	} {
		require.Zero(t, testing.AllocsPerRun(50, func() {
			if err := call(); err != nil {
				t.Fatal(err)
			}
		}), name)
	}
	drift := score.ReverseDrift(sde.EDM{}, m, 1)
	require.Zero(t, testing.AllocsPerRun(50, func() {
		if err := drift(d, 2, x); err != nil {
			t.Fatal(err)
		}
	}))
}

// Concurrent calls at different levels share nothing; run with -race.
func TestModelsAreConcurrent(t *testing.T) {
	const dim, rows = 4, 33
	m := mixed(t, dim)
	x := normals(2, rows*dim)
	want := make([][]float64, len(levels))
	for i, at := range levels {
		want[i] = make([]float64, len(x))
		require.NoError(t, m.Denoise(want[i], x, at))
	}
	var group sync.WaitGroup
	got := make([][]float64, 4*len(levels))
	errs := make([]error, len(got))
	for i := range got {
		group.Go(func() {
			got[i] = make([]float64, len(x))
			for range 5 {
				if err := m.Denoise(got[i], x, levels[i%len(levels)]); err != nil {
					errs[i] = err
				}
			}
		})
	}
	group.Wait()
	for i := range got {
		require.NoError(t, errs[i])
		require.Equal(t, want[i%len(levels)], got[i])
	}
}
