package sde_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/integrators/stochastic"
	"github.com/ito-sde/ito/sde"
	"github.com/ito-sde/ito/sde/noise"
)

// long is an ensemble of half a second or so, or of ITO_ENSEMBLE_PATHS paths.
func long(t testing.TB) sde.Ensemble {
	paths := uint64(7e5)
	if v := os.Getenv("ITO_ENSEMBLE_PATHS"); v != "" {
		n, err := strconv.ParseFloat(v, 64)
		require.NoError(t, err)
		paths = uint64(n)
	}
	return sde.Ensemble{
		Method: stochastic.EulerMaruyama{}, System: geometric(1, sde.Ito, 0.05, 0.2),
		T1: 1, Steps: 50, Times: []float64{0.5, 1}, Initial: []float64{1},
		Paths: paths, Address: noise.Address{Seed: 9}, Statistics: all(t, 1),
		Barriers: []sde.Barrier{{Level: 0.5}},
	}
}

// TestKilledHelper is the process that TestEnsembleSurvivesKill kills.
func TestKilledHelper(t *testing.T) {
	path := os.Getenv("ITO_ENSEMBLE_CHECKPOINT")
	if path == "" {
		t.Skip("it runs as a process of TestEnsembleSurvivesKill")
	}
	e := long(t)
	e.Checkpoint = sde.Checkpoint{Path: path, Every: 20 * time.Millisecond}
	said := false
	e.Progress = func(done, _ uint64) error {
		if !said { // where it goes on from
			fmt.Println("\nfrom", done)
			said = true
		}
		return nil
	}
	r, err := e.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, e.Paths, r.Paths)
}

// Killed (kill -9) in the middle, twice, and resumed: the same bits as
// uninterrupted. Each time it goes on from further ahead.
func TestEnsembleSurvivesKill(t *testing.T) {
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("no processes")
	}
	file := t.TempDir() + "/run"
	size := func() int64 {
		info, err := os.Stat(file)
		if err != nil {
			return 0
		}
		return info.Size()
	}
	before := 0
	for range 2 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledHelper$", "-test.count=1")
		cmd.Env = append(os.Environ(), "ITO_ENSEMBLE_CHECKPOINT="+file)
		var out strings.Builder
		cmd.Stdout = &out
		require.NoError(t, cmd.Start())
		had := stamp(file)
		for deadline := time.Now().Add(20 * time.Second); stamp(file).Equal(had) && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(30 * time.Millisecond)
		require.NoError(t, cmd.Process.Kill())
		err := cmd.Wait()
		var exit *exec.ExitError
		require.True(t, err == nil || errors.As(err, &exit), "%v", err)
		require.NotZero(t, size())
		if i := strings.Index(out.String(), "from "); i >= 0 {
			from := 0
			_, err := fmt.Sscanf(out.String()[i:], "from %d", &from)
			require.NoError(t, err)
			require.Greater(t, from, before)
			before = from
		}
	}
	require.Greater(t, before, sde.ChunkPaths, "no process went on from another's file")

	e := long(t)
	whole, err := e.Run(t.Context())
	require.NoError(t, err)
	e.Checkpoint.Path = file
	resumed, err := e.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, bits(t, whole), bits(t, resumed))
}

func stamp(file string) time.Time {
	info, err := os.Stat(file)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// A hundred times the paths, the same memory: what is live at the end of a run,
// observed in the last call of Progress, grows by the levels of the merger, of
// some kilobytes each. ITO_ENSEMBLE_PATHS sets the longer run's paths.
func TestEnsembleMemoryIsConstant(t *testing.T) {
	live := func(paths uint64) uint64 {
		e := long(t)
		e.Steps, e.Times, e.Paths = 1, nil, paths
		var m runtime.MemStats
		e.Progress = func(done, total uint64) error {
			if done == total {
				runtime.GC()
				runtime.ReadMemStats(&m)
			}
			return nil
		}
		_, err := e.Run(t.Context())
		require.NoError(t, err)
		return m.HeapAlloc
	}
	longer := uint64(1e7)
	if testing.Short() {
		longer = 1e6
	}
	if os.Getenv("ITO_ENSEMBLE_PATHS") != "" {
		longer = long(t).Paths
	}
	short, much := live(1e5), live(longer)
	t.Logf("live heap: %d kB at 1e5 paths, %d kB at %d", short>>10, much>>10, longer)
	require.Less(t, float64(much), 1.1*float64(short)+float64(300<<10))
}
