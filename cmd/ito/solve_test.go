package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/internal/dataset"
	"github.com/ito-sde/ito/ode"
	"github.com/ito-sde/ito/validation/problems"
)

// solve runs ito solve and returns the rows of its CSV file and what it prints.
func solve(t *testing.T, args ...string) ([][]float64, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "o.csv")
	out, err := run(t, append([]string{"solve", "--out", file}, args...)...)
	require.NoError(t, err)
	f, err := os.Open(file)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	lines, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var rows [][]float64
	for _, line := range lines[1:] {
		var row []float64
		for _, field := range line {
			v, err := strconv.ParseFloat(field, 64)
			require.NoError(t, err)
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	return rows, out
}

// The files that state a problem of the catalogue in their own words end at its
// reference. The errors allowed are a hundred tolerances of the files, and for
// Lorenz' equations 10⁴, by which errors grow.
func TestSolveFiles(t *testing.T) {
	for file, c := range map[string]struct {
		problem string
		most    float64
	}{
		"lorenz.json":    {"lorenz10", 1e-8},
		"vanderpol.yaml": {"vdp1000", 1e-6},
		"robertson.yaml": {"robertson", 1e-6},
	} {
		rows, _ := solve(t, filepath.Join("testdata", file))
		p, ok := problems.ByName(c.problem)
		require.True(t, ok)
		last := rows[len(rows)-1]
		require.Equal(t, p.T1, last[0])
		require.Less(t, p.Error(last[1:]), c.most, file)
	}
}

// With --global the answer meets the tolerance that steps alone miss fiftyfold.
func TestSolveGlobal(t *testing.T) {
	p, _ := problems.ByName("detest-d5")
	for _, global := range []bool{false, true} {
		args := []string{"detest-d5", "--method", "rk45", "--rtol", "1e-10"}
		if global {
			args = append(args, "--global")
		}
		rows, out := solve(t, args...)
		require.Greater(t, len(rows), 100, "every step")
		require.Equal(t, global, p.Error(rows[len(rows)-1][1:]) < 1e-10)
		require.Equal(t, global, strings.Contains(out, "of the tolerance, estimated by"))
	}
}

// A ball from height h falls T = √(2h/g); with the bounce b it touches the floor
// at T, T + 2bT, T + 2bT + 2b²T, ... and rises to b²h.
func TestSolveBouncingBall(t *testing.T) {
	rows, out := solve(t, "testdata/ball.yaml")
	fall := math.Sqrt(20 / 9.81)
	times := []float64{fall, fall * (1 + 1.8), fall * (1 + 1.8 + 1.62)}
	found := regexp.MustCompile(`(?m)^floor at t = (.*)$`).FindAllStringSubmatch(out, -1)
	require.Len(t, found, len(times))
	for i, m := range found {
		v, err := strconv.ParseFloat(m[1], 64)
		require.NoError(t, err)
		require.InDelta(t, times[i], v, 1e-9)
	}
	require.Contains(t, out, fmt.Sprintf("top at t = %.5f", times[0]+0.9*fall)[:18])
	last := rows[len(rows)-1]
	up, v0 := 8-times[2], 0.9*0.9*0.9*9.81*fall
	require.InDelta(t, v0*up-9.81/2*up*up, last[1], 1e-8)
	jumps := 0
	for i := 1; i < len(rows); i++ {
		if rows[i][0] == rows[i-1][0] { // before and after the bounce
			require.InDelta(t, -0.9*rows[i-1][2], rows[i][2], 1e-12)
			jumps++
		}
	}
	require.Equal(t, 3, jumps)

	_, out = solve(t, "testdata/ball.yaml", "--set", "bounce=0.5,h=20", "--t1", "3")
	require.Equal(t, 1, strings.Count(out, "floor at t = "))
	require.Contains(t, out, fmt.Sprintf("floor at t = %.6f", math.Sqrt(40/9.81)))
}

// While the contacts are R₀ recoveries, ln S + R₀ R is constant; at the peak,
// S = 1/R₀.
func TestSolveSIR(t *testing.T) {
	rows, out := solve(t, "testdata/sir.yaml", "--rtol", "1e-10")
	require.Contains(t, out, "peak at t = 34.9")
	require.Equal(t, 1, strings.Count(out, "peak at"))
	var cut int
	for i, r := range rows {
		require.InDelta(t, 1, r[1]+r[2]+r[3], 1e-8)
		if r[0] == 40 {
			cut = i
		}
	}
	require.NotZero(t, cut, "a step ends on the stop")
	first, at, last := rows[0], rows[cut], rows[len(rows)-1]
	require.InDelta(t, math.Log(first[1]), math.Log(at[1])+3*at[3], 1e-7)
	require.InDelta(t, math.Log(at[1])+1.5*at[3], math.Log(last[1])+1.5*last[3], 1e-7)
}

func TestSolveOutput(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	rows, out := solve(t, "arenstorf", "--method", "verner8", "--rtol", "1e-11", "--points", "5")
	p, _ := problems.ByName("arenstorf")
	require.Len(t, rows, 5)
	require.InDelta(t, p.T1/4, rows[1][0], 1e-14)
	require.Equal(t, p.Y0, rows[0][1:])
	require.Less(t, p.Error(rows[4][1:]), 1e-7)
	require.Contains(t, out, "arenstorf by verner8, rtol 1e-11, atol 1e-11")
	require.Regexp(t, `error at the end, against the reference: \d\S*e-(0[789]|1\d)\n`, out)

	rows, out = solve(t, "lotka", "--t1", "-2", "--at", "-1,-0.5", "--components", "y2", "--step", "0.01", "--method", "rk4")
	require.Equal(t, []float64{-0.5, -1}, []float64{rows[0][0], rows[1][0]}, "backward in time")
	require.Len(t, rows[0], 2)
	require.Contains(t, out, "200 steps, 0 rejected")
	require.NotContains(t, out, "reference")

	_, err := run(t, "solve", "kepler10", "--out", path("o.npy"), "--plot", path("o.svg"))
	require.NoError(t, err)
	f, err := os.Open(path("o.npy"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	x, dim, err := dataset.ReadNPY(f)
	require.NoError(t, err)
	require.Equal(t, 5, dim)
	require.Greater(t, len(x), 5*100)
	svg, err := os.ReadFile(path("o.svg"))
	require.NoError(t, err)
	require.Contains(t, string(svg), "kepler10")
	_, err = run(t, "solve", "testdata/robertson.yaml", "--plot", path("o.svg"), "--log-t", "--components", "a,c")
	require.NoError(t, err)
	_, err = run(t, "solve", "testdata/lorenz.json", "--plot", path("o.png"), "--phase", "x,z")
	require.NoError(t, err)
	png, err := os.ReadFile(path("o.png"))
	require.NoError(t, err)
	require.Equal(t, "\x89PNG", string(png[:4]))

	out, err = run(t, "solve", "lotka", "--at", "10")
	require.NoError(t, err)
	require.Contains(t, out, "t,y1,y2\n10,1.026")
	out, err = run(t, "solve", "--list")
	require.NoError(t, err)
	for _, e := range ode.Catalogue {
		require.Contains(t, out, e.Doc)
	}
	for _, p := range problems.Catalogue {
		require.Contains(t, out, p.Doc)
	}
}

func TestSolveErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(p, []byte(text), 0o600))
		return p
	}
	ball, lorenz := "testdata/ball.yaml", "testdata/lorenz.json"
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nothing":      {nil, "say what to solve"},
		"unknown":      {[]string{"lorentz"}, `no problem and no file "lorentz"; a file ends in .yaml or .json, problems are: lorenz10`},
		"no file":      {[]string{"no.yaml"}, "no.yaml"},
		"folder":       {[]string{dir}, "is a folder"},
		"bad file":     {[]string{write("b.yaml", "equations: {x: y}\ny0: {x: 1}\nt1: 1")}, `b.yaml:1:16: equations.x: "y": unknown name "y"; known: t, x, pi`},
		"not finite":   {[]string{write("n.yaml", "equations: {x: 1, v: -1/x}\ny0: {x: 0, v: 0}\nt1: 1")}, `component 1 is v: ` + filepath.Join(dir, "n.yaml") + `:1: equations.v: "-1/x" is -Inf at t = 0`},
		"blow-up":      {[]string{write("u.yaml", "equations: {x: x^2}\ny0: {x: 1}\nt1: 2")}, "component 0 is x"},
		"bad action":   {[]string{write("a.yaml", "equations: {x: -1}\ny0: {x: 1}\nt1: 2\nevents: [{when: x, action: {x: log(x-1)}}]")}, "after an event's action"},
		"bad event":    {[]string{write("e.yaml", "equations: {x: -1}\ny0: {x: 1}\nt1: 2\nevents: [{when: log(x)}]")}, "events from 0 on: event 1"},
		"zeno":         {[]string{ball, "--t1", "40"}, "events from 0 on: floor, top"},
		"method":       {[]string{"lotka", "--method", "rk5"}, `no method "rk5"; known:`},
		"no estimate":  {[]string{"lotka", "--method", "rk4"}, "rk4 has no error estimate: give --step"},
		"mass":         {[]string{"testdata/robertson.yaml", "--method", "tsit5"}, "Robertson has a mass matrix, which the explicit method tsit5 cannot honour"},
		"step":         {[]string{"lotka", "--step", "-1"}, "--step -1: want a positive number"},
		"tiny step":    {[]string{"lotka", "--step", "1e-300"}, "too many steps"},
		"short step":   {[]string{"lotka", "--step", "1e-9", "--max-steps", "1000"}, "too many steps"},
		"both":         {[]string{"lotka", "--step", "1", "--rtol", "1"}, "give one of them"},
		"global step":  {[]string{"lotka", "--step", "1", "--global"}, "--global chooses tolerances"},
		"chaos":        {[]string{"lorenz20", "--t1", "100", "--global"}, "stays above the tolerance"},
		"tolerance":    {[]string{"lotka", "--rtol", "NaN"}, "--rtol NaN"},
		"no tolerance": {[]string{"lotka", "--rtol", "0", "--atol", "0"}, "one of them positive"},
		"end":          {[]string{"lotka", "--t1", "Inf"}, "--t1 +Inf: want a finite time"},
		"at":           {[]string{"lotka", "--at", "11"}, "--at 11: want times from 0 to 10"},
		"points":       {[]string{"lotka", "--points", "-1"}, "--points -1"},
		"many points":  {[]string{"bruss500", "--points", "1000000"}, "more than 50000000 numbers"},
		"at, points":   {[]string{"lotka", "--points", "3", "--at", "1"}, "give one of them"},
		"out":          {[]string{"lotka", "--out", "x.txt"}, "want a name that ends in .csv or .npy"},
		"no folder":    {[]string{"lotka", "--out", filepath.Join(dir, "no", "x.csv")}, "cannot write"},
		"plot":         {[]string{"lotka", "--plot", "x.gif"}, "--plot x.gif: want a name that ends in .png or .svg"},
		"phase":        {[]string{"lotka", "--phase", "y1,y2"}, "give --plot FILE.png too"},
		"log":          {[]string{"lotka", "--log-t"}, "give --plot FILE.png too"},
		"phase, log":   {[]string{"lotka", "--plot", "x.png", "--phase", "y1,y2", "--log-t"}, "not for --phase"},
		"phase name":   {[]string{"lotka", "--plot", filepath.Join(dir, "x.png"), "--phase", "y1,y3"}, `no component "y3"`},
		"phase count":  {[]string{"lotka", "--plot", filepath.Join(dir, "x.png"), "--phase", "y1"}, "want two names"},
		"components":   {[]string{"lotka", "--components", "q"}, `no component "q"; known: t, y1, y2`},
		"set":          {[]string{lorenz, "--set", "tau=1"}, `no parameter or initial value "tau" to set; known: t, x, y, z, sigma`},
		"set text":     {[]string{lorenz, "--set", "rho=1+"}, `lorenz.json:3:37: parameters.rho: "1+": unexpected token EOF`},
		"set problem":  {[]string{"lotka", "--set", "a=1"}, "--set is for system files"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run(t, append([]string{"solve"}, c.args...)...)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// A cancelled solve ends at once and leaves no file.
func TestSolveCancelled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "o.csv")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err := runContext(t, ctx, "solve", "lotka", "--t1", "1e9", "--max-steps", "1000000000", "--points", "2", "--out", file)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(begin), 5*time.Second)
	require.NoFileExists(t, file)
}
