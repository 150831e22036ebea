package measure

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestArguments(t *testing.T) {
	want := Driver{Problem: "hires", Filter: "ito", Budget: 0.06, AbsScale: 1e-4, Tolerances: []float64{1e-3, 1e-5}}
	got, err := Parse(want.Args(), nil)
	require.NoError(t, err)
	require.Equal(t, &want, got)
	for _, bad := range [][]string{nil, {"a", "", "1", "1"}, {"a", "", "x", "1", "1e-3"}, {"a", "", "1", "0", "1e-3"}, {"a", "", "1", "1", "1e-3,"}, {"a", "", "1", "1", "NaN"}} {
		_, err := Parse(bad, nil)
		require.Error(t, err, bad)
	}
}

// One solve, one line; a failed one says why; what was slow and
// what the filter leaves out is not tried.
func TestSolve(t *testing.T) {
	var out bytes.Buffer
	d := Driver{Problem: "p", Filter: "p/q", Budget: 1e-9, Out: &out}
	runs := 0
	solve := func(y float64, err error) func() ([]float64, int, error) {
		return func() ([]float64, int, error) { runs++; return []float64{y}, 7, err }
	}
	require.NoError(t, d.Solve("q", "good", 1e-3, solve(2, nil)))
	require.Equal(t, 3, runs, "at least three")
	require.NoError(t, d.Solve("q", "bad", 1e-3, solve(2, errors.New("gave up"))))
	require.NoError(t, d.Solve("q", "wild", 1e-3, solve(math.NaN(), nil)))
	runs, d.slow = 0, map[string]bool{"slow": true}
	require.NoError(t, d.Solve("q", "slow", 1e-4, solve(2, nil)))
	require.NoError(t, d.Solve("other", "good", 1e-4, solve(2, nil)))
	require.Zero(t, runs)

	var lines []Line
	for in := json.NewDecoder(&out); in.More(); {
		var l Line
		require.NoError(t, in.Decode(&l))
		lines = append(lines, l)
	}
	require.Len(t, lines, 3)
	require.Positive(t, lines[0].Seconds)
	lines[0].Seconds = 0
	require.Equal(t, Line{Problem: "p", Peer: "q", Method: "good", Tolerance: 1e-3, Evaluations: 7, Y: []float64{2}}, lines[0])
	require.Equal(t, Line{Problem: "p", Peer: "q", Method: "bad", Tolerance: 1e-3, Failed: "gave up"}, lines[1])
	require.Contains(t, lines[2].Failed, "not finite")
}
