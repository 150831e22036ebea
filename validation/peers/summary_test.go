package main

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/validation/peers/internal/measure"
	"github.com/ito-sde/ito/validation/peers/internal/tables"
	"github.com/ito-sde/ito/validation/problems"
)

// Dominated points leave no trace, in whatever order the points come.
func TestFront(t *testing.T) {
	want := []point{{1e-2, 1, 30}, {1e-4, 2, 20}, {1e-7, 5, 10}}
	require.Equal(t, want, front([]point{{1e-7, 5, 10}, {1e-3, 3, 9}, {1e-2, 1, 30}, {1e-4, 2, 20}, {1e-2, 1.5, 8}, {1e-4, 4, 7}, {1e-1, 1, 6}}))
	require.Empty(t, front(nil))
}

// A method of order p has t = C e^(−1/p): a line in log against log, which the
// interpolation meets exactly.
func TestAchieveFollowsAPowerLaw(t *testing.T) {
	law := func(e float64) float64 { return 3e-6 * math.Pow(e, -1./5) }
	var points []point
	for _, e := range []float64{1e-3, 4e-5, 1e-8, 1e-11} {
		points = append(points, point{e, law(e), 1e8 * law(e)})
	}
	for _, target := range []float64{1e-4, 1e-6, 1e-8, 1e-10, 1e-11} {
		got, ok := achieve(points, target)
		require.True(t, ok)
		require.InEpsilon(t, law(target), got.seconds, 1e-12)
		require.InEpsilon(t, 1e8*law(target), got.evaluations, 1e-12)
	}
	_, ok := achieve(points, 9e-12)
	require.False(t, ok, "beyond the last point nothing is achieved")
	got, ok := achieve(points, 1)
	require.True(t, ok)
	require.Equal(t, points[0], got, "the loosest point is the cheapest known")
	_, ok = achieve(nil, 1)
	require.False(t, ok)
	got, ok = achieve([]point{{1e-3, 1, 1}, {0, 4, 1}}, 1e-10)
	require.True(t, ok)
	require.InEpsilon(t, 2, got.seconds, 1e-12, "an exact end point counts as 1e-17: half way to 1e-10 in the logarithm")
}

// lines makes a method's measurements: pairs of error and time.
func lines(problem, peer, method string, pairs ...float64) (l []measure.Line) {
	for i := 0; i < len(pairs); i += 2 {
		l = append(l, measure.Line{Problem: problem, Peer: peer, Method: method, Error: &pairs[i], Seconds: pairs[i+1], Evaluations: 100})
	}
	return l
}

var two = []problems.Problem{{Name: "swing"}, {Name: "burn", Stiff: true}}

func TestSummary(t *testing.T) {
	var all []measure.Line
	add := func(l []measure.Line) { all = append(all, l...) }
	add(lines("swing", "gsl", "rkf45", 1e-4, 1e-5, 1e-8, 1e-3)) // 1e-4 s at 1e-6
	add(lines("swing", "gsl", "rk8pd", 1e-6, 4e-5, 1e-10, 8e-5))
	add(lines("swing", "odeint", "dopri5", 1e-6, 5e-5))
	add(lines("swing", ito, "v7", 1e-6, 2e-5, 1e-10, 1.6e-4))
	add(lines("burn", "fortran", "lsoda", 1e-8, 1e-3))
	all = append(all, measure.Line{Problem: "burn", Peer: ito, Method: "bdf", Failed: "gave up"},
		measure.Line{Problem: "swing", Peer: "cpp", Method: "rhs", Seconds: 1e-9})
	rows := summarise(two, all)
	require.Len(t, rows, 4, "swing twice, burn at 1e-6 and 1e-8; nobody achieves 1e-10 there")

	r := rows[0]
	require.Equal(t, "swing", r.problem)
	require.Equal(t, best{"gsl", "rk8pd", 4e-5, 100}, *r.rival())
	require.Equal(t, best{ito, "v7", 2e-5, 100}, *r.own())
	require.InEpsilon(t, 0.5, r.ratio(), 1e-12)
	require.Len(t, r.all, 3, "one method a peer")
	require.InEpsilon(t, 2, rows[1].ratio(), 1e-12)
	require.Nil(t, rows[1].first(func(b best) bool { return b.peer == "odeint" }))
	require.True(t, math.IsInf(rows[2].ratio(), 1), "ito did not achieve it")
	require.Equal(t, "1 of 2 at or under 1, worst ratio 2.00 (swing at 1e-10)", verdict(rows[:2]))
	require.Equal(t, "1 of 4 at or under 1, worst ratio not achieved (burn at 1e-06)", verdict(rows))
	require.Equal(t, "nothing measured", verdict(nil))

	alone := summarise(two, lines("burn", ito, "bdf", 1e-9, 1))
	require.Len(t, alone, 2)
	require.Nil(t, alone[0].rival())
	require.Zero(t, alone[0].ratio())
	require.Contains(t, verdict(alone), "2 of 2")
}

// A second round only ever makes a method faster.
func TestRounds(t *testing.T) {
	first, second := lines("swing", "gsl", "a", 1e-6, 3, 1e-10, 7), lines("swing", "gsl", "a", 1e-6, 2, 1e-10, 8)
	rows := summarise(two, append(first, second...))
	require.Equal(t, 2.0, rows[0].rival().seconds)
	require.Equal(t, 7.0, rows[1].rival().seconds)
}

func TestReport(t *testing.T) {
	all := append(lines("swing", "gsl", "rk8pd", 1e-6, 4e-5), lines("swing", ito, "v7", 1e-6, 2e-5)...)
	all = append(all, measure.Line{Problem: "swing", Peer: "cpp", Method: "rhs", Seconds: 1.5e-9})
	var out bytes.Buffer
	require.NoError(t, report(&out, tables.Markdown, two, all))
	require.Contains(t, out.String(), "| swing | 1e-06 | gsl rk8pd | 40 µs | 100 | v7 | 20 µs | 100 | 0.50 |\n")
	require.Contains(t, out.String(), "| swing | 1.5 ns | – |\n")
	require.Contains(t, out.String(), "- at 1e-06: 1 of 1 at or under 1, worst ratio 0.50 (swing at 1e-06)\n")
	out.Reset()
	require.NoError(t, report(&out, tables.Plain, two, all))
	require.Contains(t, out.String(), "swing    1e-06  gsl rk8pd     40 µs  100          v7   20 µs  100          0.50\n")
}

func TestLines(t *testing.T) {
	const text = `{"problem":"lorenz10","peer":"gsl","method":"rk8pd","tolerance":1e-03,"seconds":8.5e-06,"evaluations":755,"y":[-5.5,0.25]}
{"problem":"lorenz10","peer":"gsl","method":"rkf45","tolerance":1e-3,"failed":"the solver gave up"}
{"problem":"lorenz10","peer":"cpp","method":"rhs","seconds":1.2742e-09}
`
	got, err := readLines(strings.NewReader(text))
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.Equal(t, measure.Line{Problem: "lorenz10", Peer: "gsl", Method: "rk8pd", Tolerance: 1e-3, Seconds: 8.5e-6, Evaluations: 755, Y: []float64{-5.5, 0.25}}, got[0])
	require.Equal(t, "the solver gave up", got[1].Failed)

	e := 1e-7
	got[0].Error = &e
	var b bytes.Buffer
	require.NoError(t, writeLines(&b, got))
	again, err := readLines(&b)
	require.NoError(t, err)
	require.Equal(t, got, again)

	for bad, at := range map[string]string{text + "{\"problem\":\"lo": "line 4", "hello\n" + text: "line 1", `{"problem":"x","peer":"gsl"}`: "line 1: no problem"} {
		_, err := readLines(strings.NewReader(bad))
		require.ErrorContains(t, err, at)
	}
}
