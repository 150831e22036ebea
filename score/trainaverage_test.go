package score_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/score"
	"github.com/ito-sde/ito/sde"
)

// averaged is a run with averages of the given widths, and their snapshots.
func averaged(t *testing.T, every int, widths ...float64) []*score.Network {
	t.Helper()
	folder := t.TempDir()
	c := score.TrainConfig{Hidden: 8, Blocks: 1, Steps: 1600, Batch: 128, Warm: 50, Seed: 4, Snapshots: folder, SnapshotEvery: every, Widths: widths}
	_, err := score.Train(context.Background(), cloud(500), 2, c)
	require.NoError(t, err)
	all, err := score.ReadSnapshots(folder)
	require.NoError(t, err)
	require.Len(t, all, len(widths)*(c.Steps/every))
	return all
}

func answers(t *testing.T, n *score.Network) []float64 {
	t.Helper()
	x := cloud(50)
	d := make([]float64, len(x))
	require.NoError(t, n.Denoise(d, x, sde.Level{Alpha: 1, Sigma: 0.7}))
	return d
}

// A snapshot's own profile gives its weights; the average of another width, kept
// beside, is what comes of the others, much nearer than they are.
func TestAverage(t *testing.T) {
	if raceEnabled {
		t.Skip("a long computation that runs nothing at once but what TestTrainUNetBits does")
	}
	all := averaged(t, 200, 0.05, 0.1, 0.2)
	var kept []*score.Network
	for i, n := range all {
		if i%3 != 1 {
			kept = append(kept, n)
		}
	}
	same, err := score.Average(kept, score.Profile{Width: 0.2, Step: 1600})
	require.NoError(t, err)
	want := answers(t, all[len(all)-1])
	require.InDeltaSlice(t, want, answers(t, same), 1e-4)

	made, err := score.Average(kept, score.Profile{Width: 0.1, Step: 1600})
	require.NoError(t, err)
	distance := func(a, b []float64) (s float64) {
		for i := range a {
			s += (a[i] - b[i]) * (a[i] - b[i])
		}
		return math.Sqrt(s)
	}
	truth := answers(t, all[len(all)-2])
	nearest := min(distance(truth, answers(t, all[len(all)-1])), distance(truth, answers(t, all[len(all)-3])))
	require.Less(t, distance(truth, answers(t, made)), 0.05*nearest)
	// And one of a time for which there is no snapshot.
	_, err = score.Average(kept, score.Profile{Width: 0.15, Step: 1500})
	require.NoError(t, err)
}

func TestAverageRefuses(t *testing.T) {
	all := averaged(t, 1600, 0.1)
	for name, p := range map[string]score.Profile{"width": {Step: 3}, "NaN": {Width: math.NaN(), Step: 3}, "wide": {Width: 0.3, Step: 3}, "step": {Width: 0.1}} {
		_, err := score.Average(all, p)
		require.ErrorIs(t, err, score.ErrTraining, name)
	}
	good := score.Profile{Width: 0.1, Step: 400}
	_, err := score.Average(nil, good)
	require.ErrorIs(t, err, score.ErrTraining)
	_, err = score.Average([]*score.Network{trained(t, 2)}, good)
	require.ErrorIs(t, err, score.ErrTraining)
	_, err = score.ReadSnapshots(t.TempDir())
	require.ErrorIs(t, err, score.ErrTraining)
	bad := t.TempDir()
	require.NoError(t, os.WriteFile(bad+"/0.safetensors", []byte("no"), 0o600))
	_, err = score.ReadSnapshots(bad)
	require.Error(t, err)
	c := small
	c.Widths = []float64{0.1}
	_, err = score.Train(context.Background(), cloud(50), 2, c)
	require.ErrorIs(t, err, score.ErrTraining, "nowhere to keep them")
}

// Snapshots of two widths, and an average of a third chosen after the training.
func ExampleAverage() {
	folder, err := os.MkdirTemp("", "snapshots")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	_, err = score.Train(context.Background(), cloud(200), 2, score.TrainConfig{
		Hidden: 16, Blocks: 1, Steps: 80, Warm: 10, Batch: 128, Snapshots: folder})
	if err != nil {
		panic(err)
	}
	all, err := score.ReadSnapshots(folder)
	if err != nil {
		panic(err)
	}
	n, err := score.Average(all, score.Profile{Width: 0.07, Step: 80})
	if err != nil {
		panic(err)
	}
	fmt.Println(len(all), "snapshots,", n.Parameters() == all[0].Parameters())
	// Output: 32 snapshots, true
}
