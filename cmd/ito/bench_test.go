package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBenchODE(t *testing.T) {
	plot := filepath.Join(t.TempDir(), "wp.svg")
	args := []string{"bench", "ode", "--problems", "lotka,vdp1000", "--methods", "tsit5,rodas5p,non-stiff", "--tolerances", "1e-4,1e-8", "--budget", "0s", "--json"}
	out, err := run(t, append(args, "--plot", plot, "--against", "evaluations")...)
	require.NoError(t, err)
	var rows []benchRow
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	seen := map[string]int{}
	for i, r := range rows {
		seen[r.Problem+"/"+r.Method]++
		if r.Failed != "" {
			require.Equal(t, "vdp1000/tsit5", r.Problem+"/"+r.Method, r.Failed) // not for stiff problems
			continue
		}
		require.Positive(t, r.Seconds)
		require.Positive(t, r.Accepted)
		require.Greater(t, r.Evaluations, r.Accepted)
		require.Less(t, r.Error, 3e3*r.Tolerance, "%+v", r)
		if i%2 == 1 && rows[i-1].Failed == "" { // the tighter tolerance
			require.Less(t, r.Error, rows[i-1].Error/10)
		}
	}
	require.Equal(t, 4, seen["lotka/tsit5"], "named, and among the non-stiff ones")
	require.Equal(t, 2, seen["vdp1000/tsit5"])
	require.Equal(t, 2, seen["vdp1000/rodas5p"])
	require.NotZero(t, seen["lotka/dop853"])
	require.Zero(t, seen["vdp1000/dop853"])
	require.Zero(t, seen["lotka/heun"], "of second order")
	svg, err := os.ReadFile(plot)
	require.NoError(t, err)
	for _, s := range []string{"lotka", "vdp1000", "tsit5", "rodas5p", "evaluations"} {
		require.Contains(t, string(svg), ">"+s+"<")
	}
}

func TestBenchODETables(t *testing.T) {
	args := []string{"bench", "ode", "--problems", "kepler10", "--methods", "dop853", "--tolerances", "1e-6", "--budget", "0s"}
	out, err := run(t, args...)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 2)
	require.Regexp(t, `^kepler10 +dop853 +1e-06 +\d\.\de-0\d +\d+ +0 +\d+ +\d+ +\S+s`, lines[1])
	out, err = run(t, append(args, "--csv")...)
	require.NoError(t, err)
	table, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Len(t, table, 2)
	require.Equal(t, "kepler10", table[1][0])

	out, err = run(t, "bench", "ode", "--problems", "robertson-dae", "--tolerances", "1e-4", "--budget", "0s")
	require.NoError(t, err)
	require.Contains(t, out, "rodas5p")
	require.NotContains(t, out, "failed", "methods that take no mass matrix do not suit the problem")
	out, err = run(t, "bench", "ode", "--problems", "robertson-dae", "--tolerances", "1e-4", "--methods", "tsit5")
	require.NoError(t, err)
	require.Contains(t, out, "explicit method tsit5 cannot honour")

	out, err = run(t, "bench", "ode", "--problems", "vdp1000", "--methods", "tsit5", "--limit", "1ms")
	require.NoError(t, err)
	require.Contains(t, out, "failed")
	require.Contains(t, out, "not done after 1ms, at t = ")
}

func TestBenchODEErrors(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"problem":     {[]string{"--problems", "lorentz"}, `no problem "lorentz"; known: all, stiff, non-stiff, lorenz10`},
		"method":      {[]string{"--methods", "rk5"}, `no method "rk5"`},
		"no estimate": {[]string{"--methods", "rk4"}, "rk4 has no error estimate"},
		"tolerance":   {[]string{"--tolerances", "0"}, "--tolerances 0: want numbers between 0 and 1"},
		"nan":         {[]string{"--tolerances", "NaN"}, "--tolerances NaN"},
		"limit":       {[]string{"--limit", "-1s"}, "--limit -1s"},
		"formats":     {[]string{"--csv", "--json"}, "give one of them"},
		"against":     {[]string{"--against", "memory", "--plot", "x.png"}, `"memory": want time or evaluations`},
		"no plot":     {[]string{"--against", "time"}, "give --plot FILE.png too"},
		"plot":        {[]string{"--plot", "x.pdf"}, "want a name that ends in .png or .svg"},
		"nothing":     {[]string{"--problems", "vdp1000", "--methods", "tsit5", "--limit", "1ns", "--plot", filepath.Join(t.TempDir(), "x.png")}, "no solve succeeded: not done after"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run(t, append([]string{"bench", "ode"}, c.args...)...)
			require.ErrorContains(t, err, c.want)
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := runContext(t, ctx, "bench", "ode")
	require.ErrorIs(t, err, context.Canceled)
}
